#include "engine/exchange/configuration.hpp"

#include <algorithm>
#include <set>

#include "engine/exchange/configuration_attributes.hpp"
#include "engine/exchange/networks.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::configuration {
namespace {

constexpr std::string_view flexvpn = "FLEXVPN-SUPPORTED";
constexpr unsigned most_clients = 100'000;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

/// What was asked for beside addresses, as far as the policy says anything.
void tell(const AuthorizationPolicy& policy, const wire::CpPayload& asked, const std::vector<Prefix>& assigned, Told& reply) {
  const auto has = [&](Family family) {
    return std::any_of(assigned.begin(), assigned.end(), [&](const Prefix& p) { return p.address.family == family; });
  };
  if (find(&asked, ip4_netmask) && policy.netmask && has(Family::v4)) reply.add(ip4_netmask, policy.netmask->bytes());
  for (const IpAddress& server : policy.dns)
    if (const std::uint16_t type = server.is_v4() ? ip4_dns : ip6_dns; find(&asked, type)) reply.add(type, server.bytes());
  for (const IpAddress& server : policy.wins)
    if (find(&asked, ip4_nbns)) reply.add(ip4_nbns, server.bytes());
  if (find(&asked, dns_domain))
    for (const std::string& domain : policy.split_dns) reply.add(dns_domain, domain);
  if (find(&asked, split_dns) && !policy.split_dns.empty()) reply.add(split_dns, joined(policy.split_dns));
  if (find(&asked, default_domain) && !policy.default_domain.empty()) reply.add(default_domain, policy.default_domain);
  if (find(&asked, banner) && !policy.banner.empty()) reply.add(banner, policy.banner);
  if (find(&asked, backup_servers) && !policy.backup_gateways.empty()) reply.add(backup_servers, joined(policy.backup_gateways));
}

void keep(Turn& turn, std::vector<Leases::Change> changes) {
  for (Leases::Change& each : changes) turn.emit(KeepLease{std::move(each.lease), each.forgotten});
}

/// Whom an address is kept for.
std::string holder_of(const Established& up) { return up.user().empty() ? up.remote.to_string() : up.user(); }

/// Of the host, and of the interfaces that are made for clients.
std::set<IpAddress> own_addresses(const Turn& turn, const IkeProfile& profile) {
  std::set<IpAddress> out;
  for (const InterfaceState& interface : turn.core.book.interfaces())
    for (const Prefix& own : interface.addresses) out.insert(own.address);
  if (const auto made_of = PolicyBook::template_of(turn.core.book.config(), profile))
    out.insert(made_of->addresses.begin(), made_of->addresses.end());
  return out;
}

/// Not ours, and one that a host may have at all.
bool may_be_assigned(const Turn& turn, const IkeProfile& profile, const IpAddress& address) {
  const std::uint8_t first = address.octets[0];
  const bool possible = address.is_v4() ? first != 0 && first != 127 && first < 224 : first != 0 && first != 0xFF;
  return possible && !own_addresses(turn, profile).contains(address);
}

/// What RADIUS says the user's address of this family is, where the profile takes it.
std::optional<IpAddress> granted(const Established& up, std::uint16_t type) {
  if (!up.eap || !up.profile->access->user_cached) return std::nullopt;
  for (const IpAddress& framed : up.eap->grant.framed)
    if (framed.is_v4() == (type == ip4_address)) return framed;
  return std::nullopt;
}

/// To the servers of `aaa accounting`: nobody waits for their answer.
void account(Turn& turn, const Established& up, const Access& access, bool start) {
  const auto& group = up.profile->access ? up.profile->access->accounting : nullptr;
  if (!group || access.session.empty()) return;
  std::optional<IpAddress> framed;
  if (!access.assigned.empty()) framed = access.assigned.front().address;
  turn.emit(StartJob{
      JobId{++turn.core.last_job},
      radius::Account{group, start ? radius::Account::Kind::start : radius::Account::Kind::stop, access.session, holder_of(up),
                      framed, access.local, access.peer, up.eap ? up.eap->grant.classes : std::vector<Bytes>{},
                      turn.now - access.since, access.interface}});
}

/// Addresses of the families that the client asks for; a failure where it asks and gets none at all.
Status lease(Turn& turn, Access& access, const AuthorizationPolicy& policy, const Established& up, const wire::CpPayload* asked) {
  std::string exhausted, impossible;
  std::vector<Leases::Change> changes;
  bool wanted = false;
  const auto take = [&](const std::shared_ptr<const AddressPool>& pool, std::uint16_t type) {
    const wire::CfgAttribute* attribute = find(asked, type);
    wanted = wanted || attribute;
    if (!attribute) return;
    if (const auto framed = granted(up, type); framed && !may_be_assigned(turn, *up.profile, *framed)) {
      impossible = framed->to_string() + ", which RADIUS assigns, is ours or nobody's";
      return;
    } else if (framed && turn.core.leases.claim(*framed, holder_of(up))) {
      access.claimed.push_back(*framed);
      access.assigned.push_back(Prefix::host(*framed));
      return;
    } else if (framed) {
      exhausted += (exhausted.empty() ? "" : ", ") + framed->to_string() + ", which RADIUS assigns, is in use";
      return;
    }
    if (!pool) return;
    const auto wish = address_in(*attribute);
    turn.core.leases.block(own_addresses(turn, *up.profile));
    const auto address =
        turn.core.leases.take(*pool, holder_of(up), wish ? std::optional(wish->address) : std::nullopt, changes, turn.now);
    if (!address) {
      const PoolUse use = turn.core.leases.use_of(pool->name);
      exhausted += (exhausted.empty() ? "pool " : ", pool ") + pool->name + ": all " + std::to_string(use.in_use) +
                   " addresses are in use";
      return;
    }
    access.leases.push_back({pool->name, *address, holder_of(up)});
    access.assigned.push_back({*address, pool->length});
  };
  take(policy.pool, ip4_address);
  take(policy.ipv6_pool, ip6_address);
  keep(turn, std::move(changes));
  if (!impossible.empty()) return Failure{NotifyType::internal_address_failure, Cause::radius_bad_answer, impossible};
  if (!access.assigned.empty()) return Done{};
  if (!exhausted.empty()) return Failure{NotifyType::internal_address_failure, Cause::address_pool_exhausted, exhausted};
  if (!policy.pool && !policy.ipv6_pool) return Done{};
  return Failure{NotifyType::failed_cp_required, Cause::configuration_required,
                 holder_of(up) + (wanted ? " asks for an address of a family of which" : " asks for no address, and") +
                     " authorization policy " + policy.name + (wanted ? " has no pool" : " has a pool")};
}

SelectorLine between(const TrafficSelector& local, const TrafficSelector& remote) {
  const SelectorPair pair{local, remote};
  return {AclAction::permit, pair, "permit ip " + pair.to_string()};
}

/// A client is reached at what it was assigned; one that routes (or was assigned nothing) at anything.
std::vector<SelectorLine> lines_for(const VirtualTemplate& made_of, const Access& access, bool routes) {
  std::vector<SelectorLine> out;
  const auto any = [](Family family) { return TrafficSelector::of(Prefix::any(family)); };
  for (const Family family : {Family::v4, Family::v6}) {
    if (!(family == Family::v4 ? made_of.v4_inside : made_of.v6_inside)) continue;
    if (access.assigned.empty() || routes) out.push_back(between(any(family), any(family)));
    if (routes) continue;
    for (const Prefix& given : access.assigned)
      if (given.address.family == family)
        out.push_back(between(any(family), TrafficSelector::of(Prefix::of(given.address, given.length))));
  }
  return out;
}

/// The interface of the client, with the lowest number that is free.
Status make_interface(Turn& turn, const IkeSa& sa, Access& access, const std::shared_ptr<const IkeProfile>& profile) {
  const auto made_of = PolicyBook::template_of(turn.core.book.config(), *profile);
  const auto fails = [&](const std::string& why) {
    return Failure{NotifyType::no_proposal_chosen, Cause::no_virtual_template, "profile " + profile->name + ": " + why};
  };
  if (!made_of) return fails("interface " + profile->access->virtual_template + " does not exist, or is incomplete");
  auto entry = made_of->entry;
  entry.lines = lines_for(*made_of, access, sa.abilities.flexvpn);
  if (entry.lines.empty())
    return fails("'tunnel mode' of interface " + made_of->name + " carries nothing of the family of the client's address");
  unsigned number = 1;
  while (number <= most_clients && !turn.core.client_numbers.insert(number).second) ++number;
  if (number > most_clients) return fails("there are " + std::to_string(most_clients) + " clients");
  access.number = number;
  access.interface = "Virtual-Access" + std::to_string(number);
  entry.map = access.interface + "-head-0";
  entry.sequence = 65537;
  entry.peers = {sa.ends.remote};
  entry.profile = profile;
  SetInterface made{access.interface, made_of->name};
  made.routes = routes_to(access);
  turn.emit(std::move(made));
  ProtectedInterface bound{access.interface, entry.map, {}, {}, TunnelInterface{sa.ends.local, true, true}};
  bound.entries.push_back(std::make_shared<const CryptoMapEntry>(std::move(entry)));
  turn.core.book.add_client(std::move(bound), turn.out);
  return Done{};
}

}  // namespace

