// An IKE SA: message IDs, retransmission, cached answers, fragments, and which exchanges are open in each direction.
// Nothing of payloads: those belong to engine/exchange/.
//
//   initiator:  IkeSaInitRequest [-> IkeIntermediateRequest] -> IkeAuthRequest -> Established -> Deleting -> Gone
//   responder:  IkeSaInitAnswer                              -> IkeAuthAnswer  -> Established -> Deleting -> Gone
//   Any of them may end in Lingering (our last answer may have been lost) or in Gone at once.
#pragma once

#include <algorithm>
#include <list>
#include <map>
#include <variant>
#include <vector>

#include "engine/exchange/configuration.hpp"
#include "engine/exchange/create_child_sa.hpp"
#include "engine/exchange/ike_auth.hpp"
#include "engine/exchange/ike_intermediate.hpp"
#include "engine/exchange/ike_sa_init.hpp"
#include "engine/exchange/informational.hpp"
#include "engine/exchange/rekey_ike_sa.hpp"
#include "engine/fragmentation.hpp"
#include "engine/mobility.hpp"
#include "engine/request_window.hpp"

namespace engine {

/// What both ends announced that lasts beyond the initial exchanges, and a rekey.
struct Abilities {
  bool fragments = false;    // RFC 7383
  SignatureHashes hashes{};  // RFC 7427; none: it has not announced any
  bool pss = false;          // it verifies RSASSA-PSS (RFC 9593)
  bool flexvpn = false;      // a client that routes: it takes packets for more than its own address
};

/// A request that waits for its turn: the peer takes so many at once as its window allows (RFC 7296, 2.3).
struct CreateChildTask {
  PolicyLineId line;
  std::optional<ChildSaId> rekeys;
  Time not_before{};                     // later only after TEMPORARY_FAILURE
  unsigned tried = 0;                    // how often that happened
  std::optional<SelectorPair> packet{};  // that raised it
};
struct DeleteChildTask {
  ChildSaId child;
  Cause cause;
};
/// The peer has installed a Child SA that we refuse to: it must not send into the void.
struct DisownChildTask {
  EspSpi spi;  // ours
  wire::Protocol protocol = wire::Protocol::esp;
};
struct RekeyIkeTask {
  Time not_before{};
  unsigned tried = 0;
};
/// A peer that answers TEMPORARY_FAILURE this often, some seconds apart, will not come round (gives up after minutes).
inline constexpr unsigned max_temporary_failures = 30;
struct LivenessTask {};
/// Says where we are, and finds out whether the peer is where it says (engine/exchange/addresses.hpp).
struct AddressesTask {
  bool update = false;
};
/// Tells the peer which networks are behind us (engine/exchange/configuration.hpp).
struct TellNetworksTask {};
/// This IKE SA, or a Child SA of it, gives way to another (engine/duplicates.hpp).
struct YieldTask {
  Time not_before{};
  bool whatever_the_nonces = false;  // the peer was to delete its own and did not
  std::optional<IkeSaId> heir{};     // made to take its place; not given: the nonces decide
  unsigned moved = 0;                // how often the heir was asked to take over
};
struct YieldChildTask {
  std::uint64_t birth;  // of the Child SA: its tie
  Time not_before{};
  bool whatever_the_nonces = false;
};
/// The Child SA is rekeyed before it is due (engine/pfs.hpp).
struct TestPfsTask {
  ChildSaId child;
  Time not_before{};
};
/// This IKE SA is authenticated by what is not valid any more (engine/reauthentication.hpp).
struct ReauthenticateTask {
  Time not_before{};
};
using Task = std::variant<CreateChildTask, DeleteChildTask, DisownChildTask, RekeyIkeTask, LivenessTask, YieldTask,
                          YieldChildTask, TestPfsTask, ReauthenticateTask, AddressesTask, TellNetworksTask>;

/// How far the attempts are to authenticate anew what is authenticated by what is not valid any more.
struct Outdated {
  Duration pause{0};
  unsigned failed = 0;
};

/// What duplicates are told apart by, and what it was authenticated with; stays with an IKE SA when it is rekeyed.
struct Birth {
  bool ours = false;      // we asked for it
  std::uint64_t tie = 0;  // from the lower nonce of IKE_SA_INIT
  Time at{};
  KeyRef local_key, remote_key;  // that authenticated it
  AuthMethod local_method = AuthMethod::none, remote_method = AuthMethod::none;
  CertificatePtr certificate{};  // the peer's; null: it was authenticated by a shared key
  KeyRef ppk{};                  // the postquantum key configured for the peer then, whether or not it had it too; 0: none
};

/// An exchange that is open, and what it waits for: a job, or the answer to its message.
using Request = std::variant<exchange::CreateChildRequest, exchange::RekeyIkeRequest, exchange::InformationalRequest>;
struct OpenRequest {
  Request what;
  std::optional<JobId> job;
  std::optional<MessageId> message;
};
using PeerRequest = std::variant<exchange::CreateChildAnswer, exchange::RekeyIkeAnswer>;
struct OpenAnswer {
  PeerRequest what;
  std::optional<JobId> job;  // none: answered, and the next IKE_FOLLOWUP_KE is awaited
  Time until{};              // then given up
};
/// Of a peer that has lost its state of a series of IKE_FOLLOWUP_KE so often in a row there is no hope (RFC 9370, 2.2.4).
inline constexpr unsigned max_states_not_found = 3;

/// Packets of a line that the peer narrows to selectors which are served already: asked for again after pauses that grow.
struct LeftOut {
  Duration pause{};
  Time until{};
};

struct Established {
  Channel channel;
  std::shared_ptr<const IkeProfile> profile;
  std::string policy, keyring_peer;
  Identity local, remote;
  std::vector<ChildSa> children;
  std::list<Task> tasks;  // mostly empty: then it costs no heap, unlike a deque
  std::vector<OpenRequest> requesting;
  std::vector<OpenAnswer> answering;
  Rare<exchange::CrossedRekey> crossed;
  Time since;
  Time soft_expiry, expires;
  Time last_inbound;      // authenticated message or traffic: the peer lived then
  Time last_outbound{};   // traffic that wants an answer
  bool replaced = false;  // carries nothing: another IKE SA has inherited and this one waits for its Delete, or is `pending`
  std::optional<IkeSaId>
      pending{};                  // made by the peer's rekey of that one, while ours is open: which will inherit is not settled
  bool ids_ending = false;        // a rekey was asked for because message IDs end
  bool ppk = false;               // a postquantum key is mixed in (RFC 8784)
  unsigned states_not_found = 0;  // answers to IKE_FOLLOWUP_KE in a row
  bool single_pair = false;       // the peer takes one pair of addresses a Child SA
  bool compared = false;          // with what else is up for this peer
  bool yielding = false;          // another is taking this one's place
  Birth birth{};
  Rare<Outdated> outdated{};
  Rare<std::map<PolicyLineId, LeftOut>> left_out{};
  Rare<Access> access{};             // of a client, or what we were assigned
  Rare<exchange::EapSession> eap{};  // where the peer is authenticated by it

