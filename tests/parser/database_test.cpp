// The configuration database on a real file: what comes back, who may read it, and what survives a kill and a full disk.
#include "parser/database.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "parser/configuration.hpp"
#include "parser/database_views.hpp"
#include "tests/temporary_folder.hpp"

namespace parser {
namespace {

struct Folder : TemporaryFolder {
  std::string path(const std::string& name = "config.db") const { return TemporaryFolder::path(name); }
  const std::string& directory() const { return TemporaryFolder::path(); }
};

/// What an operator's `sqlite3 FILE 'SQL'` prints: rows joined with newlines, columns with "|".
std::string select_in(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* query = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &query, nullptr), SQLITE_OK) << sqlite3_errmsg(db) << "\n" << sql;
  std::string out;
  while (query && sqlite3_step(query) == SQLITE_ROW) {
    if (!out.empty()) out += "\n";
    for (int i = 0; i < sqlite3_column_count(query); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(query, i));
      out += (i ? "|" : "") + std::string(text ? text : "");
    }
  }
  sqlite3_finalize(query);
  return out;
}

/// `look` at the database, in one connection: each reads the whole schema.
template <class Look>
void read_only(const std::string& path, Look look) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  look(db);
  sqlite3_close(db);
}

std::string select(const std::string& path, const std::string& sql) {
  std::string out;
  read_only(path, [&](sqlite3* db) { out = select_in(db, sql); });
  return out;
}

void execute(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

Configuration parse(const std::string& text, const Configuration& start = {}) {
  ApplyResult result = parser::apply(start, text);
  for (const LineReport& line : result.lines)
    EXPECT_NE(line.verdict, Verdict::refused) << line.number << ": " << line.text << "\n" << line.answer;
  return result.configuration;
}

std::optional<Configuration> startup_of(Database& db) {
  auto read = db.startup();
  EXPECT_TRUE(read.ok()) << read.failure().why;
  return read.ok() ? *read : std::nullopt;
}

const std::string stored_site = R"(
hostname R1
crypto ikev2 proposal P1
 encryption aes-cbc-256 aes-cbc-128
 integrity sha256
 group 14
crypto ikev2 policy 10
 match address local 192.0.2.1
 proposal P1
crypto ikev2 keyring KEYS
 peer B
  description the "other" side \ 100%
  address 203.0.113.20
  pre-shared-key cisco123!
 peer C
  address 198.51.100.0 255.255.255.0
  pre-shared-key local one
  pre-shared-key remote two
crypto ikev2 profile PROF
 match identity remote address 203.0.113.20
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
 dpd 10 2 periodic
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
 mode transport
crypto map MAP 10 ipsec-isakmp
 set peer 203.0.113.20
 set peer 203.0.113.21
 set transform-set TS
 set ikev2-profile PROF
 match address ACL
crypto map MAP local-address Loopback0
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
 ip address 10.0.1.1 255.255.255.0 secondary
 crypto map MAP
 shutdown
ip access-list extended ACL
 remark first the rest
 permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255
 deny ip any any
ipv6 access-list SIX
 permit tcp 2001:db8:1::/64 any eq 443
)";

void commit(Database& db, const Configuration& configuration) {
  const engine::Status status = db.commit_running(configuration, {.user = "tester"});
  ASSERT_TRUE(status.ok()) << status.failure().why;
}

TEST(Database, StartsEmpty) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  EXPECT_EQ(db.load(), Configuration{});
  EXPECT_FALSE(startup_of(db));
}

TEST(Database, RoundTrip) {
  Folder folder;
  const Configuration wanted = parse(stored_site);
  {
    Database db(folder.path(), "boot-1");
    commit(db, wanted);
    EXPECT_EQ(db.load(), wanted);
  }
  Database again(folder.path(), "boot-1");
  EXPECT_EQ(again.load(), wanted);
  EXPECT_EQ(running_config(again.load()), running_config(wanted));
}

