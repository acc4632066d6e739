// Abuse group B: the chain of payloads, in clear and inside SK. Every subset and permutation of what an exchange needs, in
// requests and in answers; chains that lie about themselves; payloads twice, by the dozen, and of types nobody knows.
#include <algorithm>
#include <numeric>

#include "tests/sim/beside.hpp"
#include "tests/sim/impair.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;
using P = wire::PayloadType;

/// Which of `count` things, and in which order: every one of them.
using Arrangement = std::vector<std::size_t>;
std::vector<Arrangement> arrangements(std::size_t count) {
  std::vector<Arrangement> out;
  for (unsigned mask = 0; mask < 1u << count; ++mask) {
    Arrangement one;
    for (std::size_t i = 0; i < count; ++i)
      if (mask & 1u << i) one.push_back(i);
    do out.push_back(one);
    while (std::next_permutation(one.begin(), one.end()));
  }
  return out;
}
bool has(const Arrangement& one, std::initializer_list<std::size_t> needed) {
  return std::ranges::all_of(needed, [&](std::size_t i) { return std::ranges::find(one, i) != one.end(); });
}
wire::Payloads arranged(const wire::Payloads& all, const Arrangement& one) {
  wire::Payloads out;
  for (const std::size_t i : one) out.push_back(all.at(i));
  return out;
}
std::string text(const Arrangement& one) {
  std::string out;
  for (const std::size_t i : one) out += std::to_string(i) + " ";
  return out;
}
wire::Payloads joined(wire::Payloads head, const wire::Payloads& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}
class Chains : public Beside {
 protected:
  void SetUp() override {
    Beside::SetUp();
    alone = picture(*b);
  }
  /// C's place, with an IKE SA that is up and a Child SA under SPI 0x1111.
  std::unique_ptr<Stranger> established() {
    auto out = std::make_unique<Stranger>(world, *b, *c);
    out->begin();
    out->authenticate(out->child(0x1111));
    EXPECT_EQ(b->children(), 2u);
    return out;
  }
  void expect_forgotten() {
    forget_c();
    EXPECT_EQ(picture(*b), alone);
  }
  /// The whole answer is this notify.
  static void expect_refusal(const std::optional<wire::Payloads>& answer, NotifyType type) {
    ASSERT_TRUE(answer);
    EXPECT_TRUE(wire::find_notify(*answer, type));
    EXPECT_EQ(answer->size(), 1u);
  }

  std::string alone;  // B as it is without C
};

// ---- Subsets and permutations of requests ----

TEST_F(Chains, EveryArrangementOfIkeSaInit) {
  Stranger stranger(world, *b, *c);
  wire::Payloads all = stranger.honest_payloads();  // SA, KE, nonce
  all.at(3) = wire::notify(NotifyType::fragmentation_supported);
  std::uint32_t source = 0xC6336400u;
  for (const Arrangement& one : arrangements(4)) {
    SCOPED_TRACE(text(one));
    const Bytes request = stranger.first(arranged(all, one));
    const SocketAddress from{IpAddress::v4(++source), 500};
    if (!has(one, {0, 1, 2})) {
      expect_dropped(request, from, Cause::missing_payload);
      continue;
    }
    const auto said = hit(request, from);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_TRUE(wire::find<wire::SaPayload>(wire::parse(said[0])->payloads));
  }
  world.run_for(61s);
  EXPECT_EQ(picture(*b), alone);
}

TEST_F(Chains, EveryArrangementOfIkeAuth) {
  for (const Arrangement& one : arrangements(5)) {
    SCOPED_TRACE(text(one));
    Stranger stranger(world, *b, *c);
    stranger.begin();
    const wire::Payloads all = joined({stranger.id(), wire::AuthPayload{2, stranger.auth(1)}}, stranger.child(0x1111));
    const auto answer = stranger.ask(ExchangeType::ike_auth, 1, arranged(all, one));
    ASSERT_TRUE(answer);
    const bool authenticated = has(one, {0, 1}), child = has(one, {2, 3, 4});
    EXPECT_EQ(wire::find<wire::AuthPayload>(*answer) != nullptr, authenticated);
    EXPECT_EQ(b->ready(), authenticated ? 2u : 1u);
    EXPECT_EQ(b->children(), authenticated && child ? 2u : 1u);
    if (!authenticated) expect_refusal(answer, NotifyType::authentication_failed);
    const bool half = authenticated && has(one, {2}) && !child;  // the Child SA alone is refused
    EXPECT_EQ(wire::find_notify(*answer, NotifyType::invalid_syntax) != nullptr, half);
    expect_forgotten();
  }
}

