#include "parser/database_rows.hpp"

#include <algorithm>
#include <cstdio>

#include "parser/difference.hpp"

namespace parser {
namespace {

constexpr std::int64_t room = 1 << 20;  // between the positions of two lines that were written together

void append_json_text(std::string& out, const std::string& text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

/// A banner and a certificate are several lines of text.
std::size_t lines_of_text(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Hands the lines of text of a line and of all below it, indented, to `take`.
template <class Take>
void each_line(const Node& line, std::size_t depth, const Take& take) {
  const std::string text = std::string(depth, ' ') + line_text(line);
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    take(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  for (const auto& child : line.children) each_line(*child, depth + 1, take);
}

std::size_t lines_in(const StoredBlock& block, std::size_t first, std::size_t count) {
  std::size_t out = 0;
  for (std::size_t i = first; i < first + count; ++i) out += block.slots[i].lines;
  return out;
}

void add_hunks(const StoredBlock& before, const StoredBlock& after, std::size_t depth, Hunks& hunks) {
  for (const Edit& edit : edits(before.node->children, after.node->children)) {
    switch (edit.kind) {
      case EditKind::keep:
        hunks.keep(lines_in(after, edit.after, edit.count));
        break;
      case EditKind::change:
        hunks.keep(1);
        add_hunks(*before.slots[edit.before].block, *after.slots[edit.after].block, depth + 1, hunks);
        break;
      case EditKind::remove:
        for (std::size_t i = 0; i < edit.count; ++i)
          each_line(*before.node->children[edit.before + i], depth, [&](std::string_view line) { hunks.remove(line); });
        break;
      case EditKind::add:
        for (std::size_t i = 0; i < edit.count; ++i)
          each_line(*after.node->children[edit.after + i], depth, [&](std::string_view line) { hunks.add(line); });
        break;
    }
  }
}

}  // namespace

std::size_t StoredBlock::lines() const { return 1 + lines_in(*this, 0, slots.size()); }

std::string json_fields(const Node& line) {
  std::string out = "{";
  for (const Column& column : columns(line)) {
    if (std::holds_alternative<std::monostate>(column.value)) continue;
    if (out.size() > 1) out.push_back(',');
    append_json_text(out, column.name);
    out.push_back(':');
    if (const auto* number = std::get_if<std::int64_t>(&column.value))
      out += std::to_string(*number);
    else
      append_json_text(out, std::get<std::string>(column.value));
  }
  return out + "}";
}

std::string block_name(const Node& line) {
  for (const Column& column : columns(line))
    if (const auto* text = std::get_if<std::string>(&column.value); text && column.name == "name") return *text;
  const std::string text = line_text(line);
  const std::size_t keyword = line_keyword(line).size();
  return text.size() > keyword ? text.substr(keyword + 1) : text;
}

RowWriter::RowWriter(sqlite3* db)
    : insert_object_(db,
                     "insert into object (configuration, parent, mode, name, position, text, fields) "
                     "values ('running', ?, ?, ?, ?, ?, ?) returning id"),
      insert_setting_(db, "insert into setting (object, position, keyword, text, fields) values (?, ?, ?, ?, ?)"),
      move_object_(db, "update object set position = ? where id = ?"),
      delete_object_(db, "delete from object where id = ?"),
      delete_setting_(db, "delete from setting where object = ? and position = ?"),
      delete_settings_(db, "delete from setting where object = ?") {}

RowWriter::Block RowWriter::write(std::shared_ptr<const Node> root) { return insert_block(nullptr, root, 0); }
RowWriter::Block RowWriter::update(const StoredBlock& old, std::shared_ptr<const Node> root) { return updated(old, root); }

std::shared_ptr<StoredBlock> RowWriter::insert_block(const std::int64_t* parent, const Line& node, std::int64_t position) {
  auto out = std::make_shared<StoredBlock>();
  out->node = node;
  const std::string mode = mode_opened_by(*node), name = parent ? block_name(*node) : "";
  const std::string text = line_text(*node), fields = json_fields(*node);
  if (parent)
    insert_object_.start(*parent, mode, name, position, text, fields);
  else
    insert_object_.start(nullptr, mode, name, position, text, fields);
  insert_object_.next();
  out->id = insert_object_.number(0);
  insert_object_.next();
  out->slots.reserve(node->children.size());
  std::int64_t place = 0;
  for (const Line& child : node->children) out->slots.push_back(insert(out->id, child, place += room));
  return out;
}

StoredBlock::Slot RowWriter::insert(std::int64_t parent, const Line& node, std::int64_t position) {
  StoredBlock::Slot slot;
  slot.position = position;
  if (opens_block(*node)) {
    slot.block = insert_block(&parent, node, position);
    slot.lines = slot.block->lines();
  } else {
    const std::string text = line_text(*node);
    slot.lines = lines_of_text(text);
    insert_setting_.run(parent, position, line_keyword(*node), text, json_fields(*node));
  }
  return slot;
}

/// What goes makes room first; what comes is placed between what stays.
RowWriter::Block RowWriter::updated(const StoredBlock& old, const Line& node) {
  auto out = std::make_shared<StoredBlock>();
  out->node = node;
  out->id = old.id;
  out->slots.resize(node->children.size());
  std::vector<bool> is_new(node->children.size(), false);
  for (const Edit& edit : edits(old.node->children, node->children)) {
    switch (edit.kind) {
      case EditKind::keep:
        std::copy_n(old.slots.begin() + static_cast<std::ptrdiff_t>(edit.before), edit.count,
                    out->slots.begin() + static_cast<std::ptrdiff_t>(edit.after));
        break;
      case EditKind::change: {
        StoredBlock::Slot& slot = out->slots[edit.after];
        slot = old.slots[edit.before];
        slot.block = updated(*slot.block, node->children[edit.after]);
        slot.lines = slot.block->lines();
        break;
      }
      case EditKind::remove:
        for (std::size_t i = 0; i < edit.count; ++i) erase(old, edit.before + i);
        break;
      case EditKind::add:
        std::fill_n(is_new.begin() + static_cast<std::ptrdiff_t>(edit.after), edit.count, true);
        break;
    }
  }
  place_new(*out, is_new);
  return out;
}

void RowWriter::place_new(StoredBlock& block, const std::vector<bool>& is_new) {
  const std::size_t count = is_new.size();
  for (std::size_t first = 0; first < count;) {
    if (!is_new[first]) {
      ++first;
      continue;
    }
    std::size_t last = first;
    while (last < count && is_new[last]) ++last;
    const auto many = static_cast<std::int64_t>(last - first);
    const std::int64_t below = first == 0 ? 0 : block.slots[first - 1].position;
    const std::int64_t above = last == count ? below + (many + 1) * room : block.slots[last].position;
    const std::int64_t step = (above - below) / (many + 1);
    if (step == 0) {
      for (std::size_t i = first; i < count; ++i)
        if (is_new[i]) block.slots[i] = insert(block.id, block.node->children[i], -static_cast<std::int64_t>(i + 1));
      return spread_again(block);
    }
    std::int64_t position = below;
    for (; first < last; ++first) block.slots[first] = insert(block.id, block.node->children[first], position += step);
  }
}

/// Every line of the block gets a new place, with room on both sides.
void RowWriter::spread_again(StoredBlock& block) {
  delete_settings_.run(block.id);
  for (std::size_t i = 0; i < block.slots.size(); ++i) {
    StoredBlock::Slot& slot = block.slots[i];
    const Node& line = *block.node->children[i];
    slot.position = static_cast<std::int64_t>(i + 1) * room;
    if (slot.block)
      move_object_.run(slot.position, slot.block->id);
    else
      insert_setting_.run(block.id, slot.position, line_keyword(line), line_text(line), json_fields(line));
  }
}

void RowWriter::erase(const StoredBlock& block, std::size_t place) {
  const StoredBlock::Slot& slot = block.slots[place];
  if (slot.block)
    delete_object_.run(slot.block->id);
  else
    delete_setting_.run(block.id, slot.position);
}

std::string text_of(const Node& block) {
  std::string out;
  for (const auto& child : block.children) each_line(*child, 0, [&](std::string_view line) { out.append(line).append("\n"); });
  return out;
}

std::string difference(const StoredBlock& before, const StoredBlock& after) {
  Hunks hunks;
  add_hunks(before, after, 0, hunks);
  return hunks.take();
}

RowReader::RowReader(sqlite::Connection& db, const std::string& which) {
  sqlite::Statement objects(db.get(), "select id, parent, position, text from object where configuration = ?");
  for (objects.start(which); objects.next();) {
    if (objects.is_null(1))
      root_ = objects.number(0);
    else
      rows_.push_back({objects.number(1), objects.number(2), objects.number(0), objects.text(3)});
  }
  if (!root_) return;
  sqlite::Statement settings(
      db.get(), "select s.object, s.position, s.text from setting s join object o on o.id = s.object where o.configuration = ?");
  for (settings.start(which); settings.next();) rows_.push_back({settings.number(0), settings.number(1), 0, settings.text(2)});
  std::sort(rows_.begin(), rows_.end(),
            [](const Row& a, const Row& b) { return a.parent != b.parent ? a.parent < b.parent : a.position < b.position; });
}

RowReader::Range RowReader::rows_of(std::int64_t parent) const {
  const auto [first, last] = std::equal_range(rows_.begin(), rows_.end(), Row{parent, 0, 0, {}},
                                              [](const Row& a, const Row& b) { return a.parent < b.parent; });
  return {static_cast<std::size_t>(first - rows_.begin()), static_cast<std::size_t>(last - rows_.begin())};
}

std::optional<std::string> RowReader::text() const {
  if (!root_) return std::nullopt;
  std::string out;
  append(*root_, 0, out);
  return out;
}

void RowReader::append(std::int64_t block, std::size_t depth, std::string& out) const {
  for (auto [first, last] = rows_of(block); first < last; ++first) {
    out.append(depth, ' ');
    out += rows_[first].text;
    out += '\n';
    if (rows_[first].block) append(rows_[first].block, depth + 1, out);
  }
}

std::shared_ptr<const StoredBlock> RowReader::match(std::shared_ptr<const Node> root) const {
  return root_ ? match_block(*root_, std::move(root)) : nullptr;
}

std::shared_ptr<const StoredBlock> RowReader::match_block(std::int64_t id, std::shared_ptr<const Node> node) const {
  const auto [first, last] = rows_of(id);
  if (last - first != node->children.size()) return nullptr;
  auto out = std::make_shared<StoredBlock>();
  out->node = node;
  out->id = id;
  out->slots.reserve(node->children.size());
  for (std::size_t i = 0; i < node->children.size(); ++i) {
    const Row& row = rows_[first + i];
    const auto& child = node->children[i];
    if ((row.block != 0) != opens_block(*child) || row.text != line_text(*child)) return nullptr;
    StoredBlock::Slot slot;
    slot.position = row.position;
    if (row.block) {
      slot.block = match_block(row.block, child);
      if (!slot.block) return nullptr;
      slot.lines = slot.block->lines();
    } else {
      slot.lines = lines_of_text(row.text);
    }
    out->slots.push_back(std::move(slot));
  }
  return out;
}

}  // namespace parser
