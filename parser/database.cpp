// Tables. `object`: a row a block, the root of a configuration included (mode "global", no parent). `setting`: a row a line
// that opens no block. `text` is the canonical line, from which a configuration is read back; `fields` its typed values as
// a JSON object, for the views alone. `position` orders the lines of a block, blocks among them, with room between two for
// lines to come. `revision` and `command`: parser/database_history.hpp. `meta`: "boot_id" names the boot to which the
// running configuration belongs, "startup_revision" the revision that was made the startup configuration,
// "revert_revision", "revert_deadline", "revert_minutes" and "revert_user" what `configure terminal revert timer` promised,
// "master_keys" the keys derived from the master keys (parser/secrets.hpp). `key_pair` and `crl`: parser/database_pki.hpp.
#include "parser/database.hpp"

#include <map>

#include "parser/database_history.hpp"
#include "parser/database_leases.hpp"
#include "parser/database_pki.hpp"
#include "parser/database_rows.hpp"
#include "parser/database_sa_events.hpp"
#include "parser/database_views.hpp"
#include "parser/difference.hpp"

namespace parser {
namespace {

using sqlite::Connection;
using sqlite::Statement;
using sqlite::Transaction;

constexpr int schema_version = 4;
constexpr const char* tables = R"(
create table meta (name text primary key, value) without rowid;
create table object (
  id integer primary key,
  configuration text not null check (configuration in ('running', 'startup')),
  parent integer references object (id) on delete cascade,
  mode text not null,
  name text not null,
  position integer not null,
  text text not null,
  fields text not null);
create index object_parent on object (parent);
create index object_mode on object (configuration, mode);
create table setting (
  object integer not null references object (id) on delete cascade,
  position integer not null,
  keyword text not null,
  text text not null,
  fields text not null,
  primary key (object, position)) without rowid;
)";

engine::Failure failed(const std::exception& error) {
  return engine::Failure{engine::NotifyType::none, engine::Cause::internal_error, error.what()};
}

/// Runs `work`; an exception becomes a failure.
template <class Work>
auto guarded(const Work& work) -> engine::Result<decltype(work())> {
  try {
    return work();
  } catch (const std::exception& error) {
    return failed(error);
  }
}

Configuration parsed(const std::string& text) { return parser::apply(Configuration{}, text).configuration; }

/// sqlite_master spells the first two words of a statement in capitals.
std::string sqlite_text(std::string sql) { return sql.replace(0, 11, "CREATE VIEW"); }

}  // namespace

struct Database::Impl {
  Impl(const std::string& path, std::string boot) : db(path), boot_id(std::move(boot)), history(db) {
    db.execute(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on; pragma "
        "journal_size_limit = 16777216");
    const std::int64_t version = db.number("pragma user_version");
    if (version > schema_version) throw sqlite::Error("configuration database: " + path + " was written by a newer version");
    if (version < schema_version) make_tables(version);
    db.execute(SaEvents::table());
    // A full disk must not keep the gateway down: load() needs neither the views nor a running configuration.
    try {
      refresh_views();
      begin_boot();
    } catch (const sqlite::Error&) {
      if (version == 0) throw;
    }
    writer.emplace(db.get());
  }

  void make_tables(std::int64_t version) {
    Transaction transaction(db);
    if (version == 0) {
      db.execute(tables);
      db.execute(History::tables());
    } else if (version == 1) {
      History::migrate_from_1(db);
    }
    db.execute(pki_tables());
    db.execute(lease_tables());
    db.execute("pragma user_version = " + std::to_string(schema_version));
    transaction.commit();
  }

  std::optional<std::string> meta(std::string_view name) {
    Statement query(db.get(), "select value from meta where name = ?");
    query.start(name);
    if (!query.next()) return std::nullopt;
    return query.text(0);
  }
  void set_meta(std::string_view name, std::string_view value) {
    Statement(db.get(), "insert or replace into meta (name, value) values (?, ?)").run(name, value);
  }
  std::int64_t meta_number(std::string_view name) {
    const auto value = meta(name);
    return value ? std::stoll(*value) : 0;
  }
  void forget_revert() { db.execute("delete from meta where name like 'revert\\_%' escape '\\'"); }

