#include "tests/sim/fake_data_plane.hpp"

namespace sim {
namespace {

engine::SaParameters copy(const engine::SaParameters& sa) {
  return {sa.spi,
          sa.encryption,
          sa.integrity,
          sa.extended_sequence_numbers,
          sa.key_encryption.duplicate(),
          sa.key_integrity.duplicate()};
}

engine::Failure refusal() { return {engine::NotifyType::none, engine::Cause::install_failed, "Cannot allocate memory"}; }

std::string text(engine::ChildSaId child) { return "child " + std::to_string(child.value); }

}  // namespace

const engine::PolicyLine* FakeDataPlane::find_line(engine::PolicyLineId id, const std::string& interface) const {
  const auto lines = policy_.find(interface);
  if (lines == policy_.end()) return nullptr;
  for (const engine::PolicyLine& line : lines->second)
    if (line.id == id) return &line;
  return nullptr;
}

engine::Status FakeDataPlane::set_policy(const engine::SetPolicy& policy) {
  ++policies_set;
  std::set<engine::PolicyLineId> seen;
  for (const auto& [interface, lines] : policy_)
    if (interface != policy.interface)
      for (const engine::PolicyLine& line : lines) seen.insert(line.id);
  for (const engine::PolicyLine& line : policy.lines) {
    if (line.id.value == 0) violate("SetPolicy: a line without id");
    if (!seen.insert(line.id).second) violate("SetPolicy: line id " + std::to_string(line.id.value) + " stands twice");
    if (line.action == engine::AclAction::permit && line.peer.family != line.local.family)
      violate("SetPolicy: tunnel end points of two families");
  }
  policy_[policy.interface] = policy.lines;
  return engine::Done{};
}

void FakeDataPlane::check_sa(const char* what, const engine::ChildSaFacts& facts, const engine::SaParameters& sa) {
  const std::string where = std::string(what) + " " + text(facts.child) + ": ";
  const engine::PolicyLine* line = find_line(facts.line, facts.interface);
  if (!line)
    return violate(where + "policy line " + std::to_string(facts.line.value) + " does not exist on '" + facts.interface.text() +
                   "'");
  if (line->action != engine::AclAction::permit) violate(where + "serves a deny line");
  if (!line->selectors.contains(facts.selectors))
    violate(where + facts.selectors.to_string() + " outside " + line->selectors.to_string());
  if (sa.spi.value < 256) violate(where + "reserved SPI");
  if (!sa.encryption) return violate(where + "no encryption algorithm");
  if (sa.key_encryption.size() != sa.encryption->key_octets) violate(where + "wrong length of the encryption key");
  if (sa.encryption->aead != (sa.integrity == nullptr)) violate(where + "integrity does not fit the encryption");
  if (sa.key_integrity.size() != (sa.integrity ? sa.integrity->key_octets : 0))
    violate(where + "wrong length of the integrity key");
  if (facts.local.ip.family != facts.remote.ip.family) violate(where + "end points of two families");
}

engine::Status FakeDataPlane::add_inbound(const engine::AddInbound& sa) {
  check_sa("AddInbound", sa.facts, sa.sa);
  if (sa.facts.child.value == 0) violate("AddInbound: child 0");
  if (!children_.add(sa.facts.child)) violate("AddInbound: " + text(sa.facts.child) + " was there before");
  if (!spis_.add(sa.sa.spi)) violate("AddInbound: SPI used before");
  if (refuse_inbound > 0) {
    --refuse_inbound;
    refused_.insert(sa.facts.child);
    return refusal();
  }
  inbound_.insert_or_assign(sa.facts.child, InstalledSa{sa.facts, copy(sa.sa), ++order_, 0});
  return engine::Done{};
}

engine::Status FakeDataPlane::add_outbound(const engine::AddOutbound& sa) {
  check_sa("AddOutbound", sa.facts, sa.sa);
  if (refused_.contains(sa.facts.child)) return refusal();
  const auto in = inbound_.find(sa.facts.child);
  if (in == inbound_.end()) {
    violate("AddOutbound: " + text(sa.facts.child) + " has no inbound SA");
  } else {
    if (in->second.facts.selectors != sa.facts.selectors || in->second.facts.line != sa.facts.line)
      violate("AddOutbound: " + text(sa.facts.child) + " differs from its inbound SA");
    if (in->second.sa.encryption != sa.sa.encryption || in->second.sa.integrity != sa.sa.integrity)
      violate("AddOutbound: " + text(sa.facts.child) + " has other algorithms inbound");
    if (in->second.order <= turn_began_ && silenced_.contains(sa.facts.line))
      violate("AddOutbound: " + text(sa.facts.child) + " waited for another to go, and takes over after that");
  }
  if (outbound_.contains(sa.facts.child)) violate("AddOutbound: " + text(sa.facts.child) + " has an outbound SA");
  if (refuse_outbound > 0) {
    --refuse_outbound;
    return refusal();
  }
  if (outbound_.insert_or_assign(sa.facts.child, InstalledSa{sa.facts, copy(sa.sa), ++order_, 0}).second)
    ++senders_[sa.facts.line];
  return engine::Done{};
}

void FakeDataPlane::remove_child(engine::ChildSaId child) {
  const auto out = outbound_.find(child);
  const bool had_outbound = out != outbound_.end();
  if (had_outbound) {
    const engine::PolicyLineId line = out->second.facts.line;
    if (--senders_[line] == 0) {
      senders_.erase(line);
      silenced_.insert(line);
    }
    outbound_.erase(out);
  }
  const bool had_inbound = inbound_.erase(child) > 0;
  if (!had_inbound && !had_outbound && refused_.erase(child) == 0) violate("RemoveChild: " + text(child) + " is not installed");
}

engine::Status FakeDataPlane::move_child(const engine::MoveChild& move) {
  bool found = false;
  for (auto* direction : {&inbound_, &outbound_}) {
    const auto it = direction->find(move.child);
    if (it == direction->end()) continue;
    found = true;
    it->second.facts.local = move.local;
    it->second.facts.remote = move.remote;
    it->second.facts.udp_encapsulated = move.udp_encapsulated;
  }
  if (!found) violate("MoveChild: " + text(move.child) + " is not installed");
  return engine::Done{};
}

kernel::ChildCounters FakeDataPlane::counters(engine::ChildSaId child) {
  kernel::ChildCounters out;
  if (const auto it = inbound_.find(child); it != inbound_.end()) out.decaps = it->second.packets;
  if (const auto it = outbound_.find(child); it != outbound_.end()) out.encaps = it->second.packets;
  return out;
}

FakeDataPlane::Met FakeDataPlane::meet(const engine::SelectorPair& packet) {
  for (const auto& [interface, lines] : policy_) {
    for (const engine::PolicyLine& line : lines) {
      if (!line.selectors.contains(packet)) continue;
      if (line.action == engine::AclAction::deny) return {Meeting::clear, line.id, nullptr};
      InstalledSa* newest = nullptr;
      for (auto& [child, sa] : outbound_)
        if (sa.facts.line == line.id && sa.facts.selectors.contains(packet) && (!newest || sa.order > newest->order))
          newest = &sa;
      return {newest ? Meeting::sent : Meeting::acquire, line.id, newest};
    }
  }
  return {};
}

InstalledSa* FakeDataPlane::inbound_by_spi(engine::EspSpi spi) {
  for (auto& [child, sa] : inbound_)
    if (sa.sa.spi == spi) return &sa;
  return nullptr;
}

}  // namespace sim
