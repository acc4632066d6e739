// Whose the next line of a configuration is, as one who types or pastes stands in it. The session asks it about the lines
// it reads and the printer about those it is about to print, so that what is printed is read as it was meant.
#pragma once

#include <optional>
#include <vector>

#include "parser/command.hpp"
#include "parser/text.hpp"

namespace parser {

/// How a mode failed; the farthest failure speaks for the line, of equals the one that says more.
struct Refusal {
  Outcome outcome = Outcome::invalid;
  std::size_t at = 0;
  std::string hint{}, complaint{};
  bool weaker_than(const Refusal& other) const {
    return other.at != at ? other.at > at : outcome == Outcome::invalid && other.outcome != Outcome::invalid;
  }
};

class OpenBlocks {
 public:
  std::size_t depth() const { return blocks_.size(); }
  /// 0: global configuration.
  const Mode& mode(std::size_t level) const;
  /// The innermost first.
  std::vector<const Mode*> chain() const;
  void open(const Mode& mode, std::size_t indent) { blocks_.push_back({&mode, indent}); }
  void close_to(std::size_t depth) { blocks_.resize(depth); }
  /// A line stands there, in the innermost block.
  void line_at(std::size_t indent) {
    if (!blocks_.empty() && indent > blocks_.back().indent) blocks_.back().indented = true;
  }

  struct Found {
    std::size_t level = 0;
    Parsed parsed;
  };
  /// The mode that takes the line, and as what; nullopt: none does, and `worst` says why.
  std::optional<Found> owner(const CleanLine& line, Refusal& worst) const;
  /// False only where no block deeper than `level` has a say in whose the line is that stands at `level`.
  bool may_be_deeper(std::string_view text, std::size_t level) const;

 private:
  std::size_t holder(const CleanLine& line) const;
  std::optional<Found> outer(const CleanLine& line) const;
  std::optional<Found> spelled_out(const CleanLine& line, std::size_t below, std::size_t outermost = 0) const;
  std::optional<Found> opaque(const CleanLine& line, std::size_t level) const;

  struct Block {
    const Mode* mode = nullptr;
    std::size_t indent = 0;  // of the line that opened it
    bool indented = false;   // a line in it stood deeper: who wrote this indents
  };
  std::vector<Block> blocks_;
};

}  // namespace parser