  /// The first of our open requests of kind T for which `fits` holds, or null. Valid until one is opened or closed.
  template <class T, class Fits>
  T* find_request(Fits fits) {
    for (OpenRequest& open : requesting)
      if (T* request = std::get_if<T>(&open.what); request && fits(*request)) return request;
    return nullptr;
  }
  template <class T>
  bool has_request() const {
    return std::any_of(requesting.begin(), requesting.end(),
                       [](const OpenRequest& r) { return std::holds_alternative<T>(r.what); });
  }
  template <class T>
  bool has_answer() const {
    return std::any_of(answering.begin(), answering.end(), [](const OpenAnswer& a) { return std::holds_alternative<T>(a.what); });
  }
  std::string user() const { return eap ? eap->user : std::string(); }
  /// An open request of ours deletes this Child SA.
  bool deletes(ChildSaId child);

  static Established make(Turn& turn, Channel channel, std::shared_ptr<const IkeProfile> profile, std::string policy,
                          std::string keyring_peer, Identity local, Identity remote);
};
/// Over for us: our Delete is on its way, or waits for the open requests to be answered; it goes alone.
struct Deleting {
  Channel channel;
  std::shared_ptr<const IkeProfile> profile;
  Identity local, remote;
  NotifyType notify = NotifyType::none;  // tells the peer why, beside the Delete
  bool asked = false;
};
/// Over, but the last answer is given again to a peer that missed it.
struct Lingering {
  Time until;
};
/// Out of the table after this event.
struct Gone {};

using State = std::variant<exchange::IkeSaInitRequest, exchange::IkeSaInitAnswer, exchange::IkeIntermediateRequest,
                           exchange::IkeAuthRequest, exchange::IkeAuthAnswer, Established, Deleting, Lingering, Gone>;

/// Under what SaTable has an SA in its indexes: what it is found by may have changed since.
struct SaLink {
  IkeSa *before = nullptr, *after = nullptr;
};
struct SaPlace {
  std::uint64_t peer = 0, identity = 0;  // hashes of the peer's; 0: in no such index
  SaLink same_peer{}, same_identity{};
  std::uint32_t in_deadlines = 0;  // where, and one more; 0: nowhere
  bool outgoing = false;           // we began it, and it is not authenticated yet
};

/// The peer leaves packets of this line out: they ask again after a pause, which doubles each time.
void leave_out_for_a_while(Established& up, PolicyLineId line, Time now);
/// Whether a Child SA for this line is asked for already, or waits to be.
bool already_asked(const Established& up, PolicyLineId line);
/// Of its Child SAs.
std::vector<PolicyLineId> lines_of(const Established& up);
/// Nothing waits to be asked of the peer over this SA: giving way to another one, and making it, may be a long time off.
bool nothing_to_ask(const Established& up);

struct IkeSa {
  IkeSaId id;
  Role role = Role::initiator;  // of this IKE SA: decides flag I and which SK_ is whose
  IkeSpi spi_i, spi_r;
  Path path;
  Ends ends;
  Rare<Mobike> mobike;  // both ends have it
  Time created;
  SocketAddress first_remote;        // where its first message came from: the key of a responder before authentication
  std::vector<PolicyLineId> wanted;  // lines that wait for the SA to be established
  Abilities abilities;
  Name interface;
  Rare<exchange::InitBehind> behind;  // of our own IKE_SA_INIT, until the peer is authenticated
  std::optional<IkeSaId> supersedes;  // the SA whose place this one is to take once it is complete
  State state;
  SaPlace place;  // SaTable's alone