TEST_F(Chains, EveryArrangementOfCreateChildSa) {
  for (const Arrangement& one : arrangements(5)) {
    SCOPED_TRACE(text(one));
    const auto stranger = established();
    const wire::Payloads all = joined({wire::NotifyPayload{wire::Protocol::esp, {0, 0, 0x11, 0x11}, NotifyType::rekey_sa, {}},
                                       wire::Payload(stranger->nonce())},
                                      stranger->child(0x2222));
    const auto answer = stranger->ask(ExchangeType::create_child_sa, 2, arranged(all, one));
    if (has(one, {1, 2, 3, 4})) {  // a rekey, or without REKEY_SA another one
      ASSERT_TRUE(answer);
      EXPECT_TRUE(wire::find<wire::SaPayload>(*answer));
      EXPECT_EQ(b->children(), 3u);
    } else {
      expect_refusal(answer, NotifyType::invalid_syntax);
      EXPECT_EQ(b->ready(), 1u) << "fatal (RFC 7296, 2.21.3)";
      EXPECT_EQ(b->children(), 1u);
    }
    expect_forgotten();
  }
}

TEST_F(Chains, EveryArrangementOfAnIkeRekey) {
  for (const Arrangement& one : arrangements(3)) {
    SCOPED_TRACE(text(one));
    const auto stranger = established();
    wire::Payloads all = stranger->honest_payloads();
    all.resize(3);
    for (wire::Proposal& proposal : std::get<wire::SaPayload>(all[0]).proposals) proposal.spi = Bytes(8, 0x77);
    const auto answer = stranger->ask(ExchangeType::create_child_sa, 2, arranged(all, one));
    if (one.size() == 3) {
      ASSERT_TRUE(answer);
      EXPECT_TRUE(wire::find<wire::KePayload>(*answer));
      EXPECT_EQ(b->children(), 2u) << "inherited";
    } else {
      expect_refusal(answer, NotifyType::invalid_syntax);
      EXPECT_EQ(b->ready(), 1u);
    }
    expect_forgotten();
    world.run_for(150s);  // the rekeyed one waits for its Delete
  }
}

