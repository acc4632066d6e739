// One node is impaired, as libreswan's `impair` would; what the other one does about it, and that all is well again once the
// impairment ends. A row is a switch. The names are libreswan's where it has one.
#include <algorithm>

#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

enum class Scene { handshake, rekey_child, rekey_ike, delete_child, liveness };
/// What the unimpaired side does: carries on as if nothing was, refuses with a notify, drops with a cause, or keeps a diagnosis.
struct Accepts {};
struct Answers {
  NotifyType notify;
};
struct Drops {
  Cause cause;
};
struct Diagnoses {
  Cause cause;
};
using Expected = std::variant<Accepts, Answers, Drops, Diagnoses>;

struct Row {
  const char* name;
  Scene scene;
  bool by_a;  // A asks in every scene, so B is impaired in its answers
  Which which;
  Change change;
  Expected expected;
};

constexpr auto init = ExchangeType::ike_sa_init;
constexpr auto auth = ExchangeType::ike_auth;
constexpr auto create = ExchangeType::create_child_sa;
constexpr auto informational = ExchangeType::informational;

void omit(Utterance& u, wire::PayloadType type) {
  std::erase_if(u.payloads, [&](const wire::Payload& p) { return wire::type_of(p) == type; });
}
void omit_notify(Utterance& u, NotifyType type) {
  std::erase_if(u.payloads, [&](const wire::Payload& p) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&p);
    return notify && notify->type == type;
  });
}
Change without(wire::PayloadType type) {
  return [type](Utterance& u) { omit(u, type); };
}
Change without_notify(NotifyType type) {
  return [type](Utterance& u) { omit_notify(u, type); };
}
Change with_ke(std::function<void(Bytes&)> edit) {
  return [edit = std::move(edit)](Utterance& u) {
    if (auto* ke = part<wire::KePayload>(u)) edit(ke->data);
  };
}
Change with_nonce(std::size_t octets) {
  return [octets](Utterance& u) {
    if (auto* nonce = part<wire::NoncePayload>(u)) nonce->data.resize(octets, 7);
  };
}
Change with_proposals(std::function<void(wire::Proposal&)> edit) {
  return [edit = std::move(edit)](Utterance& u) {
    if (auto* sa = part<wire::SaPayload>(u))
      for (wire::Proposal& p : sa->proposals) edit(p);
  };
}
Change with_extra(const wire::Payload& payload, bool in_front = false) {
  return [payload, in_front](Utterance& u) { u.payloads.insert(in_front ? u.payloads.begin() : u.payloads.end(), payload); };
}
Change with_head(std::size_t at, std::uint8_t value) {
  return [at, value](Utterance& u) { u.head = [at, value](Bytes& head) { head[at] = value; }; };
}
/// An octet of the first payload of this type, counted from its generic header.
Change with_octet(wire::PayloadType type, std::size_t at, std::uint8_t value) {
  return [=](Utterance& u) {
    u.chain = [=](wire::PayloadType& first, Bytes& chain) {
      auto next = first;
      for (std::size_t here = 0; here + 4 <= chain.size();) {
        if (next == type && here + at < chain.size()) {
          chain[here + at] = value;
          return;
        }
        next = static_cast<wire::PayloadType>(chain[here]);
        here += static_cast<std::size_t>(chain[here + 2] << 8 | chain[here + 3]);
      }
    };
  };
}
Change with_rekeyed(wire::Protocol protocol) {
  return [protocol](Utterance& u) {
    for (wire::Payload& p : u.payloads)
      if (auto* notify = std::get_if<wire::NotifyPayload>(&p); notify && notify->type == NotifyType::rekey_sa)
        notify->protocol = protocol;
  };
}
Change with_selectors(const char* ours, const char* theirs) {
  return [=](Utterance& u) {
    for (wire::Payload& p : u.payloads)
      if (auto* ts = std::get_if<wire::TsPayload>(&p))
        ts->selectors = {TrafficSelector::of(net(ts->which == wire::PayloadType::ts_i ? ours : theirs), 0)};
  };
}
Change with_auth(std::function<void(wire::AuthPayload&)> edit) {
  return [edit = std::move(edit)](Utterance& u) {
    if (auto* a = part<wire::AuthPayload>(u)) edit(*a);
  };
}
wire::Payload unknown(bool critical) { return wire::OpaquePayload{200, critical, {1, 2, 3}}; }
wire::Payload odd_notify(unsigned type) {
  return wire::NotifyPayload{wire::Protocol::none, {}, static_cast<NotifyType>(type), {9}};
}
/// To the IPv4 address 198.51.100.66 (RFC 5685, 8.2).
const wire::Payload redirect =
    wire::NotifyPayload{wire::Protocol::none, {}, static_cast<NotifyType>(16407), {1, 4, 198, 51, 100, 66}};
