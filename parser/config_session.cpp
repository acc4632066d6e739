#include <algorithm>
#include <unordered_map>
#include <utility>

#include "parser/capture.hpp"
#include "parser/exec_lines.hpp"
#include "parser/kept.hpp"
#include "parser/merge.hpp"
#include "parser/no_effect.hpp"
#include "parser/open_blocks.hpp"
#include "parser/text.hpp"

namespace parser {
namespace {

const char invalid_input[] = "% Invalid input detected at '^' marker.";

std::string note_text(std::string_view why) { return "% NOTE: no effect here: " + std::string(why); }

}  // namespace

struct ConfigSession::Impl {
  explicit Impl(const Configuration& start) : editor(start), snapshot(start) {}

  void execute(std::size_t level, Parsed parsed, std::size_t indent, LineReport& report);
  void share_value(Parsed& parsed);
  void merge(std::size_t level, const Parsed& parsed, std::size_t indent, LineReport& report);
  bool take_text(LineReport& report);
  bool may_be_header(const CleanLine& refused, const Refusal& worst) const;
  void line(const CleanLine& cleaned, LineReport& report);

  /// A line whose text goes on over the next ones.
  struct Unfinished {
    std::size_t level, indent;
    Parsed parsed;
  };

  void go_deeper(const CleanLine& line);
  void enter_range(const InterfaceRange& range, std::size_t indent);
  std::optional<Editor::Path> in_other(std::size_t interface, const Editor::Path& here) const;
  Editor::Change merge_everywhere(Editor::Path& here, const Parsed& parsed);

  Editor editor;
  Editor::Path path;
  std::vector<std::size_t> others;  // with `interface range`: the other interfaces that lines of the block at path[0] go to
  OpenBlocks blocks;                // those of `path`
  std::optional<Unfinished> unfinished;
  /// The line before, where it was kept as it stands: what stands deeper now may be its block.
  struct KeptLine {
    std::size_t place, indent;
    bool known;  // by a command of the mode
  };
  std::optional<KeptLine> before;
  std::unordered_map<const Command*, Value> last_values;
  bool after_refused_header = false;  // what is indented now belongs to it
  bool active = true;
  mutable bool changed = false;
  mutable Configuration snapshot;
};

void ConfigSession::Impl::execute(std::size_t level, Parsed parsed, std::size_t indent, LineReport& report) {
  if (!parsed.refusal.empty()) {
    report.verdict = Verdict::refused;
    report.answer = parsed.refusal;
    return;
  }
  const Command& command = *parsed.command;
  report.command = &command;
  report.value = parsed.value;
  report.taken_away = parsed.form != Form::set;
  if (command.merge() == Merge::leave || command.merge() == Merge::finish) {
    active = command.merge() == Merge::leave && level > 0;
    before.reset();
    path.resize(active ? level - 1 : 0);
    if (path.empty()) others.clear();
    blocks.close_to(path.size());
    return;
  }
  if (parsed.form == Form::set && command.unfinished(parsed.value.get())) {
    unfinished = Unfinished{level, indent, std::move(parsed)};
    report.verdict = Verdict::no_effect;
    return;
  }
  share_value(parsed);
  merge(level, parsed, indent, report);
}

/// Ten thousand blocks say the same in most of their lines: it is there once.
void ConfigSession::Impl::share_value(Parsed& parsed) {
  const Command& command = *parsed.command;
  if (parsed.form != Form::set || (command.merge() != Merge::once && command.merge() != Merge::many)) return;
  Value& last = last_values[&command];
  if (last && command.equal(last.get(), parsed.value.get()))
    parsed.value = last;
  else
    last = parsed.value;
}

/// Where another interface of the range has the block at `here`.
std::optional<Editor::Path> ConfigSession::Impl::in_other(std::size_t interface, const Editor::Path& here) const {
  Editor::Path there = {interface};
  for (std::size_t level = 1; level < here.size(); ++level) {
    const auto& lines = editor.block(there).children;
    const Node& wanted = editor.block(Editor::Path(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(level) + 1));
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& line) {
      return line->command == wanted.command && line->command->equal(line->value.get(), wanted.value.get());
    });
    if (found == lines.end()) return std::nullopt;
    there.push_back(static_cast<std::size_t>(found - lines.begin()));
  }
  return there;
}