TEST(Database, FilesAreForTheOwnerOnly) {
  Folder folder;
  const mode_t before = ::umask(0);
  Database db(folder.path(), "boot-1");
  commit(db, parse(stored_site));
  ::umask(before);
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder.directory())) {
    struct stat status {};
    ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 3);  // with -wal and -shm
}

TEST(Database, AWiderModeIsNarrowed) {
  Folder folder;
  { Database db(folder.path(), "boot-1"); }
  ASSERT_EQ(::chmod(folder.path().c_str(), 0644), 0);
  Database db(folder.path(), "boot-1");
  struct stat status {};
  ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Database, WhatItCannotOpenItNames) {
  try {
    Database db("/nonexistent/folder/config.db", "boot-1");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/folder/config.db"), std::string::npos) << error.what();
  }
  Folder folder;
  std::ofstream(folder.path()) << std::string(5000, 'x');
  EXPECT_THROW(Database(folder.path(), "boot-1"), std::runtime_error);
}

TEST(Database, ARebootGoesBackToStartup) {
  Folder folder;
  const Configuration saved = parse(stored_site);
  const Configuration changed = parse("hostname R2\ncrypto map MAP 20 ipsec-isakmp\n set peer 192.0.2.9\n", saved);
  {
    Database db(folder.path(), "boot-1");
    commit(db, saved);
    ASSERT_TRUE(db.write_startup().ok());
    commit(db, changed);
    EXPECT_EQ(startup_of(db), saved);
  }
  {
    Database crashed(folder.path(), "boot-1");
    EXPECT_EQ(crashed.load(), changed);
  }
  Database rebooted(folder.path(), "boot-2");
  EXPECT_EQ(rebooted.load(), saved);
  EXPECT_EQ(startup_of(rebooted), saved);
  EXPECT_EQ(select(folder.path(), "select hostname from global"), "R1");
  EXPECT_EQ(select(folder.path(), "select count(*) from crypto_map"), "1");
}

TEST(Database, AReloadGoesBackToStartupWithinOneBoot) {
  const Folder folder;
  const Configuration saved = apply({}, "hostname Saved\n").configuration, typed = apply({}, "hostname Typed\n").configuration;
  Database db(folder.path(), "boot-1");
  ASSERT_TRUE(db.commit_running(saved, {}).ok());
  ASSERT_TRUE(db.write_startup().ok());
  ASSERT_TRUE(db.commit_running(typed, {}).ok());
  ASSERT_TRUE(db.begin_with_startup({"alice", "reload", "the startup configuration", {}}).ok());
  EXPECT_EQ(db.load(), saved);
  EXPECT_EQ(db.revisions()->back().user, "alice");
  ASSERT_TRUE(db.commit_running(typed, {}).ok());
  EXPECT_EQ(Database(folder.path(), "boot-1").load(), typed) << "and goes on from there";
}

TEST(Database, ARebootWithoutStartupIsAnEmptyRouter) {
  Folder folder;
  {
    Database db(folder.path(), "boot-1");
    commit(db, parse(stored_site));
  }
  Database rebooted(folder.path(), "boot-2");
  EXPECT_EQ(rebooted.load(), Configuration{});
  EXPECT_EQ(select(folder.path(), "select count(*) from object"), "0");
}

TEST(Database, AStartupConfigurationThatCannotBeReadIsNotAMissingOne) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  commit(db, parse(stored_site));
  ASSERT_TRUE(db.write_startup().ok());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(folder.path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "drop table setting", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  const auto read = db.startup();
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.failure().why.find("no such table"), std::string::npos) << read.failure().why;
}

TEST(Database, WriteStartupReplacesTheOldOne) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  ASSERT_TRUE(db.write_startup().ok());
  EXPECT_EQ(startup_of(db), Configuration{});
  const Configuration first = parse(stored_site), second = parse("hostname OTHER\n");
  for (const Configuration& each : {first, second, first}) {
    commit(db, each);
    ASSERT_TRUE(db.write_startup().ok());
    EXPECT_EQ(startup_of(db), each);
    EXPECT_EQ(db.load(), each);
  }
  EXPECT_EQ(select(folder.path(), "select value = (select max(id) from revision) from meta where name = 'startup_revision'"),
            "1");
}

