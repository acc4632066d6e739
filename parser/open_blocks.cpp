#include "parser/open_blocks.hpp"

#include "parser/capture.hpp"
#include "parser/kept.hpp"

namespace parser {
namespace {

/// The word that says what the line is about, behind `no` and `default`.
std::string_view main_word(std::string_view line) {
  for (;;) {
    const It end = Session::token_end(line.data(), line.data() + line.size());
    const std::string_view word(line.data(), end);
    if (!same_letters(word, "no") && !same_letters(word, "default")) return word;
    const It next = Session::skip(end, line.data() + line.size());
    if (next == line.data() + line.size()) return word;
    line = {next, static_cast<std::size_t>(line.data() + line.size() - next)};
  }
}

/// The keyword that was expected where the line failed and nearly stands there.
std::string meant(const Session& session) {
  const std::string_view token(session.far(), Session::token_end(session.far(), session.end()));
  for (const Expect& e : session.expected())
    if ((e.kind == Expect::Kind::keyword || e.kind == Expect::Kind::extension) && nearly_same(token, e.text))
      return "did you mean \"" + e.text + "\"?";
  return {};
}

/// The mode knows more words of the line than `outer` does: `logging synchronous` of a line is no `logging ...`.
bool knows_better(const Mode& mode, const CleanLine& line, const Command& outer) {
  Session session(line.text);
  Parsed found;
  return mode.parse(session, found) && found.command->lead().size() > outer.lead().size();
}

bool only_keeps(const Mode& mode, const CleanLine& line) {
  Session session(line.text);
  Parsed found;
  return mode.parse(session, found) && found.command->type() == typeid(Kept);
}

}  // namespace

const Mode& OpenBlocks::mode(std::size_t level) const { return level == 0 ? global_mode() : *blocks_[level - 1].mode; }

std::vector<const Mode*> OpenBlocks::chain() const {
  std::vector<const Mode*> out;
  for (std::size_t level = depth() + 1; level-- > 0;) out.push_back(&mode(level));
  return out;
}

std::optional<OpenBlocks::Found> OpenBlocks::owner(const CleanLine& line, Refusal& worst) const {
  if (auto found = outer(line)) return found;
  const std::string_view word = main_word(line.text);
  const std::size_t held = holder(line);
  for (std::size_t level = depth() + 1; level-- > 0;) {
    const Mode& tried = mode(level);
    Refusal refusal;
    if (level > 0 && !tried.may_begin(word)) {
      refusal.at = static_cast<std::size_t>(word.data() - line.text.data());
    } else {
      Session session(line.text);
      Found found{level, {}};
      const Outcome outcome = understand(tried, session, found.parsed);
      const bool kept = outcome == Outcome::ok && found.parsed.command->type() == typeid(Kept);
      // Nor does an inner mode lose a line that it knows, but for a fault further on, to such a line around it.
      const bool deeper = level < depth() && line.indent > blocks_.back().indent;
      if (kept && level < depth() && worst.at > 0 && (session.recording || deeper)) continue;
      if (kept && session.recording)
        if (auto parent = spelled_out(line, level)) return parent;
      if (outcome == Outcome::ok) return found;
      refusal = {outcome, static_cast<std::size_t>(session.far() - session.begin()),
                 outcome == Outcome::invalid ? meant(session) : std::string(), session.complaint()};
    }
    if (level == held)
      if (auto found = opaque(line, level)) return found;
    if (level == depth() || worst.weaker_than(refusal)) worst = std::move(refusal);
  }
  return std::nullopt;
}

bool OpenBlocks::may_be_deeper(std::string_view text, std::size_t level) const {
  if (depth() > level && mode(depth()).keeps_any()) return true;
  const std::string_view word = main_word(text);
  for (std::size_t inner = depth(); inner > level; --inner)
    if (mode(inner).may_begin(word)) return true;
  return false;
}

/// How many of the open blocks a line stands in by its indentation.
std::size_t OpenBlocks::holder(const CleanLine& line) const {
  std::size_t level = depth();
  while (level > 0 && line.indent <= blocks_[level - 1].indent) --level;
  return level;
}

/// Behind a block of another part of IOS a line at its left margin is an outer mode's, if that knows it; and so it is behind
/// any block whose lines are indented, where the block has nothing for it but a line that is kept as it stands.
std::optional<OpenBlocks::Found> OpenBlocks::outer(const CleanLine& line) const {
  if (depth() == 0 || line.indent > blocks_.back().indent) return std::nullopt;
  const Mode& inner = mode(depth());
  if (!inner.keeps_any() && !(blocks_.back().indented && only_keeps(inner, line))) return std::nullopt;
  const std::size_t held = holder(line);
  auto found = spelled_out(line, held + 1, mode(held).keeps_any() ? held : 0);
  if (!found || found->parsed.command->merge() > Merge::block) return std::nullopt;
  return knows_better(mode(depth()), line, *found->parsed.command) ? std::nullopt : std::move(found);
}

/// Lines that are kept may say anything behind their keywords, so that an abbreviation of them must not take what a mode
/// around it has in full: `ip route ...` is no `ip route-cache ...` below an interface. Nothing outside of `outermost` is asked:
/// what stands in a block that keeps any line is its own.
std::optional<OpenBlocks::Found> OpenBlocks::spelled_out(const CleanLine& line, std::size_t below, std::size_t outermost) const {
  for (std::size_t level = below; level-- > outermost;) {
    Session session(line.text);
    Found found{level, {}};
    if (!mode(level).parse(session, found.parsed)) continue;
    settle(found.parsed);
    return found;
  }
  return std::nullopt;
}

/// A line deeper than the head of a block of another part of IOS is kept as it stands.
std::optional<OpenBlocks::Found> OpenBlocks::opaque(const CleanLine& line, std::size_t level) const {
  if (level == 0 || !mode(level).keeps_any()) return std::nullopt;
  Session session(line.text);
  session.opaque = true;
  Found found{level, {}};
  if (!mode(level).parse(session, found.parsed)) return std::nullopt;
  return found;
}

}  // namespace parser
