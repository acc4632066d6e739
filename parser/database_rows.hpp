// The running configuration as it stands in the tables, and its way there and back. A commit writes what it changed:
// unchanged parts are the same object in the old and the new tree. Nothing outside parser/database*.cpp includes this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parser/configuration.hpp"
#include "parser/database_sqlite.hpp"

namespace parser {

/// A block with its row of `object`; `slots` are its lines, one for each of `node->children`.
struct StoredBlock {
  struct Slot {
    std::int64_t position = 0;                 // grows from line to line, with room between for lines to come
    std::size_t lines = 1;                     // of text, of it and of everything below it
    std::shared_ptr<const StoredBlock> block;  // null for a line that opens none
  };
  std::shared_ptr<const Node> node;
  std::int64_t id = 0;
  std::size_t lines() const;
  std::vector<Slot> slots;
};

/// The values of a line as a JSON object: {"name":"SITE-B","length":24}. Values that are not given are left out.
std::string json_fields(const Node& line);
/// What the block is called within its mode: "SITE-B", "VPN-MAP 10 ipsec-isakmp".
std::string block_name(const Node& line);

/// Writes the lines of the running configuration, as far as they differ from what stands there.
class RowWriter {
 public:
  explicit RowWriter(sqlite3* db);
  using Block = std::shared_ptr<const StoredBlock>;
  /// Where nothing stands yet.
  Block write(std::shared_ptr<const Node> root);
  Block update(const StoredBlock& old, std::shared_ptr<const Node> root);

 private:
  using Line = std::shared_ptr<const Node>;
  std::shared_ptr<StoredBlock> insert_block(const std::int64_t* parent, const Line& node, std::int64_t position);
  StoredBlock::Slot insert(std::int64_t parent, const Line& node, std::int64_t position);
  Block updated(const StoredBlock& old, const Line& node);
  void place_new(StoredBlock& block, const std::vector<bool>& is_new);
  void spread_again(StoredBlock& block);
  void erase(const StoredBlock& block, std::size_t place);

  sqlite::Statement insert_object_, insert_setting_, move_object_, delete_object_, delete_setting_, delete_settings_;
};

/// The block's lines in order, one blank of indentation a level: what RowReader::text() reads back of it.
std::string text_of(const Node& block);
/// What makes `after` out of `before`, as hunks over their full texts (parser/difference.hpp).
std::string difference(const StoredBlock& before, const StoredBlock& after);

/// Reads a configuration ('running' or 'startup') back.
class RowReader {
 public:
  /// nullopt from text() where there is no such configuration.
  RowReader(sqlite::Connection& db, const std::string& which);
  /// Lines in order, one blank of indentation a level.
  std::optional<std::string> text() const;
  /// `root` must be what text() means; null where a line of the tables is not a line of `root`.
  std::shared_ptr<const StoredBlock> match(std::shared_ptr<const Node> root) const;

 private:
  struct Row {
    std::int64_t parent = 0, position = 0, block = 0;  // block: 0 for a line that opens none
    std::string text;
  };
  struct Range {
    std::size_t first = 0, last = 0;
  };
  Range rows_of(std::int64_t parent) const;
  void append(std::int64_t block, std::size_t depth, std::string& out) const;
  std::shared_ptr<const StoredBlock> match_block(std::int64_t id, std::shared_ptr<const Node> node) const;

  std::optional<std::int64_t> root_;
  std::vector<Row> rows_;  // by parent, then position
};

}  // namespace parser