TEST_F(Chains, EveryArrangementOfInformational) {
  const auto stranger = established();
  const wire::Payloads all{wire::DeletePayload{wire::Protocol::esp, {EspSpi{0x9999}}},
                           wire::notify(static_cast<NotifyType>(50'000)), wire::OpaquePayload{43, false, Bytes(20, 'v')},
                           wire::notify(static_cast<NotifyType>(9'000), {1, 2})};
  std::uint32_t id = 2;
  for (const Arrangement& one : arrangements(4)) {
    SCOPED_TRACE(text(one));
    const auto answer = stranger->ask(ExchangeType::informational, id++, arranged(all, one));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->empty());
    EXPECT_EQ(b->children(), 2u);
  }
  expect_forgotten();
}

// ---- Subsets and permutations of answers: A asked for them ----

/// A life of A and B in which B's first answer of an exchange consists of `one` of the payloads whose types are `parts`.
class Answers : public ::testing::Test {
 protected:
  void live(const Which& which, const std::vector<P>& parts, const Arrangement& one,
            const std::function<void(World&, Node& a)>& scene, const std::function<void(Node& a)>& look) {
    SCOPED_TRACE(text(one));
    World world(1);
    world.tap = std::make_unique<Wiretap>();
    Site right = site_b();
    right.ike.encryption = {"aes-cbc-256", "aes-cbc-128"};
    Node& a = world.add(site_a());
    Node& b = world.add(right);
    if (scene) {
      ASSERT_EQ(world.send_until_delivered(a, packet_a), Outcome::delivered);
      world.run_until_idle();
    }
    impair(world, b, which, [&](Utterance& u) {
      wire::Payloads said;
      for (const std::size_t i : one)
        for (const wire::Payload& p : u.payloads)
          if (wire::type_of(p) == parts[i]) {
            said.push_back(p);
            break;
          }
      u.payloads = said;
    });
    if (scene)
      scene(world, a);
    else
      world.send(a, packet_a);
    world.run_for(1s);
    look(a);
    mend(world);
    world.run_for(200s);
    EXPECT_EQ(world.send_until_delivered(a, packet_a, 60), Outcome::delivered) << a.diagnoses();
    world.run_for(400s);
    for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
    for (const std::string& violation : world.violations()) ADD_FAILURE() << violation;
  }
  SelectorPair packet_a = packet("192.168.1.1", "10.0.0.1", 1);
};

TEST_F(Answers, EveryArrangementOfIkeSaInit) {
  for (const Arrangement& one : arrangements(3))
    live({ExchangeType::ike_sa_init, true, 1}, {P::sa, P::ke, P::nonce}, one, nullptr, [&](Node& a) {
      EXPECT_EQ(a.dropped(Cause::missing_payload), one.size() < 3 ? 1u : 0u);
      // AUTH covers the answer as it was sent.
      EXPECT_EQ(a.diagnosed(Cause::authentication_failed), one.size() == 3) << a.diagnoses();
      EXPECT_EQ(a.ready(), 0u);
    });
}

TEST_F(Answers, EverySubsetAndEveryOrderOfIkeAuth) {
  for (const Arrangement& one : arrangements(5)) {
    if (one.size() < 5 && !std::ranges::is_sorted(one)) continue;
    live({ExchangeType::ike_auth, true, 1}, {P::id_r, P::auth, P::sa, P::ts_i, P::ts_r}, one, nullptr, [&](Node& a) {
      EXPECT_EQ(a.ready(), has(one, {0, 1}) ? 1u : 0u);
      EXPECT_EQ(a.children(), one.size() == 5 ? 1u : 0u);
      EXPECT_EQ(a.diagnosed(Cause::missing_payload), one.size() < 5) << a.diagnoses();
    });
  }
}

TEST_F(Answers, EveryArrangementOfAChildRekey) {
  for (const Arrangement& one : arrangements(4))
    live(
        {ExchangeType::create_child_sa, true, 1}, {P::sa, P::nonce, P::ts_i, P::ts_r}, one,
        [](World& world, Node& a) {
          world.feed(a, Expire{a.plane.inbound().begin()->first, ExpireKind::soft});
        },
        [&](Node& a) {
          EXPECT_EQ(a.ready(), 1u);
          EXPECT_EQ(a.children(), 1u) << "the old one or the new one";
          EXPECT_EQ(a.diagnosed(Cause::missing_payload), one.size() < 4) << a.diagnoses();
        });
}

TEST_F(Answers, EveryArrangementOfAnIkeRekey) {
  for (const Arrangement& one : arrangements(3))
    live(
        {ExchangeType::create_child_sa, true, 1}, {P::sa, P::nonce, P::ke}, one,
        [](World& world, Node& a) {
          Site other = a.site;
          other.ike.encryption = {"aes-cbc-128"};  // other algorithms are agreed on at once
          world.configure(a, other);
        },
        [&](Node& a) {
          EXPECT_EQ(a.children(), 1u);
          EXPECT_EQ(a.diagnosed(Cause::missing_payload), one.size() < 3) << a.diagnoses();
        });
}

// ---- Chains that lie, inside SK ----

struct BadChain {
  const char* name;
  P first;
  const char* octets;
};
const std::vector<BadChain> bad_chains{
    {"a next payload without a payload", P::notify, ""},
    {"length 0", P::notify, "00000000"},
    {"length 1", P::notify, "00000001"},
    {"length 3", P::notify, "00000003"},
    {"half a generic header", P::notify, "0000"},
    {"past the end", P::notify, "00000009 0000402e"},
    {"far past the end", P::notify, "0000ffff 0000402e"},
    {"octets behind the last payload", P::notify, "00000008 0000402e 00"},
    {"a chain that goes on behind the end", P::notify, "29000008 0000402e"},
    {"a chain that runs into itself", P::vendor_id, "2b000000 2b000000"},
    {"SK inside SK", P::sk, "00000008 01020304"},
    {"SKF inside SK", P::skf, "0000000c 00010001 01020304"},
    {"two nonces", P::nonce, "28000014 00000000000000000000000000000000 00000014 00000000000000000000000000000000"},
    {"two SA payloads", P::sa, "2100000c 0000000801010000 0000000c 0000000801010000"},
    {"two IDi", P::id_i, "2300000c 01000000c0000201 0000000c 01000000c0000201"},
    {"two AUTH", P::auth, "27000009 0200000001 00000009 0200000001"},
    {"two TSi", P::ts_i, "2c000008 00000000 00000008 00000000"},
};

wire::EncodedPayloads chain(const BadChain& bad) {
  std::string hex;
  for (const char* c = bad.octets; *c; ++c)
    if (*c != ' ') hex += *c;
  return {bad.first, *from_hex(hex)};
}

TEST_F(Chains, LiesInsideSkBeforeAuthentication) {
  for (const BadChain& bad : bad_chains) {
    SCOPED_TRACE(bad.name);
    Stranger stranger(world, *b, *c);
    stranger.begin();
    expect_refusal(stranger.ask(ExchangeType::ike_auth, 1, chain(bad)), NotifyType::invalid_syntax);
    EXPECT_EQ(b->view().half_open, 0u);
    EXPECT_TRUE(b->diagnosed(Cause::malformed_payload));
    expect_forgotten();
  }
}

TEST_F(Chains, LiesInsideSkOfAnSaThatIsUp) {
  for (const BadChain& bad : bad_chains)
    for (const ExchangeType exchange : {ExchangeType::create_child_sa, ExchangeType::informational}) {
      SCOPED_TRACE(bad.name);
      const auto stranger = established();
      expect_refusal(stranger->ask(exchange, 2, chain(bad)), NotifyType::invalid_syntax);
      EXPECT_EQ(b->ready(), 1u);
      EXPECT_EQ(b->children(), 1u);
      expect_forgotten();
    }
}

TEST_F(Chains, SixtyFourPayloadsAndNoMore) {
  for (const std::size_t count : {std::size_t{1}, wire::max_payloads - 1, wire::max_payloads, wire::max_payloads + 1}) {
    SCOPED_TRACE(count);
    const auto stranger = established();
    const auto answer = stranger->ask(ExchangeType::informational, 2, wire::Payloads(count, wire::OpaquePayload{43, false, {}}));
    ASSERT_TRUE(answer);
    if (count > wire::max_payloads) expect_refusal(answer, NotifyType::invalid_syntax);
    EXPECT_EQ(answer->empty(), count <= wire::max_payloads);
    expect_forgotten();
  }
  Stranger stranger(world, *b, *c);
  for (const std::size_t count : {wire::max_payloads, wire::max_payloads + 1}) {
    wire::Payloads payloads = stranger.honest_payloads();
    payloads.resize(count, wire::OpaquePayload{43, false, {}});
    EXPECT_EQ(hit(stranger.first(payloads), elsewhere).size(), count > wire::max_payloads ? 0u : 1u);
  }
}

// ---- Types ----

TEST_F(Chains, TypesNobodyKnows) {
  const auto stranger = established();
  std::uint32_t id = 2;
  for (unsigned type = 1; type < 256; ++type) {
    if ((type >= 33 && type <= 48) || type == 53) continue;
    SCOPED_TRACE(type);
    const auto octet = static_cast<std::uint8_t>(type);
    const auto passed = stranger->ask(ExchangeType::informational, id++, {wire::OpaquePayload{octet, false, {1, 2}}});
    EXPECT_TRUE(passed && passed->empty());
    const auto refused = stranger->ask(ExchangeType::informational, id++, {wire::OpaquePayload{octet, true, {1, 2}}});
    expect_refusal(refused, NotifyType::unsupported_critical_payload);
    if (HasFailure()) break;
    EXPECT_EQ(wire::find_notify(*refused, NotifyType::unsupported_critical_payload)->data, Bytes{octet});
    EXPECT_EQ(b->children(), 2u);
  }
  expect_forgotten();
}

/// Of the scheme that Cisco had before RFC 7383: its Vendor ID, and its payload of type 132, beside the announcement of the
/// other.
TEST_F(Chains, AnotherSchemeOfFragments) {
  Stranger stranger(world, *b, *c);
  wire::Payloads payloads = stranger.honest_payloads();
  payloads.push_back(wire::notify(NotifyType::fragmentation_supported));
  payloads.push_back(wire::OpaquePayload{43, false, *from_hex("4048b7d56ebce88525e7de7f00d6c2d3c0000000")});
  ASSERT_EQ(hit(stranger.first(payloads), elsewhere).size(), 1u);
  Bytes piece = wire::encode(stranger.header(ExchangeType::ike_sa_init, 0), {wire::OpaquePayload{132, false, Bytes(40, 1)}});
  expect_dropped(piece, {elsewhere.ip, 501}, Cause::missing_payload);
}

// ---- Around SK ----

TEST_F(Chains, NothingStandsBehindSk) {
  const auto stranger = established();
  const std::string before = picture(*b);
  const Bytes sealed = stranger->seal(stranger->header(ExchangeType::informational, 2), {});
  const SocketAddress from{c->site.wan, 500};
  Bytes behind = sealed;
  behind.insert(behind.end(), {0, 0, 0, 8, 0, 0, 0x40, 0x2e});
  for (unsigned i = 0; i < 4; ++i) behind[24 + i] = static_cast<std::uint8_t>(behind.size() >> (24 - 8 * i));
  expect_dropped(behind, from, Cause::malformed_payload);
  Bytes twice = sealed;  // SK, and SK again
  twice.insert(twice.end(), sealed.begin() + 28, sealed.end());
  for (unsigned i = 0; i < 4; ++i) twice[24 + i] = static_cast<std::uint8_t>(twice.size() >> (24 - 8 * i));
  twice[28] = 46;
  expect_dropped(twice, from, Cause::malformed_payload);
  Bytes bare = wire::encode(stranger->header(ExchangeType::informational, 2), {wire::DeletePayload{wire::Protocol::ike, {}}});
  expect_dropped(bare, from, Cause::missing_payload);
  EXPECT_EQ(picture(*b), before);
  EXPECT_TRUE(stranger->ask(ExchangeType::informational, 2, wire::Payloads{})) << "the SA goes on";
  expect_forgotten();
}

}  // namespace
}  // namespace sim
