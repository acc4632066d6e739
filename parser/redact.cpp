#include "parser/redact.hpp"

#include <algorithm>
#include <cctype>

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
  for (const char* other : {"secret", "key-string", "passphrase", "server-key", "password-encrypt", "community"})
    if (word == other) return true;
  return false;
}

bool announces_key(const std::string& word) {
  if (word.size() < shortest || word.size() > keyword.size() + typos) return false;
  return keyword.substr(0, word.size()) == word || edit_distance(word, keyword) <= typos;
}

/// `ppk manual id ID key KEY`
bool is_ppk(std::string_view word) {
  return word.size() == 3 &&
         std::equal(word.begin(), word.end(), "ppk", [](unsigned char a, char b) { return std::tolower(a) == b; });
}

}  // namespace

std::string without_keys(std::string_view line) {
  std::string out(line);
  std::size_t at = 0;
  std::string before;
  while ((at = out.find_first_not_of(" \t", at)) != std::string::npos) {
    const std::size_t end = std::min(out.find_first_of(" \t", at), out.size());
    const std::string word = lower(out.substr(at, end - at));
    const std::size_t next = std::min(out.find_first_not_of(" \t", end), out.size());
    const std::string after = lower(out.substr(next, out.find_first_of(" \t", next) - next));
    if (announces_key(word) || announces_secret(before, word, after) || (is_ppk(word) && before != "keyring")) {
      std::replace_if(
          out.begin() + static_cast<std::ptrdiff_t>(end), out.end(), [](char c) { return c != ' ' && c != '\t'; }, '*');
      return out;
    }
    before = word;
    at = end;
  }
  return out;
}

}  // namespace parser
