#include "engine/exchange/addresses.hpp"

#include <algorithm>

#include "engine/mobility.hpp"
#include "engine/nat.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::addresses {
namespace {

constexpr std::size_t cookie_octets = 16;  // 8 to 64 (4.2.5)

/// `none_too`: that there are none is said as well.
void append_list(wire::Payloads& out, const std::vector<IpAddress>& list, bool none_too) {
  for (const IpAddress& address : list)
    out.push_back(wire::notify(address.is_v4() ? NotifyType::additional_ip4_address : NotifyType::additional_ip6_address,
                               to_bytes(address.bytes())));
  if (list.empty() && none_too) out.push_back(wire::notify(NotifyType::no_additional_addresses));
}

/// The list of the peer's further addresses, as far as it is kept; nullopt: the message has none.
std::optional<std::vector<IpAddress>> list_in(const wire::Payloads& payloads) {
  std::optional<std::vector<IpAddress>> out;
  if (wire::find_notify(payloads, NotifyType::no_additional_addresses)) out.emplace();
  for (const wire::Payload& payload : payloads) {
    const auto* one = std::get_if<wire::NotifyPayload>(&payload);
    if (!one || (one->type != NotifyType::additional_ip4_address && one->type != NotifyType::additional_ip6_address)) continue;
    if (!out) out.emplace();
    const auto address = IpAddress::from_bytes(one->data);
    const bool fits = address && address->is_v4() == (one->type == NotifyType::additional_ip4_address) &&
                      !address->is_unspecified() && !address->is_link_local();
    if (fits && out->size() < mobility::max_addresses) out->push_back(*address);
  }
  return out;
}

bool has_mapping(const wire::Payloads& payloads) {
  return wire::find_notify(payloads, NotifyType::nat_detection_source_ip) &&
         wire::find_notify(payloads, NotifyType::nat_detection_destination_ip);
}

void learn_mapping(const IkeSa& sa, Path& path, const wire::Payloads& payloads) {
  if (!has_mapping(payloads)) return;
  const NatVerdict nat = detect_nat(payloads, sa.spi_i, sa.spi_r, path.local, path.remote);
  path.nat_local = nat.local;
  path.nat_remote = nat.remote;
}

/// UPDATE_SA_ADDRESSES, at the end that did not begin. The answer goes back to where the request came from.
void obey_update(Turn& turn, IkeSa& sa, const Path& from, const wire::Payloads& request, wire::Payloads& answer) {
  if (forbidden_nat(request, from.local, from.remote)) return answer.push_back(wire::notify(NotifyType::unexpected_nat_detected));
  if (!mobility::may_be_at(turn, sa, from.local.ip)) return answer.push_back(wire::notify(NotifyType::unacceptable_addresses));
  Path path = from;
  path.nat_local = sa.path.nat_local;
  path.nat_remote = sa.path.nat_remote;
  learn_mapping(sa, path, request);
  mobility::obey(turn, sa, path);
}

}  // namespace

void announce(const Turn& turn, const IkeSa& sa, wire::Payloads& out) {
  out.push_back(wire::notify(NotifyType::mobike_supported));
  append_list(out, mobility::further_addresses(turn, sa), false);
}

void agree(const Turn& turn, IkeSa& sa, const wire::Payloads& payloads) {
  if (!wire::find_notify(payloads, NotifyType::mobike_supported)) return;
  sa.mobike = Mobike{};
  sa.mobike->theirs = list_in(payloads).value_or(std::vector<IpAddress>{});
  sa.mobike->told = mobility::further_addresses(turn, sa);
}

bool forbidden_nat(const wire::Payloads& payloads, const SocketAddress& local, const SocketAddress& remote) {
  const auto* strict = wire::find_notify(payloads, NotifyType::no_nats_allowed);
  if (!strict) return false;
  Writer seen;
  seen.bytes(remote.ip.bytes());
  seen.bytes(local.ip.bytes());
  seen.u16(remote.port);
  seen.u16(local.port);
  return !equal(strict->data, seen.view());
}

