// One user at one terminal (or one file): mode, configuration under construction, and what becomes of each line.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/backend.hpp"
#include "cli/control_protocol.hpp"

namespace cli {

struct SessionOptions {
  Interaction interaction = Interaction::batch;
  bool privileged = false;  // at level 15
  unsigned level = 1;       // otherwise
  unsigned own_level = 1;   // up to which no password is asked for
  std::string user = "console";
  unsigned columns = 80;
  std::string line = "con0";  // by which the user came: what the history of the configuration says
};

/// Answers requests in order; while one is being carried out the others wait. All on the loop's thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Send = std::function<void(Reply)>;

  Session(Backend& backend, SessionOptions options, Send send);

  /// The first prompt.
  void greet() { done(); }
  void handle(Request request);
  /// False when so many requests wait that the other side cannot mean well.
  bool keeps_up() const { return waiting_.size() < max_waiting; }
  bool over() const { return over_; }
  /// The other side is gone. What was typed stays, as on a router; a file that was cut short changes nothing more.
  void disconnected();
  bool monitors() const { return monitor_; }
  /// For `show users`, which `asking` wants.
  UserRow row(const Session& asking) const;

 private:
  friend class ExecCommands;
  friend class ExecRun;
  static constexpr std::size_t max_waiting = 64;
  static constexpr std::size_t history_lines = 20;
  static constexpr std::size_t most_of_a_file = 16 << 20;  // octets that a user may send

  void drain();
  void begin(const Request& request);
  void line(const std::string& text);
  void take_piece(const std::string& octets);
  void store_file(const std::string& name);
  void config_line(const std::string& text);
  void exec_line(const std::string& text, std::size_t offset);
  void enter_configuration();
  void leave_configuration();
  void report(const parser::LineReport& report, bool is_text);
  void refresh();
  void replay();
  void confirm_removal(const parser::LineReport& line, const std::string& trustpoint);
  void enter_lines(const std::vector<std::string>& lines, const std::string& command, std::function<void(bool)> then);
  void commit(std::function<void()> then);
  void print_warnings();
  std::string help(const std::string& text) const;
  parser::ExecResult understood(std::string_view text) const;
  /// `text` begins a command that this level has been given, or the user is at level 15.
  bool has_all_of(std::string_view text) const;
  std::string exec_help(const std::string& text, bool privileged) const;
  std::string complete(const std::string& text) const;

  void output(std::string text) { send_({ReplyKind::output, 0, page_unchanged, std::move(text)}); }
  void refuse(const std::string& answer, std::optional<std::size_t> caret);
  void done(std::uint8_t flags = 0);
  enum class Echo : std::uint8_t { shown, hidden };
  void ask(std::string question, std::function<void(const std::string&)> answer, Echo echo = Echo::shown);
  void master_key(const parser::MasterKeyOrder& order);
  void ask_master_key();
  void set_master_key(parser::MasterKeyOrder order);
  std::string prompt() const;
  bool at_terminal() const { return options_.interaction == Interaction::terminal; }

  Backend& backend_;
  SessionOptions options_;
  Send send_;

  bool busy_ = false, draining_ = false, over_ = false, refused_ = false, monitor_ = false;
  std::deque<Request> waiting_;
  engine::Time last_line_{};
  std::uint16_t indent_ = 0;  // columns before the present line on the user's screen
  std::uint16_t new_page_ = page_unchanged;
  std::string question_;
  Echo echo_ = Echo::shown;
  std::function<void(const std::string&)> answer_;
  std::unique_ptr<Activity> activity_;
  std::deque<std::string> history_;
  std::string file_;  // of which pieces have come

  std::optional<parser::ConfigSession> config_;
  std::uint64_t base_revision_ = 0;  // what config_ was built upon
  bool uncommitted_ = false;
  std::string text_opener_;           // the line that began the banner or certificate whose text is awaited
  std::vector<std::string> journal_;  // accepted lines that lead from what was committed last to where config_ is
  std::vector<std::string> entered_;  // accepted since the last commit, without secrets; the first ones where they are many
  std::vector<std::string> known_warnings_;
  bool after_exit_ = false;     // the lines before the present one were `exit` of a configuration mode, and it came with them
  bool ikev1_entered_ = false;  // since the last time that its conversion was offered
};

}  // namespace cli