Change copies(unsigned count) {
  return [count](Utterance& u) { u.copies = count; };
}
Change corrupt() {
  return [](Utterance& u) { u.datagram = [](Bytes& d) { d.back() ^= 1; }; };
}

using P = wire::PayloadType;
constexpr auto hs = Scene::handshake;

const std::vector<Row> rows{
    // ---- Header. What is changed in IKE_SA_INIT is found out by AUTH, which covers it ----
    {"MajorVersionBump", hs, true, {init, false, 1}, with_head(17, 0x30), Drops{Cause::unsupported_version}},
    {"MinorVersionBump", hs, true, {init, false, 0}, with_head(17, 0x21), Answers{NotifyType::authentication_failed}},
    {"MinorVersionBumpInAuth", hs, true, {auth, false, 0}, with_head(17, 0x2f), Accepts{}},
    {"ReservedFlags", hs, true, {auth, false, 0}, with_head(19, 0x08 | 0x47), Accepts{}},
    {"ReservedFlagsInAnswer", hs, false, {auth, true, 0}, with_head(19, 0x20 | 0x47), Accepts{}},
    {"InitAsCreateChildSa", hs, true, {init, false, 1}, with_head(18, 36), Drops{Cause::unknown_spi}},
    {"AuthAsInformational", hs, true, {auth, false, 1}, with_head(18, 37), Drops{Cause::unexpected_exchange}},
    {"AuthAsUnknownExchange", hs, true, {auth, false, 1}, with_head(18, 200), Drops{Cause::unexpected_exchange}},
    {"AnswerOfAnotherExchange", hs, false, {auth, true, 1}, with_head(18, 37), Drops{Cause::message_id_outside_window}},
    {"MessageIdAhead", hs, true, {auth, false, 1}, with_head(23, 9), Drops{Cause::message_id_outside_window}},
    {"CorruptSk", hs, true, {auth, false, 1}, corrupt(), Drops{Cause::integrity_failed}},
    {"CorruptSkOfAnswer", hs, false, {auth, true, 1}, corrupt(), Drops{Cause::integrity_failed}},
    // ---- Whole messages ----
    {"DropInitRequest", hs, true, {init, false, 1}, copies(0), Accepts{}},
    {"DropInitAnswer", hs, false, {init, true, 1}, copies(0), Accepts{}},
    {"DropAuthRequest", hs, true, {auth, false, 1}, copies(0), Accepts{}},
    {"DropAuthAnswer", hs, false, {auth, true, 1}, copies(0), Accepts{}},
    {"InitTwice", hs, true, {init, false, 0}, copies(2), Accepts{}},
    {"InitAnswerTwice", hs, false, {init, true, 0}, copies(2), Accepts{}},
    {"AuthTwice", hs, true, {auth, false, 0}, copies(2), Accepts{}},
    {"AuthAnswerTwice", hs, false, {auth, true, 0}, copies(2), Accepts{}},
    {"RekeyThrice", Scene::rekey_child, true, {create, false, 0}, copies(3), Accepts{}},
    {"RekeyAnswerThrice", Scene::rekey_child, false, {create, true, 0}, copies(3), Accepts{}},
    // ---- Unknown and repeated payloads ----
    {"UnknownPayloadInInit", hs, true, {init, false, 0}, with_extra(unknown(false)), Answers{NotifyType::authentication_failed}},
    {"UnknownPayloadInInitAnswer",
     hs,
     false,
     {init, true, 0},
     with_extra(unknown(false), true),
     Diagnoses{Cause::authentication_failed}},
    {"UnknownCriticalPayloadInInit",
     hs,
     true,
     {init, false, 0},
     with_extra(unknown(true)),
     Answers{NotifyType::unsupported_critical_payload}},
    {"UnknownPayloadInAuth", hs, true, {auth, false, 0}, with_extra(unknown(false), true), Accepts{}},
    {"UnknownPayloadInAuthAnswer", hs, false, {auth, true, 0}, with_extra(unknown(false)), Accepts{}},
    {"UnknownCriticalPayloadInAuth",
     hs,
     true,
     {auth, false, 0},
     with_extra(unknown(true)),
     Answers{NotifyType::unsupported_critical_payload}},
    {"UnknownCriticalPayloadInRekey",
     Scene::rekey_child,
     true,
     {create, false, 1},
     with_extra(unknown(true)),
     Answers{NotifyType::unsupported_critical_payload}},
    {"CriticalBitOnKnownPayload",
     hs,
     true,
     {init, false, 0},
     with_octet(P::nonce, 1, 0x80),
     Answers{NotifyType::authentication_failed}},
    {"ReservedOctetOfPayload",
     hs,
     true,
     {init, false, 0},
     with_octet(P::nonce, 1, 0x7f),
     Answers{NotifyType::authentication_failed}},
    {"ReservedOctetsOfKe", hs, true, {init, false, 0}, with_octet(P::ke, 6, 0xff), Answers{NotifyType::authentication_failed}},
    {"ReservedOctetOfIdInAuth",
     hs,
     true,
     {auth, false, 0},
     with_octet(P::id_i, 5, 0xff),
     Answers{NotifyType::authentication_failed}},
    {"StatusNotifyNobodyKnows",
     hs,
     true,
     {init, false, 0},
     with_extra(odd_notify(40960)),
     Answers{NotifyType::authentication_failed}},
    {"StatusNotifyNobodyKnowsInAuth", hs, true, {auth, false, 0}, with_extra(odd_notify(50000)), Accepts{}},
    {"StatusNotifyNobodyKnowsInAnswer", hs, false, {auth, true, 0}, with_extra(odd_notify(50000)), Accepts{}},
    {"VendorIdOfSomebody",
     hs,
     true,
     {init, false, 0},
     with_extra(wire::OpaquePayload{43, false, Bytes(64, 1)}),
     Answers{NotifyType::authentication_failed}},
    // ---- Key exchange and nonces ----
    {"ZeroKe",
     hs,
     true,
     {init, false, 0},
     with_ke([](Bytes& d) { std::ranges::fill(d, 0); }),
     Diagnoses{Cause::invalid_key_exchange_value}},
    {"ZeroKeInAnswer",
     hs,
     false,
     {init, true, 0},
     with_ke([](Bytes& d) { std::ranges::fill(d, 0); }),
     Diagnoses{Cause::invalid_key_exchange_value}},
    {"EmptyKe", hs, true, {init, false, 0}, with_ke([](Bytes& d) { d.clear(); }), Drops{Cause::malformed_payload}},
    {"ShortKe",
     hs,
     true,
     {init, false, 0},
     with_ke([](Bytes& d) { d.pop_back(); }),
     Diagnoses{Cause::invalid_key_exchange_value}},
    {"LongKe",
     hs,
     true,
     {init, false, 0},
     with_ke([](Bytes& d) { d.push_back(0); }),
     Diagnoses{Cause::invalid_key_exchange_value}},
    {"OmittedKe", hs, true, {init, false, 0}, without(P::ke), Drops{Cause::missing_payload}},
    {"OmittedKeInAnswer", hs, false, {init, true, 0}, without(P::ke), Drops{Cause::missing_payload}},
    {"ZeroKeInIkeRekey",
     Scene::rekey_ike,
     true,
     {create, false, 1},
     with_ke([](Bytes& d) { std::ranges::fill(d, 0); }),
     Diagnoses{Cause::invalid_key_exchange_value}},
    {"OmittedKeInIkeRekey", Scene::rekey_ike, true, {create, false, 1}, without(P::ke), Answers{NotifyType::invalid_syntax}},
    {"OmittedKeInIkeRekeyAnswer", Scene::rekey_ike, false, {create, true, 1}, without(P::ke), Diagnoses{Cause::missing_payload}},
    {"NonceOf15", hs, true, {init, false, 0}, with_nonce(15), Drops{Cause::malformed_payload}},
    {"NonceOf257", hs, true, {init, false, 0}, with_nonce(257), Drops{Cause::malformed_payload}},
    {"NonceOfNothing", hs, true, {init, false, 0}, with_nonce(0), Drops{Cause::malformed_payload}},
    {"OmittedNonceInAnswer", hs, false, {init, true, 0}, without(P::nonce), Drops{Cause::missing_payload}},
    {"NonceOf15InRekey", Scene::rekey_child, true, {create, false, 1}, with_nonce(15), Answers{NotifyType::invalid_syntax}},
    {"NonceOf15InRekeyAnswer", Scene::rekey_child, false, {create, true, 1}, with_nonce(15), Diagnoses{Cause::malformed_payload}},
    // ---- Proposals ----
    {"OmittedSa", hs, true, {init, false, 0}, without(P::sa), Drops{Cause::missing_payload}},
    {"OmittedKeyLength",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) {
       for (auto& t : p.transforms) t.key_bits = 0;
     }),
     Answers{NotifyType::no_proposal_chosen}},
    {"OddKeyLength",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) {
       for (auto& t : p.transforms)
         if (t.type == 1) t.key_bits = 1;
     }),
     Answers{NotifyType::no_proposal_chosen}},
    {"KeyLengthOfIntegrity",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) {
       for (auto& t : p.transforms)
         if (t.type == 3) t.key_bits = 256;
     }),
     Answers{NotifyType::no_proposal_chosen}},
    {"ProposalOfAh",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) { p.protocol = wire::Protocol::ah; }),
     Drops{Cause::malformed_payload}},
    {"ProposalOfProtocol255",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) { p.protocol = static_cast<wire::Protocol>(255); }),
     Answers{NotifyType::no_proposal_chosen}},
    {"NoIntegrityTransform",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) { std::erase_if(p.transforms, [](const auto& t) { return t.type == 3; }); }),
     Answers{NotifyType::no_proposal_chosen}},
    {"TransformOfUnknownType",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) {
       p.transforms.push_back({77, 1, 0, false});
     }),
     Answers{NotifyType::no_proposal_chosen}},
    {"TransformNobodyKnowsBeside",
     hs,
     true,
     {init, false, 0},
     with_proposals([](wire::Proposal& p) {
       p.transforms.push_back({1, 9999, 0, false});
     }),
     Answers{NotifyType::authentication_failed}},
    {"AnswerWithSomethingElse",
     hs,
     false,
     {init, true, 0},
     with_proposals([](wire::Proposal& p) {
       for (auto& t : p.transforms)
         if (t.type == 1) t.key_bits = 128;
     }),
     Diagnoses{Cause::answer_not_offered}},
    {"ChildProposalWithShortSpi",
     hs,
     true,
     {auth, false, 0},
     with_proposals([](wire::Proposal& p) {
       p.spi = {1, 2};
     }),
     Answers{NotifyType::invalid_syntax}},
    {"ChildAnswerWithSomethingElse",
     hs,
     false,
     {auth, true, 0},
     with_proposals([](wire::Proposal& p) {
       for (auto& t : p.transforms)
         if (t.type == 1) t.key_bits = 128;
     }),
     Diagnoses{Cause::answer_not_offered}},
    {"RekeyedIkeSpiOfFour",
     Scene::rekey_ike,
     true,
     {create, false, 1},
     with_proposals([](wire::Proposal& p) { p.spi.resize(4); }),
     Answers{NotifyType::invalid_syntax}},
    {"RekeyedIkeSpiOfZero",
     Scene::rekey_ike,
     true,
     {create, false, 1},
     with_proposals([](wire::Proposal& p) { p.spi.assign(8, 0); }),
     Answers{NotifyType::invalid_syntax}},
    // ---- Identities and AUTH ----
    {"OmittedIdi", hs, true, {auth, false, 0}, without(P::id_i), Answers{NotifyType::authentication_failed}},
    {"OmittedIdr", hs, false, {auth, true, 0}, without(P::id_r), Diagnoses{Cause::missing_payload}},
    {"IdrOfSomebodyElse",
     hs,
     false,
     {auth, true, 0},
     [](Utterance& u) {
       if (auto* id = part<wire::IdPayload>(u)) id->identity = Identity::of(ip("198.51.100.66"));
     },
     Diagnoses{Cause::identity_mismatch}},
    {"OmittedAuth", hs, true, {auth, false, 0}, without(P::auth), Answers{NotifyType::authentication_failed}},
    {"OmittedAuthInAnswer", hs, false, {auth, true, 0}, without(P::auth), Diagnoses{Cause::missing_payload}},
    {"AuthMethodRsa",
     hs,
     true,
     {auth, false, 0},
     with_auth([](auto& a) { a.method = 1; }),
     Answers{NotifyType::authentication_failed}},
    {"AuthMethodNobodyKnows",
     hs,
     true,
     {auth, false, 0},
     with_auth([](auto& a) { a.method = 255; }),
     Answers{NotifyType::authentication_failed}},
    {"TruncatedAuth",
     hs,
     true,
     {auth, false, 0},
     with_auth([](auto& a) { a.data.pop_back(); }),
     Answers{NotifyType::authentication_failed}},
    {"EmptyAuth",
     hs,
     true,
     {auth, false, 0},
     with_auth([](auto& a) { a.data.clear(); }),
     Answers{NotifyType::authentication_failed}},
    {"TruncatedAuthInAnswer",
     hs,
     false,
     {auth, true, 0},
     with_auth([](auto& a) { a.data.pop_back(); }),
     Diagnoses{Cause::authentication_failed}},
    // ---- Notifies ----
    {"OmitNatDetection",
     hs,
     true,
     {init, false, 0},
     without_notify(NotifyType::nat_detection_source_ip),
     Answers{NotifyType::authentication_failed}},
    {"OmitInitialContact", hs, true, {auth, false, 0}, without_notify(NotifyType::initial_contact), Accepts{}},
    {"OmitTfcPadding", hs, true, {auth, false, 0}, without_notify(NotifyType::esp_tfc_padding_not_supported), Accepts{}},
    // ---- Selectors ----
    {"OmittedTsi", hs, true, {auth, false, 0}, without(P::ts_i), Answers{NotifyType::invalid_syntax}},
    {"NoSelectors", hs, true, {auth, false, 0}, with_octet(P::ts_i, 4, 0), Answers{NotifyType::invalid_syntax}},
    {"TooManySelectors", hs, true, {auth, false, 0}, with_octet(P::ts_r, 4, 255), Answers{NotifyType::invalid_syntax}},
    {"WidenedAnswer", hs, false, {auth, true, 0}, with_selectors("0.0.0.0/0", "0.0.0.0/0"), Diagnoses{Cause::answer_not_offered}},
    {"WidenedRekeyAnswer",
     Scene::rekey_child,
     false,
     {create, true, 1},
     with_selectors("0.0.0.0/0", "0.0.0.0/0"),
     Diagnoses{Cause::answer_not_offered}},
    {"RekeyAsWindows", Scene::rekey_child, true, {create, false, 1}, with_selectors("0.0.0.0/0", "0.0.0.0/0"), Accepts{}},
    {"RekeyAnsweredWider",
     Scene::rekey_child,
     false,
     {create, true, 1},
     with_selectors("0.0.0.0/0", "0.0.0.0/0"),
     Diagnoses{Cause::answer_not_offered}},
    {"RekeyOfSomethingElse",
     Scene::rekey_child,
     true,
     {create, false, 1},
     with_selectors("172.16.0.0/24", "172.17.0.0/24"),
     Answers{NotifyType::ts_unacceptable}},
    // ---- Rekey and Delete ----
    {"RekeySaProtocolIke", Scene::rekey_child, true, {create, false, 1}, with_rekeyed(wire::Protocol::ike), Accepts{}},
    {"RekeySaProtocolNone", Scene::rekey_child, true, {create, false, 1}, with_rekeyed(wire::Protocol::none), Accepts{}},
    {"DeleteProtocol255",
     Scene::delete_child,
     true,
     {informational, false, 1},
     [](Utterance& u) {
       if (auto* d = part<wire::DeletePayload>(u)) d->protocol = static_cast<wire::Protocol>(255);
     },
     Answers{NotifyType::invalid_syntax}},
    {"DeleteOfSomethingElse",
     Scene::delete_child,
     true,
     {informational, false, 1},
     [](Utterance& u) {
       if (auto* d = part<wire::DeletePayload>(u))
         for (EspSpi& spi : d->spis) spi.value ^= 0x5a5a;
     },
     Accepts{}},
    {"DeleteOfThousand",
     Scene::delete_child,
     true,
     {informational, false, 1},
     [](Utterance& u) {
       if (auto* d = part<wire::DeletePayload>(u))
         for (std::uint32_t i = 0; i < 1000; ++i) d->spis.push_back(EspSpi{0x10000 + i});
     },
     Accepts{}},
    {"DeleteTwiceInOneMessage",
     Scene::delete_child,
     true,
     {informational, false, 1},
     [](Utterance& u) {
       if (const auto* d = part<wire::DeletePayload>(u)) u.payloads.insert(u.payloads.end(), 2, wire::DeletePayload(*d));
     },
     Accepts{}},
    // ---- Redirection (RFC 5685) is not spoken: never announced, and never followed ----
    {"RedirectInInitAnswer", hs, false, {init, true, 0}, with_extra(redirect), Diagnoses{Cause::authentication_failed}},
    {"RedirectInAuthAnswer", hs, false, {auth, true, 0}, with_extra(redirect), Accepts{}},
    {"RedirectWhenUp", Scene::liveness, false, {informational, true, 0}, with_extra(redirect), Accepts{}},
    {"RedirectByTheInitiator", Scene::liveness, true, {informational, false, 0}, with_extra(redirect), Accepts{}},
    {"LivenessWithUnknownNotify", Scene::liveness, true, {informational, false, 0}, with_extra(odd_notify(50000)), Accepts{}},
    {"LivenessWithErrorNotify", Scene::liveness, true, {informational, false, 0}, with_extra(odd_notify(8000)), Accepts{}},
    {"LivenessWithUnknownPayload", Scene::liveness, true, {informational, false, 0}, with_extra(unknown(false)), Accepts{}},
};

