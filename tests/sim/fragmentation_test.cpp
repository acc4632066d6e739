// Messages in fragments (RFC 7383): cut, put together, lost, reordered, cut smaller; and what hostile fragments cannot do.
#include "engine/fragmentation.hpp"
#include "engine/proposals.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

class Fragments : public TwoSites {
 protected:
  /// IP packets of 200 octets: IKE_AUTH becomes several.
  static Fragmentation tiny() { return {200, 200, true}; }
  void start_tiny(unsigned more_lines = 0) {
    Site left = site_a(more_lines), right = site_b(more_lines);
    left.fragmentation = right.fragmentation = tiny();
    start(left, right);
  }
  static bool is_fragment(const Bytes& payload, std::uint16_t number = 0) {
    const auto message = wire::parse(payload);
    const auto* encrypted = message.ok() ? wire::find<wire::EncryptedPayload>(message->payloads) : nullptr;
    return encrypted && encrypted->which == wire::PayloadType::skf && (number == 0 || encrypted->fragment == number);
  }
  /// IKE_AUTH becomes larger than 576 octets and smaller than 1280.
  void give_long_identity(Node& node) {
    auto config = std::make_shared<Config>(*node.compiled.config);
    auto profile = std::make_shared<IkeProfile>(*config->profiles.at(0));
    profile->identity_local = Identity{IdType::key_id, Bytes(700, 'x')};
    config->profiles = {profile};
    for (ProtectedInterface& interface : config->interfaces)
      for (auto& entry : interface.entries) {
        auto copy = std::make_shared<CryptoMapEntry>(*entry);
        copy->profile = profile;
        entry = copy;
      }
    world.feed(node, ConfigChanged{config});
  }
  void expire_soft(Node& node) { world.feed(node, Expire{node.view().ike_sas.at(0).children.at(0).id, ExpireKind::soft}); }
  int fragments_sent() const {
    int count = 0;
    for (const Flight& flight : world.recorded()) count += is_fragment(flight.payload);
    return count;
  }
};

TEST_F(Fragments, AHandshakeInManyPieces) {
  start_tiny();
  connect();
  EXPECT_GE(fragments_sent(), 4);
  for (const Flight& flight : world.recorded()) EXPECT_LE(is_fragment(flight.payload) ? flight.payload.size() + 28 : 0, 200u);
  EXPECT_TRUE(a->view().ike_sas.at(0).fragmentation && b->view().ike_sas.at(0).fragmentation);
  EXPECT_EQ(a->view().ike_sas.at(0).fragmentation_mtu, 200u);
  expect_settled();
}

TEST_F(Fragments, OverIpv6TheHeaderIsLonger) {
  Site left = site_a(), right = site_b();
  left.wan = ip("2001:db8:ffff::10");
  right.wan = ip("2001:db8:ffff::20");
  left.tunnels[0].peer = right.wan;
  right.tunnels[0].peer = left.wan;
  left.fragmentation = right.fragmentation = tiny();
  start(left, right);
  connect();
  for (const Flight& flight : world.recorded()) EXPECT_LE(is_fragment(flight.payload) ? flight.payload.size() + 48 : 0, 200u);
  EXPECT_GE(fragments_sent(), 4);
}

TEST_F(Fragments, SmallMessagesStayWhole) {
  start();
  connect();
  EXPECT_EQ(fragments_sent(), 0);
}

TEST_F(Fragments, AeadPiecesNeverRepeatAnInitializationVector) {
  Site left = site_a(), right = site_b();
  left.ike.encryption = right.ike.encryption = {"aes-gcm-256"};
  left.ike.integrity = right.ike.integrity = {};
  left.ike.prf = right.ike.prf = {"sha256"};
  left.fragmentation = right.fragmentation = tiny();
  start(left, right);
  connect();
  std::set<Bytes> seen;
  for (const Flight& flight : world.recorded()) {
    if (flight.from.ip != left.wan || !is_fragment(flight.payload)) continue;
    EXPECT_TRUE(seen.insert(Bytes(flight.payload.begin() + 36, flight.payload.begin() + 44)).second) << "an IV twice";
  }
  EXPECT_GE(seen.size(), 2u);
}

