#include "engine/child_sa.hpp"

#include <algorithm>
#include <utility>

#include "engine/duplicates.hpp"
#include "engine/pfs.hpp"
#include "engine/turn.hpp"

namespace engine {
namespace {

constexpr std::size_t max_evidence = 1000;  // octets of what was considered
constexpr Duration pause_before_next_rekey = std::chrono::seconds(30);

Bytes spi_octets(EspSpi spi) {
  Writer out;
  out.u32(spi.value);
  return out.take();
}

/// What is common to an offered list of pairs and one line: the widest that holds the first pair with anything in common.
/// Peers put the packet that raised the request first (RFC 7296, 2.9).
struct Narrowed {
  SelectorPair selectors;
  std::size_t rank;  // how many offered pairs before that one have nothing in common
};
std::optional<Narrowed> narrow(const SelectorPair& line, const std::vector<TrafficSelector>& ours,
                               const std::vector<TrafficSelector>& theirs) {
  std::optional<Narrowed> best;
  std::size_t rank = 0;
  for (const TrafficSelector& l : ours)
    for (const TrafficSelector& r : theirs) {
      const auto common = line.intersect({l, r});
      if (common && !best) best = Narrowed{*common, rank};
      if (common && common->contains(best->selectors)) best->selectors = *common;
      ++rank;
    }
  return best;
}

std::string list(const std::vector<TrafficSelector>& selectors) {
  std::string out;
  for (const TrafficSelector& s : selectors) out += (out.empty() ? "" : ", ") + s.to_string();
  return out;
}

/// Each pair the peer asked for against each permit line: what they have in common, and what is outside.
std::shared_ptr<const Evidence> compare_selectors(const std::vector<const BookLine*>& lines,
                                                  const std::vector<TrafficSelector>& ours,
                                                  const std::vector<TrafficSelector>& theirs) {
  constexpr std::size_t most_pairs = 8, most_lines = 32;
  auto out = std::make_shared<Evidence>();
  for (const TrafficSelector& l : ours)
    for (const TrafficSelector& r : theirs) {
      if (out->selectors.size() == most_pairs) return out;
      const SelectorPair asked{l, r};
      out->selectors.push_back(asked);
      for (std::size_t i = 0; i < lines.size() && out->lines.size() < most_lines; ++i) {
        const CryptoMapEntry& entry = *lines[i]->entry;
        const SelectorPair& line = lines[i]->line.selectors;
        out->ours = entry.acl;
        const bool local = line.local.intersect(l).has_value(), remote = line.remote.intersect(r).has_value();
        out->lines.push_back("asked " + asked.to_string() + ", crypto map " + entry.map + " " + std::to_string(entry.sequence) +
                             " access list " + entry.acl + " permits " + line.to_string() +
                             (local && remote   ? ": they meet in " + line.intersect(asked)->to_string()
                              : local || remote ? std::string(": the ") + (local ? "remote" : "local") + " side DIFFERS"
                                                : std::string(": both sides DIFFER")));
      }
    }
  return out;
}

struct Found {
  const BookLine* line;
  SelectorPair selectors;
};

/// Of the permit lines for this peer under this profile the one that holds the peer's first pair, and of those the one
/// that has most in common; the first of equal ones.
std::optional<Found> find_line(const std::vector<const BookLine*>& lines, const std::vector<TrafficSelector>& ours,
                               const std::vector<TrafficSelector>& theirs, std::string& considered) {
  std::optional<Found> best;
  std::size_t best_rank = 0;
  for (const BookLine* line : lines) {
    const auto common = narrow(line->line.selectors, ours, theirs);
    if (!common) {
      if (considered.size() < max_evidence)
        considered += (considered.empty() ? "" : "; ") + line->entry->map + " " + std::to_string(line->entry->sequence) +
                      " permit " + line->line.selectors.to_string();
      continue;
    }
    const bool wider =
        best && common->rank == best_rank && common->selectors.contains(best->selectors) && common->selectors != best->selectors;
    if (!best || common->rank < best_rank || wider) {
      best = Found{line, common->selectors};
      best_rank = common->rank;
    }
  }
  return best;
}

/// A rekey stays with its line; null when the peer asks for nothing of it.
std::optional<Found> find_rekeyed(const Turn& turn, const ChildSa& rekeyed, const std::vector<TrafficSelector>& ours,
                                  const std::vector<TrafficSelector>& theirs) {
  const BookLine* line = turn.core.book.find(rekeyed.line);
  const auto common = line ? narrow(line->line.selectors, ours, theirs) : std::nullopt;
  if (!common) return std::nullopt;
  for (const TrafficSelector& l : ours)
    for (const TrafficSelector& r : theirs)
      if (SelectorPair{l, r}.contains(rekeyed.selectors)) return Found{line, rekeyed.selectors};
  return Found{line, common->selectors};
}

/// Whether something the peer offered lies outside `chosen` and inside one of the lines.
bool more_is_possible(const std::vector<const BookLine*>& lines, const SelectorPair& chosen,
                      const std::vector<TrafficSelector>& ours, const std::vector<TrafficSelector>& theirs) {
  for (const BookLine* line : lines)
    for (const TrafficSelector& l : ours)
      for (const TrafficSelector& r : theirs)
        if (const auto common = line->line.selectors.intersect({l, r}); common && !chosen.contains(*common)) return true;
  return false;
}

/// In transport mode the addresses of the packets are the selectors, and a NAT changes them on the way: what stands for an end
/// is the address it is seen at here (RFC 7296, 2.23.1).
std::vector<TrafficSelector> seen_at(const IpAddress& host, std::vector<TrafficSelector> selectors) {
  for (TrafficSelector& s : selectors)
    if (s.first == s.last && host.family == s.first.family) s.first = s.last = host;
  return selectors;
}

/// Of the peers behind one NAT, each with the same address to us, who has what `asked` shares with it: answers to its packets
/// would go to whoever came last.
const IkeSa* neighbour_with(Turn& turn, const IkeSa& sa, const Found& asked) {
  for (const IkeSa* other : turn.core.sas.of_peer(sa.ends.remote)) {
    const Established* up = other->established();
    if (!up || up->remote == sa.established()->remote) continue;
    for (const ChildSa& child : up->children)
      if (child.mode == IpsecMode::transport && child.line == asked.line->line.id && child.selectors.intersect(asked.selectors))
        return other;
  }
  return nullptr;
}

bool single_addresses(const SelectorPair& pair) {
  return pair.local.first == pair.local.last && pair.remote.first == pair.remote.last;
}

/// Why no line was considered at all: what fits may be in use with another peer, or with this one elsewhere.
std::string why_no_line(Turn& turn, const IkeSa& sa, const std::string& profile, const wire::Payloads& request) {
  PolicyBook& book = turn.core.book;
  auto lines = book.lines_by_name(sa.ends.local, profile);
  for (const BookLine* line : book.lines_between(sa.ends.local, sa.ends.remote))
    if (line->entry->profile->name == profile) lines.push_back(line);
  const BookLine* fits = line_for(lines, request);
  for (const IkeSa* other : fits ? turn.core.sas.of_peer(fits->line.peer) : std::vector<IkeSa*>{})
    if (const Established* up = other->established(); up && other->id != sa.id)
      return "the entry that fits, crypto map " + fits->entry->map + " " + std::to_string(fits->entry->sequence) +
             ", is in use with " + up->remote.to_string() + " at " + fits->line.peer.to_string();
  return "no crypto map entry with profile " + profile + " names it as peer";
}

// AH protects the addresses that a NAT changes, and there is no encapsulation for it (RFC 3948, 1).
Failure ah_behind_nat() {
  return {NotifyType::no_proposal_chosen, Cause::ah_behind_nat, "AH protects the addresses, and a NAT changes them on the way"};
}

SaParameters parameters(const ChildChoice& choice, EspSpi spi, Secret encryption, Secret integrity) {
  return {
      spi, choice.encryption, choice.integrity, choice.extended_sequence_numbers, std::move(encryption), std::move(integrity)};
}

ChildSa* find(Established& up, ChildSaId id) {
  const auto it = std::find_if(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.id == id; });
  return it == up.children.end() ? nullptr : &*it;
}

bool has_successor(const Established& up, ChildSaId id) {
  return std::any_of(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.replaces == id; });
}