  IkeSpi spi_local() const { return role == Role::initiator ? spi_i : spi_r; }
  bool gone() const { return std::holds_alternative<Gone>(state); }
  /// We began it, and the peer is not authenticated yet.
  bool asking() const {
    return std::holds_alternative<exchange::IkeSaInitRequest>(state) ||
           std::holds_alternative<exchange::IkeIntermediateRequest>(state) ||
           std::holds_alternative<exchange::IkeAuthRequest>(state);
  }
  Established* established() { return std::get_if<Established>(&state); }
  const Established* established() const { return std::get_if<Established>(&state); }

  OwnRequests own;
  PeerRequests theirs;
  std::unique_ptr<Reassembly> reassembly;  // only while fragments are under way
  /// Of the initial exchanges, one at most; later jobs belong to an open request or answer.
  Maybe<JobId> request_job, answer_job;
  std::optional<Time> next_keepalive;

  wire::Header header(wire::ExchangeType exchange, bool response, MessageId message) const;
  /// Sends `parcel` under the next message ID, and again until it is answered.
  void send_request(Turn& turn, wire::ExchangeType exchange, Parcel parcel);
  /// Seals `payloads` and sends them as our next request. The state has a channel.
  void request(Turn& turn, wire::ExchangeType exchange, const wire::Payloads& payloads);
  /// The same for an exchange of an established SA, which is open until it is answered.
  void ask(Turn& turn, Request what, wire::ExchangeType exchange, const wire::Payloads& payloads);
  /// An exchange of an established SA stays open, or opens, until `job` is done.
  void compute(Turn& turn, Request what, crypto::Job job);
  void compute(Turn& turn, PeerRequest what, crypto::Job job);
  /// An answer of ours was not the last: the next IKE_FOLLOWUP_KE goes on with it.
  void await_followup(Turn& turn, PeerRequest what);
  /// What awaits an IKE_FOLLOWUP_KE and fits by the message ID it was answered under, taken out; nullopt: nothing does.
  template <class Fits>
  std::optional<PeerRequest> take_followup(Fits fits) {
    if (!established()) return std::nullopt;
    auto& open = established()->answering;
    const auto it = std::find_if(open.begin(), open.end(), [&](const OpenAnswer& a) {
      return !a.job && fits(std::visit([](const auto& what) { return what.message_id; }, a.what));
    });
    if (it == open.end()) return std::nullopt;
    PeerRequest what = std::move(it->what);
    open.erase(it);
    return what;
  }
  /// Sends and keeps the answer to the peer's request `message`.
  void send_response(Turn& turn, MessageId message, Parcel response);
  void respond(Turn& turn, wire::ExchangeType exchange, MessageId message, const wire::Payloads& payloads);
  void start_request_job(Turn& turn, crypto::Job job);
  void start_answer_job(Turn& turn, crypto::Job job);
  /// Keepalives for as long as we are behind a NAT.
  void keep_mapping(Turn& turn);
  /// What is open goes out again at once, and has all its attempts before it: the path is another one.
  void resend(Turn& turn);
  /// Whatever is being computed for this SA is of no use any more.
  void forget_jobs(Turn& turn);

