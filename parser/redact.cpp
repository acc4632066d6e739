#include "parser/redact.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>
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

/// `other`, its beginning as far as it is its own ("session" is no "session-key"), or it with one letter wrong.
bool nearly(const std::string& word, std::string_view other) {
  const std::size_t hyphen = other.rfind('-');
  const std::size_t own = hyphen == std::string_view::npos ? shortest + 1 : hyphen + 2;
  if (word.size() < own || word.front() != other.front()) return false;
  return other.starts_with(word) ||
         (word.size() + 1 >= other.size() && word.size() <= other.size() + 1 && edit_distance(word, other) <= 1);
}

/// Lines of protocols that have a word of their own before the secret. `first` is the first word of the line.
bool announces_others_secret(const std::string& first, const std::string& before, const std::string& word,
                             const std::string& after) {
  if (before == "host") return first == "snmp-server";  // the community stands behind the address and its options
  if (word == "authentication")
    return before == "nhrp" || (before == "rip" && after != "mode" && after != "key-chain") || first == "standby" ||
           first == "vrrp" || first == "glbp";
  if (word == "psk") return before != "group" && before != "user";  // of a profile's authorization
  if (before == "environment")
    for (const char* hint : {"pw", "pass", "secret", "key"})
      if (word.find(hint) != std::string::npos) return true;
  return word.ends_with("-psk");
}

/// Words behind which a secret stands, unless the word before or after them says that they mean something else.
bool announces_secret(const std::string& first, const std::string& before, const std::string& word, const std::string& after) {
  if (word == "key" || word == "kye")
    return before != "crypto" && before != "tunnel" && after != "chain" && !after.starts_with("config-key") &&
           after != "generate" && after != "zeroize" && after != "pubkey-chain" && first != "ntp";
  if (nearly(word, "password") || word.ends_with("-password")) return after != "encryption";
  if (announces_others_secret(first, before, word, after)) return true;
  if (word == "auth" || word == "priv") return after == "md5" || after == "sha" || after.ends_with("des") || after == "aes";
  // The passphrase of an exported key stands behind its format, with a place and a cipher between.
  if (word == "pem" || word == "pkcs12") return true;
  for (const char* other : {"secret", "key-string", "passphrase", "server-key", "password-encrypt", "community", "session-key",
                            "authentication-key", "message-digest-key"})
    if (nearly(word, other)) return true;
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

/// `pre-shared-key local KEY`
bool is_side(std::string_view word) { return word == "local" || word == "remote"; }

/// `scheme://user:password@host`: where the password stands of the first address behind `from` that has one.
std::pair<std::size_t, std::size_t> password_in_url(const std::string& line, std::size_t from) {
  for (std::size_t at = line.find("://", from); at != std::string::npos; at = line.find("://", at + 3)) {
    const std::size_t word_ends = next_place(line, at, true);
    const std::size_t host = line.rfind('@', word_ends), colon = line.find(':', at + 3);
    if (host != std::string::npos && host >= at && colon <= host) return {colon + 1, host};
  }
  return {line.size(), line.size()};
}

/// Where the secret begins that ends the line.
std::size_t secret_place(const std::string& line) {
  std::string before, word;
  std::size_t at = next_place(line, 0, false), end = next_place(line, at, true);
  std::string after = lower(line.substr(at, end - at));
  const std::string first = after;
  while (!after.empty()) {
    before = std::exchange(word, std::exchange(after, {}));
    const std::size_t behind = end;
    at = next_place(line, behind, false);
    end = next_place(line, at, true);
    after = lower(line.substr(at, end - at));
    if (announces_key(word) || announces_secret(first, before, word, after) || (is_ppk(word) && before != "keyring"))
      return announces_key(word) && is_side(after) && next_place(line, end, false) < line.size() ? end : behind;
  }
  return line.size();
}

}  // namespace

std::string without_keys(std::string_view line) {
  std::string out(line);
  for (auto [from, to] = password_in_url(out, 0); from < out.size(); std::tie(from, to) = password_in_url(out, to))
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(from), out.begin() + static_cast<std::ptrdiff_t>(to), '*');
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(secret_place(out)), out.end(), [](char c) { return !blank(c); }, '*');
  return out;
}

std::string without_key_lengths(std::string_view line) {
  constexpr std::string_view hidden = "******";
  std::string out(line);
  for (auto [from, to] = password_in_url(out, 0); from < out.size();
       std::tie(from, to) = password_in_url(out, from + hidden.size()))
    out.replace(from, to - from, hidden);
  if (const std::size_t secret = next_place(out, secret_place(out), false); secret < out.size())
    out.replace(secret, std::string::npos, hidden);
  return out;
}

}  // namespace parser