void notify(Turn& turn, const IkeSa& sa, const ChildSa& child, NoticeKind kind, Cause cause, Role role) {
  Notice notice = notice_of(kind, sa);
  notice.initiator = role == Role::initiator;
  notice.child = child.id;
  notice.cause = cause;
  notice.text = child.selectors.to_string();
  turn.emit(std::move(notice));
}

}  // namespace

SelectorPair pair_of_hosts(const SelectorPair& line, const SelectorPair& packet) {
  SelectorPair out = line;
  out.local.first = packet.local.first;
  out.local.last = packet.local.last;
  out.remote.first = packet.remote.first;
  out.remote.last = packet.remote.last;
  return out;
}

EspSpi new_esp_spi(Turn& turn) {
  for (;;) {
    const EspSpi spi{static_cast<std::uint32_t>(turn.core.rng.u64())};
    if (spi.value >= 256 && !turn.core.esp_spis.contains(spi)) return spi;
  }
}

ChildOffer make_child_offer(Turn& turn, const BookLine& line, const Algorithm* group, const SelectorPair* selectors) {
  ChildOffer out;
  out.line = line.line.id;
  out.spi = new_esp_spi(turn);
  out.proposals = offer_child(*line.entry, out.spi, group);
  out.selectors = selectors ? *selectors : line.line.selectors;
  out.mode = line.line.mode;
  return out;
}

