#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <readline/history.h>
#include <readline/readline.h>

#include "parser/redact.hpp"

namespace cli {
namespace {

Terminal* present = nullptr;

constexpr int history_lines = 20;
constexpr int quiet_milliseconds = 50;
constexpr int endless = 32768;  // columns
constexpr int longest_typed = 8192;
constexpr char control_c = 0x03, control_r = 0x12, escape = 0x1b, control_z = 0x1a, control_caret = 0x1e;

}  // namespace

/// What readline calls.
struct ReadlineHooks {
  static void line(char* text) {
    present->accept_line(text);
    std::free(text);
  }
  static int octet(FILE*) { return present->next_octet(); }
  static int input_available() { return present->input_.empty() ? 0 : 1; }
  static int help(int, int key) {
    if (present->question_ || present->text_) return rl_insert(1, key);
    present->help();
    return 0;
  }
  static int complete(int, int key) {
    if (present->question_ || present->text_) return rl_insert(1, key);
    present->complete();
    return 0;
  }
  static int abandon(int, int) {
    present->abandon_line();
    return 0;
  }
  static int end(int, int) {
    present->end_configuration();
    return 0;
  }
  static void prepare(int) { rl_tty_set_echoing(1); }
  static void nothing() {}
};

RawTerminal::RawTerminal() {
  ::tcgetattr(STDIN_FILENO, &saved_);
  termios raw = saved_;
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT);
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

RawTerminal::~RawTerminal() { ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_); }

Terminal::Terminal(ControlClient& client) : client_(client) {
  present = this;
  prepare_readline();
}

Terminal::~Terminal() {
  rl_callback_handler_remove();
  present = nullptr;
}

void Terminal::prepare_readline() {
  // One behaviour on every account, unless somebody asks for another.
  ::setenv("INPUTRC", "/dev/null", 0);
  // Pasted comments hold dashes and quotes of more than seven bits, whatever the account's locale says.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  rl_readline_name = "sallyport";
  rl_catch_signals = 0;
  rl_prep_term_function = &ReadlineHooks::prepare;
  rl_deprep_term_function = &ReadlineHooks::nothing;
  rl_getc_function = &ReadlineHooks::octet;
  rl_input_available_hook = &ReadlineHooks::input_available;
  rl_catch_sigwinch = 0;
  rl_terminal_name = "dumb";
  rl_initialize();
  rl_set_screen_size(24, endless);
  rl_variable_bind("enable-bracketed-paste", "off");
  rl_variable_bind("enable-meta-key", "off");
  rl_variable_bind("convert-meta", "off");
  rl_variable_bind("input-meta", "on");
  rl_variable_bind("output-meta", "on");
  rl_variable_bind("bell-style", "none");
  rl_bind_key('?', &ReadlineHooks::help);
  rl_bind_key('\t', &ReadlineHooks::complete);
  rl_bind_key(control_c, &ReadlineHooks::abandon);
  rl_bind_key(control_z, &ReadlineHooks::end);
  using_history();
  stifle_history(history_lines);
}