  void receive(Turn& turn, const Datagram& datagram, const wire::Message& message);
  void job_done(Turn& turn, JobId job, crypto::JobResult result);
  void tick(Turn& turn);
  std::optional<Time> next_deadline() const;
  /// Starts the next waiting task when no request is open.
  void proceed(Turn& turn);
  /// From negotiation to Established: one place for both roles.
  Established& establish(Turn& turn, Established state);
  /// Ends here and now: children removed, notice given, state Gone.
  void close(Turn& turn, Cause cause, const std::string& why);
  /// As close(), but answers repeated requests for some seconds more.
  void linger(Turn& turn, Cause cause, const std::string& why);
  /// A negotiation that failed: diagnosis and notice. Does not change the state.
  void diagnose(Turn& turn, const Failure& failure, const std::string& what) const;
  IkeSaView view(Time now) const;
  void check_invariants() const;

 private:
  struct Opened {
    Result<wire::Payloads> payloads;
    Bytes digest;
  };
  JobId start_job(Turn& turn, crypto::Job job);
  Parcel seal(Turn& turn, const wire::Header& head, const wire::Payloads& payloads);
  void transmit(Turn& turn, const SocketAddress& local, const SocketAddress& remote, const Parcel& parcel);
  /// Nothing: dropped, or further fragments are missing.
  std::optional<Opened> open(Turn& turn, const Datagram& datagram, const wire::Message& message);
  std::optional<Opened> open_fragment(Turn& turn, const Datagram& datagram, const wire::Message& message,
                                      const wire::EncryptedPayload& fragment);
  void receive_response(Turn& turn, const Datagram& datagram, const wire::Message& message);
  void receive_request(Turn& turn, const Datagram& datagram, const wire::Message& message);
  void repeat_answer(Turn& turn, const Datagram& datagram, const wire::Message& message, Answer& answer);
  bool expects_request(wire::ExchangeType exchange) const;
  void dispatch_response(Turn& turn, MessageId message, wire::Payloads payloads);
  void dispatch_request(Turn& turn, wire::ExchangeType exchange, MessageId message, wire::Payloads payloads);
  bool may_request(const Established& up) const;
  bool must_wait(const Established& up, const Task& task) const;
  std::list<Task>::iterator next_task(Time now, Established& up) const;
  void begin(Turn& turn, const Task& task);
  bool is_liveness(const Outstanding& request) const;
  /// Sends `request` again, or gives the SA up.
  void retransmit(Turn& turn, Outstanding& request);
  /// On every other pair of addresses, too.
  void spread(Turn& turn, Outstanding& request);
  void tick_established(Turn& turn, Established& up);
  void end(Turn& turn, Cause cause, const std::string& why);
  Channel* channel();
};

}  // namespace engine
