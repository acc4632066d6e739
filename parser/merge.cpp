#include "parser/merge.hpp"

#include <algorithm>

namespace parser {
namespace {

/// The lines of one command in a block; children stand in mode-table order.
struct Range {
  std::size_t first, last;
};

/// Most lines come in order, and are the last of their block.
Range range_of(const Node& block, const Command& command) {
  const auto by_index = [](const auto& line, std::size_t index) { return line->command->index < index; };
  const auto& lines = block.children;
  const bool at_end = lines.empty() || lines.back()->command->index <= command.index;
  const bool comes_first = lines.empty() || lines.back()->command->index < command.index;
  const auto last = at_end ? lines.end() : std::lower_bound(lines.begin(), lines.end(), command.index + 1, by_index);
  const auto first = comes_first ? last : std::lower_bound(lines.begin(), last, command.index, by_index);
  return {static_cast<std::size_t>(first - lines.begin()), static_cast<std::size_t>(last - lines.begin())};
}

auto at(Node& block, std::size_t place) { return block.children.begin() + static_cast<std::ptrdiff_t>(place); }

/// Takes away the lines of the range that `value` stands for.
void erase_same(Node& block, Range range, const Command& command, const void* value, bool bare) {
  const auto gone = std::remove_if(at(block, range.first), at(block, range.last),
                                   [&](const auto& line) { return command.same(line->value.get(), value, bare); });
  block.children.erase(gone, at(block, range.last));
}

/// Where lines that say `no` stand beside others, they stand first, and none is how another line begins: so that the lines,
/// read one by one, never take each other away. What is left of the same form as the given line.
Range set_apart(Node& block, Range range, const Parsed& parsed) {
  const Command& command = *parsed.command;
  const void* given = parsed.value.get();
  const auto first = at(block, range.first), last = at(block, range.last);
  const auto rest = std::find_if(first, last, [](const auto& line) { return !line->negated; });
  const auto begin = static_cast<std::size_t>(rest - block.children.begin());
  const auto over = [&](const void* negated, const void* set) {
    return command.same(set, negated, true) || command.same(set, negated, false);
  };
  if (parsed.form == Form::no) {
    const auto gone = std::remove_if(rest, last, [&](const auto& line) { return over(given, line->value.get()); });
    block.children.erase(gone, last);
    return {range.first, begin};
  }
  const auto gone = std::remove_if(first, rest, [&](const auto& line) { return over(line->value.get(), given); });
  const auto count = static_cast<std::size_t>(rest - gone);
  block.children.erase(gone, rest);
  return {begin - count, range.last - count};
}

/// Lets a command's own rule work on its lines.
template <class Rule>
Answer with_own_rule(Node& block, Range range, Rule&& rule) {
  Lines lines(std::make_move_iterator(at(block, range.first)), std::make_move_iterator(at(block, range.last)));
  Answer answer = rule(lines);
  block.children.erase(at(block, range.first), at(block, range.last));
  block.children.insert(at(block, range.first), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
  return answer;
}

}  // namespace

const Node& Editor::block(const Path& path) const {
  const Node* node = &root();
  for (std::size_t place : path) node = node->children[place].get();
  return *node;
}

Configuration Editor::snapshot() {
  if (own_) start_ = Configuration(std::make_shared<const Configuration::Data>(Configuration::Data{std::move(*own_)}));
  own_.reset();
  return start_;
}

Node& Editor::edit(const Path& path) {
  if (!own_) own_ = start_.data().root;
  Node* node = &*own_;
  for (std::size_t place : path) {
    auto& slot = node->children[place];
    if (slot.use_count() > 1) slot = std::make_shared<Node>(*slot);
    node = const_cast<Node*>(slot.get());
  }
  return *node;
}

bool Editor::may_have(const Node& block, std::size_t first, std::size_t last, const Parsed& parsed) {
  constexpr std::size_t many = 32;
  constexpr unsigned few = 8;
  const Command& command = *parsed.command;
  if (!command.same_is_equal()) return true;
  if (last - first < many) {
    if (!texts_.empty()) texts_.erase({block.value, &command});
    return true;
  }
  const auto hash_of = [&](const void* value) {
    std::string text;
    command.print(value, false, text);
    return std::hash<std::string>{}(text);
  };
  Texts& texts = texts_[{block.value, &command}];
  if (texts.searches < few) {
    if (++texts.searches < few) return true;
    for (; first < last; ++first) texts.hashes.insert(hash_of(block.children[first]->value.get()));
  }
  return !texts.hashes.insert(hash_of(parsed.value.get())).second;
}

Editor::Change Editor::set(Node& block, const Parsed& parsed) {
  const Command& command = *parsed.command;
  const void* value = parsed.value.get();
  Range range = range_of(block, command);
  Change change;
  if (command.merge() == Merge::accepted) return change;
  if (command.has_add()) {
    change.answer = with_own_rule(block, range, [&](Lines& lines) { return command.add(lines, value); });
    return change;
  }
  const bool negated = parsed.form == Form::no;
  if (!negated && (command.is_default(value) || command.negation() == Negation::kept_alone)) {
    erase_same(block, range, command, value, false);
    return change;
  }
  if (command.negation() == Negation::kept_where_absent) range = set_apart(block, range, parsed);
  const auto before = [&](const void* v, const auto& line) { return command.before(v, line->value.get()); };
  auto old = at(block, range.last);
  if (command.ordered_by_key()) {
    const auto behind = std::upper_bound(at(block, range.first), old, value, before);
    if (behind != at(block, range.first) && command.same((*(behind - 1))->value.get(), value, false)) old = behind - 1;
  } else if (negated || may_have(block, range.first, range.last, parsed)) {
    old = std::find_if(at(block, range.first), old,
                       [&](const auto& line) { return command.same(line->value.get(), value, false); });
  }
  if (old == at(block, range.last)) {
    const auto place = command.ordered() ? std::upper_bound(at(block, range.first), at(block, range.last), value, before)
                                         : at(block, range.last);
    if (change.answer.answer = command.refuses_new(value); !change.answer.answer.empty()) {
      change.answer.refused = true;
      return change;
    }
    auto line = std::make_shared<Node>();
    line->command = &command;
    line->value = parsed.value;
    line->negated = negated;
    change.entered = static_cast<std::size_t>(place - block.children.begin());
    block.children.insert(place, std::move(line));
    change.created = true;
    return change;
  }
  change.entered = static_cast<std::size_t>(old - block.children.begin());
  if ((*old)->negated == negated && command.equal((*old)->value.get(), value)) {
    change.answer.answer = command.already();
    return change;
  }
  auto line = std::make_shared<Node>(**old);
  line->value = parsed.value;
  line->negated = negated;
  if (negated) line->children.clear();
  *old = std::move(line);
  if (command.merge() != Merge::block) erase_same(block, {change.entered + 1, range.last}, command, value, false);
  return change;
}

Editor::Change Editor::unset(Node& block, const Parsed& parsed) {
  const Command& command = *parsed.command;
  const Range range = range_of(block, command);
  Change change;
  const void* value = parsed.value.get();
  if (command.has_remove())
    change.answer = with_own_rule(block, range, [&](Lines& lines) { return command.remove(lines, value, parsed.bare); });
  else
    erase_same(block, range, command, value, parsed.bare);
  return change;
}

/// Takes away what begins as the line says; false where nothing does.
bool Editor::take_away(Node& block, const Parsed& parsed) {
  const Range range = range_of(block, *parsed.command);
  const auto gone = std::remove_if(at(block, range.first), at(block, range.last), [&](const auto& line) {
    return !line->negated && parsed.command->same(line->value.get(), parsed.value.get(), true);
  });
  const bool any = gone != at(block, range.last);
  block.children.erase(gone, at(block, range.last));
  return any;
}

Editor::Change Editor::empty(Node& block, const Parsed& parsed) {
  const Range range = range_of(block, *parsed.command);
  for (std::size_t i = range.first; i < range.last; ++i) {
    auto& line = block.children[i];
    if (!parsed.command->same(line->value.get(), parsed.value.get(), parsed.bare)) continue;
    auto bare = std::make_shared<Node>(*line);
    bare->children.clear();
    line = std::move(bare);
  }
  return {};
}

Editor::Change Editor::merge(const Path& path, const Parsed& parsed) {
  if (parsed.command->merge() == Merge::acts) return {parsed.command->act(*this, parsed.value.get(), parsed.form), 0, false};
  if (parsed.form == Form::set) return set(edit(path), parsed);
  if (parsed.form == Form::default_ && parsed.command->default_empties()) return empty(edit(path), parsed);
  if (std::string why = parsed.command->keeps(root(), parsed.value.get()); !why.empty())
    return {{true, std::move(why)}, 0, false};
  if (parsed.form == Form::no && parsed.command->gives_way(parsed.value.get()) && take_away(edit(path), parsed)) return {};
  if (parsed.form == Form::no && parsed.command->keeps_no(parsed.value.get())) return set(edit(path), parsed);
  return unset(edit(path), parsed);
}

}  // namespace parser
