#include "parser/redact.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "parser/edit_distance.hpp"

namespace parser {
namespace {

constexpr std::string_view keyword = "pre-shared-key";
constexpr std::size_t shortest = 3;
constexpr std::size_t typos = 2;

std::string lower(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

/// Words behind which a secret stands, unless the word before or after them says that they mean something else.
bool announces_secret(const std::string& before, const std::string& word, const std::string& after) {
  if (word == "key")
    return before != "crypto" && before != "tunnel" && after != "chain" && !after.starts_with("config-key") &&
           after != "generate" && after != "zeroize" && after != "pubkey-chain";
  if (word == "password") return after != "encryption";
  // The passphrase of an exported key stands behind its format, with a place and a cipher between.
  for (const char* other :
       {"secret", "key-string", "passphrase", "server-key", "password-encrypt", "community", "session-key", "pem", "pkcs12"})
    if (word == other) return true;
  return false;
}

bool announces_key(const std::string& word) {
  if (word.size() < shortest || word.size() > keyword.size() + typos) return false;
  if (word.size() + typos < keyword.size()) return keyword.starts_with(word);
  return edit_distance(word, keyword) <= typos || keyword.starts_with(word);
}

bool blank(char c) { return c == ' ' || c == '\t'; }
/// The next place from `at` on that is a blank, or is none; every line that is typed comes through here.
std::size_t next_place(std::string_view line, std::size_t at, bool wanted) {
  while (at < line.size() && blank(line[at]) != wanted) ++at;
  return at;
}

/// `ppk manual id ID key KEY`
bool is_ppk(std::string_view word) {
  return word.size() == 3 &&
         std::equal(word.begin(), word.end(), "ppk", [](unsigned char a, char b) { return std::tolower(a) == b; });
}

}  // namespace

std::string without_keys(std::string_view line) {
  std::string out(line);
  std::string before, word;
  std::size_t at = next_place(line, 0, false), end = next_place(line, at, true);
  std::string after = lower(out.substr(at, end - at));
  while (!after.empty()) {
    before = std::exchange(word, std::exchange(after, {}));
    const std::size_t behind = end;
    at = next_place(line, behind, false);
    end = next_place(line, at, true);
    after = lower(out.substr(at, end - at));
    if (announces_key(word) || announces_secret(before, word, after) || (is_ppk(word) && before != "keyring")) {
      std::replace_if(
          out.begin() + static_cast<std::ptrdiff_t>(behind), out.end(), [](char c) { return !blank(c); }, '*');
      return out;
    }
  }
  return out;
}

}  // namespace parser
