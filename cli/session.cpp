#include "cli/session.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "cli/exec_commands.hpp"
#include "cli/help_text.hpp"
#include "cli/pki_dialogue.hpp"
#include "cli/text_file.hpp"
#include "parser/capture.hpp"
#include "parser/operators.hpp"
#include "parser/pki_names.hpp"
#include "parser/redact.hpp"

namespace cli {
namespace {

constexpr char control_z = 0x1a;
constexpr std::size_t config_prompt_name = 20;
constexpr std::string_view ambiguous = "% Ambiguous command:";

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.pop_back();
  std::erase(text, '\0');
  return text;
}

bool blank_or_comment(const std::string& text) {
  const auto at = text.find_first_not_of(" \t");
  return at == std::string::npos || text[at] == '!';
}

/// What a banner that is open is answered with; nothing for other texts.
std::string invitation(const std::string& text) {
  std::istringstream words(text);
  std::string command, which, banner;
  if (!(words >> command >> which >> banner) || !command.starts_with("ban")) return {};
  const std::string delimiter = banner.starts_with("^C") ? "^C" : banner.substr(0, 1);
  return "Enter TEXT message.  End with the character '" + delimiter + "'.\n";
}

/// Where the command behind `do` begins; nullopt when the line is no `do`.
std::optional<std::size_t> behind_do(const std::string& text) {
  const auto word = text.find_first_not_of(" \t");
  if (word == std::string::npos || text.size() < word + 3) return std::nullopt;
  const auto lower = [&](std::size_t at) { return std::tolower(static_cast<unsigned char>(text[at])); };
  if (lower(word) != 'd' || lower(word + 1) != 'o' || (text[word + 2] != ' ' && text[word + 2] != '\t')) return std::nullopt;
  return word + 3;
}

/// What a terminal shows beside configuration.
bool passed_over(const parser::LineReport& line) { return line.verdict == parser::Verdict::no_effect && !line.command; }

/// The line is one of configuration with a fault of its own: EXEC knows less of it.
bool says_more(const parser::LineReport& line, const parser::ExecResult& exec) {
  if (line.verdict != parser::Verdict::refused) return false;
  if (line.caret) return exec.caret && *line.caret > *exec.caret;
  return line.answer != "% Incomplete command." && !line.answer.starts_with(ambiguous);
}

}  // namespace

Session::Session(Backend& backend, SessionOptions options, Send send)
    : backend_(backend), options_(std::move(options)), send_(std::move(send)), last_line_(backend.monotonic()) {}

void Session::handle(Request request) {
  if (over_) return;
  if (request.kind == RequestKind::interrupt) {
    if (activity_) activity_->interrupt();
    return;
  }
  waiting_.push_back(std::move(request));
  drain();
}

void Session::drain() {
  if (std::exchange(draining_, true)) return;
  while (!busy_ && !over_ && !waiting_.empty()) {
    const Request next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(next);
  }
  draining_ = false;
}

void Session::begin(const Request& request) {
  busy_ = true;
  refused_ = false;
  indent_ = request.number;
  switch (request.kind) {
    case RequestKind::line:
    case RequestKind::ahead:
      last_line_ = backend_.monotonic();
      after_exit_ = after_exit_ && request.kind == RequestKind::ahead;
      line(without_line_end(request.text));
      break;
    case RequestKind::help:
      output(help(request.text));
      done();
      break;
    case RequestKind::complete:
      send_({ReplyKind::completion, 0, page_unchanged, complete(request.text)});
      busy_ = false;
      break;
    case RequestKind::settle:
      commit([self = shared_from_this()] { self->done(); });
      break;
    case RequestKind::finish:
      if (std::exchange(answer_, nullptr)) refuse("% The input ended before the question was answered", std::nullopt);
      question_.clear();
      if (config_)
        leave_configuration();
      else
        done();
      break;
    case RequestKind::abort:
      answer_ = nullptr;
      question_.clear();
      done();
      break;
    case RequestKind::piece:
      take_piece(request.text);
      break;
    case RequestKind::store:
      store_file(request.text);
      break;
    case RequestKind::hello:
    case RequestKind::interrupt:
      done();
      break;
  }
}

void Session::take_piece(const std::string& octets) {
  if (!options_.privileged)
    refuse("% Error: privilege level 15 is needed", std::nullopt);
  else if (file_.size() + octets.size() > most_of_a_file)
    refuse("% Error: the file is larger than " + std::to_string(most_of_a_file) + " bytes", std::nullopt);
  else
    file_ += octets;
  done();
}