TEST_F(Fragments, LossDuplicationAndReorderAreSurvived) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u}) {
    World lossy(seed);
    Site left = site_a(2), right = site_b(2);
    left.fragmentation = right.fragmentation = tiny();
    Node& from = lossy.add(left);
    lossy.add(right);
    lossy.faults = {.loss = 0.25, .duplicate = 0.3, .reorder = 0.5, .delay = 5ms, .reorder_delay = 3s};
    lossy.send(from, a_to_b);
    lossy.run_for(100s);
    lossy.faults = {};
    EXPECT_EQ(lossy.send_until_delivered(from, a_to_b, 60), Outcome::delivered) << "seed " << seed << from.diagnoses();
    lossy.run_for(300s);
    for (const std::string& problem : lossy.unsettled()) ADD_FAILURE() << "seed " << seed << ": " << problem;
  }
}

TEST_F(Fragments, TheLastPieceMayComeFirst) {
  start_tiny();
  std::vector<Flight> held;
  world.drop = [&](const Flight& flight) {
    if (!is_fragment(flight.payload) || flight.from.ip != a->site.wan) return false;
    held.push_back(flight);
    return true;
  };
  world.send(*a, a_to_b);
  world.run_for(1s);
  world.drop = {};
  ASSERT_GE(held.size(), 2u);
  for (auto it = held.rbegin(); it != held.rend(); ++it) {
    world.inject(*it);
    world.run_for(20ms);
  }
  EXPECT_EQ(b->ready(), 1u);
}

TEST_F(Fragments, WhatIsLostTwiceIsCutSmaller) {
  Site left = site_a(), right = site_b();
  left.fragmentation = right.fragmentation = {1500, 1500, true};
  left.tunnels[0].match_remote = {MatchAny{}};
  right.tunnels[0].match_remote = {MatchAny{}};
  start(left, right);
  give_long_identity(*a);
  world.drop = [&](const Flight& flight) { return flight.payload.size() + 28 > 576; };  // a path that fits 576 octets
  world.send(*a, a_to_b);
  world.run_for(60s);
  EXPECT_EQ(a->ready(), 1u) << a->diagnoses();
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_GE(fragments_sent(), 2);
}

TEST_F(Fragments, ALargeAnswerIsCutSmallerToo) {
  Site left = site_a(), right = site_b();
  left.fragmentation = right.fragmentation = {1500, 1500, true};
  left.tunnels[0].match_remote = right.tunnels[0].match_remote = {MatchAny{}};
  start(left, right);
  give_long_identity(*b);
  world.drop = [&](const Flight& flight) { return flight.payload.size() + 28 > 576; };
  world.send(*a, a_to_b);
  world.run_for(60s);
  EXPECT_EQ(a->ready(), 1u) << a->diagnoses();
}

TEST_F(Fragments, WhatPassedIsTheSizeOfWhatFollows) {
  Site left = site_a(), right = site_b();
  left.fragmentation = right.fragmentation = {1500, 1500, true};
  left.tunnels[0].match_remote = right.tunnels[0].match_remote = {MatchAny{}};
  left.tunnels[0].pfs = right.tunnels[0].pfs = "16";
  start(left, right);
  give_long_identity(*a);
  give_long_identity(*b);
  int lost = 0;
  world.drop = [&](const Flight& flight) {
    const bool large = flight.payload.size() + 28 > 576;
    lost += large;
    return large;
  };
  world.send(*a, a_to_b);
  world.run_for(60s);
  ASSERT_EQ(a->ready(), 1u) << a->diagnoses();
  EXPECT_EQ(lost, 2);  // IKE_AUTH, twice; its answer is cut like the request
  EXPECT_EQ(a->view().ike_sas.at(0).fragmentation_mtu, 576u);
  for (Node* node : {a, b}) {  // a key exchange of 512 octets each way
    expire_soft(*node);
    world.run_for(1s);
  }
  EXPECT_EQ(lost, 2);
}

