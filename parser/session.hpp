// What one line knows while it is parsed: where it failed farthest, what would have been accepted there, which
// abbreviations are settled. The terminals write it, the driver reads it; no Spirit here.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parser {

using It = const char*;

/// `no` and `default` in front of a command.
enum class Form : std::uint8_t { set, no, default_ };

/// One thing that would have been accepted: a keyword, an interface type, an argument ("WORD", "<1-10>"), a keyword that IOS has
/// not, the end.
struct Expect {
  enum class Kind : std::uint8_t { keyword, type_name, argument, extension, cr };
  Kind kind = Kind::keyword;
  std::string text, help;
  friend bool operator==(const Expect&, const Expect&) = default;
};

class Session {
 public:
  /// `line` must outlive the session.
  explicit Session(std::string_view line);

  It begin() const { return begin_; }
  It end() const { return end_; }
  It far() const { return far_; }
  const std::vector<Expect>& expected() const { return expected_; }

  /// Off in the first pass, where nothing is noted and canonical lines are through.
  bool recording = false;
  /// Where `?` was asked: every terminal records itself there and fails.
  It help_at = nullptr;
  Form form = Form::set;
  bool bare = false;  // arguments were left out after `no` or `default`
  /// The line is part of a block that is kept as it stands: no command but the mode's opaque one takes it.
  bool opaque = false;

  /// Forgets a pass, keeps the settled abbreviations and the places of keywords.
  void rewind();
  /// Something that could have stood at `p` is worth noting.
  bool wants(It p) const { return recording && p >= far_; }
  /// `text` could have stood at `p`.
  void expect(It p, Expect::Kind kind, std::string_view text, std::string_view help);
  /// What is wrong with the token at `p`, in words, where a router says more than a caret does.
  void complain(It p, std::string why);
  /// About the offending token; empty where the caret says it all.
  std::string complaint() const { return complaint_.first == far_ ? complaint_.second : std::string(); }
  /// The end of the token at `p` if that is `text` in any case, or was settled to be; null otherwise.
  /// Without `help` the keyword is not offered.
  It match_keyword(It p, std::string_view text, std::string_view help);
  /// The same of a keyword that IOS has not: it counts in full only, so that no abbreviation of IOS becomes ambiguous by it.
  It match_extension(It p, std::string_view text, std::string_view help);
  /// Some keyword matched at `p`, also as a prefix: free text must not take the token.
  bool keyword_at(It p) const {
    const std::size_t at = place(p);
    if (at < near_places) return keyword_near_[at / 64] & bit_of(at);
    return at / 64 < keyword_far_.size() && keyword_far_[at / 64] & bit_of(at);
  }
  /// Nothing follows, or a blank and a `!` comment.
  bool at_end(It p);
  /// The last pass found a keyword where free text may have been taken before.
  bool found_keyword_place() const { return found_keyword_place_; }
  void settle(It p, std::string keyword) { settled_.emplace_back(p, std::move(keyword)); }
  bool is_settled(It p) const;
  /// The line with settled abbreviations written out, one blank between its words.
  std::string expanded() const;
  /// The token at `p` stands for `keyword`: in full, or settled.
  bool stands_for(It p, std::string_view keyword) const;

  static It skip(It p, It end) {
    while (p != end && (*p == ' ' || *p == '\t')) ++p;
    return p;
  }
  static It token_end(It p, It end) {
    while (p != end && *p != ' ' && *p != '\t') ++p;
    return p;
  }

 private:
  static constexpr std::size_t near_places = 512;  // which cost nothing to note
  std::size_t place(It p) const { return static_cast<std::size_t>(p - begin_); }
  static std::uint64_t bit_of(std::size_t place) { return std::uint64_t{1} << (place % 64); }
  std::uint64_t& keyword_bits(std::size_t place) {
    if (place < near_places) return keyword_near_[place / 64];
    if (place / 64 >= keyword_far_.size()) keyword_far_.resize(place / 64 + 1);
    return keyword_far_[place / 64];
  }

  It begin_, end_, far_;
  std::vector<Expect> expected_;
  std::pair<It, std::string> complaint_{nullptr, {}};
  std::vector<std::pair<It, std::string>> settled_;
  std::array<std::uint64_t, near_places / 64> keyword_near_{};
  std::vector<std::uint64_t> keyword_far_;
  bool found_keyword_place_ = false;
};

/// Upper and lower case are the same; bytes beyond ASCII are compared as they are.
bool same_letters(std::string_view a, std::string_view b);
bool starts_with_letters(std::string_view text, std::string_view prefix);

enum class Outcome : std::uint8_t { ok, incomplete, ambiguous, invalid };

/// A pass over the line: true when the whole of it was accepted.
using Run = std::function<bool(Session&)>;

/// Parses with abbreviations what a first pass, without recording, did not accept: as long as exactly one keyword explains the
/// token at the farthest failure, it is taken for that and the line is parsed again. On failure `session.far()` is the offending
/// token.
Outcome drive(Session& session, const Run& run);

/// What may stand at `session.help_at`, which must be set; empty when what is before it is not understood.
std::vector<Expect> ask(Session& session, const Run& run);

}  // namespace parser