void Session::store_file(const std::string& name) {
  const auto octets = std::make_shared<const std::string>(std::exchange(file_, {}));
  if (!options_.privileged) {
    refuse("% Error: privilege level 15 is needed", std::nullopt);
    return done();
  }
  backend_.log().add(backend_.now(), {5, "%SYS-5-IMPORT: User " + escaped(options_.user) + " sends " + escaped(name)});
  const auto why = std::make_shared<std::string>();
  backend_.render(
      [octets, name, why, flash = backend_.flash()] {
        const auto written = write_text_file(name, flash, *octets, FileMode::replace);
        if (!written.ok()) *why = written.failure().why;
        return std::string();
      },
      [self = shared_from_this(), why](const std::string&) {
        if (!why->empty()) self->refuse(*why, std::nullopt);
        self->done();
      });
}

void Session::line(const std::string& text) {
  if (answer_) {
    question_.clear();
    const auto answer = std::exchange(answer_, nullptr);
    answer(text);
    return;
  }
  if (at_terminal() && !text.empty() && !(config_ && config_->takes_text())) {
    history_.push_back(parser::without_key_lengths(text));
    if (history_.size() > history_lines) history_.pop_front();
  }
  if (config_)
    config_line(text);
  else if (blank_or_comment(text) || text.front() == control_z)
    done();
  else
    exec_line(text, 0);
}

void Session::config_line(const std::string& text) {
  const bool is_text = config_->takes_text();
  if (const auto offset = is_text ? std::nullopt : behind_do(text)) {
    commit([self = shared_from_this(), text, offset = *offset] { self->exec_line(text, offset); });
    return;
  }
  refresh();
  const auto before = at_terminal() ? std::optional(config_->configuration()) : std::nullopt;
  // Ctrl-Z runs the line it ends, then leaves.
  const bool leaves = !text.empty() && text.back() == control_z;
  const parser::LineReport line = config_->line(leaves ? text.substr(0, text.size() - 1) : text);
  if (const auto order = parser::master_key_order(line)) return master_key(*order);
  if (const auto command = parser::pki_command(line))
    return commit(
        [self = shared_from_this(), command, typed = parser::without_keys(line.text)] { carry_out(self, *command, typed); });
  if (const auto name = parser::removed_trustpoint(line); name && before && !parser::prompts_quietly(*before))
    if (const parser::Node* chain = parser::chain_block(before->data().root, *name); chain && !chain->children.empty())
      return confirm_removal(line, *name);
  if (line.command && config_->takes_text()) text_opener_ = parser::without_keys(line.text);
  report(line, is_text);
  if (at_terminal() && !is_text && config_->takes_text()) output(invitation(line.text));
  after_exit_ = parser::is_exit(line);
  if (leaves || !config_->active())
    leave_configuration();
  else
    done();
}

/// The line is in config_ already, and leaves it again unless the user says yes; then the certificates go too.
void Session::confirm_removal(const parser::LineReport& line, const std::string& trustpoint) {
  ask("% Removing an enrolled trustpoint will destroy all certificates\n"
      " received from the related Certificate Authority.\n\nAre you sure you want to do this? [yes/no]: ",
      [self = shared_from_this(), line, trustpoint](const std::string& answer) {
        if (answer != "y" && answer != "yes") {
          self->replay();
          return self->done();
        }
        self->report(line, false);
        const std::string chain = "no crypto pki certificate chain " + trustpoint;
        self->config_->line(chain);
        self->journal_.push_back(chain);
        self->output("% Be sure to ask the CA administrator to revoke your certificates.\n");
        self->done();
      });
}

/// The master key is no part of the configuration: what was entered before it is committed first, and it comes after.
void Session::master_key(const parser::MasterKeyOrder& order) {
  commit([self = shared_from_this(), order] {
    if (order.remove && self->at_terminal())
      self->ask("WARNING: All type 6 encrypted keys will become unusable\nContinue with master key deletion ? [yes/no]: ",
                [self, order](const std::string& answer) { answer == "yes" ? self->set_master_key(order) : self->done(); });
    else if (order.remove || !order.key.empty())
      self->set_master_key(order);
    else
      self->ask_master_key();
  });
}

void Session::ask_master_key() {
  if (!at_terminal()) {
    refuse("% Incomplete command.", std::nullopt);
    return done();
  }
  const auto confirm = [self = shared_from_this()](const std::string& key) {
    if (key.size() < parser::shortest_master_key) {
      self->refuse("% Invalid key: the master key must have at least 8 characters", std::nullopt);
      return self->done();
    }
    self->ask(
        "Confirm key: ",
        [self, key](const std::string& again) {
          if (again == key) return self->set_master_key({false, key});
          self->refuse("% The keys do not match, the master key is not changed", std::nullopt);
          self->done();
        },
        Echo::hidden);
  };
  ask("New key: ", confirm, Echo::hidden);
}