void announce_in_init(const Turn& turn, const IkeSa& sa, wire::Payloads& out) {
  const BookLine* line = sa.wanted.empty() ? nullptr : turn.core.book.find(sa.wanted.front());
  const bool announces = sa.role == Role::responder
                             ? sa.abilities.flexvpn && !turn.core.book.client_template_at(sa.path.local.ip).empty()
                             : line && line->negotiated;
  if (announces)
    out.push_back(
        wire::OpaquePayload{static_cast<std::uint8_t>(wire::PayloadType::vendor_id), false, to_bytes(as_bytes(flexvpn))});
}

void learn_of_init(IkeSa& sa, const wire::Payloads& payloads) {
  for (const wire::Payload& payload : payloads)
    if (const auto* vendor = std::get_if<wire::OpaquePayload>(&payload);
        vendor && vendor->type == static_cast<std::uint8_t>(wire::PayloadType::vendor_id) &&
        equal(vendor->data, as_bytes(flexvpn)))
      sa.abilities.flexvpn = true;
}

void request(const BookLine& line, wire::Payloads& out) {
  const auto& access = line.entry->profile->access;
  if (!line.negotiated || (access && !access->ask)) return;
  wire::CpPayload cp{wire::CfgType::request, {}};
  for (const std::uint16_t type : {ip4_address, ip4_netmask, ip4_dns, ip4_subnet, ip6_address, ip6_dns, ip6_subnet})
    cp.attributes.push_back({type, {}});
  out.push_back(std::move(cp));
}

