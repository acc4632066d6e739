#include "parser/kept.hpp"

namespace parser {

void Kept::cut(std::size_t at) {
  while (!words.empty() && words.back().at >= at) {
    text.resize(words.back().begin);
    words.pop_back();
  }
}

void Kept::put(std::size_t at, std::string_view word, Use use) {
  cut(at);
  words.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(text.size()), use});
  if (!text.empty()) text += ' ';
  text += word;
}

std::string_view Kept::word(std::size_t index) const {
  const std::size_t begin = words[index].begin + (words[index].begin > 0 ? 1 : 0);
  const std::size_t end = index + 1 < words.size() ? words[index + 1].begin : text.size();
  return std::string_view(text).substr(begin, end - begin);
}

std::optional<std::size_t> Kept::keyword(std::string_view wanted) const {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i].use == Use::keyword && word(i) == wanted) return i;
  return std::nullopt;
}

std::optional<std::size_t> Kept::first(Use use) const {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i].use == use) return i;
  return std::nullopt;
}

std::string_view Kept::secret_type(std::size_t index) const {
  const bool typed = index > 0 && words[index - 1].use == Use::keyword;
  const std::string_view before = typed ? word(index - 1) : std::string_view();
  return before.size() == 1 && before[0] >= '0' && before[0] <= '9' ? before : std::string_view();
}

bool same_selectors(const Kept& a, const Kept& b) {
  std::size_t i = 0, k = 0;
  for (;; ++i, ++k) {
    while (i < a.words.size() && a.words[i].use != Kept::Use::selector) ++i;
    while (k < b.words.size() && b.words[k].use != Kept::Use::selector) ++k;
    if (i == a.words.size() || k == b.words.size()) return i == a.words.size() && k == b.words.size();
    if (a.word(i) != b.word(k)) return false;
  }
}

bool begins_with_words(const Kept& whole, const Kept& part) {
  return whole.text.starts_with(part.text) && (whole.text.size() == part.text.size() || whole.text[part.text.size()] == ' ');
}

}  // namespace parser