/// The block that is open, and the others of an `interface range`; the first refusal speaks for all.
Editor::Change ConfigSession::Impl::merge_everywhere(Editor::Path& here, const Parsed& parsed) {
  Editor::Change change = editor.merge(here, parsed);
  for (std::size_t i = 0; i < others.size() && !here.empty() && !change.answer.refused; ++i) {
    const auto there = in_other(others[i], here);
    if (!there) continue;
    const Editor::Change next = editor.merge(*there, parsed);
    if (next.answer.refused) change.answer = next.answer;
  }
  return change;
}

/// `interface range`: the block of the first interface is open, and what is said there goes to all.
void ConfigSession::Impl::enter_range(const InterfaceRange& range, std::size_t indent) {
  const Command* opener = nullptr;
  for (const auto& command : global_mode().commands())
    if (command->type() == typeid(Interface)) opener = command.get();
  std::vector<std::size_t> places;
  for (const std::string& name : range.names) {
    auto header = std::make_shared<Interface>();
    header->name = name;
    const Editor::Change change = editor.merge({}, {opener, std::move(header), Form::set, false, {}, {}});
    if (change.created)
      for (std::size_t& place : places) place += place >= change.entered;
    places.push_back(change.entered);
  }
  path = {places.front()};
  blocks.close_to(0);
  blocks.open(*opener->opens(), indent);
  others.assign(places.begin() + 1, places.end());
}

void ConfigSession::Impl::merge(std::size_t level, const Parsed& parsed, std::size_t indent, LineReport& report) {
  const Command& command = *parsed.command;
  Editor::Path here(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(level));
  if (level == 0) others.clear();
  const Editor::Change change = merge_everywhere(here, parsed);
  report.answer = change.answer.answer;
  if (change.answer.refused) {
    report.verdict = Verdict::refused;
    return;
  }
  changed = true;
  path = std::move(here);
  blocks.close_to(path.size());
  const std::string_view note = command.note(parsed.value.get());
  if ((!command.has_effect() || !note.empty()) && !command.effective_in(editor.block(path), parsed.value.get())) {
    report.verdict = Verdict::no_effect;
    // `no ip address` is what running-config prints where there is none; it claims no effect.
    const bool says_none = parsed.form != Form::set && parsed.bare && !command.absent().empty();
    if (!note.empty() && !says_none && report.answer.empty()) report.answer = note_text(note);
  }
  if (command.type() == typeid(InterfaceRange))
    return enter_range(*static_cast<const InterfaceRange*>(parsed.value.get()), indent);
  if (parsed.form != Form::set) return;
  if (!command.opens() && command.mode->keeps_any()) before = KeptLine{change.entered, indent, !command.opaque()};
  if (!command.opens() || !command.enters(parsed.value.get())) return;
  path.push_back(change.entered);
  blocks.open(*command.opens(), indent);
  if (std::string advice = command.advice(editor.root(), editor.block(path), change.created); !advice.empty())
    report.answer = std::move(advice);
}

/// A line that is deeper than one that was kept before it begins the block of that one, unless the mode knows it as its own:
/// indentation means nothing where the words say enough.
void ConfigSession::Impl::go_deeper(const CleanLine& line) {
  const std::optional<KeptLine> head = std::exchange(before, std::nullopt);
  if (!head || line.indent <= head->indent) return;
  const Mode& mode = blocks.mode(path.size());
  Session session(line.text);
  Parsed parsed;
  if (head->known && understand(mode, session, parsed) == Outcome::ok) return;
  OpenBlocks deeper = blocks;
  deeper.open(*mode.block_of_any()->opens(), head->indent);
  Refusal why;
  const auto found = deeper.owner(line, why);
  if (!found || found->level != deeper.depth() || found->parsed.command->merge() == Merge::leave) return;
  Editor::Path line_path = path;
  line_path.push_back(head->place);
  for (const std::size_t interface : others)
    if (auto there = in_other(interface, line_path)) {
      const std::size_t place = there->back();
      there->pop_back();
      editor.deepen(*there, place);
    }
  editor.deepen(path, head->place);
  changed = true;
  path = std::move(line_path);
  blocks = std::move(deeper);
}