void Terminal::run() {
  ask({RequestKind::hello, static_cast<std::uint16_t>(columns()), Interaction::terminal, {}}, false);
  show_prompt();
  while (!leave_) {
    while (!input_.empty() && !leave_) {
      if (typed_by_a_person()) use_the_terminals_ways();
      if (!drop_surplus()) rl_callback_read_char();
    }
    if (leave_) break;
    pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {client_.fd(), POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (ready[1].revents != 0) drain_monitor();
    if (ready[0].revents != 0 && !read_input()) break;
  }
  if (editing_) write("\n");
  if (lost_) throw std::runtime_error("the connection to sallyportd is lost");
}

/// A key that no script presses stands alone in what has come; in a paste it would not.
bool Terminal::typed_by_a_person() const {
  if (!plain_ || chosen_page_ == 0) return false;
  const bool key = input_.size() == 1 && (input_[0] == '\t' || input_[0] == control_r);
  const bool arrow = input_.size() == 3 && input_[0] == escape && (input_[1] == '[' || input_[1] == 'O');
  return key || arrow;
}

/// What does not fit the line any more is lost, and then the line is too.
bool Terminal::drop_surplus() {
  if (rl_end < longest_typed) return false;
  const auto end = std::min(input_.find_first_of("\r\n\b\x7f\x03\x15\x18"), input_.size());
  input_.erase(0, end);
  surplus_ = surplus_ || end > 0;
  return end > 0;
}

void Terminal::use_the_terminals_ways() {
  plain_ = false;
  const char* terminal = std::getenv("TERM");
  if (!terminal || std::string_view(terminal) == "dumb") return;
  const bool wrapped = prompt_columns() + static_cast<std::size_t>(rl_end) >= columns();
  rl_terminal_name = terminal;
  rl_reset_terminal(terminal);
  rl_set_screen_size(static_cast<int>(page_lines()), static_cast<int>(columns()));
  if (!wrapped) return;
  // Where the line began, readline cannot know: it begins anew below.
  write("\n");
  rl_on_new_line();
  rl_redisplay();
}

/// Told by a flag and not by an exception, which must not pass through readline.
void Terminal::lose() { lost_ = leave_ = true; }

/// Sends and shows everything up to its done; what is typed meanwhile waits, but for an interrupt.
void Terminal::ask(Request request, bool paged) {
  Pager pager(
      paged ? page_lines() : 0, columns(), [this](std::string_view text) { write(text); },
      [this] { return static_cast<char>(next_octet()); });
  if (!client_.send(request)) return lose();
  while (true) {
    auto reply = client_.receive_ready();
    if (!reply) return lose();
    if (!*reply) {
      pollfd ready[2] = {{client_.fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
      if (::poll(ready, input_ended_ ? 1 : 2, -1) < 0 && errno != EINTR) return lose();
      if (!input_ended_ && ready[1].revents != 0) forward_interrupt();
      continue;
    }
    switch ((*reply)->kind) {
      case ReplyKind::output:
      case ReplyKind::refusal:
      case ReplyKind::remark:
        pager.show((*reply)->text);
        break;
      case ReplyKind::monitor:
        write((*reply)->text);
        break;
      case ReplyKind::completion:
        completion_ = std::move((*reply)->text);
        return;
      case ReplyKind::done:
        prompt_ = std::move((*reply)->text);
        uncommitted_ = ((*reply)->flags & done_uncommitted) != 0;
        question_ = ((*reply)->flags & done_question) != 0;
        secret_ = ((*reply)->flags & done_secret) != 0;
        text_ = ((*reply)->flags & done_text) != 0;
        leave_ = leave_ || ((*reply)->flags & done_leave) != 0;
        if ((*reply)->page != page_unchanged) chosen_page_ = (*reply)->page;
        return;
    }
  }
}

void Terminal::show_prompt() {
  if (leave_) return;
  ahead_ = !input_.empty() || wait_for_input(0);
  editing_ = true;
  if (!plain_) rl_set_screen_size(static_cast<int>(page_lines()), static_cast<int>(columns()));
  rl_redisplay_function = secret_ ? &ReadlineHooks::nothing : &rl_redisplay;
  if (secret_) write(prompt_);
  rl_callback_handler_install(secret_ ? "" : prompt_.c_str(), &ReadlineHooks::line);
}

void Terminal::accept_line(const char* line) {
  rl_callback_handler_remove();
  editing_ = false;
  if (secret_) write("\n");
  if (!line) {
    write("\n");
    leave_ = true;
    return;
  }
  if (std::exchange(aborted_, false)) {
    surplus_ = false;
    ask({RequestKind::abort, 0, Interaction::terminal, {}}, false);
    return show_prompt();
  }
  std::string text = line;
  std::string remembered = text;
  if (!remembered.empty() && remembered.back() == control_z) remembered.pop_back();
  if (!remembered.empty() && !question_ && parser::without_keys(remembered) == remembered) add_history(remembered.c_str());
  if (std::exchange(surplus_, false)) {
    write("% Error: the line is longer than " + std::to_string(longest_typed) + " characters, and left out\n\n");
    return show_prompt();
  }
  ask({ahead_ ? RequestKind::ahead : RequestKind::line, static_cast<std::uint16_t>(prompt_columns()), Interaction::terminal,
       std::move(text)},
      true);
  settle_when_quiet();
  show_prompt();
}

/// Lines that come without a pause belong to one block; when the pause comes, the block is made durable.
void Terminal::settle_when_quiet() {
  if (!uncommitted_ || leave_ || !input_.empty() || wait_for_input(quiet_milliseconds)) return;
  ask({RequestKind::settle, 0, Interaction::terminal, {}}, false);
}

void Terminal::help() {
  const std::string before(rl_line_buffer, static_cast<std::size_t>(rl_point));
  rl_point = rl_end;
  rl_redisplay();
  write("?\n");
  ask({RequestKind::help, 0, Interaction::terminal, before}, true);
  if (leave_) return;
  rl_point = static_cast<int>(before.size());
  rl_on_new_line();
  rl_redisplay();
}

void Terminal::complete() {
  const std::string before(rl_line_buffer, static_cast<std::size_t>(rl_point));
  ask({RequestKind::complete, 0, Interaction::terminal, before}, false);
  if (leave_ || completion_ == before) return;
  rl_delete_text(0, rl_point);
  rl_point = 0;
  rl_insert_text(completion_.c_str());
}

void Terminal::abandon_line() {
  if (question_) {
    aborted_ = true;
    rl_replace_line("", 0);
    rl_point = 0;
    rl_newline(1, '\n');
    return;
  }
  rl_point = rl_end;
  rl_redisplay();
  write("\n");
  rl_replace_line("", 0);
  rl_point = 0;
  rl_on_new_line();
  rl_redisplay();
}

void Terminal::end_configuration() {
  rl_point = rl_end;
  const char text[] = {control_z, '\0'};
  rl_insert_text(text);
  rl_redisplay();
  rl_newline(1, '\n');
}

void Terminal::drain_monitor() {
  while (true) {
    auto reply = client_.receive_ready();
    if (!reply) return lose();
    if (!*reply) return;
    if ((*reply)->kind == ReplyKind::monitor) on_monitor((*reply)->text);
  }
}

/// The line being typed makes room, or stays where it is, and comes back below.
void Terminal::on_monitor(const std::string& text) {
  if (plain_)
    write("\n");
  else
    rl_clear_visible_line();
  write(text);
  rl_on_new_line();
  rl_redisplay();
}

bool Terminal::wait_for_input(int milliseconds) {
  pollfd ready{STDIN_FILENO, POLLIN, 0};
  return ::poll(&ready, 1, milliseconds) > 0;
}

bool Terminal::read_input() {
  char buffer[4096];
  const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) {
    input_ended_ = true;
    return false;
  }
  for (ssize_t i = 0; i < got; ++i) {
    const bool belongs_to_cr = after_cr_ && (buffer[i] == '\n' || buffer[i] == '\0');
    after_cr_ = buffer[i] == '\r';
    if (!belongs_to_cr && buffer[i] != '\0') input_.push_back(buffer[i]);
  }
  return true;
}

int Terminal::next_octet() {
  while (input_.empty())
    if (!read_input()) return EOF;
  const char c = input_.front();
  input_.erase(0, 1);
  return static_cast<unsigned char>(c);
}

/// Ctrl-C and Ctrl-^ end the command under way and whatever was typed before them.
void Terminal::forward_interrupt() {
  if (!read_input()) return;
  const auto at = input_.find_last_of(std::string{control_c, control_caret});
  if (at == std::string::npos) return;
  input_.erase(0, at + 1);
  client_.send({RequestKind::interrupt, 0, Interaction::terminal, {}});
}

void Terminal::write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

unsigned Terminal::page_lines() const {
  if (chosen_page_ >= 0) return static_cast<unsigned>(chosen_page_);
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

unsigned Terminal::columns() const {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace cli
