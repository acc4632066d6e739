// Carries out what the engine decides: every Action has its one place here.
#pragma once

#include <functional>
#include <memory>

#include "cli/crypto_capture.hpp"
#include "cli/lease_keeper.hpp"
#include "cli/log.hpp"
#include "cli/open_metrics.hpp"
#include "cli/session_traffic.hpp"
#include "engine/event.hpp"
#include "kernel/data_plane.hpp"
#include "kernel/interfaces.hpp"
#include "kernel/peer_verifier.hpp"
#include "kernel/radius_client.hpp"
#include "kernel/radius_orders.hpp"
#include "kernel/resolver.hpp"
#include "kernel/reverse_routes.hpp"
#include "kernel/udp.hpp"
#include "kernel/workers.hpp"

namespace cli {

struct Organs {
  kernel::Udp& udp;
  kernel::DataPlane& plane;
  kernel::Workers& workers;
  kernel::Resolver& resolver;
  const kernel::Interfaces& interfaces;
  kernel::ReverseRoutes& routes;
  CryptoCapture& capture;
  TrafficTotals& traffic;
  LeaseKeeper& leases;
  kernel::RadiusClient& radius;
  kernel::PeerVerifier& verifier;
  kernel::RadiusOrders& orders;
};

/// What is logged where a data plane could not put an interface's policy in force.
LogMessage policy_failed(const std::string& interface, const std::string& why);

class Executor {
 public:
  /// `feed` takes the events that carrying out leads to (JobDone of inline jobs, InstallFailed); it must not handle them
  /// before it returns. `log` takes what fails without an event of its own, `notice` the engine's notices, and `set_interface`
  /// makes the device before it returns.
  Executor(Organs organs, std::function<void(engine::Event)> feed, std::function<void(const engine::Notice&)> notice,
           std::function<void(LogMessage)> log, std::function<void(engine::SetInterface)> set_interface)
      : organs_(organs),
        feed_(std::move(feed)),
        notice_(std::move(notice)),
        log_(std::move(log)),
        set_interface_(std::move(set_interface)) {}

  /// The keys of the configuration the engine works with from now on.
  void set_keys(std::shared_ptr<const engine::crypto::KeyStore> keys) { keys_ = std::move(keys); }
  /// In the order given.
  void carry_out(engine::Actions actions);

 private:
  void run(const engine::SendDatagram& action) {
    organs_.plane.commit();
    organs_.udp.send(action);
  }
  void run(const engine::SendKeepalive& action) { organs_.udp.send(action); }
  void run(engine::StartJob& action);
  bool waits_for_token(const engine::crypto::Job& job) const;
  void run(const engine::Resolve& action) { organs_.resolver.ask(action.name); }
  void run(const engine::SetPolicy& action);
  void run(const engine::AddInbound& action);
  void run(const engine::AddOutbound& action);
  void run(const engine::RemoveChild& action);
  void run(const engine::MoveChild& action);
  void run(engine::SetInterface& action) { set_interface_(std::move(action)); }
  void run(engine::KeepLease& action) { organs_.leases.keep(std::move(action)); }
  void run(const engine::OrderDone& action) { organs_.orders.answer(action); }
  void run(engine::ExportKeys& action) { organs_.capture.take(std::move(action)); }
  void run(const engine::Notice& action) { notice_(action); }

  Organs organs_;
  std::function<void(engine::Event)> feed_;
  std::function<void(const engine::Notice&)> notice_;
  std::function<void(LogMessage)> log_;
  std::function<void(engine::SetInterface)> set_interface_;
  SessionTraffic sessions_;
  std::shared_ptr<const engine::crypto::KeyStore> keys_ = std::make_shared<engine::crypto::KeyStore>();
};

}  // namespace cli