/// The next line of a text. False when the text ended before this line, which then stands for itself.
bool ConfigSession::Impl::take_text(LineReport& report) {
  const Unfinished text = *unfinished;
  switch (text.parsed.command->take(const_cast<void*>(text.parsed.value.get()), report.text)) {
    case Taken::more:
      report.verdict = Verdict::no_effect;
      return true;
    case Taken::done:
      unfinished.reset();
      merge(text.level, text.parsed, text.indent, report);
      return true;
    case Taken::refused:
      break;
  }
  unfinished.reset();
  report.hint = text_cut_short;
  return false;
}

/// A refused line at the left margin may be the head of a block, unless the open block knows more of it than global
/// configuration does: there its fault is one of the block's own lines.
bool ConfigSession::Impl::may_be_header(const CleanLine& refused, const Refusal& worst) const {
  if (refused.indent > 0 || refused.text.front() == '#') return false;
  if (path.empty()) return true;
  Session session(refused.text);
  Parsed parsed;
  if (understand(global_mode(), session, parsed) == Outcome::ok) return false;
  const auto far = static_cast<std::size_t>(session.far() - session.begin());
  if (far != worst.at || far > 0) return far == worst.at;
  const std::string_view word(session.begin(), Session::token_end(session.begin(), session.end()));
  const auto nearly_begins = [&](const Mode* mode) {
    return std::any_of(mode->commands().begin(), mode->commands().end(), [&](const auto& command) {
      return !command->lead().empty() && nearly_same(word, command->lead().front());
    });
  };
  const std::vector<const Mode*> open = blocks.chain();
  return nearly_begins(&global_mode()) || std::none_of(open.begin(), open.end(), nearly_begins);
}

void ConfigSession::Impl::line(const CleanLine& cleaned, LineReport& report) {
  if (cleaned.indent == 0) after_refused_header = false;
  Refusal worst;
  if (after_refused_header) {
    Session session(cleaned.text);
    Parsed parsed;
    if (understand(global_mode(), session, parsed) != Outcome::ok) {
      report.verdict = Verdict::refused;
      report.answer = below_refused;
      return;
    }
    after_refused_header = false;
  }
  go_deeper(cleaned);
  blocks.line_at(cleaned.indent);
  if (auto found = blocks.owner(cleaned, worst)) return execute(found->level, std::move(found->parsed), cleaned.indent, report);
  if (is_captured(cleaned.text)) {
    report.verdict = Verdict::no_effect;
    report.hint = no_effect::captured;
    return;
  }
  if (const std::size_t prompt = behind_prompt(cleaned.text); prompt > 0) {
    CleanLine rest{cleaned.text.substr(prompt), 0, {}};
    if (rest.text.empty() || rest.text.front() == '!') {
      report.verdict = Verdict::no_effect;
      return;
    }
    const bool at_exec = cleaned.text.find('(') >= prompt;
    const bool is_do = same_letters(std::string_view(rest.text).substr(0, 3), "do ");
    const bool is_exec = at_exec && (is_exec_of_routers(rest.text) || parse_exec(rest.text, true).command);
    if (is_do || is_exec || rest.text == "^Z") {
      report.verdict = Verdict::no_effect;
      report.answer = note_text(no_effect::exec_line);
      return;
    }
    line(rest, report);
    if (report.caret) report.caret = cleaned.column(prompt + *report.caret);
    return;
  }
  report.verdict = Verdict::refused;
  report.hint = oddity(cleaned.text);
  if (report.hint.empty()) report.hint = worst.hint;
  after_refused_header = may_be_header(cleaned, worst);
  switch (worst.outcome) {
    case Outcome::incomplete:
      report.answer = "% Incomplete command.";
      break;
    case Outcome::ambiguous:
      report.answer = "% Ambiguous command:  \"" + cleaned.text + "\"";
      break;
    default:
      report.answer = worst.complaint;
      if (!report.answer.empty()) break;
      report.answer = invalid_input;
      report.caret = cleaned.column(worst.at);
  }
}

