// What a session needs of the daemon behind it; the gateway is it, and a test's fake.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/crypto_capture.hpp"
#include "cli/log.hpp"
#include "cli/recorder.hpp"
#include "cli/replay_control.hpp"
#include "cli/show.hpp"
#include "cli/show_host.hpp"
#include "engine/crypto/enrollment.hpp"
#include "engine/result.hpp"
#include "kernel/peer_verifier.hpp"
#include "parser/database.hpp"
#include "parser/parser.hpp"
#include "parser/secrets.hpp"

namespace cli {

class Session;

/// Lists and OCSP responses that are here, by what they are kept under.
struct FetchedFacts {
  engine::crypto::Documents documents;
  kernel::FetchCounters counters;
};

/// Something that goes on after the command that began it; destroying it ends it without another word.
class Activity {
 public:
  virtual ~Activity() = default;
  /// The user wants it to end: it sums up and calls its `done`.
  virtual void interrupt() = 0;
};

/// Callbacks come on the loop's thread, at once or later, each exactly once.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual const parser::Configuration& running() const = 0;
  /// Grows with every commit of anyone.
  virtual std::uint64_t revision() const = 0;
  /// What keeps parts of the running configuration from taking effect.
  virtual std::vector<std::string> warnings() const = 0;
  /// Commits what `build` gives when no other commit is under way: in the database first, then to the engine. `then` is
  /// called when it is durable, or has failed and changed nothing.
  virtual void commit(std::function<parser::Configuration()> build, parser::Origin origin,
                      std::function<void(engine::Status)> then) = 0;
  /// Sets or removes the master key; what is sealed is sealed anew, in one transaction with it.
  virtual void set_master_key(parser::MasterKeyOrder order, parser::Origin origin, std::function<void(engine::Status)> then) = 0;
  /// Key pairs and CRLs as they were committed last.
  virtual std::shared_ptr<const parser::PkiStore> pki() const = 0;
  /// `change` is called when no commit is under way; `then` when what it gave is durable and the engine has it.
  virtual void change_pki(std::function<parser::PkiStore(const parser::PkiStore&)> change,
                          std::function<void(engine::Status)> then) = 0;
  /// HTTP beside the loop; `then` is called on its thread.
  virtual void fetch(kernel::http::Request request, kernel::Fetcher::Then then) = 0;
  /// Fetches a revocation list anew, for all who need it; `then` is told why it failed, or nothing.
  virtual void refresh_list(const std::string& url, std::function<void(const std::string& failure)> then) = 0;
  /// Asks the CA of a trustpoint for a certificate by SCEP; what becomes of it is logged.
  virtual void enroll(const std::string& trustpoint, parser::PkiStore::Pair key, engine::crypto::SubjectWish wish) = 0;
  /// What was fetched to verify peers.
  virtual FetchedFacts fetched() const = 0;
  virtual void write_startup(std::function<void(engine::Status)> then) = 0;
  /// nullopt where there is no startup configuration.
  virtual void read_startup(std::function<void(engine::Result<std::optional<parser::Configuration>>)> then) = 0;

  /// The startup configuration becomes the running one, for which everything begins anew when `then` has been called.
  virtual void reload(const std::string& user, std::function<void(engine::Status)> then) = 0;

  /// Runs `work` beside the loop with the database at hand; what it returns is called on the loop's thread.
  virtual void in_database(std::function<std::function<void()>(parser::Database&)> work) = 0;

  /// `configure terminal revert timer`: unless someone confirms in so many minutes, the configuration that is running now
  /// comes back. The promise is durable when `then` is called.
  virtual void promise_revert(unsigned minutes, const std::string& user, std::function<void(engine::Status)> then) = 0;
  virtual std::optional<parser::PendingRevert> pending_revert() const = 0;
  /// These three keep, put off or carry out a promise: there must be one.
  virtual void confirm(std::function<void(engine::Status)> then) = 0;
  virtual void postpone_revert(unsigned minutes, std::function<void(engine::Status)> then) = 0;
  virtual void revert_now(std::function<void(engine::Status)> then) = 0;

  /// Runs `work` beside the loop. `work` must hold values only.
  virtual void render(std::function<std::string()> work, std::function<void(std::string)> then) = 0;
  /// Gathers what `query` asks for, in slices between other work.
  virtual void facts(const engine::Query& query, std::function<void(std::shared_ptr<const ShowFacts>)> then) = 0;
  virtual std::vector<InterfaceRow> interfaces() const = 0;
  /// The folder whose files are `flash:NAME`; made when one is written.
  virtual const std::string& flash() const = 0;
  virtual SystemFacts system() const = 0;
  /// Of the interface's device; nothing counted where it has none.
  virtual kernel::DeviceCounters interface_counters(const std::string& interface) const = 0;

  virtual const Recorder& recorder() const = 0;
  virtual CryptoCapture& capture() = 0;
  virtual ReplayControl& replay() = 0;
  /// The moment's, and what the call before was given.
  virtual std::pair<UsageSample, UsageSample> usage() = 0;
  virtual std::vector<kernel::HostRoute> host_routes() const = 0;
  /// Who is at the control socket; `asking` is the session that asks.
  virtual Users users(const Session& asking) const = 0;
  /// The time of the records.
  virtual engine::Time monotonic() const = 0;

  /// What the SAs that are up would go through if `configuration` were committed.
  virtual void impact(parser::Configuration configuration, std::function<void(std::vector<engine::SaImpact>)> then) = 0;

  virtual void clear(const engine::Clear& what) = 0;
  /// What the shows count of IPsec SAs, and of IKE, begins anew.
  virtual void clear_sa_counters() = 0;
  virtual void clear_ike_stats() = 0;
  virtual DebugFlags debug_flags() const = 0;
  virtual void set_debug_flags(const DebugFlags& flags) = 0;
  virtual Log& log() = 0;
  virtual WallTime now() const = 0;

  /// `output` gets the text piece by piece, `done` is called at its end, never within this call.
  virtual std::unique_ptr<Activity> ping(const parser::Ping& command, std::function<void(std::string)> output,
                                         std::function<void()> done) = 0;
};

}  // namespace cli
