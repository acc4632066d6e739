#include "parser/database_pki.hpp"

namespace parser {

using sqlite::Statement;

const char* pki_tables() {
  return R"(
create table if not exists key_pair (
  label text primary key,
  kind text not null check (kind in ('rsa', 'ec')),
  bits integer not null,
  exportable integer not null,
  generated integer not null,
  public_key text not null,
  private_key text not null) without rowid;
create table if not exists crl (trustpoint text primary key, der text not null) without rowid;
)";
}

void write_pki(sqlite::Connection& db, const StoredPki& pki) {
  db.execute("delete from key_pair; delete from crl");
  Statement key(db.get(),
                "insert into key_pair (label, kind, bits, exportable, generated, public_key, private_key) "
                "values (?, ?, ?, ?, ?, ?, ?)");
  for (const StoredPki::Key& row : pki.keys)
    key.run(row.label, row.kind, row.bits, row.exportable, row.generated, row.public_key, row.private_key);
  Statement crl(db.get(), "insert into crl (trustpoint, der) values (?, ?)");
  for (const StoredPki::Crl& row : pki.crls) crl.run(row.trustpoint, row.der);
}

StoredPki read_pki(sqlite::Connection& db) {
  StoredPki out;
  Statement key(db.get(), "select label, kind, bits, exportable, generated, public_key, private_key from key_pair");
  for (key.start(); key.next();)
    out.keys.push_back({key.text(0), key.text(1), key.number(2), key.number(3), key.number(4), key.text(5), key.text(6)});
  Statement crl(db.get(), "select trustpoint, der from crl");
  for (crl.start(); crl.next();) out.crls.push_back({crl.text(0), crl.text(1)});
  return out;
}

}  // namespace parser