void Session::set_master_key(parser::MasterKeyOrder order) {
  parser::Origin origin{options_.user, options_.line, order.remove ? "the master key was removed" : "the master key was set", {}};
  backend_.set_master_key(std::move(order), std::move(origin), [self = shared_from_this()](const engine::Status& status) {
    if (!status.ok())
      self->refuse("% Error: the master key could not be stored, and is what it was: " + status.failure().why, std::nullopt);
    self->done();
  });
}

/// `is_text`: the line is part of a banner or certificate, which a blank line and a comment are too.
void Session::report(const parser::LineReport& line, bool is_text) {
  if (line.verdict == parser::Verdict::refused) {
    const bool hints = !at_terminal() && !line.hint.empty();
    refuse(line.answer + (hints ? "\n% Hint: " + line.hint : ""), line.caret);
    return;
  }
  if (config_ && (is_text || !blank_or_comment(line.text))) {
    journal_.push_back(line.text);
    if (config_->active() && entered_.size() < parser::most_logged_commands)
      entered_.push_back(parser::without_key_lengths(line.text));
    uncommitted_ = true;
  }
  ikev1_entered_ = ikev1_entered_ || parser::is_ikev1(line);
  if (line.hint == parser::text_cut_short) refuse("% Error: " + line.hint, std::nullopt);
  if (const std::string odd = is_text || at_terminal() ? std::string() : parser::typographic(line.text); !odd.empty())
    send_({ReplyKind::remark, 0, page_unchanged, "% Hint: " + odd + "\n"});
  if (line.answer.empty()) return;
  if (at_terminal())
    output(line.answer + "\n");
  else if (line.verdict == parser::Verdict::no_effect)
    send_({ReplyKind::remark, 0, page_unchanged, line.answer + "\n"});
}

/// At levels below 15 a command has the level of user EXEC or privileged EXEC, unless the configuration moved it. Files are
/// written by level 15 alone.
parser::ExecResult Session::understood(std::string_view text) const {
  auto parsed = parser::parse_exec(text, options_.privileged);
  if (options_.privileged) return parsed;
  auto all = parser::parse_exec(text, true);
  const auto level = all.command ? parser::command_privilege(backend_.running(), all.words) : std::nullopt;
  if (!level || all.command->modifier.has_file()) return parsed;
  if (*level <= options_.level) return all;
  return {std::nullopt, "% Invalid input detected at '^' marker.", 0, {}};
}

bool Session::has_all_of(std::string_view text) const {
  if (options_.privileged) return true;
  const auto level = parser::command_privilege(backend_.running(), parser::exec_words(text));
  return level && *level <= options_.level;
}

void Session::exec_line(const std::string& text, std::size_t offset) {
  auto parsed = understood(std::string_view(text).substr(offset));
  if (parsed.command) {
    execute(shared_from_this(), std::move(*parsed.command));
    return;
  }
  if (!config_ && options_.privileged && !parser::is_exec_of_routers(text)) {
    parser::ConfigSession trial(backend_.running());
    const parser::LineReport first = trial.line(text);
    if (first.verdict != parser::Verdict::refused && trial.active() && !passed_over(first)) {
      enter_configuration();
      return config_line(text);
    }
    if (passed_over(first) || says_more(first, parsed)) {
      report(first, false);
      return done();
    }
  }
  refuse(parsed.answer, parsed.caret ? std::optional(*parsed.caret + offset) : std::nullopt);
  done();
}

void Session::enter_configuration() {
  config_.emplace(backend_.running());
  base_revision_ = backend_.revision();
  known_warnings_ = backend_.warnings();
  journal_.clear();
  uncommitted_ = false;
}

void Session::leave_configuration() {
  if (config_->takes_text()) refuse(parser::text_not_ended(text_opener_), std::nullopt);
  commit([self = shared_from_this()] {
    self->config_.reset();
    self->journal_.clear();
    self->uncommitted_ = false;
    self->backend_.log().add(self->backend_.now(),
                             {5, "%SYS-5-CONFIG_I: Configured from console by " + escaped(self->options_.user)});
    self->print_warnings();
    self->done();
  });
}

/// Someone else has committed since: what was entered here goes on top of that.
void Session::refresh() {
  if (!config_ || base_revision_ == backend_.revision()) return;
  replay();
}

/// The configuration as it runs, with what was entered here on top.
void Session::replay() {
  parser::ConfigSession fresh(backend_.running());
  for (const auto& line : journal_) fresh.line(line);
  config_.emplace(std::move(fresh));
  base_revision_ = backend_.revision();
}

void Session::enter_lines(const std::vector<std::string>& lines, const std::string& command, std::function<void(bool)> then) {
  refresh();
  for (const std::string& text : lines) {
    const parser::LineReport line = config_->line(text);
    if (line.verdict == parser::Verdict::refused) refuse(line.answer, std::nullopt);
    journal_.push_back(text);
  }
  entered_.push_back(command);
  uncommitted_ = true;
  commit([self = shared_from_this(), then = std::move(then)] { then(!self->refused_); });
}

