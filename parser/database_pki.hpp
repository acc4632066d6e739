// Key pairs and CRLs as tables. Nothing outside parser/database*.cpp includes this.
#pragma once

#include "parser/database_sqlite.hpp"
#include "parser/pki_store.hpp"

namespace parser {

/// `key_pair` has a row a key pair of ours, `crl` one a trustpoint with a CRL. They are no part of a configuration: neither its
/// history nor a rollback touches them.
const char* pki_tables();
/// Within a transaction.
void write_pki(sqlite::Connection& db, const StoredPki& pki);
StoredPki read_pki(sqlite::Connection& db);

}  // namespace parser