// ---- changes

/// The rows of the running configuration without their row numbers, to compare what an update leaves with a fresh write.
/// Of positions only the order counts.
std::string contents(const std::string& path) {
  return select(
      path,
      "with recursive line (object, position, block, text) as ("
      "select parent, position, id, mode || '|' || name || '|' || text || '|' || fields from object "
      "where configuration = 'running' and parent is not null union all "
      "select object, position, null, keyword || '|' || text || '|' || fields from setting), "
      "ranked as (select *, row_number() over (partition by object order by position) as place from line), "
      "tree (path, block, text) as (select '', id, '' from object where parent is null and configuration = 'running' union all "
      "select t.path || '/' || printf('%05d', r.place), r.block, r.text from ranked r join tree t on r.object = t.block) "
      "select path, text from tree order by path");
}

TEST(Database, EveryKindOfChangeLeavesWhatAFreshWriteWould) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  Configuration now = parse(stored_site);
  commit(db, now);
  const char* changes[] = {
      "hostname A\n",
      "crypto ikev2 proposal AA\n encryption aes-gcm-128\n prf sha256\n group 19\n",
      "crypto ikev2 keyring KEYS\n peer A\n  address 192.0.2.3\n  pre-shared-key abc\n",
      "crypto ikev2 keyring KEYS\n peer B\n  no description\n",
      "crypto ikev2 keyring KEYS\n no peer B\n",
      "ip access-list extended ACL\n 5 permit ip host 1.1.1.1 any\n",
      "ip access-list extended ACL\n no deny ip any any\n",
      "crypto map MAP 10 ipsec-isakmp\n no set peer 203.0.113.20\n set peer 203.0.113.20\n",
      "crypto ipsec transform-set TS esp-gcm 256\n",
      "no ipv6 access-list SIX\n",
      "interface GigabitEthernet0/0\n no shutdown\n no crypto map\n",
      "ip route 10.0.0.0 255.0.0.0 192.0.2.254\nip route 11.0.0.0 255.0.0.0 192.0.2.254\n",
      "no ip route 10.0.0.0 255.0.0.0 192.0.2.254\n",
      "no crypto ikev2 profile PROF\nno hostname\n",
  };
  for (const char* change : changes) {
    now = parser::apply(now, change).configuration;
    commit(db, now);
    EXPECT_EQ(db.load(), now) << change;
    Folder other;
    Database fresh(other.path(), "boot-1");
    commit(fresh, now);
    EXPECT_EQ(contents(folder.path()), contents(other.path())) << change;
  }
  commit(db, Configuration{});
  EXPECT_EQ(db.load(), Configuration{});
}

TEST(Database, UnchangedBlocksAreNotWritten) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  const Configuration before = parse(stored_site);
  commit(db, before);
  const std::string rows = "select id from object where mode in ('ikev2_proposal', 'ikev2_profile', 'ikev2_keyring') order by id";
  const std::string ids = select(folder.path(), rows);
  commit(db, parse("crypto ikev2 keyring KEYS\n peer D\n  address 192.0.2.7\n", before));
  EXPECT_EQ(select(folder.path(), rows), ids);
  // The same configuration from another text has no node in common with the old one.
  commit(db, parse(stored_site + "crypto ikev2 keyring KEYS\n peer D\n  address 192.0.2.7\n"));
  EXPECT_EQ(select(folder.path(), rows), ids);
}

