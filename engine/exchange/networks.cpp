#include "engine/exchange/networks.hpp"

#include <algorithm>

#include "engine/exchange/configuration.hpp"
#include "engine/exchange/configuration_attributes.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::configuration {
namespace {

constexpr std::size_t most_networks = 64;  // of a peer's, that are routed to it

bool overlap(const Prefix& a, const Prefix& b) {
  return a.address.family == b.address.family && (a.length < b.length ? a.contains(b.address) : b.contains(a.address));
}

/// The policy that says what we tell, if the profile has one.
std::optional<AuthorizationPolicy> own_policy(const Turn& turn, const IkeSa& sa) {
  const Established& up = *sa.established();
  if (!up.profile->access) return std::nullopt;
  return policy_for(*up.profile->access, up.remote, up.user(), up.eap ? &up.eap->grant : nullptr, turn.core.book.config().pools);
}

/// Why a client's network is not routed to it: it is everybody's, ours, or another client's. Empty: it is.
std::string why_not_routed(const Turn& turn, const IkeSa& sa, const Prefix& network) {
  if (network.length == 0) return "it is everything";
  for (const InterfaceState& interface : turn.core.book.interfaces())
    for (const Prefix& own : interface.addresses)
      if (overlap(Prefix::of(own.address, own.length), network)) return "it is a network of " + interface.name;
  for (const auto& [id, other] : turn.core.sas.all()) {
    const Established* up = other->established();
    if (other->id == sa.id || !up || !up->access || up->access->ours) continue;
    if (sa.established()->access && up->access->interface == sa.established()->access->interface) continue;
    for (const std::vector<Prefix>& theirs : {up->access->assigned, up->access->networks})
      for (const Prefix& each : theirs)
        if (overlap(Prefix::of(each.address, each.length), network)) return "it is behind " + up->access->interface;
  }
  return {};
}

}  // namespace

std::vector<Prefix> told_networks(const Turn& turn, const IkeSa& sa, const AuthorizationPolicy& policy) {
  std::vector<Prefix> out = policy.networks;
  const Established& up = *sa.established();
  if (!policy.tell_interface || !up.access || up.access->ours) return out;
  const auto made_of = PolicyBook::template_of(turn.core.book.config(), *up.profile);
  for (const IpAddress& own : made_of ? made_of->addresses : std::vector<IpAddress>{}) out.push_back(Prefix::host(own));
  return out;
}

std::vector<Prefix> networks_of(const IkeSa& sa, const wire::CpPayload* cp) {
  std::vector<Prefix> out;
  const auto& access = sa.established()->profile->access;
  if (!cp || (access && !access->policy->accept_routes)) return out;
  for (const wire::CfgAttribute& each : cp->attributes)
    if (const auto network = network_in(each); network && out.size() < most_networks) out.push_back(*network);
  return out;
}

std::vector<Prefix> routes_to(const Access& access) {
  std::vector<Prefix> out;
  for (const Prefix& given : access.assigned) out.push_back(Prefix::of(given.address, given.length));
  for (const Prefix& each : access.networks)
    if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(each);
  return out;
}

void plan_set(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  if (!sa.abilities.flexvpn || !up.profile->access || !up.profile->access->send || (up.access && up.access->told)) return;
  const auto policy = own_policy(turn, sa);
  if (policy && !told_networks(turn, sa, *policy).empty()) up.tasks.push_back(TellNetworksTask{});
}

void request_set(Turn& turn, IkeSa& sa) {
  const auto policy = own_policy(turn, sa);
  if (!policy) return;
  Told set(wire::CfgType::set);
  for (const Prefix& network : told_networks(turn, sa, *policy)) set.network(network);
  if (set.empty()) return;
  if (sa.established()->access) sa.established()->access->told = true;
  sa.ask(turn, InformationalRequest{}, wire::ExchangeType::informational, {set.take()});
}

void respond_set(Turn& turn, IkeSa& sa, const wire::Payloads& request, wire::Payloads& out) {
  const wire::CpPayload* set = find_cp(request, wire::CfgType::set);
  Established* up = sa.established();
  if (!set || !up) return;
  Told ack(wire::CfgType::ack);
  const bool takes = up->access && up->profile->access && up->profile->access->accept;
  for (const Prefix& network : takes ? networks_of(sa, set) : std::vector<Prefix>{}) {
    Access& access = *up->access;
    if (const std::string why = access.ours ? std::string() : why_not_routed(turn, sa, network); !why.empty()) {
      sa.diagnose(turn, {NotifyType::none, Cause::network_refused, network.to_string() + " is not routed to it: " + why},
                  "CFG_SET of the peer");
      continue;
    }
    ack.add(network.address.is_v4() ? ip4_subnet : ip6_subnet, ByteView());
    if (std::find(access.networks.begin(), access.networks.end(), network) == access.networks.end() &&
        access.networks.size() < most_networks)
      access.networks.push_back(network);
  }
  if (takes && !ack.empty()) {
    const Access& access = *up->access;
    if (access.ours)
      turn.emit(SetInterface{access.interface, {}, access.assigned, access.networks, false});
    else
      turn.emit(SetInterface{access.interface, up->profile->access->virtual_template, {}, routes_to(access), false});
  }
  out.push_back(ack.take());
}

}  // namespace engine::exchange::configuration
