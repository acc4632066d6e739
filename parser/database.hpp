// The configuration database: SQLite, one file, WAL, mode 0600. Running and startup configuration, their revisions, and
// the log of what was entered.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "engine/result.hpp"
#include "parser/parser.hpp"
#include "parser/pki_store.hpp"
#include "parser/secrets.hpp"

namespace parser {

/// The oldest go first.
inline constexpr std::size_t most_revisions = 1000, most_logged_commands = 1000, most_sa_events = 20000;

/// Who changes the configuration, and how. `commands`: the lines that were entered, without secrets.
struct Origin {
  std::string user{}, line{}, comment{};
  std::vector<std::string> commands{};
};

/// What a commit left. `time`: "2026-03-03T10:11:12.123Z".
struct Revision {
  std::uint64_t number = 0;
  std::string time, user, line, comment;
};

struct LoggedCommand {
  std::uint64_t number = 0, revision = 0;
  std::string user, line, text;
};

/// Something in the life of an IKE SA or of an IPsec SA.
struct SaEvent {
  std::int64_t unix_milliseconds = 0;
  bool ipsec = false;
  std::uint32_t sa = 0;  // its number in the daemon's life
  std::string peer, identity, event, cause, text;
  friend bool operator==(const SaEvent&, const SaEvent&) = default;
};

/// `configure terminal revert timer N`: the revision that comes back unless someone confirms in time.
struct PendingRevert {
  std::uint64_t revision = 0;
  std::int64_t deadline = 0;  // seconds since 1970, UTC
  unsigned minutes = 0;       // the time there was
  std::string user;
  friend bool operator==(const PendingRevert&, const PendingRevert&) = default;
};

/// What a commit changes beside the configuration, in the same transaction; null leaves it.
struct Beside {
  const MasterKeys* master = nullptr;
  const StoredPki* pki = nullptr;
  /// What earlier revisions hold is sealed with it, and what stood there is overwritten in the file.
  LineSealer* sealer = nullptr;
};

/// Not to be used by two threads at once.
class Database {
 public:
  /// Opens or makes `path`. `boot_id` names the host's present boot (kernel/interfaces reads it): a running configuration
  /// of another boot is gone, as on a router after a reload. Throws std::runtime_error with the reason (start-up only).
  Database(const std::string& path, const std::string& boot_id);
  ~Database();

  /// The running configuration of this boot if there is one, otherwise the startup configuration, otherwise empty. Throws
  /// std::runtime_error where the file cannot be read (start-up only).
  Configuration load();
  /// Makes `configuration` the running one, in one transaction, durable on return. On failure nothing has changed.
  engine::Status commit_running(const Configuration& configuration, const Origin& origin, const Beside& beside = {});
  /// The master keys as they were committed last. Throws std::runtime_error where the file cannot be read (start-up only).
  MasterKeys master_keys();
  /// Key pairs and CRLs, the same way.
  StoredPki pki();
  /// Addresses of pools and whose they were, oldest first; the same way.
  std::vector<engine::Lease> leases();
  /// In one transaction, durable on return.
  engine::Status keep_leases(const std::vector<engine::KeepLease>& changes);
  /// `write memory`: the running configuration becomes the startup one, durable on return.
  engine::Status write_startup();
  /// What a reboot does: the startup configuration becomes the running one, and a pending revert is forgotten. Durable on return.
  engine::Status begin_with_startup(const Origin& origin);
  /// nullopt where there is none. Fails with the reason where the file cannot be read.
  engine::Result<std::optional<Configuration>> startup();

  /// The number of the present revision; 0 before the first commit.
  engine::Result<std::uint64_t> latest_revision();
  /// Oldest first. The history is bounded: the oldest revisions are not kept for ever.
  engine::Result<std::vector<Revision>> revisions();
  /// nullopt where there is no such revision, or it is not kept any more.
  engine::Result<std::optional<Configuration>> revision(std::uint64_t number);
  /// Writes a comment to the latest revision.
  engine::Status comment(const std::string& text);
  /// Oldest first.
  engine::Result<std::vector<LoggedCommand>> commands();

  /// In one transaction. The oldest events are not kept for ever.
  engine::Status add(const std::vector<SaEvent>& events);
  /// Newest first, `most` of them; of one peer where it is given.
  engine::Result<std::vector<SaEvent>> sa_events(std::size_t most, const std::optional<std::string>& peer);

  /// Durable, so that the promise outlives a crash of the daemon; nullopt takes it back. A reboot goes back to startup
  /// and forgets it.
  engine::Status set_revert(const std::optional<PendingRevert>& revert);
  std::optional<PendingRevert> revert();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parser
