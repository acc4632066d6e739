// The table of leases: which addresses of pools were whose (engine/leases.hpp). Used by parser/database.cpp alone.
#pragma once

#include <vector>

#include "engine/event.hpp"
#include "parser/database_sqlite.hpp"

namespace parser {

const char* lease_tables();
/// In the order given; the last word about an address counts.
void write_leases(sqlite::Connection& db, const std::vector<engine::KeepLease>& changes);
/// Oldest first.
std::vector<engine::Lease> read_leases(sqlite::Connection& db);

}  // namespace parser
