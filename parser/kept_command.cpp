#include "parser/kept_command.hpp"

namespace parser {

void KeptCommand::print(const void* value, bool, std::string& out) const {
  const Kept& line = of(value);
  out += line.text;
  if (line.padded) out += ' ';
}

void KeptCommand::print_hidden(const void* value, std::string& out) const {
  const Kept& line = of(value);
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    if (!out.empty()) out += ' ';
    out += line.words[i].use == Kept::Use::secret ? "******" : line.word(i);
  }
}

/// One column: what follows the keywords, without secrets.
std::vector<BoundColumn> KeptCommand::columns(const void* value) const {
  std::vector<BoundColumn> out = {{"value", false, {}}};
  if (!value) return out;
  const Kept& line = of(value);
  std::size_t keywords = 0;
  std::string text;
  const std::string leading = keyword();
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    if (keywords < leading.size()) {
      keywords += line.word(i).size() + 1;
      continue;
    }
    if (line.words[i].use != Kept::Use::secret) text += (text.empty() ? "" : " ") + std::string(line.word(i));
  }
  if (!text.empty()) out[0].value = std::move(text);
  return out;
}

bool KeptCommand::same(const void* old, const void* given, bool bare) const {
  if (merge_ == Merge::once) return true;
  if (bare) return begins_with_words(of(old), of(given));
  return selects() ? same_selectors(of(old), of(given)) : of(old) == of(given);
}

}  // namespace parser