class Impairments : public ::testing::TestWithParam<Row> {
 protected:
  void play(const Row& row) {
    Site left = site_a();
    if (row.scene == Scene::rekey_ike) left.ike_lifetime = 10min;
    if (row.scene == Scene::liveness) left.dpd_interval = 10s, left.dpd_retry = 2s;
    a = &world.add(left);
    b = &world.add(site_b());
    world.tap = std::make_unique<Wiretap>();
    if (row.scene != Scene::handshake) {
      world.send(*a, packet_a);
      world.run_until_idle();
      ASSERT_EQ(world.send(*a, packet_a), Outcome::delivered);
    }
    world.clear_arrows();
    impair(world, row.by_a ? *a : *b, row.which, row.change);
    switch (row.scene) {
      case Scene::handshake:
        world.send(*a, packet_a);
        break;
      case Scene::rekey_child:
        world.feed(*a, Expire{a->plane.inbound().begin()->first, ExpireKind::soft});
        break;
      case Scene::rekey_ike:
        world.stall(*a->endpoint->next_deadline() - world.now());
        break;
      case Scene::delete_child:
        world.feed(*a, Clear{ClearWhat::child_sas, std::nullopt});
        break;
      case Scene::liveness:
        world.run_for(12s);
        break;
    }
    world.run_for(8s);
  }