  void refresh_views() {
    const std::vector<View> wanted = database_views(schema());
    std::map<std::string, std::string> present;
    {
      Statement query(db.get(), "select name, sql from sqlite_master where type = 'view'");
      for (query.start(); query.next();) present[query.text(0)] = query.text(1);
    }
    bool same = present.size() == wanted.size();
    for (const View& view : wanted) {
      const auto it = present.find(view.name);
      same = same && it != present.end() && sqlite_text(view.sql) == it->second;
    }
    if (same) return;
    Transaction transaction(db);
    for (const auto& [name, sql] : present) db.execute("drop view \"" + name + "\"");
    for (const View& view : wanted) db.execute(view.sql);
    transaction.commit();
  }

  /// After a boot the startup configuration is the running one.
  void begin_boot() {
    if (meta("boot_id") != boot_id) take_startup({"system", "boot", "the startup configuration", {}});
  }
  void take_startup(const Origin& origin) {
    const std::string before = RowReader(db, "running").text().value_or("");
    const std::string after = RowReader(db, "startup").text().value_or("");
    Transaction transaction(db);
    if (before != after) history.add(origin, difference_of_texts(before, after));
    db.execute("delete from object where configuration = 'running'");
    copy("startup", "running");
    set_meta("boot_id", boot_id);
    forget_revert();
    transaction.commit();
    stored.reset();
    running.reset();
  }

  void copy(const std::string& from, const std::string& to) {
    const std::int64_t shift = db.number("select coalesce(max(id), 0) from object");
    Statement(
        db.get(),
        "insert into object (id, configuration, parent, mode, name, position, text, fields) "
        "select id + ?1, ?2, parent + ?1, mode, name, position, text, fields from object where configuration = ?3 order by id")
        .run(shift, to, from);
    Statement(db.get(),
              "insert into setting (object, position, keyword, text, fields) "
              "select s.object + ?1, s.position, s.keyword, s.text, s.fields from setting s join object o on o.id = s.object "
              "where o.configuration = ?2")
        .run(shift, from);
  }

  static std::shared_ptr<const Node> root_of(const Configuration& configuration) {
    const auto data = configuration.share();
    return {data, &data->root};
  }

  Configuration load() {
    const bool same_boot = meta("boot_id") == boot_id;
    const std::string which = same_boot && RowReader(db, "running").text() ? "running" : "startup";
    const RowReader reader(db, which);
    const auto text = reader.text();
    if (!text) return {};
    Configuration found = parsed(*text);
    if (which == "running") {
      stored = reader.match(root_of(found));
      running = found;
    }
    return found;
  }

  void write(const Configuration& configuration, const Origin& origin, const Beside& beside) {
    Transaction transaction(db);
    if (beside.master) set_meta("master_keys", beside.master->stored());
    if (beside.pki) write_pki(db, *beside.pki);
    RowWriter::Block next;
    std::string hunks;
    if (beside.sealer) {
      std::string before = RowReader(db, "running").text().value_or("");
      history.seal(before, *beside.sealer);
      db.execute("delete from object where configuration = 'running'");
      next = writer->write(root_of(configuration));
      hunks = difference_of_texts(before, text_of(configuration.data().root));
      set_meta("boot_id", boot_id);
    } else if (stored) {
      next = writer->update(*stored, root_of(configuration));
      hunks = difference(*stored, *next);
    } else {
      const std::string before = RowReader(db, "running").text().value_or("");
      db.execute("delete from object where configuration = 'running'");
      next = writer->write(root_of(configuration));
      hunks = difference_of_texts(before, text_of(configuration.data().root));
      set_meta("boot_id", boot_id);
    }
    if (!hunks.empty()) history.add(origin, hunks);
    history.prune(static_cast<std::uint64_t>(meta_number("revert_revision")));
    transaction.commit();
    stored = std::move(next);
    running = configuration;
    // What was overwritten still stands in the log.
    if (beside.sealer) db.execute("pragma wal_checkpoint(truncate)");
  }

  Connection db;
  std::string boot_id;
  History history;
  std::optional<RowWriter> writer;
  // What stands in the tables; null where that is not known line by line: then the next commit writes everything.
  RowWriter::Block stored;
  std::optional<Configuration> running;
};

Database::Database(const std::string& path, const std::string& boot_id) : impl_(std::make_unique<Impl>(path, boot_id)) {}
Database::~Database() = default;

