#include "parser/database_leases.hpp"

namespace parser {

using sqlite::Statement;

const char* lease_tables() {
  return R"(
create table if not exists lease (
  number integer primary key,
  pool text not null,
  address text not null,
  holder text not null,
  unique (pool, address));
)";
}

void write_leases(sqlite::Connection& db, const std::vector<engine::KeepLease>& changes) {
  Statement forget(db.get(), "delete from lease where pool = ? and address = ?");
  Statement keep(db.get(), "insert or replace into lease (pool, address, holder) values (?, ?, ?)");
  for (const engine::KeepLease& each : changes) {
    const std::string address = each.lease.address.to_string();
    if (each.forgotten)
      forget.run(each.lease.pool, address);
    else
      keep.run(each.lease.pool, address, each.lease.holder);
  }
}

std::vector<engine::Lease> read_leases(sqlite::Connection& db) {
  std::vector<engine::Lease> out;
  Statement query(db.get(), "select pool, address, holder from lease order by number");
  for (query.start(); query.next();)
    if (const auto address = engine::IpAddress::parse(query.text(1))) out.push_back({query.text(0), *address, query.text(2)});
  return out;
}

}  // namespace parser
