// The shell at a terminal: GNU readline for the line, the daemon for everything else.
#pragma once

#include <termios.h>

#include <functional>
#include <string>

#include "cli/control_client.hpp"
#include "cli/pager.hpp"

namespace cli {

/// Standard input's terminal hands every octet over as it comes, and echoes nothing: from construction to destruction. To be made
/// before anything that takes time, since what is typed ahead would be echoed by the kernel. Nothing that was typed is lost.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios saved_{};
};

/// One at a time: readline knows no objects. It edits as if the terminal were a dumb one of a single endless line, so that what
/// is typed is echoed as it is, and nothing else is written: a script may be typing. A person shows by the first Tab, arrow or
/// Ctrl-R that the terminal's own ways are welcome.
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
  bool typed_by_a_person() const;
  void use_the_terminals_ways();
  bool drop_surplus();
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
  std::string input_;      // read from the terminal, not yet looked at by readline
  bool after_cr_ = false;  // a line feed or NUL behind a carriage return is part of it
  bool ahead_ = false;     // what answers the present prompt was there before it, or the beginning of it
  bool input_ended_ = false, leave_ = false, lost_ = false, editing_ = false;
  bool surplus_ = false;  // the line is longer than what is kept of it
  bool plain_ = true;     // as above; for good with `terminal length 0`
  bool uncommitted_ = false, question_ = false, secret_ = false, text_ = false;
  bool aborted_ = false;  // the line that ends now takes the question back
  std::string prompt_, completion_;
  int chosen_page_ = -1;  // `terminal length`; -1: as the window
};

}  // namespace cli