Status finish(Turn& turn, IkeSa& sa, const BookLine& line, const wire::Payloads& answer) {
  if (!line.negotiated) return Done{};
  const wire::CpPayload* reply = find_cp(answer, wire::CfgType::reply);
  Access access{line.interface, true};
  for (const std::uint16_t type : {ip4_address, ip6_address})
    if (const wire::CfgAttribute* attribute = find(reply, type))
      if (const auto given = address_in(*attribute)) access.assigned.push_back(*given);
  if (access.assigned.empty())
    return Failure{NotifyType::none, Cause::no_address_assigned,
                   "interface " + line.interface.text() + " has 'ip address negotiated', and the answer has " +
                       (reply ? "no address" : "no configuration")};
  access.networks = networks_of(sa, reply);
  turn.emit(SetInterface{access.interface, {}, access.assigned, access.networks, false});
  sa.established()->access = std::move(access);
  return Done{};
}

Status respond(Turn& turn, IkeSa& sa, const wire::Payloads& request, wire::Payloads& out) {
  Established& up = *sa.established();
  const auto profile = up.profile;
  // A tunnel of the configuration between the same ends is not a client's, whatever the profile is also for.
  if (!profile->access || !profile->access->clients() ||
      !turn.core.book.lines_of(sa.ends.local, sa.ends.remote, profile->name).empty())
    return Done{};
  const wire::CpPayload* asked = find_cp(request, wire::CfgType::request);
  const AuthorizationPolicy policy =
      policy_for(*profile->access, up.remote, up.user(), up.eap ? &up.eap->grant : nullptr, turn.core.book.config().pools);
  up.access = Access{};
  up.access->networks = policy.peer_networks;
  Status made = lease(turn, *up.access, policy, up, asked);
  if (made.ok()) made = make_interface(turn, sa, *up.access, profile);
  if (!made.ok()) {
    release(turn, up);
    return made;
  }
  sa.interface = Name(up.access->interface);
  up.access->session = to_hex(turn.core.rng.bytes(8));
  up.access->local = sa.path.local.ip;
  up.access->peer = sa.path.remote.ip;
  up.access->since = turn.now;
  if (policy.session_lifetime) up.access->until = turn.now + *policy.session_lifetime;
  account(turn, up, *up.access, true);
  if (!asked) return Done{};
  Told reply(wire::CfgType::reply);
  for (const Prefix& given : up.access->assigned) reply.address(given.address.is_v4() ? ip4_address : ip6_address, given);
  tell(policy, *asked, up.access->assigned, reply);
  for (const Prefix& network : told_networks(turn, sa, policy)) reply.network(network);
  up.access->told = true;
  out.push_back(reply.take());
  return Done{};
}

void release(Turn& turn, Established& up) {
  if (!up.access) return;
  const Access access = std::move(*up.access);
  up.access.reset();
  std::vector<Leases::Change> changes;
  account(turn, up, access, false);
  for (const IpAddress& each : access.claimed) turn.core.leases.unclaim(each);
  for (const Lease& each : access.leases) turn.core.leases.give_back(each.pool, each.address, changes);
  keep(turn, std::move(changes));
  if (access.interface.empty()) return;
  if (access.ours) {
    SetInterface rest{access.interface};
    for (const auto& [id, other] : turn.core.sas.all())  // one that takes this one's place has it from now on
      if (const Established* heir = other->established(); heir && heir->access && heir->access->interface == access.interface)
        rest.addresses = heir->access->assigned, rest.routes = heir->access->networks;
    return turn.emit(std::move(rest));
  }
  turn.core.client_numbers.erase(access.number);
  turn.core.book.remove_client(access.interface, turn.out);
  turn.emit(SetInterface{access.interface, {}, {}, {}, true});
}

}  // namespace engine::exchange::configuration
