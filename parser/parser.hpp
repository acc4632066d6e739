// All that the floors above see of the grammar: lines in, configurations and reports out. No Boost here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/exec_commands.hpp"

namespace parser {

class Command;  // parser/command.hpp

/// A configuration: an immutable value, cheap to copy, shared structure. Default-constructed: an empty router named "Router".
class Configuration {
 public:
  Configuration();
  struct Data;
  explicit Configuration(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  const Data& data() const { return *data_; }
  const std::shared_ptr<const Data>& share() const { return data_; }
  friend bool operator==(const Configuration& a, const Configuration& b);
  std::string hostname() const;

 private:
  std::shared_ptr<const Data> data_;
};

enum class Verdict { accepted, no_effect, refused };

/// What became of one line. `answer` is what a router prints under it, without the caret line: "% Invalid input
/// detected at '^' marker.", an advice, or nothing. `caret` is the column in `text`, from 0.
struct LineReport {
  std::size_t number = 0;  // from 1
  std::string text;
  Verdict verdict = Verdict::accepted;
  std::string answer;
  std::optional<std::size_t> caret;
  // What the line was understood as, where it was: the command and its struct, for parser/check. taken_away: after `no`.
  const Command* command = nullptr;
  std::shared_ptr<const void> value;
  bool taken_away = false;
  std::string hint;  // of a refused line: what may have been meant, in words; no router says it
};

struct HelpEntry {
  std::string token;  // keyword, "WORD", "A.B.C.D", "<1-65535>", "<cr>"
  std::string help;
  bool extension = false;  // a word that IOS has not
};

/// The line is one of IKEv1's, taken and without effect.
bool is_ikev1(const LineReport& report);
/// `exit` of a configuration mode.
bool is_exit(const LineReport& report);

/// Typing in configuration mode: holds the configuration under construction and the mode. One line at a time; nothing
/// outside changes until the owner takes `configuration()`.
class ConfigSession {
 public:
  explicit ConfigSession(Configuration start);
  ~ConfigSession();
  ConfigSession(ConfigSession&&) noexcept;
  ConfigSession& operator=(ConfigSession&&) noexcept;

  /// One line: comment, command of the current mode or of a parent (then the mode follows), `exit`, `end`, `no`,
  /// `default`. `do ...` is the caller's. Never throws; a refused line changes nothing.
  LineReport line(std::string_view text);
  /// False after `end`, or `exit` from global configuration.
  bool active() const;
  /// "config", "config-ikev2-proposal", ...: what stands in the parentheses of the prompt. Empty while the lines of a
  /// banner are awaited, which have none.
  std::string prompt() const;
  /// The next line is text (of a banner or certificate), whatever it says.
  bool takes_text() const;
  /// What `?` offers after `text` (text up to the cursor). A trailing blank asks for the next word.
  std::vector<HelpEntry> help(std::string_view text) const;
  /// `text` with its last word completed as Tab does, or unchanged when ambiguous or unknown.
  std::string complete(std::string_view text) const;
  const Configuration& configuration() const;
  /// The lines that lead from global configuration to the present mode.
  std::vector<std::string> path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ApplyResult {
  Configuration configuration;
  std::vector<LineReport> lines;  // those with something to say: refused, without effect, or answered
  bool refused_any = false;
};
/// Typing, pasting, loading a file and testing a sample are this one operation. Starts in global configuration mode;
/// `end` and a stray `exit` there are no-ops with a report. A refused line never loses the next.
ApplyResult apply(const Configuration& start, std::string_view text);

/// As `show running-config` prints it, from "!" to "end", without the "Building configuration..." head.
/// apply(Configuration{}, running_config(c)).configuration == c.
enum class Detail : std::uint8_t { usual, all };  // all: with the lines whose value is the default
std::string running_config(const Configuration& configuration, Detail detail = Detail::usual);
/// The block of one interface, as `show running-config interface X` prints it; empty where there is no such interface.
std::string interface_config(const Configuration& configuration, const std::string& name);

/// EXEC mode. `privileged`: after `enable`.
struct ExecResult {
  std::optional<ExecCommand> command;  // nullopt: `answer` says why
  std::string answer;
  std::optional<std::size_t> caret;
  std::string words{};  // of a command: the line with abbreviations written out
};
ExecResult parse_exec(std::string_view line, bool privileged);
std::vector<HelpEntry> exec_help(std::string_view text, bool privileged);
std::string exec_complete(std::string_view text, bool privileged);
/// Abbreviations of privileged EXEC written out, as far as `text` is understood.
std::string exec_words(std::string_view text);

}  // namespace parser
