// A configuration being changed: only what is written is cloned, the list of global lines too, which may be long.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "parser/command.hpp"
#include "parser/configuration.hpp"

namespace parser {

class Editor {
 public:
  using Path = std::vector<std::size_t>;  // places among the children, from the root down

  explicit Editor(const Configuration& start) : start_(start) {}

  const Node& root() const { return own_ ? *own_ : start_.data().root; }
  const Node& block(const Path& path) const;
  /// The tree as it is now; what is changed later does not reach it.
  Configuration snapshot();

  /// What a line does to the block at `path`: merge, or take away after `no` and `default`. A refusal changes nothing.
  struct Change {
    Answer answer;
    std::size_t entered = 0;  // place of the block that was opened
    bool created = false;     // it is new
  };
  Change merge(const Path& path, const Parsed& parsed);
  /// A line that is kept as it stands becomes the head of a block, which is still empty. Its mode must keep any line.
  void deepen(const Path& path, std::size_t place);
  /// The block, to be changed at once.
  Node& edit(const Path& path);

 private:
  /// False only where no line of the block is equal to the parsed one: what makes ten thousand blocks quick to enter.
  bool may_have(const Node& block, std::size_t first, std::size_t last, const Parsed& parsed);
  Change set(Node& block, const Parsed& parsed);
  Change unset(Node& block, const Parsed& parsed);
  static bool take_away(Node& block, const Parsed& parsed);
  static Change empty(Node& block, const Parsed& parsed);
  Configuration start_;      // what holds as long as nothing was written; its nodes have an owner in it, ours have not
  std::optional<Node> own_;  // the root since then
  /// Hashes of the texts of all lines that a block has, or had, of a command, where they are many and were searched a few
  /// times. A block is known by its value, which clones share.
  struct Texts {
    unsigned searches = 0;
    std::unordered_set<std::size_t> hashes;
  };
  std::map<std::pair<Value, const Command*>, Texts> texts_;
};

}  // namespace parser