void append_child_sa(wire::Payloads& out, const ChildOffer& offer) {
  if (offer.mode == IpsecMode::transport)
    out.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::use_transport_mode, {}});
  out.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::esp_tfc_padding_not_supported, {}});
  out.push_back(wire::SaPayload{offer.proposals});
}

void append_child_selectors(wire::Payloads& out, const ChildOffer& offer) {
  wire::TsPayload ts_i{wire::PayloadType::ts_i, {offer.selectors.local}}, ts_r{wire::PayloadType::ts_r, {offer.selectors.remote}};
  if (offer.packet && offer.packet_first) {
    ts_i.selectors.insert(ts_i.selectors.begin(), offer.packet->local);
    ts_r.selectors.insert(ts_r.selectors.begin(), offer.packet->remote);
  }
  out.push_back(std::move(ts_i));
  out.push_back(std::move(ts_r));
}

Result<ChildAgreement> accept_child(Turn& turn, const IkeSa& ike_sa, const ChildOffer& offer, const wire::Payloads& payloads) {
  const BookLine* line = turn.core.book.find(offer.line);
  if (!line)
    return Failure{NotifyType::none, Cause::configuration_removed, "the access-list line went away during the negotiation"};
  const auto* sa = wire::find<wire::SaPayload>(payloads);
  const auto* ts_i = wire::find_ts(payloads, wire::PayloadType::ts_i);
  const auto* ts_r = wire::find_ts(payloads, wire::PayloadType::ts_r);
  if (!sa || !ts_i || !ts_r || ts_i->selectors.empty() || ts_r->selectors.empty())
    return Failure{NotifyType::none, Cause::missing_payload, "the answer lacks SA or traffic selectors"};
  TRY(ChildChoice choice, accept_child_answer(*sa, offer.proposals));
  if (is_ah(choice.encryption) && ike_sa.path.encapsulated()) return ah_behind_nat();
  const bool transport = offer.mode == IpsecMode::transport && wire::find_notify(payloads, NotifyType::use_transport_mode);
  // What a NAT made of the one address that was offered is that address.
  const auto ours = transport ? seen_at(offer.selectors.local.first, ts_i->selectors) : ts_i->selectors;
  const auto theirs = transport ? seen_at(offer.selectors.remote.first, ts_r->selectors) : ts_r->selectors;
  const auto narrowed = narrow(offer.selectors, ours, theirs);
  for (const TrafficSelector& s : ours)
    if (!offer.selectors.local.contains(s))
      return Failure{
          NotifyType::none, Cause::answer_not_offered,
          "the peer widened the local selectors to " + list(ts_i->selectors) + ", offered was " + offer.selectors.to_string()};
  for (const TrafficSelector& s : theirs)
    if (!offer.selectors.remote.contains(s))
      return Failure{
          NotifyType::none, Cause::answer_not_offered,
          "the peer widened the remote selectors to " + list(ts_r->selectors) + ", offered was " + offer.selectors.to_string()};
  if (!narrowed)
    return Failure{NotifyType::none, Cause::answer_not_offered, "the peer's selectors have nothing in common with the offer"};
  return ChildAgreement{*line, narrowed->selectors, std::move(choice), transport ? IpsecMode::transport : IpsecMode::tunnel,
                        offer.spi};
}

