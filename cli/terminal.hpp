// The shell at a terminal: GNU readline for the line, the daemon for everything else.
#pragma once

#include <termios.h>

#include <functional>
#include <string>

#include "cli/control_client.hpp"
#include "cli/pager.hpp"

namespace cli {

/// One at a time: readline knows no objects. The terminal is in raw mode from construction to destruction, so that what
/// is pasted ahead is neither echoed by the kernel nor lost.
class Terminal {
 public:
  explicit Terminal(ControlClient& client);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Until the user leaves. Throws std::runtime_error when the daemon goes away.
  void run();

 private:
  friend struct ReadlineHooks;

  void prepare_readline();
  void ask(Request request, bool paged);
  void lose();
  void settle_when_quiet();
  void show_prompt();
  void accept_line(const char* line);
  void help();
  void complete();
  void abandon_line();
  void end_configuration();
  void on_monitor(const std::string& text);
  void drain_monitor();

  bool wait_for_input(int milliseconds);
  bool read_input();
  int next_octet();
  void forward_interrupt();
  void write(std::string_view text);
  unsigned page_lines() const;
  unsigned columns() const;
  std::size_t prompt_columns() const { return prompt_.size(); }

  ControlClient& client_;
  termios saved_{};
  std::string input_;      // read from the terminal, not yet looked at by readline
  bool after_cr_ = false;  // a line feed or NUL behind a carriage return is part of it
  bool ahead_ = false;     // what answers the present prompt was there before it, or the beginning of it
  bool input_ended_ = false, leave_ = false, lost_ = false, editing_ = false;
  bool uncommitted_ = false, question_ = false, secret_ = false;
  std::string prompt_, completion_;
  int chosen_page_ = -1;  // `terminal length`; -1: as the window
};

}  // namespace cli
