#include <algorithm>
#include <tuple>

#include "parser/command.hpp"
#include "parser/kept.hpp"
#include "parser/text.hpp"

namespace parser {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

Mode::Mode(std::string name, std::string prompt, std::vector<std::unique_ptr<Command>> commands, std::unique_ptr<Command> trailer)
    : name_(std::move(name)), prompt_(std::move(prompt)), commands_(std::move(commands)), trailer_(std::move(trailer)) {
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    Command& command = *commands_[i];
    command.mode = this;
    command.index = command.rank = i;
    if (command.opaque()) (command.merge() == Merge::block ? block_of_any_ : opaque_) = &command;
    if (command.merge() == Merge::leave && command.keyword().starts_with("exit-")) closing_ = command.keyword();
    negatable_ = negatable_ || command.allows(Form::no);
  }
  if (keeps_any())
    for (const auto& command : commands_) command->rank = 0;
  index();
}

void Mode::index() {
  places_.emplace_back();
  for (const auto& command : commands_) {
    if (command->opaque()) continue;
    std::size_t place = 0;
    for (const std::string& keyword : command->lead()) {
      places_[place].below.push_back(command->index);
      const auto& next = places_[place].next;
      const auto known = std::find_if(next.begin(), next.end(), [&](const auto& step) { return step.first == keyword; });
      if (known != next.end()) {
        place = known->second;
        continue;
      }
      places_[place].next.emplace_back(keyword, places_.size());
      place = places_.size();
      places_.emplace_back();
    }
    places_[place].here.push_back(command->index);
  }
  const auto before = [](const auto& a, const auto& b) { return lower(a.first.front()) < lower(b.first.front()); };
  for (Place& place : places_) std::stable_sort(place.next.begin(), place.next.end(), before);
}

namespace {

/// Those steps, sorted by their keywords, whose keyword has this first letter.
template <class Steps>
auto with_letter(const Steps& steps, char letter) {
  const auto first = [](const auto& step) { return lower(step.first.front()); };
  const auto from =
      std::lower_bound(steps.begin(), steps.end(), lower(letter), [&](const auto& s, char c) { return first(s) < c; });
  auto to = from;
  while (to != steps.end() && first(*to) == lower(letter)) ++to;
  return std::pair(from, to);
}

}  // namespace

bool Mode::may_begin(std::string_view word) const {
  if (!places_[0].here.empty() || word.empty()) return true;
  const auto [from, to] = with_letter(places_[0].next, word.front());
  return std::any_of(from, to, [&](const auto& step) { return starts_with_letters(step.first, word); });
}

bool Mode::has_keyword(std::string_view word) const {
  return std::any_of(places_[0].next.begin(), places_[0].next.end(),
                     [&](const auto& step) { return same_letters(step.first, word); });
}

/// The commands whose keywords the line at `first` does not contradict, in table order. In the first pass nothing but full
/// keywords counts, and false says that an abbreviation may be meant.
bool Mode::candidates(It first, const Session& session, std::vector<std::size_t>& out) const {
  const Place* place = &places_[0];
  for (It p = first;;) {
    out.insert(out.end(), place->here.begin(), place->here.end());
    p = Session::skip(p, session.end());
    const It end = Session::token_end(p, session.end());
    const Place* next = nullptr;
    bool abbreviates = false;
    const bool asked = p == end || p == session.help_at;
    const auto [from, to] = asked ? std::pair(place->next.end(), place->next.end()) : with_letter(place->next, *p);
    for (auto step = from; step != to; ++step) {
      const auto& [keyword, behind] = *step;
      if (session.stands_for(p, keyword)) next = &places_[behind];
      abbreviates = abbreviates || starts_with_letters(keyword, {p, end});
    }
    if (!next) {
      if (session.recording) out.insert(out.end(), place->below.begin(), place->below.end());
      if (!session.recording && abbreviates) return false;
      break;
    }
    place = next;
    p = end;
  }
  std::sort(out.begin(), out.end());
  return true;
}

bool Mode::parse_form(It first, Session& session, Parsed& parsed) const {
  const Form form = session.form;
  thread_local std::vector<std::size_t> tried;
  tried.clear();
  if (!candidates(first, session, tried)) return false;
  for (const std::size_t index : tried) {
    const auto& command = commands_[index];
    if (!command->allows(form)) continue;
    session.bare = false;
    It p = first;
    Value value, trailer;
    if (!command->parse(p, session.end(), session, value)) continue;
    if (trailer_ && command->takes_trailer()) trailer_->parse(p, session.end(), session, trailer);
    if (!session.at_end(p)) continue;
    parsed = {command.get(), std::move(value), form, session.bare, std::move(trailer), {}};
    return true;
  }
  return false;
}

bool Mode::parse(Session& session, Parsed& parsed) const {
  const It start = Session::skip(session.begin(), session.end());
  if (session.opaque) {
    It p = start;
    Value value;
    if (!opaque_ || !opaque_->parse(p, session.end(), session, value)) return false;
    parsed = {opaque_, std::move(value), Form::set, false, {}, {}};
    return true;
  }
  if (negatable_) {
    session.form = Form::no;
    It p = session.match_keyword(start, "no", "Negate a command or set its defaults");
    if (p && parse_form(p, session, parsed)) return true;
    session.form = Form::default_;
    p = session.match_keyword(start, "default", "Set a command to its defaults");
    if (p && parse_form(p, session, parsed)) return true;
  }
  session.form = Form::set;
  return parse_form(start, session, parsed);
}