Result<ChildAgreement> choose_child(Turn& turn, const IkeSa& sa, const std::shared_ptr<const IkeProfile>& profile,
                                    const wire::Payloads& payloads, ChildKeyExchange key_exchange, const ChildSa* rekeyed) {
  const auto* offered = wire::find<wire::SaPayload>(payloads);
  const auto* ts_i = wire::find_ts(payloads, wire::PayloadType::ts_i);
  const auto* ts_r = wire::find_ts(payloads, wire::PayloadType::ts_r);
  if (!offered || !ts_i || !ts_r)
    return Failure{NotifyType::invalid_syntax, Cause::missing_payload, "the request lacks SA or traffic selectors"};
  std::string considered;
  const Established* up = sa.established();
  const auto lines = up && up->access && !up->access->ours
                         ? turn.core.book.client_lines(up->access->interface)
                         : turn.core.book.lines_of(sa.ends.local, sa.ends.remote, profile->name);
  const bool may_transport = wire::find_notify(payloads, NotifyType::use_transport_mode) != nullptr;
  const bool behind_nat = sa.path.encapsulated();
  std::optional<Found> found;
  if (may_transport && behind_nat) {
    const auto ours = sa.path.nat_local ? seen_at(sa.path.local.ip, ts_r->selectors) : ts_r->selectors;
    const auto theirs = sa.path.nat_remote ? seen_at(sa.path.remote.ip, ts_i->selectors) : ts_i->selectors;
    found = rekeyed ? find_rekeyed(turn, *rekeyed, ours, theirs) : find_line(lines, ours, theirs, considered);
    if (found && found->line->line.mode != IpsecMode::transport) found.reset();
  }
  const bool as_seen = found.has_value();
  if (!found && rekeyed) found = find_rekeyed(turn, *rekeyed, ts_r->selectors, ts_i->selectors);
  if (!found) found = find_line(lines, ts_r->selectors, ts_i->selectors, considered);
  if (!found)
    return Failure{
        NotifyType::ts_unacceptable,
        Cause::selectors_unacceptable,
        "the peer asked for " + list(ts_r->selectors) + " here and " + list(ts_i->selectors) + " there; " +
            (considered.empty() ? why_no_line(turn, sa, profile->name, payloads) : "the access list has " + considered),
        {},
        compare_selectors(lines, ts_r->selectors, ts_i->selectors)};
  if (found->line->entry->per_host && !single_addresses(found->selectors))
    return Failure{NotifyType::single_pair_required, Cause::selectors_unacceptable,
                   "the peer asked for " + list(ts_r->selectors) + " here and " + list(ts_i->selectors) +
                       " there, and 'security-association level per-host' wants one pair of hosts"};
  if (const IkeSa* neighbour = may_transport && sa.path.nat_remote ? neighbour_with(turn, sa, *found) : nullptr)
    return Failure{NotifyType::ts_unacceptable, Cause::selectors_unacceptable,
                   "the peer asked for " + found->selectors.to_string() + " in transport mode, and so has " +
                       neighbour->established()->remote.to_string() + " behind the same NAT"};
  const auto* ke = wire::find<wire::KePayload>(payloads);
  TRY(ChildChoice choice, choose_child(offered->proposals, *found->line->entry, key_exchange, ke ? ke->group : std::uint16_t{0}));
  if (is_ah(choice.encryption) && behind_nat) return ah_behind_nat();
  if (key_exchange == ChildKeyExchange::ignored) note_pfs_shown(turn, sa, offered->proposals, *found->line->entry);
  // A line that names the address behind the NAT is for tunnel mode alone (2.23.1).
  const bool transport = found->line->line.mode == IpsecMode::transport && may_transport && (!behind_nat || as_seen);
  return ChildAgreement{
      *found->line,      found->selectors,
      std::move(choice), transport ? IpsecMode::transport : IpsecMode::tunnel,
      new_esp_spi(turn), !rekeyed && more_is_possible(lines, found->selectors, ts_r->selectors, ts_i->selectors)};
}

