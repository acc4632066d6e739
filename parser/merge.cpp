#include "parser/merge.hpp"

#include <algorithm>

#include "parser/kept.hpp"

namespace parser {
namespace {

/// The lines of one rank in a block, by which its lines are sorted.
struct Range {
  std::size_t first, last;
};

/// Of lines of one rank, those that a command has to do with: its own, and what is kept as it stands.
bool concerns(const Command& command, const Node& line) {
  return line.command == &command || (command.merge() == Merge::many && line.command->opaque());
}

/// Most lines come in order, and are the last of their block.
Range range_of(const Node& block, const Command& command) {
  const auto by_rank = [](const auto& line, std::size_t rank) { return line->command->rank < rank; };
  const auto& lines = block.children;
  const bool at_end = lines.empty() || lines.back()->command->rank <= command.rank;
  const bool comes_first = lines.empty() || lines.back()->command->rank < command.rank;
  const auto last = at_end ? lines.end() : std::lower_bound(lines.begin(), lines.end(), command.rank + 1, by_rank);
  const auto first = comes_first ? last : std::lower_bound(lines.begin(), last, command.rank, by_rank);
  return {static_cast<std::size_t>(first - lines.begin()), static_cast<std::size_t>(last - lines.begin())};
}

auto at(Node& block, std::size_t place) { return block.children.begin() + static_cast<std::ptrdiff_t>(place); }

/// Takes away the lines of the range that `value` stands for; the value of the last of them.
Value erase_same(Node& block, Range range, const Command& command, const void* value, bool bare) {
  Value last;
  const auto gone = std::remove_if(at(block, range.first), at(block, range.last), [&](const auto& line) {
    const bool goes = concerns(command, *line) && command.same(line->value.get(), value, bare);
    if (goes) last = line->value;
    return goes;
  });
  block.children.erase(gone, at(block, range.last));
  return last;
}

bool takes_away(const Command& command, const void* negated, const void* set) {
  return command.same(set, negated, true) || command.same(set, negated, false);
}

/// As set_apart, where lines keep the order given.
Range set_apart_in_order(Node& block, Range range, const Parsed& parsed) {
  const bool negated = parsed.form == Form::no;
  const void* given = parsed.value.get();
  const auto gone = std::remove_if(at(block, range.first), at(block, range.last), [&](const auto& line) {
    if (line->negated == negated || !concerns(*parsed.command, *line)) return false;
    const void* old = line->value.get();
    return negated ? takes_away(*parsed.command, given, old) : takes_away(*parsed.command, old, given);
  });
  const auto count = static_cast<std::size_t>(at(block, range.last) - gone);
  block.children.erase(gone, at(block, range.last));
  return {range.first, range.last - count};
}

/// Where lines that say `no` stand beside others, they stand first, and none is how another line begins: so that the lines,
/// read one by one, never take each other away. What is left of the same form as the given line.
Range set_apart(Node& block, Range range, const Parsed& parsed) {
  const Command& command = *parsed.command;
  if (command.mode->keeps_any()) return set_apart_in_order(block, range, parsed);
  const void* given = parsed.value.get();
  const auto first = at(block, range.first), last = at(block, range.last);
  const auto rest = std::find_if(first, last, [](const auto& line) { return !line->negated; });
  const auto begin = static_cast<std::size_t>(rest - block.children.begin());
  if (parsed.form == Form::no) {
    const auto gone = std::remove_if(rest, last, [&](const auto& line) { return takes_away(command, given, line->value.get()); });
    block.children.erase(gone, last);
    return {range.first, begin};
  }
  const auto gone = std::remove_if(first, rest, [&](const auto& line) { return takes_away(command, line->value.get(), given); });
  const auto count = static_cast<std::size_t>(rest - gone);
  block.children.erase(gone, rest);
  return {begin - count, range.last - count};
}

/// Of lines that are kept as they stand `no` takes away those that begin as it says, and is kept where there is none; a line
/// takes the place of the `no` that says its beginning. True: nothing is left to keep. A block that nobody knows never becomes
/// empty, since it would be a line again.
bool take_away_kept(Node& block, Range& range, std::string_view given) {
  constexpr std::string_view no = "no ";
  const bool negated = given.starts_with(no);
  const auto begins = [](std::string_view whole, std::string_view part) {
    return whole.starts_with(part) && (whole.size() == part.size() || whole[part.size()] == ' ');
  };
  const auto gone = std::remove_if(at(block, range.first), at(block, range.last), [&](const auto& line) {
    if (!line->command->opaque()) return false;
    const std::string_view old = static_cast<const Kept*>(line->value.get())->text;
    if (negated) return begins(old, given.substr(no.size()));
    return old.starts_with(no) && begins(given, old.substr(no.size()));
  });
  const auto count = static_cast<std::size_t>(at(block, range.last) - gone);
  block.children.erase(gone, at(block, range.last));
  range.last -= count;
  return count > 0 && negated && !(block.children.empty() && block.command && block.command->opaque());
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
  if (command.opaque() && take_away_kept(block, range, static_cast<const Kept*>(value)->text)) return change;
  const auto before = [&](const void* v, const auto& line) { return command.before(v, line->value.get()); };
  auto old = at(block, range.last);
  if (command.ordered_by_key()) {
    const auto behind = std::upper_bound(at(block, range.first), old, value, before);
    if (behind != at(block, range.first) && command.same((*(behind - 1))->value.get(), value, false)) old = behind - 1;
  } else if (negated || may_have(block, range.first, range.last, parsed)) {
    old = std::find_if(at(block, range.first), old, [&](const auto& line) {
      return concerns(command, *line) && command.same(line->value.get(), value, false);
    });
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
    change.answer.answer = command.affects(block, value, false);
    return change;
  }
  change.entered = static_cast<std::size_t>(old - block.children.begin());
  if ((*old)->negated == negated && command.equal((*old)->value.get(), value)) {
    change.answer.answer = command.already();
    return change;
  }
  auto line = std::make_shared<Node>(**old);
  line->command = &command;
  line->value = parsed.value;
  line->negated = negated;
  if (negated || !command.opens()) line->children.clear();
  *old = std::move(line);
  if (command.merge() != Merge::block) erase_same(block, {change.entered + 1, range.last}, command, value, false);
  change.answer.answer = command.affects(block, value, false);
  return change;
}

Editor::Change Editor::unset(Node& block, const Parsed& parsed) {
  const Command& command = *parsed.command;
  const Range range = range_of(block, command);
  Change change;
  const void* value = parsed.value.get();
  if (command.has_remove())
    change.answer = with_own_rule(block, range, [&](Lines& lines) { return command.remove(lines, value, parsed.bare); });
  else if (const Value gone = erase_same(block, range, command, value, parsed.bare || command.takes_beginning()))
    change.answer.answer = command.affects(block, gone.get(), true);
  else
    change.answer.answer = command.nothing(value);
  return change;
}

/// Takes away what begins as the line says; false where nothing does.
bool Editor::take_away(Node& block, const Parsed& parsed) {
  const Range range = range_of(block, *parsed.command);
  const auto gone = std::remove_if(at(block, range.first), at(block, range.last), [&](const auto& line) {
    return !line->negated && concerns(*parsed.command, *line) &&
           parsed.command->same(line->value.get(), parsed.value.get(), true);
  });
  const bool any = gone != at(block, range.last);
  block.children.erase(gone, at(block, range.last));
  return any;
}

Editor::Change Editor::empty(Node& block, const Parsed& parsed) {
  const Range range = range_of(block, *parsed.command);
  for (std::size_t i = range.first; i < range.last; ++i) {
    auto& line = block.children[i];
    if (!concerns(*parsed.command, *line) || !parsed.command->same(line->value.get(), parsed.value.get(), parsed.bare)) continue;
    auto bare = std::make_shared<Node>(*line);
    bare->children.clear();
    line = std::move(bare);
  }
  return {};
}

void Editor::deepen(const Path& path, std::size_t place) {
  if (block(path).children[place]->command->opens()) return;
  auto& slot = edit(path).children[place];
  const std::string text = line_text(*slot);
  Session session(text);
  auto head = std::make_shared<Node>();
  head->command = slot->command->mode->block_of_any();
  It first = session.begin();
  if (head->command->parse(first, session.end(), session, head->value)) slot = std::move(head);
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