TEST(Database, OftenAtTheSamePlaceThereIsStillRoom) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  Configuration now = parse("hostname R\nip access-list extended A\n permit ip any any\n");
  commit(db, now);
  // Each list stands before the one that came last, so that the room before it is halved again and again.
  for (int i = 99; i > 60; --i) {
    now = parser::apply(now, "crypto ikev2 keyring K\n peer P\n  address 10.0.0." + std::to_string(i) + "\n" +
                                 "interface GigabitEthernet0/" + std::to_string(i) + "\nno ip access-list extended A\n" +
                                 "ip access-list extended A\n permit ip host 10.0.0." + std::to_string(i) + " any\n")
              .configuration;
    commit(db, now);
    ASSERT_EQ(db.load(), now) << i;
  }
}

TEST(Database, EveryRevisionCanBeHadBack) {
  Folder folder;
  std::vector<Configuration> history{parse(stored_site)};
  for (const char* change :
       {"hostname A\n", "ip access-list extended ACL\n 5 permit ip host 1.1.1.1 any\n", "no ipv6 access-list SIX\n",
        "crypto ikev2 keyring KEYS\n no peer C\n", "hostname B\nip route 10.0.0.0 255.0.0.0 192.0.2.254\n",
        "crypto ikev2 keyring AAA\n peer X\n  address 1.1.1.1\n", "no crypto ikev2 keyring AAA\n",
        "banner motd @\ntwo lines\n of text\n@\n", "hostname C\n", "banner motd @\nother\n\nlines\n@\n",
        "crypto pki certificate chain T\n certificate 01\n  3082 0102\n  0304\n  quit\n", "no banner motd\nhostname D\n"})
    history.push_back(parser::apply(history.back(), change).configuration);
  history.push_back(Configuration{});
  history.push_back(history.front());
  std::unique_ptr<Database> daemon;
  for (std::size_t i = 0; i < history.size(); ++i) {
    // Now and then the daemon starts anew.
    if (i % 3 != 1) daemon = std::make_unique<Database>(folder.path(), "boot-1");
    if (i % 2 == 0) daemon->load();
    const engine::Status status = daemon->commit_running(
        history[i], {.user = "tester", .line = "vty0", .comment = "change " + std::to_string(i), .commands = {"hostname A"}});
    ASSERT_TRUE(status.ok()) << status.failure().why;
  }
  Database db(folder.path(), "boot-1");
  const auto revisions = db.revisions();
  ASSERT_TRUE(revisions.ok());
  ASSERT_EQ(revisions->size(), history.size());
  for (std::size_t i = 0; i < history.size(); ++i) {
    EXPECT_EQ((*revisions)[i].number, i + 1);
    EXPECT_EQ((*revisions)[i].user, "tester");
    EXPECT_EQ((*revisions)[i].line, "vty0");
    EXPECT_EQ((*revisions)[i].comment, "change " + std::to_string(i));
    EXPECT_EQ((*revisions)[i].time.size(), std::string("2026-03-03T10:11:12.123Z").size());
    const auto revision = db.revision(i + 1);
    ASSERT_TRUE(revision.ok()) << revision.failure().why;
    ASSERT_TRUE(*revision) << i;
    EXPECT_EQ(**revision, history[i]) << i;
  }
  EXPECT_FALSE(*db.revision(0));
  EXPECT_FALSE(*db.revision(history.size() + 1));
}

TEST(Database, ARestartAndARebootKeepTheHistory) {
  Folder folder;
  const Configuration one = parse(stored_site), two = parse("hostname TWO\n", one), three = parse("hostname THREE\n", one);
  {
    Database db(folder.path(), "boot-1");
    commit(db, one);
    ASSERT_TRUE(db.write_startup().ok());
    commit(db, two);
  }
  Database db(folder.path(), "boot-2");
  EXPECT_EQ(db.load(), one);
  commit(db, three);
  const std::vector<std::pair<std::uint64_t, Configuration>> expected = {{1, one}, {2, two}, {3, one}, {4, three}};
  for (const auto& [number, configuration] : expected) {
    const auto revision = db.revision(number);
    ASSERT_TRUE(revision.ok()) << revision.failure().why;
    ASSERT_TRUE(*revision) << number;
    EXPECT_EQ(**revision, configuration) << number;
  }
  EXPECT_EQ(select(folder.path(), "select user, line from revision where id = 3"), "system|boot");
}

