#include "cli/recorder.hpp"

#include <algorithm>

#include "engine/wire/message.hpp"

namespace cli {
namespace {

using engine::Notice;
using engine::NoticeKind;

/// A negotiation that failed, if it was for a Child SA.
void count_refused_child(engine::Cause cause, ChildRequests& requests) {
  using engine::Cause;
  if (cause == Cause::selectors_unacceptable || cause == Cause::child_proposal_mismatch)
    ++requests.rejected_incoming;
  else if (cause == Cause::peer_refused_selectors || cause == Cause::peer_refused_child_proposal || cause == Cause::pfs_mismatch)
    ++requests.rejected_outgoing;
}
using engine::wire::ExchangeType;
using engine::wire::PayloadType;

bool is_nat_detection(std::uint16_t notify) {
  return notify == static_cast<std::uint16_t>(engine::NotifyType::nat_detection_source_ip) ||
         notify == static_cast<std::uint16_t>(engine::NotifyType::nat_detection_destination_ip);
}

bool is_message(const Notice& notice) {
  return notice.kind == NoticeKind::datagram_sent || notice.kind == NoticeKind::datagram_received;
}

/// Of an answer: it may answer a check, or anything that needs no words.
bool looks_like_liveness(const Notice& notice) {
  return notice.exchange == static_cast<std::uint8_t>(ExchangeType::informational) &&
         notice.payloads.size() == notice.notifies.size() &&
         std::all_of(notice.notifies.begin(), notice.notifies.end(), is_nat_detection);
}

bool ends_it(std::uint16_t notify) {
  return notify < 16384 && notify != static_cast<std::uint16_t>(engine::NotifyType::invalid_ke_payload);
}

bool has(const Notice& notice, PayloadType type) {
  return std::find(notice.payloads.begin(), notice.payloads.end(), static_cast<std::uint8_t>(type)) != notice.payloads.end();
}

void add(Traffic& traffic, const Notice& notice) {
  const bool sent = notice.kind == NoticeKind::datagram_sent;
  ++(sent              ? notice.response ? traffic.sent_responses : traffic.sent_requests
     : notice.response ? traffic.received_responses
                       : traffic.received_requests);
}

std::size_t size_of(const Record& record) {
  return sizeof(Record) + record.notice.payloads.size() + 2 * record.notice.notifies.size() + record.notice.text.size();
}

/// An end that we know: it has proven who it is, or we have chosen to speak to it.
bool makes_known(const Notice& notice) {
  return notice.kind == NoticeKind::ike_sa_up || (notice.kind == NoticeKind::negotiation_started && notice.initiator);
}

}  // namespace

void Recorder::note(engine::Time now, const Notice& notice) {
  const About what = about(notice);
  count(notice, what, counters_);
  count(notice, what, totals_);
  time(now, notice);
  if (!notice.remote.ip.is_unspecified()) keep(now, notice, what);
}

Recorder::About Recorder::about(const Notice& notice) const {
  if (!is_message(notice)) return About::other;
  const bool create_child = notice.exchange == static_cast<std::uint8_t>(ExchangeType::create_child_sa);
  if (!create_child && !looks_like_liveness(notice)) return About::other;
  if (!notice.response) {
    if (!create_child) return About::liveness;
    const bool of_child = std::find(notice.notifies.begin(), notice.notifies.end(),
                                    static_cast<std::uint16_t>(engine::NotifyType::rekey_sa)) != notice.notifies.end();
    return of_child ? About::child_rekey : has(notice, PayloadType::ts_i) ? About::other : About::ike_rekey;
  }
  const auto ring = rings_.find(notice.remote.ip);
  if (ring == rings_.end()) return About::other;
  const auto& records = ring->second.records;
  const auto asked = std::find_if(records.rbegin(), records.rend(), [&](const Record& each) {
    return is_message(each.notice) && each.notice.kind != notice.kind && !each.notice.response && each.notice.sa == notice.sa &&
           each.notice.exchange == notice.exchange && each.notice.message_id == notice.message_id;
  });
  return asked == records.rend() ? About::other : static_cast<About>(asked->about);
}

void Recorder::count(const Notice& notice, About about, IkeCounters& counters) {
  switch (notice.kind) {
    case NoticeKind::datagram_sent:
    case NoticeKind::datagram_received: {
      add(counters.exchanges[notice.exchange], notice);
      for (const std::uint16_t type : notice.notifies) add(counters.notifies[type], notice);
      if (about == About::liveness) add(counters.liveness, notice);
      if (about == About::child_rekey) add(counters.child_rekeys, notice);
      if (about == About::ike_rekey) add(counters.ike_rekeys, notice);
      const bool cookie = std::find(notice.notifies.begin(), notice.notifies.end(),
                                    static_cast<std::uint16_t>(engine::NotifyType::cookie)) != notice.notifies.end();
      if (cookie && notice.kind == NoticeKind::datagram_sent && notice.response) ++counters.cookies_asked;
      if (cookie && notice.kind == NoticeKind::datagram_received && !notice.response) ++counters.cookies_accepted;
      if (notice.exchange != static_cast<std::uint8_t>(ExchangeType::ike_sa_init) || !notice.response) break;
      const bool sent = notice.kind == NoticeKind::datagram_sent;
      if (has(notice, PayloadType::sa))
        ++(sent ? counters.accepted_incoming : counters.accepted_outgoing);
      else if (std::any_of(notice.notifies.begin(), notice.notifies.end(), ends_it))
        ++(sent ? counters.rejected_incoming : counters.rejected_outgoing);
      break;
    }
    case NoticeKind::datagram_retransmitted:
      ++counters.retransmissions;
      break;
    case NoticeKind::negotiation_failed:
      ++counters.failures[static_cast<std::size_t>(notice.cause)];
      ++(notice.initiator ? counters.failed_outgoing : counters.failed_incoming);
      count_refused_child(notice.cause, counters.child_requests);
      if (notice.initiator && notice.cause == engine::Cause::rate_limited) ++counters.limited_outgoing;
      if (notice.cause == engine::Cause::no_response) ++(notice.initiator ? counters.unanswered : counters.auth_timeouts);
      break;
    case NoticeKind::ike_sa_up:
      ++(notice.initiator ? counters.created_outgoing : counters.created_incoming);
      break;
    case NoticeKind::ike_sa_down:
      ++counters.deleted;
      if (notice.cause == engine::Cause::no_response) ++counters.dead_peers;
      break;
    case NoticeKind::child_sa_up:
    case NoticeKind::child_sa_rekeyed:
      ++counters.child_created;
      ++(notice.initiator ? counters.child_requests.accepted_outgoing : counters.child_requests.accepted_incoming);
      break;
    case NoticeKind::child_sa_down:
    case NoticeKind::child_sa_retired:
      ++counters.child_deleted;
      break;
    case NoticeKind::nat_detected:
      ++counters.nat;
      break;
    case NoticeKind::nat_not_found:
      ++counters.no_nat;
      break;
    default:
      break;
  }
}

void SetupTimes::add(engine::Duration took) {
  const auto place = std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin();
  ++counts[static_cast<std::size_t>(place)];
  sum += took;
}

void Recorder::time(engine::Time now, const Notice& notice) {
  if (notice.kind == NoticeKind::negotiation_started && notice.initiator) {
    begun_[notice.sa] = now;
    if (begun_.size() > max_begun) begun_.erase(begun_.begin());
  } else if (notice.kind == NoticeKind::ike_sa_up || notice.kind == NoticeKind::ike_sa_down ||
             notice.kind == NoticeKind::negotiation_failed) {
    const auto begun = begun_.find(notice.sa);
    if (begun == begun_.end()) return;
    if (notice.kind == NoticeKind::ike_sa_up)
      for (IkeCounters* each : {&counters_, &totals_}) each->setups.add(now - begun->second);
    begun_.erase(begun);
  }
}

void Recorder::keep(engine::Time now, const Notice& notice, About about) {
  const engine::IpAddress& peer = notice.remote.ip;
  auto found = rings_.find(peer);
  if (found == rings_.end()) {
    if (strangers_.size() >= max_strangers) forget(strangers_.back());
    strangers_.push_front(peer);
    found = rings_.emplace(peer, Ring{}).first;
    found->second.place = strangers_.begin();
  }
  Ring& ring = found->second;
  std::list<engine::IpAddress>& home = ring.stranger ? strangers_ : known_;
  if (ring.stranger && makes_known(notice)) {
    known_.splice(known_.begin(), strangers_, ring.place);
    ring.stranger = false;
  } else {
    home.splice(home.begin(), home, ring.place);
  }
  if (notice.kind == NoticeKind::ike_sa_up) ring.identity = notice.text.substr(0, max_text);
  const auto checks = static_cast<std::uint8_t>(About::liveness);
  if (about == About::liveness)
    // Four records stand for any number of checks that pass: who asks, and who answers, each way.
    for (std::size_t back = 1; back <= std::min<std::size_t>(4, ring.records.size()); ++back) {
      Record& last = ring.records[ring.records.size() - back];
      if (last.about != checks) break;
      if (last.notice.kind != notice.kind || last.notice.response != notice.response || last.notice.sa != notice.sa) continue;
      ++last.count;
      last.at = now;
      last.notice.message_id = notice.message_id;
      return;
    }
  Record record{now, notice, 1, static_cast<std::uint8_t>(about)};
  if (record.notice.text.size() > max_text) record.notice.text.resize(max_text);
  append(ring, std::move(record));
  while (octets_ > max_octets && rings_.size() > 1) forget(strangers_.empty() ? known_.back() : strangers_.back());
}

void Recorder::append(Ring& ring, Record record) {
  const std::size_t size = size_of(record);
  ring.octets += size;
  octets_ += size;
  ring.records.push_back(std::move(record));
  while (ring.octets > max_octets_of_peer && ring.records.size() > 1) drop_oldest(ring);
}

void Recorder::drop_oldest(Ring& ring) {
  const std::size_t size = size_of(ring.records.front());
  ring.octets -= size;
  octets_ -= size;
  ring.records.pop_front();
}

void Recorder::forget(const engine::IpAddress& peer) {
  const auto found = rings_.find(peer);
  if (found == rings_.end()) return;
  octets_ -= found->second.octets;
  (found->second.stranger ? strangers_ : known_).erase(found->second.place);
  rings_.erase(found);
}

std::vector<Record> Recorder::of_peer(const engine::IpAddress& peer) const {
  const auto found = rings_.find(peer);
  if (found == rings_.end()) return {};
  return {found->second.records.begin(), found->second.records.end()};
}

std::string Recorder::identity_of(const engine::IpAddress& peer) const {
  const auto found = rings_.find(peer);
  return found == rings_.end() ? std::string() : found->second.identity;
}

void Recorder::note_icmp(engine::Time now, const IcmpHeard& heard) {
  const auto found = rings_.find(heard.remote.ip);
  if (found == rings_.end()) return;
  auto& known = found->second.icmp;
  const bool again = known && known->remote == heard.remote && known->from == heard.from && known->type == heard.type &&
                     known->code == heard.code;
  const std::uint32_t before = again ? known->count : 0;
  known = heard;
  known->count = before + 1;
  known->last = now;
}

std::optional<IcmpHeard> Recorder::icmp_of(const engine::IpAddress& peer) const {
  const auto found = rings_.find(peer);
  return found == rings_.end() ? std::nullopt : found->second.icmp;
}

std::vector<engine::IpAddress> Recorder::peers() const {
  std::vector<engine::IpAddress> out(known_.begin(), known_.end());
  out.insert(out.end(), strangers_.begin(), strangers_.end());
  return out;
}

}  // namespace cli