void Session::commit(std::function<void()> then) {
  if (!config_ || !uncommitted_) {
    then();
    return;
  }
  if (base_revision_ == backend_.revision() && config_->configuration() == backend_.running()) {
    uncommitted_ = false;
    then();
    return;
  }
  auto self = shared_from_this();
  const auto build = [self] {
    self->refresh();
    return self->config_->configuration();
  };
  parser::Origin origin{options_.user, options_.line, {}, std::exchange(entered_, {})};
  backend_.commit(build, std::move(origin), [self, then = std::move(then)](const engine::Status& status) {
    if (status.ok()) {
      self->uncommitted_ = false;
      if (self->config_) self->journal_ = self->config_->path();
      // The commit may have encrypted what was entered: then the session goes on from there.
      if (self->config_ && self->config_->configuration() == self->backend_.running())
        self->base_revision_ = self->backend_.revision();
    } else {
      self->refuse("% Error: the configuration could not be stored: " + status.failure().why, std::nullopt);
    }
    then();
  });
}

void Session::print_warnings() {
  const std::unordered_set<std::string_view> known(known_warnings_.begin(), known_warnings_.end());
  for (const auto& warning : backend_.warnings())
    if (!known.contains(warning)) output("% Warning: " + warning + "\n");
  if (std::exchange(ikev1_entered_, false))
    output(
        "% NOTE: IKEv1 is not spoken (RFC 9395). 'show crypto isakmp conversion' shows the IKEv2 configuration that does\n"
        "        the same, to be entered after this one.\n");
}

std::string Session::help(const std::string& text) const {
  if (!config_) return exec_help(text, has_all_of(text));
  if (const auto offset = behind_do(text)) return exec_help(text.substr(*offset), true);
  const auto entries = config_->help(text);
  if (entries.empty()) {
    // Only a line that is tried says that it is ambiguous: on a copy.
    parser::ConfigSession trial(config_->configuration());
    for (const auto& line : config_->path()) trial.line(line);
    if (const auto answer = trial.line(text).answer; answer.starts_with(ambiguous)) return answer + "\n";
  }
  return help_text(text, entries, mode_title(config_->prompt()), options_.columns);
}

std::string Session::exec_help(const std::string& text, bool privileged) const {
  const auto entries = parser::exec_help(text, privileged);
  if (entries.empty())
    if (const auto answer = parser::parse_exec(text, privileged).answer; answer.starts_with(ambiguous)) return answer + "\n";
  return help_text(text, entries, "Exec commands:", options_.columns);
}

std::string Session::complete(const std::string& text) const {
  if (!config_) return parser::exec_complete(text, has_all_of(text));
  if (const auto offset = behind_do(text)) return text.substr(0, *offset) + parser::exec_complete(text.substr(*offset), true);
  return config_->complete(text);
}

void Session::refuse(const std::string& answer, std::optional<std::size_t> caret) {
  refused_ = true;
  std::string text = caret ? std::string(indent_ + *caret, ' ') + "^\n" : "";
  text += answer + (at_terminal() ? "\n\n" : "\n");
  send_({ReplyKind::refusal, 0, page_unchanged, std::move(text)});
}

void Session::done(std::uint8_t flags) {
  if (refused_) flags |= done_refused;
  if (over_) flags |= done_leave;
  if (uncommitted_) flags |= done_uncommitted;
  if (answer_) flags |= done_question;
  if (answer_ && echo_ == Echo::hidden) flags |= done_secret;
  if (!answer_ && config_ && config_->takes_text()) flags |= done_text;
  busy_ = false;
  // A prompt that nobody sees would cost a file of 150,000 lines a look over the whole configuration for each.
  const std::string shown = answer_ ? question_ : at_terminal() || !config_ ? prompt() : std::string();
  send_({ReplyKind::done, flags, std::exchange(new_page_, page_unchanged), shown});
  drain();
}

void Session::ask(std::string question, std::function<void(const std::string&)> answer, Echo echo) {
  question_ = std::move(question);
  echo_ = echo;
  answer_ = std::move(answer);
  done();
}

std::string Session::prompt() const {
  if (config_ && config_->prompt().empty()) return {};
  if (config_) return config_->configuration().hostname().substr(0, config_prompt_name) + "(" + config_->prompt() + ")#";
  return backend_.running().hostname() + (options_.privileged || options_.level > 1 ? "#" : ">");
}

UserRow Session::row(const Session& asking) const {
  return {options_.line, options_.user, backend_.monotonic() - last_line_, this == &asking};
}

void Session::disconnected() {
  send_ = [](const Reply&) {};
  if (std::exchange(over_, true)) return;
  activity_.reset();
  answer_ = nullptr;
  waiting_.clear();
  if (at_terminal() && !busy_) commit([] {});
}

}  // namespace cli