TEST(Database, TheHistoryIsBounded) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  ASSERT_TRUE(db.set_revert(PendingRevert{3, 1, 10, "tester"}).ok());
  for (int i = 1; i <= 1010; ++i) {
    const std::string name = "hostname R" + std::to_string(i);
    ASSERT_TRUE(db.commit_running(parser::apply(Configuration{}, name + "\n").configuration, {.commands = {name}}).ok());
    // What is promised to come back stays until the promise is kept.
    if (i != 1006) continue;
    EXPECT_EQ(select(folder.path(), "select min(id) from revision"), "3");
    ASSERT_TRUE(db.set_revert(std::nullopt).ok());
  }
  EXPECT_EQ(select(folder.path(), "select min(id), max(id) from revision"), "11|1010");
  EXPECT_EQ((*db.revision(11))->hostname(), "R11");
  EXPECT_FALSE(*db.revision(10));
  const auto commands = db.commands();
  ASSERT_TRUE(commands.ok());
  EXPECT_EQ(commands->size(), most_logged_commands);
  EXPECT_EQ(commands->back().text, "hostname R1010");
  EXPECT_EQ(commands->back().revision, 1010u);
}

TEST(Database, APromiseToRevertOutlivesTheDaemonButNoReboot) {
  Folder folder;
  const PendingRevert promise{7, 1772532672, 5, "tester"};
  {
    Database db(folder.path(), "boot-1");
    EXPECT_FALSE(db.revert());
    ASSERT_TRUE(db.set_revert(promise).ok());
  }
  EXPECT_EQ(Database(folder.path(), "boot-1").revert(), promise);
  EXPECT_FALSE(Database(folder.path(), "boot-2").revert());
}

TEST(Database, AHistoryOfVersionOneIsTakenOver) {
  Folder folder;
  const Configuration one = parse("hostname ONE\nip access-list extended A\n permit ip any any\n");
  const Configuration two = parse("hostname TWO\n", one);
  {
    Database db(folder.path(), "boot-1");
    commit(db, two);
  }
  execute(folder.path(),
          "drop table revision; drop table command; pragma user_version = 1;"
          "create table revision (id integer primary key, time text not null, user text not null, kind text not null, text text "
          "not null);"
          "insert into revision (time, user, kind, text) values ('2026-01-01T00:00:00.000Z', 'a', 'full', 'hostname ONE\n"
          "ip access-list extended A\n permit ip any any\n'), ('2026-01-02T00:00:00.000Z', 'b', 'diff', "
          "'@@ -1,1 +1,1 @@\n-hostname ONE\n+hostname TWO\n')");
  Database db(folder.path(), "boot-1");
  EXPECT_EQ(db.load(), two);
  ASSERT_TRUE(*db.revision(1));
  EXPECT_EQ(**db.revision(1), one);
  EXPECT_EQ(**db.revision(2), two);
  EXPECT_EQ(db.revisions()->front().user, "a");
}

// ---- views