TEST_F(Fragments, TheAnswerIsGivenAgainForFragmentOneAlone) {
  start_tiny();
  connect();
  std::vector<Flight> request;
  for (const Flight& flight : world.recorded())
    if (is_fragment(flight.payload) && flight.from.ip == a->site.wan) request.push_back(flight);
  ASSERT_GE(request.size(), 2u);
  const auto answers = [&] {
    std::vector<Bytes> out;
    for (const Flight& flight : world.recorded())
      if (is_fragment(flight.payload) && flight.from.ip == b->site.wan) out.push_back(flight.payload);
    return out;
  };
  const std::vector<Bytes> first = answers();
  for (std::size_t i = 1; i < request.size(); ++i) world.inject(request[i]);
  world.run_until_idle();
  EXPECT_EQ(answers().size(), first.size()) << "fragment 2 brought an answer";
  world.inject(request[0]);
  world.run_until_idle();
  std::vector<Bytes> again = answers();
  ASSERT_EQ(again.size(), 2 * first.size());
  again.erase(again.begin(), again.begin() + static_cast<std::ptrdiff_t>(first.size()));
  EXPECT_EQ(again, first) << "not the same octets";
}

TEST_F(Fragments, ForgedPiecesAreNeverKept) {
  start_tiny();
  std::vector<Flight> held;
  world.drop = [&](const Flight& flight) {
    if (!is_fragment(flight.payload)) return false;
    held.push_back(flight);
    return true;
  };
  world.send(*a, a_to_b);
  world.run_for(100ms);
  world.drop = {};
  ASSERT_GE(held.size(), 2u);
  const std::uint64_t before = b->dropped(Cause::integrity_failed);
  for (Flight forged : held) {  // each with another ICV, before the true ones
    forged.payload.back() ^= 1;
    world.inject(forged);
  }
  world.run_until_idle();
  EXPECT_EQ(b->dropped(Cause::integrity_failed) - before, held.size());
  for (const Flight& genuine : held) world.inject(genuine);
  world.run_until_idle();
  EXPECT_EQ(b->ready(), 1u) << "a forged piece stood in the way of a true one";
}

TEST_F(Fragments, UnsolicitedOnesAreDropped) {
  start();
  connect();
  Flight forged = world.recorded().at(2);
  const wire::Header header = *wire::parse_header(forged.payload);
  forged.payload =
      wire::encode_skf_prefix({header.spi_i, header.spi_r, {}, wire::ExchangeType::informational, true, false, MessageId{2}, 0},
                              wire::PayloadType::none, 1, 1, 64);
  forged.payload.resize(forged.payload.size() + 64);
  const std::uint64_t before = b->dropped(Cause::integrity_failed);
  world.inject(forged);
  world.run_until_idle();
  EXPECT_EQ(b->dropped(Cause::integrity_failed), before + 1);
  EXPECT_EQ(b->ready(), 1u);
}

// ---- The pieces themselves: what only the peer could send ------------------------------------------------------------

class Pieces : public ::testing::Test {
 protected:
  using Encrypted = wire::EncryptedPayload;
  static Encrypted piece(std::uint16_t number, std::uint16_t total) {
    return {wire::PayloadType::skf, number == 1 ? wire::PayloadType::nonce : wire::PayloadType::none, 36, number, total};
  }
  static Reassembly::Key key(std::uint32_t id, bool response = false) {
    return {response, MessageId{id}, wire::ExchangeType::informational};
  }
  /// Admitted, and then kept; the whole when it was the last.
  std::optional<Reassembly::Whole> give(std::uint32_t id, std::uint16_t number, std::uint16_t total, Bytes contents) {
    if (!reassembly.admits(key(id), piece(number, total)).ok()) return std::nullopt;
    return reassembly.add(key(id), piece(number, total), std::move(contents), Bytes{static_cast<std::uint8_t>(number)});
  }
  Reassembly reassembly;
};