const BookLine* line_for(const std::vector<const BookLine*>& lines, const wire::Payloads& request) {
  const auto* ts_i = wire::find_ts(request, wire::PayloadType::ts_i);
  const auto* ts_r = wire::find_ts(request, wire::PayloadType::ts_r);
  std::string considered;
  const auto found = ts_i && ts_r ? find_line(lines, ts_r->selectors, ts_i->selectors, considered) : std::nullopt;
  return found ? found->line : nullptr;
}

Status room_for_child(const Turn& turn) {
  const std::uint32_t most = turn.core.book.config().limits.child_sas;
  if (most == 0 || turn.core.child_owner.size() < most) return Done{};
  return Failure{NotifyType::no_additional_sas, Cause::rate_limited,
                 "there are " + std::to_string(turn.core.child_owner.size()) +
                     " Child SAs, and the limit is 'crypto call admission limit ipsec sa " + std::to_string(most) + "'"};
}

void append_child_answer_sa(wire::Payloads& out, const ChildAgreement& agreement) {
  if (agreement.mode == IpsecMode::transport)
    out.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::use_transport_mode, {}});
  wire::Proposal answer = agreement.choice.answer;
  answer.spi = spi_octets(agreement.spi);
  out.push_back(wire::SaPayload{{std::move(answer)}});
}

void append_child_answer_selectors(wire::Payloads& out, const ChildAgreement& agreement) {
  out.push_back(wire::TsPayload{wire::PayloadType::ts_i, {agreement.selectors.remote}});
  out.push_back(wire::TsPayload{wire::PayloadType::ts_r, {agreement.selectors.local}});
  if (agreement.additional) out.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::additional_ts_possible, {}});
}

void install_child(Turn& turn, IkeSa& sa, const ChildAgreement& agreement, const ChildKeying& keying, OutboundWhen when) {
  Established& up = *sa.established();
  const ChildChoice& choice = agreement.choice;
  const CryptoMapEntry& entry = *agreement.line.entry;
  ChildSa child;
  child.id = ChildSaId{++turn.core.last_child_sa};
  child.line = agreement.line.line.id;
  child.interface = agreement.line.interface;
  child.entry = agreement.line.entry;
  child.selectors = agreement.selectors;
  child.mode = agreement.mode;
  child.spi_in = agreement.spi;
  child.spi_out = choice.peer_spi;
  child.encryption = choice.encryption;
  child.integrity = choice.integrity;
  child.group = choice.group;
  if (!choice.additional.empty()) child.additional = choice.additional;
  child.extended_sequence_numbers = choice.extended_sequence_numbers;
  child.created = turn.now;
  // Both ends have lifetimes of their own; jitter keeps them from rekeying at the same moment (2.8).
  child.soft_expiry = turn.now + turn.between(entry.lifetime * 85 / 100, entry.lifetime * 95 / 100);
  child.hard_expiry = turn.now + entry.lifetime;
  const ChildSa* old = keying.replaces ? find(up, *keying.replaces) : nullptr;
  child.last_traffic = old ? old->last_traffic : turn.now;  // a rekey is no traffic

  auto keys = crypto::derive_child_keys(*up.channel.suite().prf, up.channel.keys().d, *choice.encryption, choice.integrity,
                                        keying.shared, keying.nonce_i, keying.nonce_r, keying.additional);
  const bool initiator = keying.role == Role::initiator;
  const Path& path = mobility::of_children(sa);
  const auto soft_permille = static_cast<std::uint16_t>(turn.between(std::uint64_t{800}, std::uint64_t{900}));
  const ChildSaFacts facts{.child = child.id,
                           .line = child.line,
                           .interface = child.interface,
                           .selectors = child.selectors,
                           .mode = child.mode,
                           .local = path.local,
                           .remote = path.remote,
                           .udp_encapsulated = path.encapsulated(),
                           .soft_permille = soft_permille,
                           .replay_window = entry.replay_window,
                           .lifetime_kilobytes = entry.lifetime_kilobytes,
                           .reverse_route = entry.reverse_route};
  AddInbound inbound{facts, parameters(choice, child.spi_in, std::move(initiator ? keys.encryption_r : keys.encryption_i),
                                       std::move(initiator ? keys.integrity_r : keys.integrity_i))};
  AddOutbound outbound{facts, parameters(choice, child.spi_out, std::move(initiator ? keys.encryption_i : keys.encryption_r),
                                         std::move(initiator ? keys.integrity_i : keys.integrity_r))};
  turn.emit(std::move(inbound));
  if (keying.replaces && find(up, *keying.replaces)) child.replaces = keying.replaces;
  child.birth = keying.birth.value_or(ChildBirth{initiator, tie_of(keying.nonce_i, keying.nonce_r)});
  if (when == OutboundWhen::now && leaves_sending_to_other(turn, sa, child)) when = OutboundWhen::later;
  child.sending = when == OutboundWhen::now;
  child.redundant = when == OutboundWhen::never;
  if (when == OutboundWhen::now)
    turn.emit(std::move(outbound));
  else if (when == OutboundWhen::later)
    child.outbound = std::move(outbound);

  turn.core.child_owner.put(child.id, sa.id);
  turn.core.esp_spis.put(child.spi_in, child.id);
  notify(turn, sa, child, keying.replaces ? NoticeKind::child_sa_rekeyed : NoticeKind::child_sa_up, Cause::none, keying.role);
  up.children.push_back(std::move(child));
  if (choice.group) turn.core.book.agreed(agreement.line.line.id, choice.group);
  satisfied(turn, agreement.line.line.id);
  settle_duplicate_child(turn, sa);
  turn.touch(sa.id);
}

