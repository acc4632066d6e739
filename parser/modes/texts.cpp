#include "parser/modes/texts.hpp"

#include <algorithm>
#include <cctype>

#include "parser/capture.hpp"
#include "parser/text.hpp"

namespace parser {
namespace {

std::size_t delimiter_size(std::string_view text) { return text.starts_with("^C") ? 2 : 1; }

/// Where the banner begins in the text of the line: behind the keywords.
std::size_t banner_begin(const Kept& line) { return line.words.back().begin + 1; }

bool banner_is_open(const Kept& line) {
  const std::string_view banner = std::string_view(line.text).substr(banner_begin(line));
  const std::size_t size = delimiter_size(banner);
  return banner.find(banner.substr(0, size), size) == std::string_view::npos;
}

/// Between "^C" and "^C", as running-config has it, unless that stands in the text; what follows is forgotten.
void make_canonical(Kept& line) {
  const std::size_t begin = banner_begin(line);
  const std::string banner = line.text.substr(begin);
  const std::size_t size = delimiter_size(banner);
  const std::string typed = banner.substr(0, size);
  const std::string body = banner.substr(size, banner.find(typed, size) - size);
  const bool usual = body.find("^C") == std::string::npos && !body.ends_with('^');
  line.text.resize(begin);
  line.text += (usual ? "^C" : typed) + body + (usual ? "^C" : typed);
}

/// Saved files have the octet that "^C" stands for.
std::string with_carets(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\x03' ? std::string("^C") : std::string(1, c);
  return out;
}

std::string settle_banner(Kept& line) {
  const std::size_t begin = banner_begin(line);
  if (line.text[begin] == '\x03') line.text.replace(begin, std::string::npos, with_carets(line.text.substr(begin)));
  const std::string_view banner = std::string_view(line.text).substr(begin);
  if (!printable(banner)) return "% The banner has a control character";
  if (!banner_is_open(line)) make_canonical(line);
  return {};
}

std::string settle_client_banner(Kept& line) {
  const std::size_t begin = banner_begin(line);
  const bool word = line.text.size() > begin + 1 && line.text[begin + 1] != ' ' &&
                    std::isalnum(static_cast<unsigned char>(line.text[begin])) != 0;
  if (word) line.text = line.text.substr(0, begin) + "^C" + line.text.substr(begin) + "^C";
  return settle_banner(line);
}

Taken take_banner_line(Kept& line, std::string_view raw) {
  const std::size_t pager = behind_pager(raw);
  if (pager > 0 && pager == raw.size()) return Taken::more;
  const bool at_head = line.text.find('\n') == std::string::npos;
  if (at_head && raw.starts_with("Enter TEXT message.")) return Taken::more;  // a router says that, in a capture
  raw.remove_prefix(pager);
  const bool carets = line.text.compare(banner_begin(line), 2, "^C") == 0;
  const std::string typed = carets ? with_carets(raw) : std::string(raw);
  std::string text;
  std::copy_if(typed.begin(), typed.end(), std::back_inserter(text), [](char c) { return c == '\t' || (c & 0xE0) != 0; });
  line.text += "\n" + text.substr(behind_pager(text));
  if (banner_is_open(line)) return Taken::more;
  make_canonical(line);
  return Taken::done;
}

bool has_digits_behind(const Kept& line) { return line.text.find("nvram:") == std::string::npos; }

Taken take_certificate_line(Kept& line, std::string_view raw) {
  const std::string text = clean(raw.substr(behind_pager(raw))).text;
  if (same_letters(text, "quit")) {
    line.text += "\n  \tquit";
    return Taken::done;
  }
  if (text.find_first_not_of("0123456789abcdefABCDEF \t") != std::string_view::npos) return Taken::refused;
  if (!text.empty()) line.text += "\n  " + text;
  return Taken::more;
}

Taken take_macro_line(Kept& line, std::string_view raw) {
  const std::size_t pager = behind_pager(raw);
  if (pager > 0 && pager == raw.size()) return Taken::more;
  const CleanLine next = clean(raw.substr(pager));
  if (!printable(next.text)) return Taken::refused;
  line.text += "\n" + std::string(next.indent, ' ') + next.text;
  return next.text == "@" ? Taken::done : Taken::more;
}

}  // namespace

KeptRules macro_rules(std::string_view note) {
  return {.note = note, .unfinished = [](const Kept&) { return true; }, .take = take_macro_line};
}

KeptRules banner_rules(std::string_view note) {
  return {.note = note, .settle = settle_banner, .unfinished = banner_is_open, .take = take_banner_line};
}

KeptRules client_banner_rules(std::string_view note, bool (*effective)(const Kept&)) {
  KeptRules rules = banner_rules(note);
  rules.effective = effective;
  rules.settle = settle_client_banner;
  return rules;
}

KeptRules certificate_rules(std::string_view note) {
  return {.note = note,
          .prompt = [](const Kept&) -> std::string { return "config-pki-hexmode"; },
          .unfinished = has_digits_behind,
          .take = take_certificate_line};
}

KeptRules public_key_rules(std::string_view note) {
  return {.note = note,
          .prompt = [](const Kept&) -> std::string { return "config-pubkey"; },
          .unfinished = [](const Kept&) { return true; },
          .take = take_certificate_line};
}

}  // namespace parser