  bool answered(const Node& node, NotifyType type) {
    return std::ranges::any_of(world.recorded(), [&](const Flight& flight) {
      return node.owns(flight.from.ip) && wire::find_notify(world.tap->payloads(flight.payload), type);
    });
  }

  World world{5};
  Node *a = nullptr, *b = nullptr;
  SelectorPair packet_a = packet("192.168.1.1", "10.0.0.1", 1), packet_b = packet("10.0.0.1", "192.168.1.1", 1);
};

TEST_P(Impairments, AreMetAndSurvived) {
  const Row& row = GetParam();
  play(row);
  if (HasFatalFailure()) return;
  const Node& sound = row.by_a ? *b : *a;
  if (const auto* answer = std::get_if<Answers>(&row.expected)) {
    EXPECT_TRUE(answered(sound, answer->notify)) << sound.diagnoses();
  } else if (const auto* drop = std::get_if<Drops>(&row.expected)) {
    EXPECT_GT(sound.dropped(drop->cause), 0u) << sound.diagnoses();
  } else if (const auto* diagnosis = std::get_if<Diagnoses>(&row.expected)) {
    EXPECT_TRUE(sound.diagnosed(diagnosis->cause)) << sound.diagnoses();
  } else if (row.scene != Scene::delete_child) {
    EXPECT_EQ(world.send(*a, packet_a), Outcome::delivered) << a->diagnoses() << b->diagnoses();
  }
  mend(world);
  world.run_for(400s);
  // Who was told another Child SA than the one that is gone keeps that one.
  if (row.scene == Scene::delete_child) world.feed(*b, Clear{ClearWhat::ike_sas, std::nullopt});
  world.run_for(10s);
  EXPECT_EQ(world.send_until_delivered(*a, packet_a, 60), Outcome::delivered) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(world.send_until_delivered(*b, packet_b, 60), Outcome::delivered);
  world.run_for(400s);
  for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
  for (const std::string& violation : world.violations()) ADD_FAILURE() << violation;
  if (!HasFailure()) return;
  for (const std::string& arrow : world.arrows()) ADD_FAILURE() << arrow;
}

INSTANTIATE_TEST_SUITE_P(Impair, Impairments, ::testing::ValuesIn(rows),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sim