void release_outbound(Turn& turn, ChildSa& child) {
  // A line that went away has taken its Child SAs with it: the Delete is on its way.
  if (!child.outbound || !turn.core.book.find(child.line)) return;
  turn.emit(std::move(*child.outbound));
  child.outbound.reset();
  child.sending = true;
  child.redundant = false;
}

void ask_again(const Turn& turn, ChildSa& child) {
  child.rekeyed = false;
  if (!std::exchange(child.rekey_asked, false)) return;
  child.soft_expiry = std::max(child.soft_expiry, turn.now + pause_before_next_rekey);
}

namespace {

/// The peer has deleted what won against its own rekey, instead of that one: which serves after all.
void revive(Turn& turn, const IkeSa& sa, Established& up, const ChildBirth& birth) {
  const auto serves = [&](const ChildSa& c) { return c.birth == birth && !c.redundant; };
  if (std::any_of(up.children.begin(), up.children.end(), serves)) return;
  for (ChildSa& child : up.children) {
    if (child.birth != birth || !child.outbound) continue;
    child.redundant = false;
    release_if_free(turn, sa, child);
  }
}

}  // namespace

void remove_child(Turn& turn, IkeSa& sa, ChildSaId id, Cause cause) {
  Established& up = *sa.established();
  const auto it = std::find_if(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.id == id; });
  if (it == up.children.end()) return;
  const ChildSa gone = std::move(*it);
  up.children.erase(it);
  turn.core.child_owner.erase(id);
  turn.core.esp_spis.erase(gone.spi_in);
  turn.touch(sa.id);
  const bool replaced = has_successor(up, id) || (gone.replaces && has_successor(up, *gone.replaces));
  ChildSa* old = gone.replaces ? find(up, *gone.replaces) : nullptr;
  notify(turn, sa, gone, gone.redundant || replaced || old ? NoticeKind::child_sa_retired : NoticeKind::child_sa_down, cause,
         sa.role);
  for (ChildSa& other : up.children) {
    if (other.replaces != id) continue;
    if (!other.redundant && !leaves_sending_to_other(turn, sa, other)) release_outbound(turn, other);
    other.replaces = gone.replaces;
  }
  if (old && !replaced) ask_again(turn, *old);
  if (cause == Cause::peer_deleted && !gone.redundant) revive(turn, sa, up, gone.birth);
  release_duplicate(turn, sa, gone.line);
  turn.emit(RemoveChild{id});  // last: what waited for it sends first, so no packet finds its line without an SA
}

}  // namespace engine