bool is_ikev1(const LineReport& report) {
  return report.verdict == Verdict::no_effect && report.command && !report.taken_away &&
         report.command->note(report.value.get()) == no_effect::isakmp;
}

bool is_exit(const LineReport& report) { return report.command && report.command->merge() == Merge::leave; }

ConfigSession::ConfigSession(Configuration start) : impl_(std::make_unique<Impl>(start)) {}
ConfigSession::~ConfigSession() = default;
ConfigSession::ConfigSession(ConfigSession&&) noexcept = default;
ConfigSession& ConfigSession::operator=(ConfigSession&&) noexcept = default;

LineReport ConfigSession::line(std::string_view text) {
  LineReport report;
  report.text = text.substr(0, text.find_last_not_of("\r\n") + 1);
  if (impl_->unfinished && impl_->take_text(report)) return report;
  std::size_t pager = behind_pager(report.text);
  CleanLine cleaned = clean(std::string_view(report.text).substr(pager));
  while (const std::size_t more = behind_pager(cleaned.text)) {
    pager += cleaned.column(more);
    cleaned = clean(std::string_view(cleaned.text).substr(more));
  }
  if (cleaned.text.empty() || cleaned.text.front() == '!') {
    if (pager > 0) report.verdict = Verdict::no_effect;
    return report;
  }
  if (same_letters(cleaned.text, "quit")) cleaned.text = "exit";  // where no text awaits it, it is that
  impl_->line(cleaned, report);
  if (report.caret) *report.caret += pager;
  return report;
}

bool ConfigSession::active() const { return impl_->active; }

bool ConfigSession::takes_text() const { return impl_->unfinished.has_value(); }

std::string ConfigSession::prompt() const {
  if (impl_->unfinished) return impl_->unfinished->parsed.command->prompt(impl_->unfinished->parsed.value.get());
  if (impl_->path.empty()) return global_mode().prompt();
  if (!impl_->others.empty()) return "config-if-range";
  const Node& block = impl_->editor.block(impl_->path);
  const std::string own = block.command->prompt(block.value.get());
  if (!own.empty()) return own;
  std::size_t level = impl_->path.size();
  while (impl_->blocks.mode(level).prompt().empty()) --level;
  return impl_->blocks.mode(level).prompt();
}

std::vector<HelpEntry> ConfigSession::help(std::string_view text) const {
  std::vector<HelpEntry> out;
  for (Expect& e : offers(impl_->blocks.chain(), text))
    out.push_back({std::move(e.text), std::move(e.help), e.kind == Expect::Kind::extension});
  return out;
}

std::string ConfigSession::complete(std::string_view text) const { return completed(impl_->blocks.chain(), text); }

std::vector<std::string> ConfigSession::path() const {
  std::vector<std::string> out;
  const auto name_of = [&](std::size_t place) {
    const std::string text = line_text(impl_->editor.block({place}));
    return text.substr(std::min(text.size(), text.find(' ') + 1));
  };
  std::string range;
  for (const std::size_t place : impl_->others) range += " , " + name_of(place);
  for (std::size_t level = 1; level <= impl_->path.size(); ++level)
    out.push_back(line_text(
        impl_->editor.block(Editor::Path(impl_->path.begin(), impl_->path.begin() + static_cast<std::ptrdiff_t>(level)))));
  if (!range.empty()) out.front() = "interface range " + name_of(impl_->path.front()) + range;
  return out;
}

const Configuration& ConfigSession::configuration() const {
  if (impl_->changed) impl_->snapshot = impl_->editor.snapshot();
  impl_->changed = false;
  return impl_->snapshot;
}

}  // namespace parser