void request(Turn& turn, IkeSa& sa, bool update) {
  if (!sa.mobike) return;
  wire::Payloads payloads;
  if (update) {
    payloads.push_back(wire::notify(NotifyType::update_sa_addresses));
    append_nat_detection(payloads, sa.spi_i, sa.spi_r, sa.path.local, sa.path.remote);
  }
  const auto further = mobility::further_addresses(turn, sa);
  if (update || sa.mobike->told != further) append_list(payloads, further, true);
  sa.mobike->told = further;
  WhereRequest where{update, turn.core.rng.bytes(cookie_octets), sa.path.local, sa.path.remote};
  payloads.push_back(wire::notify(NotifyType::cookie2, where.cookie));
  InformationalRequest open;
  open.where = std::move(where);
  sa.ask(turn, std::move(open), wire::ExchangeType::informational, payloads);
}

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& request, wire::Payloads& answer) {
  const Answer& asked = *sa.theirs.find(id);
  const Path from{asked.local, asked.remote};
  if (has_mapping(request)) append_nat_detection(answer, sa.spi_i, sa.spi_r, from.local, from.remote);
  if (const auto* cookie = wire::find_notify(request, NotifyType::cookie2)) answer.push_back(*cookie);
  if (!sa.established() || sa.established()->replaced) return;
  const bool ours = sa.established()->birth.ours;
  const bool update = wire::find_notify(request, NotifyType::update_sa_addresses) != nullptr && !ours;
  const auto list = list_in(request);
  Mobike& mobike = *sa.mobike;
  const auto newer = [&](std::optional<MessageId>& last) {
    if (last && id < *last) return false;
    last = id;
    return true;
  };
  const bool listed = list && newer(mobike.listed);
  if (listed) mobike.theirs = *list;
  if (update && newer(mobike.placed)) return obey_update(turn, sa, from, request, answer);
  if (update || !listed) return;
  // Where the peer no longer is we need not try: it asks from where it is now (3.6).
  const auto& theirs = mobike.theirs;
  const bool still_there = std::find(theirs.begin(), theirs.end(), sa.path.remote.ip) != theirs.end();
  if (!ours || sa.path.remote.ip == from.remote.ip || still_there || !mobility::may_be_at(turn, sa, from.local.ip)) return;
  mobility::go(turn, sa, {{from.local.ip, nat_port}, {from.remote.ip, nat_port}, sa.path.nat_local, sa.path.nat_remote});
}

void finish(Turn& turn, IkeSa& sa, const WhereRequest& done, const wire::Payloads& answer) {
  const auto* cookie = wire::find_notify(answer, NotifyType::cookie2);
  if (!cookie || !equal(cookie->data, done.cookie)) {
    const Failure failure{
        NotifyType::none, Cause::address_not_proven,
        "asked at " + done.remote.to_string() + ", answered " + (cookie ? "with another" : "without") + " COOKIE2"};
    sa.diagnose(turn, failure, "return routability");
    return informational::request_delete_ike(turn, sa, failure.cause, NotifyType::none);
  }
  // Whoever has moved meanwhile has another request waiting.
  if (!sa.mobike || done.local != sa.path.local || done.remote != sa.path.remote) return;
  if (done.update && (wire::find_notify(answer, NotifyType::unacceptable_addresses) ||
                      wire::find_notify(answer, NotifyType::unexpected_nat_detected)))
    return mobility::turn_back(turn, sa);
  if (done.spread && sa.mobike->proven) return mobility::tell(turn, sa, done.update);
  if (done.update) {
    learn_mapping(sa, sa.path, answer);
    sa.keep_mapping(turn);
    if (const auto* seen = wire::find_notify(answer, NotifyType::nat_detection_destination_ip)) sa.mobike->seen_as = seen->data;
    sa.mobike->refused = 0;
  }
  if (done.update || sa.mobike->proven) mobility::prove(turn, sa);
}

bool under_way(Established& up) {
  return up.find_request<InformationalRequest>([](const InformationalRequest& r) { return r.where.has_value(); }) != nullptr;
}

void append_mapping(const IkeSa& sa, wire::Payloads& out) {
  if (sa.mobike && sa.established()->birth.ours) append_nat_detection(out, sa.spi_i, sa.spi_r, sa.path.local, sa.path.remote);
}

void compare_mapping(Turn& turn, IkeSa& sa, const wire::Payloads& answer) {
  if (!sa.mobike || !sa.established() || !sa.established()->birth.ours || !has_mapping(answer)) return;
  Path now = sa.path;
  learn_mapping(sa, now, answer);
  Bytes seen_as = wire::find_notify(answer, NotifyType::nat_detection_destination_ip)->data;
  const auto& before = sa.mobike->seen_as;
  // What it saw before the first check, or before a rekey, is not known: behind a NAT that may be another mapping.
  const bool other_mapping = before ? *before != seen_as : now.nat_local;
  const bool changed = now.nat_local != sa.path.nat_local || now.nat_remote != sa.path.nat_remote || other_mapping;
  sa.mobike->seen_as = std::move(seen_as);
  if (changed) mobility::tell(turn, sa, true);
}

}  // namespace engine::exchange::addresses