TEST(Database, ViewsForOperators) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  commit(db, parse(stored_site));
  ASSERT_TRUE(db.write_startup().ok());
  const std::pair<const char*, const char*> cases[] = {
      {"select hostname from global", "R1"},
      {"select name, encryption, integrity, \"group\", prf from ikev2_proposal", "P1|aes-cbc-256 aes-cbc-128|sha256|14|"},
      {"select name, match_address_local, proposal from ikev2_policy", "10|192.0.2.1|P1"},
      {"select name from ikev2_keyring", "KEYS"},
      {"select name, address from ikev2_keyring_peer", "B|203.0.113.20\nC|198.51.100.0"},
      {"select ikev2_keyring_name, name from ikev2_keyring_peer where address = '203.0.113.20'", "KEYS|B"},
      {"select description from ikev2_keyring_peer where name = 'B'", "the \"other\" side \\ 100%"},
      {"select name, keyring, dpd_interval + 1, dpd_retry from ikev2_profile", "PROF|KEYS|11|2"},
      {"select name, mode from ipsec_transform_set", "TS|transport"},
      {"select map, sequence, set_peer, set_transform_set, set_ikev2_profile, match_address from crypto_map",
       "MAP|10|203.0.113.20 203.0.113.21|TS|PROF|ACL"},
      {"select name, crypto_map, shutdown from interface where crypto_map is not null", "GigabitEthernet0/0|MAP|1"},
      {"select shutdown from interface where name = 'Loopback0'", "0"},
      {"select interface_name, network_address from interface_ip_address where interface_name like 'Gig%'",
       "GigabitEthernet0/0|10.0.0.1\nGigabitEthernet0/0|10.0.1.1"},
      {"select access_list_name, count(*) from access_list_entry", "ACL|3"},
      {"select map, interface from crypto_map_interface", "MAP|Loopback0"},
      {"select authentication_local is null, lifetime is null from ikev2_profile", "0|1"},
      {"select ipv6_access_list_name from ipv6_access_list_entry", "SIX"},
  };
  for (const auto& [sql, answer] : cases) EXPECT_EQ(select(folder.path(), sql), answer) << sql;
}

TEST(Database, EveryViewCanBeSelectedAndNoneShowsAKey) {
  Folder folder;
  Database db(folder.path(), "boot-1");
  commit(db, parse(stored_site));
  read_only(folder.path(), [](sqlite3* file) {
    for (const View& view : database_views(schema())) {
      const std::string rows = select_in(file, "select * from \"" + view.name + "\"");
      EXPECT_EQ(rows.find("cisco123!"), std::string::npos) << view.name;
    }
  });
}

TEST(Database, ViewsAreMadeOnce) {
  Folder folder;
  { Database db(folder.path(), "boot-1"); }
  const std::string version = select(folder.path(), "pragma schema_version");
  { Database db(folder.path(), "boot-1"); }
  EXPECT_EQ(select(folder.path(), "pragma schema_version"), version);
}

// ---- kill and full disk

/// A configuration in which every part says `n`, so that a mixture of two would show.
Configuration numbered(int n) {
  const std::string number = std::to_string(n);
  std::string text = "hostname R" + number + "\ncrypto ikev2 keyring KEYS\n";
  for (int i = 0; i < 40 + n % 7; ++i)
    text += " peer P" + std::to_string(i) + "\n  description " + number + "\n  address 10.0.0." + std::to_string(i) +
            "\n  pre-shared-key k" + number + "\n";
  text += "ip access-list extended ACL\n permit ip host 1.1.1.1 host 0.0." + std::to_string(n / 256 % 256) + "." +
          std::to_string(n % 256) + "\n";
  return parser::apply(Configuration{}, text).configuration;
}

int number_of(const Configuration& configuration) {
  const std::string name = configuration.hostname();
  return name.size() > 1 && name != "Router" ? std::stoi(name.substr(1)) : 0;
}

/// Opens, commits numbered configurations from `first` on and reports each on `fd` once it is durable. Never returns.
[[noreturn]] void commit_until_killed(const std::string& path, int first, int fd) {
  Database db(path, "boot-1");
  for (int n = first;; ++n) {
    if (!db.commit_running(numbered(n), {.user = "child"}).ok()) ::_exit(1);
    if (::write(fd, &n, sizeof n) != sizeof n) ::_exit(1);
    if (n % 5 == 0 && !db.write_startup().ok()) ::_exit(1);
  }
}

