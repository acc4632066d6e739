// Revisions and the log of commands, as tables. Nothing outside parser/database*.cpp includes this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/database.hpp"
#include "parser/database_sqlite.hpp"

namespace parser {

/// `revision` has a row a commit: what it took away and brought, as hunks, so that from the running configuration every
/// row leads back to the one before it. The oldest rows go first when there are too many, or their text is too long.
/// `command` has the last lines that were entered.
class History {
 public:
  static const char* tables();
  /// Brings the history of a database of schema version 1 into the present form: its revisions led forwards from full texts.
  static void migrate_from_1(sqlite::Connection& db);

  explicit History(sqlite::Connection& db) : db_(db) {}

  void add(const Origin& origin, const std::string& hunks);
  /// Rows at and above `keep` stay whatever the bounds say.
  void prune(std::uint64_t keep);
  void comment(const std::string& text);
  std::uint64_t latest();
  std::vector<Revision> revisions();
  std::vector<LoggedCommand> commands();
  /// Makes every line of every revision what `sealed` makes of it; `latest_text` is the text of the latest one, and becomes what
  /// it is now. The log of commands has no secrets.
  void seal(std::string& latest_text, LineSealer& sealer);
  /// The text of a revision, from that of the latest one. nullopt: no such revision (any more).
  std::optional<std::string> text_of(std::uint64_t number, const std::string& latest_text);

 private:
  sqlite::Connection& db_;
};

}  // namespace parser