Configuration Database::load() { return impl_->load(); }

engine::Status Database::commit_running(const Configuration& configuration, const Origin& origin, const Beside& beside) {
  return guarded([&] {
    const bool same = impl_->running && *impl_->running == configuration;
    if (beside.master || beside.pki || beside.sealer || !same) impl_->write(configuration, origin, beside);
    return engine::Done{};
  });
}

StoredPki Database::pki() { return read_pki(impl_->db); }

std::vector<engine::Lease> Database::leases() { return read_leases(impl_->db); }

engine::Status Database::keep_leases(const std::vector<engine::KeepLease>& changes) {
  return guarded([&] {
    Transaction transaction(impl_->db);
    write_leases(impl_->db, changes);
    transaction.commit();
    return engine::Done{};
  });
}

MasterKeys Database::master_keys() { return MasterKeys::from_stored(impl_->meta("master_keys").value_or("")); }

engine::Status Database::write_startup() {
  return guarded([&] {
    // Where the disk was full at boot, the startup configuration still is the running one.
    if (impl_->meta("boot_id") != impl_->boot_id) return engine::Done{};
    Transaction transaction(impl_->db);
    impl_->db.execute("delete from object where configuration = 'startup'");
    impl_->copy("running", "startup");
    impl_->db.execute(
        "insert into object (configuration, mode, name, position, text, fields) select 'startup', 'global', '', 0, '', '{}' "
        "where not exists (select 1 from object where configuration = 'startup');"
        "insert or replace into meta (name, value) select 'startup_revision', max(id) from revision");
    transaction.commit();
    return engine::Done{};
  });
}

engine::Status Database::begin_with_startup(const Origin& origin) {
  return guarded([&] {
    impl_->take_startup(origin);
    return engine::Done{};
  });
}

engine::Result<std::optional<Configuration>> Database::startup() {
  return guarded([&]() -> std::optional<Configuration> {
    const auto text = RowReader(impl_->db, "startup").text();
    if (!text) return std::nullopt;
    return parsed(*text);
  });
}

engine::Result<std::uint64_t> Database::latest_revision() {
  return guarded([&] { return impl_->history.latest(); });
}

engine::Result<std::vector<Revision>> Database::revisions() {
  return guarded([&] { return impl_->history.revisions(); });
}

engine::Result<std::optional<Configuration>> Database::revision(std::uint64_t number) {
  return guarded([&]() -> std::optional<Configuration> {
    const auto text = impl_->history.text_of(number, RowReader(impl_->db, "running").text().value_or(""));
    if (!text) return std::nullopt;
    return parsed(*text);
  });
}

engine::Status Database::comment(const std::string& text) {
  return guarded([&] {
    impl_->history.comment(text);
    return engine::Done{};
  });
}

engine::Result<std::vector<LoggedCommand>> Database::commands() {
  return guarded([&] { return impl_->history.commands(); });
}

engine::Status Database::add(const std::vector<SaEvent>& events) {
  return guarded([&] {
    Transaction transaction(impl_->db);
    SaEvents(impl_->db).add(events);
    transaction.commit();
    return engine::Done{};
  });
}

engine::Result<std::vector<SaEvent>> Database::sa_events(std::size_t most, const std::optional<std::string>& peer) {
  return guarded([&] { return SaEvents(impl_->db).latest(most, peer); });
}

engine::Status Database::set_revert(const std::optional<PendingRevert>& revert) {
  return guarded([&] {
    Transaction transaction(impl_->db);
    impl_->forget_revert();
    if (revert) {
      impl_->set_meta("revert_revision", std::to_string(revert->revision));
      impl_->set_meta("revert_deadline", std::to_string(revert->deadline));
      impl_->set_meta("revert_minutes", std::to_string(revert->minutes));
      impl_->set_meta("revert_user", revert->user);
    }
    transaction.commit();
    return engine::Done{};
  });
}

std::optional<PendingRevert> Database::revert() {
  const std::int64_t deadline = impl_->meta_number("revert_deadline");
  if (deadline == 0) return std::nullopt;
  return PendingRevert{static_cast<std::uint64_t>(impl_->meta_number("revert_revision")), deadline,
                       static_cast<unsigned>(impl_->meta_number("revert_minutes")), impl_->meta("revert_user").value_or("")};
}

}  // namespace parser