TEST(Database, KilledAtAnyMomentItHoldsACommittedBlock) {
  Folder folder;
  std::mt19937 random(20);
  int durable = 0;
  for (int round = 0; round < 40; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      commit_until_killed(folder.path(), durable + 1, pipe[1]);
    }
    ::close(pipe[1]);
    // Some rounds end while the file is being opened, the others after a few commits, anywhere in the next one.
    const int commits = static_cast<int>(random() % 4);
    for (int i = 0, n = 0; i < commits && ::read(pipe[0], &n, sizeof n) == sizeof n; ++i) durable = n;
    ::usleep(random() % 10000);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    for (int n = 0; ::read(pipe[0], &n, sizeof n) == sizeof n;) durable = n;
    ::close(pipe[0]);

    Database db(folder.path(), "boot-1");
    const Configuration found = db.load();
    const int n = number_of(found);
    ASSERT_TRUE(n == durable || n == durable + 1) << "durable " << durable << ", found " << n;
    if (n > 0) {
      ASSERT_EQ(found, numbered(n));
    }
    if (const auto startup = startup_of(db)) {
      ASSERT_EQ(*startup, numbered(number_of(*startup)));
    }
    ASSERT_EQ(select(folder.path(), "pragma integrity_check"), "ok");
    durable = n;
  }
  EXPECT_GT(durable, 20);
}

/// A file system of 1 MiB, or no `mounted()` without the right to mount.
class SmallDisk {
 public:
  SmallDisk() { mounted_ = ::mount("tmpfs", folder_.directory().c_str(), "tmpfs", 0, "size=1m") == 0; }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.directory().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string path(const std::string& name = "config.db") const { return folder_.path(name); }
  /// Takes all the room that is left.
  void fill() {
    std::ofstream file(path("ballast"), std::ios::binary | std::ios::app);
    while (file.write(std::string(512, 'x').data(), 512).flush()) {
    }
  }
  void make_room() { std::filesystem::remove(path("ballast")); }

 private:
  Folder folder_;
  bool mounted_ = false;
};

TEST(Database, AFullDiskLeavesTheLastCommittedBlock) {
  SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  Database db(disk.path(), "boot-1");
  commit(db, numbered(1));
  ASSERT_TRUE(db.write_startup().ok());
  disk.fill();
  int last = 1;
  bool refused = false;
  // Room that the log already has may take some more commits.
  for (int n = 2; n < 200 && !refused; ++n) {
    const engine::Status status = db.commit_running(numbered(n), {.user = "tester"});
    if (status.ok()) {
      last = n;
      continue;
    }
    refused = true;
    EXPECT_NE(status.failure().why.find("full"), std::string::npos) << status.failure().why;
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(db.load(), numbered(last));
  EXPECT_FALSE(db.write_startup().ok());
  EXPECT_EQ(startup_of(db), numbered(1));

  disk.make_room();
  commit(db, numbered(200));
  EXPECT_EQ(db.load(), numbered(200));
  ASSERT_TRUE(db.write_startup().ok());
  EXPECT_EQ(startup_of(db), numbered(200));
}

TEST(Database, AFullDiskAtBootStillLoadsStartup) {
  SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  {
    Database db(disk.path(), "boot-1");
    commit(db, numbered(1));
    ASSERT_TRUE(db.write_startup().ok());
    commit(db, numbered(2));
  }
  // Room for what SQLite needs to open, not for the running configuration.
  std::ofstream(disk.path("ballast2")) << std::string(64 * 1024, 'x');
  disk.fill();
  std::filesystem::remove(disk.path("ballast2"));
  {
    Database db(disk.path(), "boot-2");
    EXPECT_EQ(db.load(), numbered(1));
    EXPECT_EQ(select(disk.path(), "select value from meta where name = 'boot_id'"), "boot-1") << "the disk was not full";
    EXPECT_TRUE(db.write_startup().ok());
    EXPECT_EQ(startup_of(db), numbered(1));
  }
  disk.make_room();
  Database db(disk.path(), "boot-3");
  EXPECT_EQ(db.load(), numbered(1));
}

}  // namespace
}  // namespace parser
