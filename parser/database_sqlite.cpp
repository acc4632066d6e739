#include "parser/database_sqlite.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace parser::sqlite {

void fail(sqlite3* db, const std::string& what) {
  throw Error("configuration database: " + what + ": " + (db ? sqlite3_errmsg(db) : "out of memory"));
}

Statement::Statement(sqlite3* db, const char* sql) : db_(db) {
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK) fail(db, "preparing");
}

bool Statement::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const std::string why = sqlite3_errmsg(db_);
  sqlite3_reset(statement_);
  throw Error("configuration database: " + why);
}

std::string Statement::text(int column) const {
  const auto* octets = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return octets ? std::string(octets, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

Connection::Connection(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::fchmod(fd, 0600) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    throw Error("configuration database: " + path + ": " + std::generic_category().message(error));
  }
  ::close(fd);
  for (const char* beside : {"-wal", "-shm"}) ::chmod((path + beside).c_str(), 0600);
  // A connection is for one thread at a time: its locks were a twentieth of what a commit of 150,000 lines costs.
  if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string why = db_ ? sqlite3_errmsg(db_) : "out of memory";
    sqlite3_close(db_);
    throw Error("configuration database: " + path + ": " + why);
  }
  sqlite3_busy_timeout(db_, 5000);
}

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(db_, "executing");
}

std::int64_t Connection::number(const char* sql) {
  Statement query(db_, sql);
  query.start();
  return query.next() ? query.number(0) : 0;
}

}  // namespace parser::sqlite
