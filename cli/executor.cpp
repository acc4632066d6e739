#include "cli/executor.hpp"

#include "engine/crypto/token.hpp"
#include "kernel/host.hpp"

namespace cli {

LogMessage policy_failed(const std::string& interface, const std::string& why) {
  return {3, "%CRYPTO-3-POLICY_FAILED: Interface " + interface + ": " + why};
}

/// A token takes as long as it takes, whatever the algorithm.
bool Executor::waits_for_token(const engine::crypto::Job& job) const {
  const auto* sign = std::get_if<engine::crypto::SignJob>(&job);
  const engine::Secret* key = sign ? keys_->find(sign->key) : nullptr;
  return key && engine::crypto::names_token_key(*key);
}

void Executor::carry_out(engine::Actions actions) {
  for (auto& action : actions) std::visit([this](auto& each) { run(each); }, action);
}

void Executor::run(engine::StartJob& action) {
  if (auto* account = std::get_if<engine::radius::Account>(&action.job)) sessions_.fill(*account);
  if (std::holds_alternative<engine::radius::Authenticate>(action.job) ||
      std::holds_alternative<engine::radius::Account>(action.job))
    return organs_.radius.ask(action.id, std::move(action.job), keys_);
  if (std::holds_alternative<engine::crypto::VerifyPeerJob>(action.job)) return organs_.verifier.start(std::move(action));
  if (engine::crypto::cost_of(action.job) == engine::CostClass::pool || waits_for_token(action.job)) {
    organs_.workers.start(std::move(action), keys_);
    return;
  }
  const engine::JobId id = action.id;
  feed_(engine::JobDone{id, engine::crypto::run(std::move(action.job), *keys_, kernel::wall_seconds())});
}

void Executor::run(const engine::SetPolicy& action) {
  const auto status = organs_.plane.set_policy(action);
  if (!status.ok()) log_(policy_failed(action.interface, status.failure().why));
}

void Executor::run(const engine::AddInbound& action) {
  organs_.capture.take(action);
  organs_.traffic.child_added(action.facts.child, action.facts.line);
  sessions_.child_added(action.facts);
  const auto status = organs_.plane.add_inbound(action);
  if (!status.ok()) feed_(engine::InstallFailed{action.facts.child, status.failure().why});
}

void Executor::run(const engine::AddOutbound& action) {
  organs_.capture.take(action);
  const auto status = organs_.plane.add_outbound(action);
  if (!status.ok()) {
    feed_(engine::InstallFailed{action.facts.child, status.failure().why});
    return;
  }
  const auto& devices = organs_.interfaces.current().devices;
  const auto device = devices.find(action.facts.interface.text());
  if (!action.facts.reverse_route || device == devices.end()) return;
  const auto routed = organs_.routes.add(action.facts, device->second.ifindex);
  if (!routed.ok()) log_({3, "%CRYPTO-3-ROUTE_FAILED: Interface " + action.facts.interface.text() + ": " + routed.failure().why});
}

void Executor::run(const engine::RemoveChild& action) {
  organs_.routes.remove(action.child);
  const kernel::ChildCounters last = organs_.plane.counters(action.child);
  organs_.traffic.child_removed(action.child, last);
  sessions_.child_removed(action.child, last);
  organs_.plane.remove_child(action.child);
}

void Executor::run(const engine::MoveChild& action) {
  const auto status = organs_.plane.move_child(action);
  if (!status.ok()) log_({3, "%CRYPTO-3-MOVE_FAILED: Peer " + action.remote.to_string() + ": " + status.failure().why});
}

}  // namespace cli
