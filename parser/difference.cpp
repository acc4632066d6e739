#include "parser/difference.hpp"

#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <utility>

namespace parser {
namespace {

bool same(const std::shared_ptr<const Node>& a, const std::shared_ptr<const Node>& b) { return a == b || *a == *b; }

/// The lines left between two that are known to stay, matched by their text.
struct Gap {
  std::size_t before, before_end, after, after_end;
};

class Matcher {
 public:
  Matcher(const Lines& before, const Lines& after) : a_(before), b_(after) {}

  std::vector<Edit> match() {
    std::size_t head = 0, tail = 0;
    const std::size_t shorter = std::min(a_.size(), b_.size());
    while (head < shorter && same(a_[head], b_[head])) ++head;
    while (tail < shorter - head && same(a_[a_.size() - 1 - tail], b_[b_.size() - 1 - tail])) ++tail;
    put(EditKind::keep, 0, 0, head);
    by_object({head, a_.size() - tail, head, b_.size() - tail});
    put(EditKind::keep, a_.size() - tail, b_.size() - tail, tail);
    return std::move(out_);
  }

 private:
  /// Unchanged parts are the same object in both, and show where to look for the changed ones.
  void by_object(Gap gap) {
    if (gap.before == gap.before_end || gap.after == gap.after_end) return by_text(gap);
    std::unordered_map<const Node*, std::size_t> places;
    for (std::size_t i = gap.before; i < gap.before_end; ++i) places.emplace(a_[i].get(), i);
    for (std::size_t j = gap.after; j < gap.after_end; ++j) {
      const auto found = places.find(b_[j].get());
      if (found == places.end() || found->second < gap.before) continue;
      by_text({gap.before, found->second, gap.after, j});
      put(EditKind::keep, found->second, j, 1);
      gap.before = found->second + 1;
      gap.after = j + 1;
    }
    by_text(gap);
  }

  void by_text(Gap gap) {
    if (gap.before != gap.before_end && gap.after != gap.after_end) {
      std::unordered_map<std::string, std::size_t> places;
      for (std::size_t i = gap.before_end; i-- > gap.before;) places.insert_or_assign(line_text(*a_[i]), i);
      for (std::size_t j = gap.after; j < gap.after_end; ++j) {
        const auto found = places.find(line_text(*b_[j]));
        if (found == places.end() || found->second < gap.before) continue;
        const std::size_t i = found->second;
        const bool equal = same(a_[i], b_[j]);
        if (!equal && !(opens_block(*a_[i]) && a_[i]->command == b_[j]->command)) continue;
        put(EditKind::remove, gap.before, gap.after, i - gap.before);
        put(EditKind::add, i, gap.after, j - gap.after);
        put(equal ? EditKind::keep : EditKind::change, i, j, 1);
        gap.before = i + 1;
        gap.after = j + 1;
      }
    }
    put(EditKind::remove, gap.before, gap.after, gap.before_end - gap.before);
    put(EditKind::add, gap.before_end, gap.after, gap.after_end - gap.after);
  }

  void put(EditKind kind, std::size_t before, std::size_t after, std::size_t count) {
    if (count == 0) return;
    if (kind != EditKind::change && !out_.empty() && out_.back().kind == kind)
      out_.back().count += count;
    else
      out_.push_back({kind, before, after, count});
  }

