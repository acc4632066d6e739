// SQLite as the database files use it: a connection, prepared statements, transactions that roll back by themselves.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace parser::sqlite {

/// Does not leave the database files except at start-up.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void fail(sqlite3* db, const std::string& what);

/// A prepared statement. Text that is bound must live until the next run() or reset.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Binds all parameters in order and runs a statement that yields no row.
  template <class... Values>
  void run(const Values&... values) {
    start(values...);
    next();
    sqlite3_reset(statement_);
  }
  template <class... Values>
  void start(const Values&... values) {
    sqlite3_reset(statement_);
    int index = 0;
    (bind(++index, values), ...);
  }
  /// False after the last row.
  bool next();
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::string text(int column) const;

 private:
  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void bind(int index, std::nullptr_t) { sqlite3_bind_null(statement_, index); }
  void bind(int index, std::string_view value) {
    sqlite3_bind_text(statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

/// An open database file of mode 0600; SQLite gives the files beside it the mode of the database.
class Connection {
 public:
  explicit Connection(const std::string& path);
  ~Connection() { sqlite3_close(db_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* get() { return db_; }
  void execute(const std::string& sql);
  std::int64_t number(const char* sql);

 private:
  sqlite3* db_ = nullptr;
};

/// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& db) : db_(db) { db.execute("begin immediate"); }
  ~Transaction() {
    if (!sqlite3_get_autocommit(db_.get())) sqlite3_exec(db_.get(), "rollback", nullptr, nullptr, nullptr);
  }
  void commit() { db_.execute("commit"); }

 private:
  Connection& db_;
};

}  // namespace parser::sqlite
