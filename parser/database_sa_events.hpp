// The life of SAs as a table. Nothing outside parser/database*.cpp includes this.
#pragma once

#include <vector>

#include "parser/database.hpp"
#include "parser/database_sqlite.hpp"

namespace parser {

class SaEvents {
 public:
  /// Of a database that may have it already.
  static const char* table();

  explicit SaEvents(sqlite::Connection& db) : db_(db) {}
  /// In order; the oldest rows beyond most_sa_events go.
  void add(const std::vector<SaEvent>& events);
  /// Newest first, `most` of them; of one peer where it is given.
  std::vector<SaEvent> latest(std::size_t most, const std::optional<std::string>& peer);

 private:
  sqlite::Connection& db_;
};

}  // namespace parser