  const Lines &a_, &b_;
  std::vector<Edit> out_;
};

void print_all(const Node& line, std::size_t depth, char sign, std::string (*shown)(const Node&), std::string& out) {
  out += std::string(depth, ' ') + sign + shown(line) + "\n";
  for (const auto& child : line.children) print_all(*child, depth + 1, sign, shown, out);
}

void print_difference(const Lines& before, const Lines& after, std::size_t depth, std::string (*shown)(const Node&),
                      std::string& out) {
  for (const Edit& edit : edits(before, after)) {
    if (edit.kind == EditKind::change) {
      out += std::string(depth, ' ') + shown(*after[edit.after]) + "\n";
      print_difference(before[edit.before]->children, after[edit.after]->children, depth + 1, shown, out);
    }
    for (std::size_t i = 0; edit.kind == EditKind::remove && i < edit.count; ++i)
      print_all(*before[edit.before + i], depth, '-', shown, out);
    for (std::size_t i = 0; edit.kind == EditKind::add && i < edit.count; ++i)
      print_all(*after[edit.after + i], depth, '+', shown, out);
  }
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// "@@ -2,1 +2,2 @@"
struct HunkHead {
  unsigned before = 0, removed = 0, after = 0, added = 0;
  bool read(std::string_view line) {
    return std::sscanf(std::string(line).c_str(), "@@ -%u,%u +%u,%u @@", &before, &removed, &after, &added) == 4;
  }
};

}  // namespace

std::vector<Edit> edits(const Lines& before, const Lines& after) { return Matcher(before, after).match(); }

std::string contextual_difference(const Configuration& before, const Configuration& after, std::string (*shown)(const Node&)) {
  std::string out;
  print_difference(before.data().root.children, after.data().root.children, 0, shown, out);
  return out;
}

void Hunks::keep(std::size_t lines) {
  if (lines == 0) return;
  close();
  before_ += lines;
  after_ += lines;
}

void Hunks::remove(std::string_view line) {
  ++removed_.count;
  removed_.text.append("-").append(line).append("\n");
}

void Hunks::add(std::string_view line) {
  ++added_.count;
  added_.text.append("+").append(line).append("\n");
}

void Hunks::close() {
  if (removed_.count + added_.count == 0) return;
  const auto side = [](std::size_t passed, std::size_t count) {
    return std::to_string(passed + (count > 0)) + "," + std::to_string(count);
  };
  out_ += "@@ -" + side(before_, removed_.count) + " +" + side(after_, added_.count) + " @@\n";
  out_ += std::exchange(removed_.text, {});
  out_ += std::exchange(added_.text, {});
  before_ += std::exchange(removed_.count, 0);
  after_ += std::exchange(added_.count, 0);
}

std::string Hunks::take() {
  close();
  return std::move(out_);
}

namespace {

/// Which side of the hunks the text is on.
enum class Side : std::uint8_t { before, after };

bool cross(std::vector<std::string>& text, std::string_view hunks, Side from) {
  const std::vector<std::string_view> lines = lines_of(hunks);
  std::vector<std::string> out;
  std::size_t taken = 0;
  const auto keep_until = [&](std::size_t end) {
    out.insert(out.end(), std::make_move_iterator(text.begin() + static_cast<std::ptrdiff_t>(taken)),
               std::make_move_iterator(text.begin() + static_cast<std::ptrdiff_t>(end)));
  };
  for (std::size_t at = 0; at < lines.size();) {
    HunkHead head;
    if (!head.read(lines[at++]) || lines.size() - at < std::size_t{head.removed} + head.added) return false;
    const std::size_t place = from == Side::after ? head.after : head.before;
    const std::size_t here = from == Side::after ? head.added : head.removed;
    const std::size_t there = from == Side::after ? head.removed : head.added;
    const std::size_t first = here > 0 ? place - 1 : place;
    if (first < taken || first + here > text.size()) return false;
    keep_until(first);
    const auto* own = lines.data() + (from == Side::after ? at + head.removed : at);
    const auto* other = lines.data() + (from == Side::after ? at : at + head.removed);
    for (std::size_t i = 0; i < here; ++i)
      if (own[i].substr(1) != text[first + i]) return false;
    for (std::size_t i = 0; i < there; ++i) out.emplace_back(other[i].substr(1));
    at += std::size_t{head.removed} + head.added;
    taken = first + here;
  }
  keep_until(text.size());
  text = std::move(out);
  return true;
}

}  // namespace

bool take_back(std::vector<std::string>& text, std::string_view hunks) { return cross(text, hunks, Side::after); }
bool carry_out(std::vector<std::string>& text, std::string_view hunks) { return cross(text, hunks, Side::before); }

std::string with_sides(std::string_view hunks, const LineAt& before, const LineAt& after) {
  const std::vector<std::string_view> lines = lines_of(hunks);
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    HunkHead head;
    out.append(lines[at]).append("\n");
    if (!head.read(lines[at++])) return std::string(hunks);
    for (std::size_t i = 0; i < head.removed; ++i) out.append("-").append(before(head.before - 1 + i)).append("\n");
    for (std::size_t i = 0; i < head.added; ++i) out.append("+").append(after(head.after - 1 + i)).append("\n");
    at += std::size_t{head.removed} + head.added;
  }
  return out;
}

std::string difference_of_texts(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> a = lines_of(before), b = lines_of(after);
  std::size_t head = 0, tail = 0;
  const std::size_t shorter = std::min(a.size(), b.size());
  while (head < shorter && a[head] == b[head]) ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  Hunks hunks;
  hunks.keep(head);
  for (std::size_t i = head; i < a.size() - tail; ++i) hunks.remove(a[i]);
  for (std::size_t i = head; i < b.size() - tail; ++i) hunks.add(b[i]);
  return hunks.take();
}

}  // namespace parser
