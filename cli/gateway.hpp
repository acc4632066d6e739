// The daemon's inside: loop, engine, database, data plane and log, wired together. Events go in, actions are carried out.
#pragma once

#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/backend.hpp"
#include "cli/background.hpp"
#include "cli/console.hpp"
#include "cli/counter_watch.hpp"
#include "cli/device_pins.hpp"
#include "cli/enrollments.hpp"
#include "cli/executor.hpp"
#include "cli/expiry_watch.hpp"
#include "cli/host_clock.hpp"
#include "cli/ike_interfaces.hpp"
#include "cli/lease_keeper.hpp"
#include "cli/metrics_server.hpp"
#include "cli/open_metrics.hpp"
#include "cli/own_status.hpp"
#include "cli/plane.hpp"
#include "cli/revert_timer.hpp"
#include "cli/sa_history.hpp"
#include "engine/endpoint.hpp"
#include "kernel/interfaces.hpp"
#include "kernel/loopbacks.hpp"
#include "kernel/syslog_socket.hpp"
#include "kernel/system_random.hpp"
#include "parser/compile.hpp"
#include "parser/database.hpp"

namespace cli {

class Gateway final : public Backend {
 public:
  /// Opens everything and takes up the configuration of the database in `state_directory`: when it returns, what the
  /// configuration protects is protected. Throws std::runtime_error with a reason fit for the operator.
  Gateway(kernel::Loop& loop, const std::string& state_directory, PlaneChoice choice);
  ~Gateway() override;

  /// "data plane tun (the kernel has no ESP: ...)"
  const std::string& plane_text() const { return plane_text_; }
  /// Gets every log message with its time stamp, and answers to how many sessions it went.
  void set_monitor(std::function<std::size_t(const std::string& stamped)> monitor) { monitor_ = std::move(monitor); }
  /// Who is at the control socket, seen by one of them.
  void set_users(std::function<Users(const Session&)> users) { users_ = std::move(users); }
  /// Somebody wants everything to begin anew: the loop has been stopped for it.
  bool reload_wanted() const { return reload_wanted_; }
  /// The ordered end: SAs are deleted at the peers, and nothing of ours stays in the kernel.
  void shut_down();

  const parser::Configuration& running() const override { return running_; }
  std::uint64_t revision() const override { return revision_; }
  std::vector<std::string> warnings() const override { return compiled_->warnings; }
  void commit(std::function<parser::Configuration()> build, parser::Origin origin,
              std::function<void(engine::Status)> then) override;
  void set_master_key(parser::MasterKeyOrder order, parser::Origin origin, std::function<void(engine::Status)> then) override;
  std::shared_ptr<const parser::PkiStore> pki() const override { return pki_; }
  void change_pki(std::function<parser::PkiStore(const parser::PkiStore&)> change,
                  std::function<void(engine::Status)> then) override;
  void fetch(kernel::http::Request request, kernel::Fetcher::Then then) override {
    fetcher_.fetch(std::move(request), std::move(then));
  }
  void refresh_list(const std::string& url, std::function<void(const std::string& failure)> then) override {
    verifier_->refresh(url, std::move(then));
  }
  void enroll(const std::string& trustpoint, parser::PkiStore::Pair key, engine::crypto::SubjectWish wish) override {
    enrollments_.begin({trustpoint, std::move(key), std::move(wish)});
  }
  FetchedFacts fetched() const override { return {verifier_->documents(), verifier_->counters()}; }
  void reload(const std::string& user, std::function<void(engine::Status)> then) override;
  void in_database(std::function<std::function<void()>(parser::Database&)> work) override;
  void promise_revert(unsigned minutes, const std::string& user, std::function<void(engine::Status)> then) override {
    revert_timer_.promise(minutes, user, std::move(then));
  }
  std::optional<parser::PendingRevert> pending_revert() const override { return revert_timer_.pending(); }
  void confirm(std::function<void(engine::Status)> then) override { revert_timer_.confirm(std::move(then)); }
  void postpone_revert(unsigned minutes, std::function<void(engine::Status)> then) override {
    revert_timer_.postpone(minutes, std::move(then));
  }
  void revert_now(std::function<void(engine::Status)> then) override { revert_timer_.revert(std::move(then)); }
  void write_startup(std::function<void(engine::Status)> then) override;
  void read_startup(std::function<void(engine::Result<std::optional<parser::Configuration>>)> then) override;
  void render(std::function<std::string()> work, std::function<void(std::string)> then) override;
  void facts(const engine::Query& query, std::function<void(std::shared_ptr<const ShowFacts>)> then) override;
  const std::string& flash() const override { return flash_; }
  std::vector<InterfaceRow> interfaces() const override;
  SystemFacts system() const override;
  kernel::DeviceCounters interface_counters(const std::string& interface) const override;
  const Recorder& recorder() const override { return recorder_; }
  CryptoCapture& capture() override { return capture_; }
  ReplayControl& replay() override { return replay_; }
  std::pair<UsageSample, UsageSample> usage() override;
  std::vector<kernel::HostRoute> host_routes() const override { return kernel::host_routes(); }
  Users users(const Session& asking) const override { return users_ ? users_(asking) : Users{}; }
  engine::Time monotonic() const override;
  void impact(parser::Configuration configuration, std::function<void(std::vector<engine::SaImpact>)> then) override;
  void clear(const engine::Clear& what) override { handle(what); }
  void clear_sa_counters() override;
  void clear_ike_stats() override { recorder_.forget_counters(); }
  DebugFlags debug_flags() const override { return debug_; }
  void set_debug_flags(const DebugFlags& flags) override;
  Log& log() override { return log_; }
  WallTime now() const override { return clock_.now(); }
  std::unique_ptr<Activity> ping(const parser::Ping& command, std::function<void(std::string)> output,
                                 std::function<void()> done) override;