void settle(Parsed& parsed) {
  if (parsed.form == Form::set || !parsed.bare) parsed.refusal = parsed.command->settle(const_cast<void*>(parsed.value.get()));
}

namespace {

/// Other parts of IOS whose lines may say anything are known by their first words alone: an abbreviation of those would take
/// what is meant for another mode, as `mode tunnel` for `modemcap`, or `crypto ...` for `cryptographic-algorithm`.
bool guesses(const Mode& mode, const Session& session, const Parsed& parsed) {
  const Command& command = *parsed.command;
  if (command.type() != typeid(Kept)) return false;
  It p = Session::skip(session.begin(), session.end());
  if (&mode != &global_mode()) {
    const std::string_view word(p, Session::token_end(p, session.end()));
    const bool in_full = parsed.form != Form::set || command.lead().empty() || same_letters(word, command.lead().front());
    return !in_full && (same_letters(word, "do") || global_mode().has_keyword(word));
  }
  if (!command.syntax().ends_with("[LINE]")) return false;
  const auto next = [&] { p = Session::skip(Session::token_end(p, session.end()), session.end()); };
  if (parsed.form != Form::set) next();
  for (const std::string& keyword : command.lead()) {
    if (!same_letters({p, Session::token_end(p, session.end())}, keyword)) return true;
    next();
  }
  return false;
}

}  // namespace

Outcome understand(const Mode& mode, Session& session, Parsed& parsed) {
  const bool plain = mode.parse(session, parsed);
  const Outcome outcome = plain ? Outcome::ok : drive(session, [&](Session& s) { return mode.parse(s, parsed); });
  if (outcome == Outcome::ok && !plain && guesses(mode, session, parsed)) return Outcome::invalid;
  if (outcome == Outcome::ok) settle(parsed);
  return outcome;
}

namespace {

/// The text before the cursor, ready to parse, and where the word under the cursor begins.
struct Asked {
  std::string line;
  std::size_t at = 0;
  std::string_view partial() const { return std::string_view(line).substr(at); }
};

Asked asked_of(std::string_view text) {
  Asked out{clean(text).text, 0};
  const bool next_word = text.empty() || text.back() == ' ' || text.back() == '\t';
  if (next_word && !out.line.empty()) out.line += ' ';
  const std::size_t blank = out.line.find_last_of(" \t");
  out.at = blank == std::string::npos ? 0 : blank + 1;
  return out;
}

/// Whether what was typed of the word may become what is expected.
bool may_become(std::string_view partial, const Expect& e) {
  if (partial.empty()) return true;
  const bool digit = partial[0] >= '0' && partial[0] <= '9';
  switch (e.kind) {
    case Expect::Kind::keyword:
    case Expect::Kind::type_name:
    case Expect::Kind::extension:
      return starts_with_letters(e.text, partial);
    case Expect::Kind::argument:
      if (e.text[0] == '<' || e.text == "A.B.C.D") return digit;
      if (e.text[0] == 'X') return partial.find_first_not_of("0123456789abcdefABCDEF:./") == std::string_view::npos;
      return true;
    case Expect::Kind::cr:
      return false;
  }
  return false;
}

}  // namespace

std::vector<Expect> offers(const std::vector<const Mode*>& modes, std::string_view text) {
  const Asked asked = asked_of(text);
  for (const Mode* mode : modes) {
    Session session(asked.line);
    session.help_at = session.begin() + asked.at;
    Parsed parsed;
    std::vector<Expect> found = ask(session, [&](Session& s) { return mode->parse(s, parsed); });
    std::erase_if(found, [&](const Expect& e) { return !may_become(asked.partial(), e); });
    if (found.empty()) continue;
    std::sort(found.begin(), found.end(), [](const Expect& a, const Expect& b) {
      const auto place = [](const Expect& e) { return std::max(e.kind, Expect::Kind::argument); };
      return std::tuple(place(a), a.text, a.help) < std::tuple(place(b), b.text, b.help);
    });
    return found;
  }
  return {};
}

std::string completed(const std::vector<const Mode*>& modes, std::string_view text) {
  const std::size_t blank = text.find_last_of(" \t");
  const std::size_t at = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view partial = text.substr(at);
  if (partial.empty()) return std::string(text);
  const Expect* only = nullptr;
  const std::vector<Expect> found = offers(modes, text);
  for (const Expect& e : found) {
    if (e.kind == Expect::Kind::argument || e.kind == Expect::Kind::cr) continue;
    if (e.kind == Expect::Kind::extension && only) break;  // what IOS has goes before
    if (same_letters(e.text, partial)) {
      only = &e;
      break;
    }
    if (only) return std::string(text);
    only = &e;
  }
  if (!only) return std::string(text);
  return std::string(text.substr(0, at)) + only->text + (only->kind == Expect::Kind::type_name ? "" : " ");
}

const std::vector<const Mode*>& config_modes() {
  static const std::vector<const Mode*> modes = [] {
    std::vector<const Mode*> out = {&global_mode()};
    for (std::size_t i = 0; i < out.size(); ++i)
      for (const auto& command : out[i]->commands())
        if (const Mode* inner = command->opens(); inner && std::find(out.begin(), out.end(), inner) == out.end())
          out.push_back(inner);
    return out;
  }();
  return modes;
}

}  // namespace parser
