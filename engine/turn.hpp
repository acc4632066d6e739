// What a handler may use while one event is handled: the endpoint's shared parts, the time, the list of actions.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "engine/admission.hpp"
#include "engine/always_up.hpp"
#include "engine/cookie.hpp"
#include "engine/desired.hpp"
#include "engine/diagnoses.hpp"
#include "engine/leases.hpp"
#include "engine/sa_table.hpp"

namespace engine {

/// Everything of an endpoint that outlives an event.
struct Core {
  explicit Core(Rng& r) : rng(r) {}
  Rng& rng;
  PolicyBook book;
  SaTable sas;
  Diagnoses diagnoses;
  CookieJar cookies;
  FlatMap<ChildSaId, IkeSaId> child_owner;
  FlatMap<EspSpi, ChildSaId> esp_spis;  // ours
  std::unordered_map<JobId, IkeSaId> jobs;
  std::array<std::uint64_t, cause_count> dropped{};
  HalfOpen half_open;           // responder's SAs before authentication
  std::uint32_t lingering = 0;  // SAs that only repeat their last answer
  // Refused IKE_SA_INITs that are diagnosed and logged; the rest is only counted. Strangers take nothing from configured peers.
  RateLimit told_to_peers{10}, told_to_strangers{10};
  std::array<std::uint64_t, cause_count> untold{};
  Time next_unknown_spi{};  // not told before
  Desired desired;
  std::set<PeerName> asked_names;  // the resolver has yet to answer
  AlwaysUp always_up;
  Leases leases;
  std::map<std::string, Bytes> own_status;  // OCSP, by trustpoint
  std::set<unsigned> client_numbers;        // of virtual-access interfaces
  std::set<std::string> accounting;         // groups of servers that know that we have begun anew
  bool packet_notices = false;
  bool exports_keys = false;  // of IKE SAs, as they are made: a capture is on
  bool protecting = false;    // some interface has lines
  std::uint32_t last_ike_sa = 0, last_child_sa = 0;
  std::uint64_t last_job = 0;
};

/// Endpoint::view().
View view_of(const Core& core, Time now, const Query& query);

/// A host that slept, or a machine that was stopped, finds everything due that should have happened meanwhile. What is later
/// than `slept` is spread by chance over `catch_up`.
inline constexpr Duration slept = std::chrono::minutes(1), catch_up = std::chrono::minutes(1);

struct Turn {
  Core& core;
  Time now;
  Actions& out;
  std::vector<IkeSaId> touched{};  // whose deadline may have changed, or who are Gone

  void touch(IkeSaId id) { touched.push_back(id); }
  void emit(Action action) { out.push_back(std::move(action)); }
  void drop(const Datagram& datagram, Cause cause, const std::string& why);
  /// A random duration in [from, to].
  Duration between(Duration from, Duration to);
  /// A random number in [from, to].
  std::uint64_t between(std::uint64_t from, std::uint64_t to);
};

/// A notice that names the SA.
Notice notice_of(NoticeKind kind, const IkeSa& sa);
/// A step of a negotiation as `debug crypto ikev2` tells it; emitted only when wanted.
void note_step(Turn& turn, NoticeKind kind, const IkeSa& sa, const std::string& text);
/// Tells a capture what the messages of an SA are sealed with; emitted only when wanted. To be called where keys are derived.
void export_keys(Turn& turn, const IkeSa& sa, const Channel& channel);
/// A datagram as `debug crypto ikev2 packet` shows it; emitted only when wanted.
void note_datagram(Turn& turn, NoticeKind kind, IkeSaId sa, const SocketAddress& local, const SocketAddress& remote,
                   const wire::Header& header, const wire::Payloads& payloads);
/// An IKE_SA_INIT answer or refusal that belongs to no SA.
void send_stateless(Turn& turn, const Datagram& request, const wire::Header& request_header, const wire::Payloads& payloads);

}  // namespace engine