TEST_F(Pieces, InAnyOrder) {
  EXPECT_FALSE(give(1, 3, 3, {5}));
  EXPECT_FALSE(give(1, 1, 3, {1, 2}));
  const auto whole = give(1, 2, 3, {3, 4});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->inner, (Bytes{1, 2, 3, 4, 5}));
  EXPECT_EQ(whole->first, wire::PayloadType::nonce);
  EXPECT_EQ(whole->digest, crypto::sha256({Bytes{1}}));
  EXPECT_TRUE(reassembly.empty());
}

TEST_F(Pieces, ARepeatedNumberChangesNothing) {
  EXPECT_FALSE(give(1, 1, 2, {1}));
  EXPECT_FALSE(reassembly.admits(key(1), piece(1, 2)).ok());
  EXPECT_FALSE(give(1, 1, 2, {9, 9}));
  EXPECT_EQ(give(1, 2, 2, {2})->inner, (Bytes{1, 2}));
}

TEST_F(Pieces, ALargerTotalReplacesWhatWasThere) {
  EXPECT_FALSE(give(1, 1, 2, {1, 2}));
  EXPECT_FALSE(give(1, 1, 3, {1}));
  EXPECT_EQ(reassembly.octets(), 1u);
  EXPECT_FALSE(give(1, 2, 3, {2}));
  EXPECT_EQ(give(1, 3, 3, {3})->inner, (Bytes{1, 2, 3}));
}

TEST_F(Pieces, ASmallerTotalIsDropped) {
  EXPECT_FALSE(give(1, 1, 3, {1}));
  EXPECT_FALSE(reassembly.admits(key(1), piece(2, 2)).ok());
  EXPECT_FALSE(give(1, 2, 2, {2}));
  EXPECT_FALSE(give(1, 2, 3, {2}));
  EXPECT_TRUE(give(1, 3, 3, {3}));
}

TEST_F(Pieces, MessagesUnderWayAtOnceDoNotMix) {
  EXPECT_FALSE(give(1, 1, 2, {1}));
  EXPECT_FALSE(give(2, 1, 2, {3}));
  EXPECT_FALSE(reassembly.add(key(1, true), piece(1, 2), {7}, Bytes{}));
  EXPECT_EQ(give(2, 2, 2, {4})->inner, (Bytes{3, 4}));
  EXPECT_EQ(give(1, 2, 2, {2})->inner, (Bytes{1, 2}));
  EXPECT_EQ(reassembly.octets(), 1u);
}

TEST_F(Pieces, AnAbsurdTotalIsNotAdmitted) {
  EXPECT_TRUE(reassembly.admits(key(1), piece(1, Reassembly::max_fragments)).ok());
  EXPECT_FALSE(reassembly.admits(key(1), piece(1, Reassembly::max_fragments + 1)).ok());
  EXPECT_FALSE(reassembly.admits(key(1), piece(1, 65535)).ok());
  EXPECT_TRUE(reassembly.empty());
}

TEST_F(Pieces, TheWholeIsBounded) {
  constexpr std::uint16_t total = 100;
  for (std::uint16_t number = 1; number <= total; ++number) {
    EXPECT_FALSE(give(1, number, total, Bytes(1400))) << number;
    EXPECT_LE(reassembly.octets(), Reassembly::max_octets);
  }
}

TEST_F(Pieces, MessagesWhoseFirstPieceNeverComesAreBounded) {
  for (std::uint32_t id = 0; id < 1000; ++id) EXPECT_FALSE(give(id, 2, 3, Bytes(100)));
  EXPECT_LE(reassembly.octets(), Reassembly::max_messages * 100);
}

TEST_F(Pieces, AWholeMessageUnderTheSameIdEndsTheRest) {
  EXPECT_FALSE(give(1, 1, 2, {1}));
  reassembly.forget(key(1));
  EXPECT_TRUE(reassembly.empty());
}

TEST_F(Pieces, APieceOfTheSameMessageInAnotherExchangeIsAnother) {
  EXPECT_FALSE(give(1, 1, 2, {1}));
  const Reassembly::Key other{false, MessageId{1}, wire::ExchangeType::create_child_sa};
  EXPECT_FALSE(reassembly.add(other, piece(2, 2), {2}, Bytes{}));
}

}  // namespace
}  // namespace sim