 private:
  struct Commit {
    std::function<parser::Configuration()> build;
    parser::Origin origin;
    std::optional<parser::MasterKeyOrder> master_key;
    std::function<parser::PkiStore(const parser::PkiStore&)> change_pki;  // may be empty
    std::function<void(engine::Status)> then;
  };

  /// What a `show` has gathered so far.
  struct Gathering {
    engine::Query query;
    std::function<void(std::shared_ptr<const ShowFacts>)> then;
    std::shared_ptr<ShowFacts> facts = std::make_shared<ShowFacts>();
  };
  void gather(Gathering gathering);

  void open_plane_and_sockets(PlaneChoice choice);
  void handle(engine::Event event);
  void tick(engine::Time now);
  void drain();
  void next_commit();
  void trim();
  void look_at_own_statuses(engine::Time now);
  void adopt(parser::Configuration configuration, std::shared_ptr<const parser::Compiled> compiled, LogSettings logging);
  void on_interfaces(const kernel::InterfaceMap& map);
  void tell_line_protocols(const std::vector<engine::InterfaceState>& states);
  std::optional<engine::Time> left_out_due();
  std::function<std::string()> configuration_text() const;
  void write_history();
  void on_notice(const engine::Notice& notice);
  void carry_out(engine::Actions actions);
  void spread(const LogMessage& message, const std::string& stamped);
  /// Debugging is about this peer.
  bool about(const engine::IpAddress& peer) const;
  void dump(const char* direction, const engine::SocketAddress& peer, const engine::Bytes& octets);
  engine::Status listen_to_wire(bool on);
  void serve_metrics();
  void hear_orders();
  /// As configuration and IKE have them now.
  void set_tunnels();
  void set_loopbacks();

  kernel::Loop& loop_;
  mutable HostClock clock_;
  Console console_;
  Log log_;
  std::optional<engine::Time> left_out_due_;
  DebugFlags debug_;
  const bool journal_ = std::getenv("JOURNAL_STREAM") != nullptr;  // standard error leads there
  kernel::SyslogSocket syslog_;
  Recorder recorder_;
  std::unordered_map<engine::ChildSaId, kernel::ChildCounters> cleared_;  // what `clear crypto sa counters` found
  SaHistory history_;
  CryptoCapture capture_;
  std::unique_ptr<kernel::PacketCapture> wire_;
  TrafficTotals traffic_;
  std::size_t sas_seen_ = 0, lines_seen_ = 0;  // by the last show of all
  std::unique_ptr<MetricsServer> metrics_;
  UsageSample last_usage_;
  std::function<std::size_t(const std::string&)> monitor_;
  std::function<Users(const Session&)> users_;

  const std::string flash_, metrics_path_;
  parser::Database database_;
  parser::Configuration running_;
  std::shared_ptr<const parser::MasterKeys> master_keys_ = std::make_shared<parser::MasterKeys>();
  std::shared_ptr<const parser::PkiStore> pki_ = std::make_shared<parser::PkiStore>();
  std::uint64_t revision_ = 0;
  std::shared_ptr<const parser::Compiled> compiled_;
  std::deque<Commit> commits_;
  bool committing_ = false;

  kernel::SystemRandom random_;
  kernel::SystemRandom sealing_random_;  // for what runs beside the loop
  ReplayControl replay_;
  RecordedRandom recorded_random_{random_};  // the engine's
  engine::Endpoint endpoint_;
  std::deque<engine::Event> events_;
  bool handling_ = false, ended_ = false, reload_wanted_ = false;

  IkeInterfaces ike_interfaces_;
  std::vector<kernel::TunnelSpec> tunnels_;  // last given to the plane
  std::set<std::string> tunnels_up_;         // whose line protocol is
  DevicePins device_pins_;
  std::unique_ptr<kernel::Interfaces> interfaces_;
  std::unique_ptr<kernel::Udp> udp_;
  Plane plane_;
  std::unique_ptr<kernel::Loopbacks> loopbacks_;
  std::string plane_text_;
  std::unique_ptr<kernel::Workers> workers_;
  std::unique_ptr<kernel::Resolver> resolver_;
  kernel::SystemRandom radius_random_;
  std::unique_ptr<kernel::RadiusClient> radius_;
  kernel::Fetcher fetcher_;
  kernel::SystemRandom verifier_random_;
  std::unique_ptr<kernel::PeerVerifier> verifier_;
  std::unique_ptr<kernel::RadiusOrders> orders_;
  std::unique_ptr<kernel::ReverseRoutes> routes_;
  std::unique_ptr<Executor> executor_;
  RevertTimer revert_timer_;
  ExpiryWatch expiry_watch_;
  kernel::SystemRandom enrollment_random_;
  Enrollments enrollments_{*this, enrollment_random_};
  OwnStatuses own_statuses_;
  engine::Time own_statuses_due_{};
  CounterWatch counter_watch_;
  std::optional<engine::Time> trim_due_;
  Background background_;
  LeaseKeeper lease_keeper_;
  Background texts_;  // what is shown does not wait for what is committed
};

}  // namespace cli
