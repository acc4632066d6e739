// A line that is checked, kept and printed: its words in canonical form. What has an effect is to be a struct of its own; of
// AAA, pools and authorization policies the words are read where they stand (kept_lines.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parser {

struct Kept {
  /// What a word is for: `selector` tells lines of one command apart. Secrets are shown in running-config alone; a `key` may
  /// be of type 6, a `password` of type 6 or 7, by the digit in front of it; of what is `hashed` a hash is kept.
  enum class Use : std::uint8_t { keyword, argument, selector, secret, key, password, hashed };
  struct Word {
    std::uint32_t at = 0;     // where it was read
    std::uint32_t begin = 0;  // where its blank stands in `text`
    Use use = Use::keyword;
  };
  std::string text;         // as running-config has it, without a trailing blank
  std::vector<Word> words;  // of `text`, in order
  bool padded = false;      // running-config prints a blank behind it

  /// Appends a word that was read at `at`, in place of what a failed branch had read there or later.
  void put(std::size_t at, std::string_view word, Use use);
  /// Forgets what was read at `at` or later.
  void cut(std::size_t at);
  std::string_view word(std::size_t index) const;
  /// Where this keyword stands.
  std::optional<std::size_t> keyword(std::string_view wanted) const;
  /// Where the first word of this use stands.
  std::optional<std::size_t> first(Use use) const;
  bool is_secret(std::size_t index) const { return words[index].use >= Use::secret; }
  /// "6" of `key 6 ...`; empty where no digit stands in front of the secret.
  std::string_view secret_type(std::size_t index) const;

  friend bool operator==(const Kept& a, const Kept& b) { return a.text == b.text; }
};

/// Both have the same words of use `selector`.
bool same_selectors(const Kept& a, const Kept& b);
/// `whole` begins with the words of `part`.
bool begins_with_words(const Kept& whole, const Kept& part);

}  // namespace parser
