#include "parser/kept_command.hpp"

#include <algorithm>

#include "parser/kept_habits.hpp"
#include "parser/redact.hpp"
#include "parser/type7.hpp"

namespace parser {

namespace {

/// The text of the line without what else is secret in it: the rest of a line that nobody takes apart.
std::string without_other_secrets(const Kept& line) {
  for (std::size_t i = 0; i < line.words.size(); ++i)
    if (line.is_secret(i)) return line.text;
  return without_keys(line.text);
}

std::string_view word_of(const std::string& text, const Kept& line, std::size_t index) {
  const auto at = static_cast<std::size_t>(line.word(index).data() - line.text.data());
  return std::string_view(text).substr(at, line.word(index).size());
}

}  // namespace

std::string KeptCommand::settle(void* value) const {
  Kept& line = *static_cast<Kept*>(value);
  for (std::size_t i = 0; i < line.words.size(); ++i)
    if (line.words[i].use == Kept::Use::password && line.secret_type(i) == "7" && !type7_decoded(line.word(i)))
      return "% Invalid password of type 7: two digits, at most 15, and two hexadecimal digits for each character are expected";
  return rules_.settle ? rules_.settle(line) : "";
}

void KeptCommand::print(const void* value, bool, std::string& out) const {
  const Kept& line = of(value);
  out += line.text;
  if (line.padded) out += ' ';
}

void KeptCommand::print_hidden(const void* value, std::string& out) const {
  const Kept& line = of(value);
  const std::string shown = without_other_secrets(line);
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const std::string_view word = word_of(shown, line, i);
    const bool hides = word != line.word(i) && word.find_first_not_of('*') == std::string_view::npos;
    if (!out.empty()) out += ' ';
    out += line.is_secret(i) || hides ? "******" : word;
    if (hides) return;  // and everything behind it: the number of words is no one's either
  }
}

std::string KeptCommand::default_line() const {
  if (!rules_.hidden.empty() || rules_.negation != Negation::kept_alone) return std::string(rules_.hidden);
  std::string on;  // unless a line says `no`
  for (const std::string& word : lead()) on += (on.empty() ? "" : " ") + word;
  return on;
}

/// One column: what follows the keywords, without secrets.
std::vector<BoundColumn> KeptCommand::columns(const void* value) const {
  std::vector<BoundColumn> out = {{"value", false, {}}};
  if (!value) return out;
  const Kept& line = of(value);
  std::size_t keywords = 0;
  std::string text;
  const std::string leading = keyword();
  const std::string shown = without_other_secrets(line);
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    if (keywords < leading.size()) {
      keywords += line.word(i).size() + 1;
      continue;
    }
    if (!line.is_secret(i)) text += (text.empty() ? "" : " ") + std::string(word_of(shown, line, i));
  }
  if (!text.empty()) out[0].value = std::move(text);
  return out;
}

bool KeptCommand::same(const void* old, const void* given, bool bare) const {
  if (merge_ == Merge::once) return true;
  if (bare) return begins_with_words(of(old), of(given)) || names_same(of(old).text, of(given).text);
  if (selects()) return same_selectors(of(old), of(given));
  const std::string_view part = single_part(of(given).text, singles_);
  return part.empty() ? of(old) == of(given) : single_part(of(old).text, singles_) == part;
}

bool KeptCommand::gives_way(const void* value) const {
  return rules_.negation == Negation::kept_where_absent && !is_switch(of(value).text);
}

void KeptCommand::says_no(Kept& line) const {
  if (rules_.no_bare && line.words.size() > lead().size()) line.cut(line.words[lead().size()].at);
}

void KeptCommand::learn_singles() {
  if (rules_.negation == Negation::kept_where_absent && merge_ == Merge::many) singles_ = single_valued(lead());
}

/// The first line of the same selectors becomes one with the given line.
Answer KeptCommand::add(Lines& lines, const void* value) const {
  const auto old =
      std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return same(line->value.get(), value, false); });
  auto node = std::make_shared<Node>();
  node->command = this;
  node->value = std::make_shared<Kept>(of(value));
  if (old == lines.end()) {
    lines.push_back(std::move(node));
    return {};
  }
  const std::string text = rules_.joined(of((*old)->value.get()), of(value));
  Session session(text);
  It first = session.begin();
  Value joined;
  if (parse(first, session.end(), session, joined) && session.at_end(first)) node->value = std::move(joined);
  *old = std::move(node);
  return {};
}

}  // namespace parser
