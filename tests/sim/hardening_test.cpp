// What strangers, unlucky moments and odd configurations must not be able to do.
#include "engine/proposals.hpp"
#include "engine/wire/message.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;
using Hardening = TwoSites;

/// What a node's endpoint says to one datagram.
Actions hit(Node& node, const SocketAddress& from, Bytes payload, Time now) {
  Actions out;
  node.endpoint->handle(now, Datagram{{node.site.wan, 500}, from, std::move(payload)}, out);
  return out;
}

TEST_F(Hardening, LosingTheAddressHoldsPacketsBack) {
  start();
  connect();
  auto bare = a->compiled.interfaces;
  bare[0].addresses.clear();
  world.feed(*a, InterfacesChanged{bare});
  EXPECT_NE(world.send(*a, a_to_b), Outcome::clear) << "LAN to LAN packet leaves in clear";
}

TEST_F(Hardening, OfOverlappingLinesTheOneWithMostInCommonIsChosen) {
  Site l = site_a(), r = site_b();
  l.tunnels[0].lines = {permit("192.168.1.0/24", "10.0.0.0/24"), permit("192.168.0.0/16", "10.0.0.0/16")};
  r.tunnels[0].lines = {permit("10.0.0.0/24", "192.168.1.0/24"), permit("10.0.0.0/16", "192.168.0.0/16")};
  start(l, r);
  const auto p = packet("192.168.2.1", "10.0.5.1");
  EXPECT_EQ(world.send_until_delivered(*a, p, 50), Outcome::delivered);
}

TEST_F(Hardening, AFailedNegotiationIsNotBegunAgainAtOnce) {
  Site l = site_a();
  l.tunnels[0].psk = "wrong";
  start(l);
  for (int i = 0; i < 500; ++i) {
    world.send(*a, a_to_b);
    world.run_for(20ms);
  }
  int n = 0;
  for (const auto& s : world.arrows()) n += s.find("A -> B IKE_SA_INIT request") == 0;
  EXPECT_LT(n, 20);
}

TEST_F(Hardening, AnAnswerWithoutTheOfferedGroupIsRefused) {
  CryptoMapEntry e;
  auto set = std::make_shared<TransformSet>();
  set->encryption = find_esp_keyword("esp-aes 256");
  set->integrity = find_esp_keyword("esp-sha256-hmac");
  e.transform_sets = {set};
  e.pfs_group = find_ike_keyword(TransformType::key_exchange, "31");
  auto offered = offer_child(e, EspSpi{1000}, e.pfs_group);
  wire::SaPayload answer{{offered[0]}};
  std::erase_if(answer.proposals[0].transforms, [](const wire::Transform& t) { return t.type == 4; });
  const auto r = accept_child_answer(answer, offered);
  EXPECT_FALSE(r.ok()) << "answer without the offered group accepted: no PFS";
}

TEST_F(Hardening, ConfigRemovedDuringInit) {
  start();
  world.drop = [](const Flight&) { return true; };
  world.send(*a, a_to_b);
  world.run_for(3s);
  Site bare = site_a();
  bare.tunnels.clear();
  world.configure(*a, bare);
  world.clear_arrows();
  world.run_for(100s);
  EXPECT_TRUE(a->view().ike_sas.empty());
  EXPECT_EQ(world.arrows().size(), 0u) << "still sends IKE_SA_INIT";
}

TEST_F(Hardening, ConfigRemovedDuringAuth) {
  start();
  b->jobs = Jobs::held;
  world.send(*a, a_to_b);
  for (int i = 0; i < 2; ++i) {
    world.run_for(100ms);
    world.run_held_jobs(*b);
  }
  world.run_for(100ms);
  Site bare = site_a();
  bare.tunnels.clear();
  world.configure(*a, bare);
  for (int i = 0; i < 4; ++i) {
    world.run_for(100ms);
    world.run_held_jobs(*b);
  }
  world.run_for(30s);
  EXPECT_EQ(a->ready(), 0u) << "an IKE SA of a removed profile is up";
}

TEST_F(Hardening, ConfigRemovedDuringPfs) {
  Site l = site_a(1), r = site_b(1);
  l.tunnels[0].pfs = r.tunnels[0].pfs = "31";
  start(l, r);
  connect();
  b->jobs = Jobs::held;
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_for(1s);
  Site less = site_b(0);
  less.tunnels[0].pfs = "31";
  world.configure(*b, less);
  world.run_held_jobs(*b);
  world.run_for(1s);
  EXPECT_EQ(b->children(), 1u);
}

TEST_F(Hardening, ConfigRemovedDuringPfsInitiator) {
  Site l = site_a(1), r = site_b(1);
  l.tunnels[0].pfs = r.tunnels[0].pfs = "31";
  start(l, r);
  connect();
  a->jobs = Jobs::held;
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_held_jobs(*a);
  world.run_for(1s);
  Site less = site_a(0);
  less.tunnels[0].pfs = "31";
  world.configure(*a, less);
  world.run_held_jobs(*a);
  world.run_for(1s);
  EXPECT_EQ(a->children(), 1u);
}

TEST_F(Hardening, OnlyHigherVersionsAreAnsweredAndNeverWithMore) {
  world.debugging = false;
  start();
  Bytes d(28, 0);
  d[7] = 1;
  d[15] = 9;
  d[17] = 0x10;  // IKEv1
  d[18] = 5;     // informational v1
  d[23] = 77;
  d[27] = 28;
  auto out = hit(*b, {a->site.wan, 500}, d, world.now());
  EXPECT_TRUE(out.empty()) << "answers IKEv1";
  d[17] = 0x30;
  out = hit(*b, {a->site.wan, 500}, d, world.now());
  EXPECT_TRUE(out.empty()) << "answers with more than came";
  d.resize(40);
  d[27] = 40;
  out = hit(*b, {a->site.wan, 500}, d, world.now());
  const auto* answer = out.empty() ? nullptr : std::get_if<SendDatagram>(&out.back());
  ASSERT_NE(answer, nullptr);
  EXPECT_LE(answer->payload.size(), d.size());
  const auto header = wire::parse_header(answer->payload);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->message_id, MessageId{77});
}

TEST_F(Hardening, ACriticalPayloadInIkeSaInitIsRefused) {
  start();
  connect();
  auto m = wire::parse(world.recorded().at(0).payload);
  m->payloads.push_back(wire::OpaquePayload{200, true, {}});
  m->header.spi_i.value ^= 5;
  auto out = hit(*b, {a->site.wan, 500}, wire::encode(m->header, m->payloads), world.now());
  EXPECT_FALSE(out.empty()) << "no UNSUPPORTED_CRITICAL_PAYLOAD";
}

TEST_F(Hardening, OurOwnRequestComingBackMakesNoSa) {
  start();
  world.drop = [](const Flight&) { return true; };
  world.send(*a, a_to_b);
  const auto f = world.recorded().at(0);
  auto out = hit(*a, f.to, f.payload, world.now());
  EXPECT_EQ(a->view().half_open, 0u) << "half-open SA with ourselves";
}

TEST_F(Hardening, ForgedRequestsNeitherFloodTheLogNorTheDiagnoses) {
  world.debugging = false;
  Site l = site_a();
  l.ike.groups = {"14"};
  start(l);
  a->jobs = Jobs::at_once;
  world.send(*a, a_to_b);
  world.run_for(1s);
  EXPECT_TRUE(b->diagnosed(Cause::proposal_mismatch));
  auto p = world.recorded().at(0).payload;
  std::size_t notices = 0;
  for (int i = 0; i < 10000; ++i) {
    p[6] = i >> 8;
    p[7] = i;
    auto out = hit(*b, {IpAddress::v4(0x0a000000u + i), 500}, p, world.now());
    for (auto& x : out) notices += std::holds_alternative<Notice>(x);
  }
  EXPECT_LT(notices, 100u);
  bool kept = false;
  for (auto& d : b->view().diagnoses) kept |= d.remote.ip == a->site.wan;
  EXPECT_TRUE(kept) << "genuine diagnosis flushed";
}

TEST_F(Hardening, OneHostCannotUseUpTheHalfOpenSas) {
  start();
  world.send(*a, a_to_b);
  world.run_until_idle();
  world.feed(*a, Clear{ClearWhat::ike_sas, std::nullopt});
  world.run_for(30s);
  auto p = world.recorded().at(0).payload;
  const SocketAddress evil{ip("198.51.100.66"), 500};
  for (int i = 0; i < 3000; ++i) {
    p[5] = i >> 8;
    p[6] = i;
    auto out = hit(*b, evil, p, world.now());
    // with cookie if asked
    for (auto& x : out)
      if (auto* s = std::get_if<SendDatagram>(&x)) {
        auto m = wire::parse(s->payload);
        if (auto* c = wire::find_notify(m->payloads, NotifyType::cookie)) {
          auto q = wire::parse(p);
          q->payloads.insert(q->payloads.begin(), *c);
          hit(*b, evil, wire::encode(q->header, q->payloads), world.now());
        }
      }
  }
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 5), Outcome::delivered);
}

TEST_F(Hardening, HeldOutboundFollowsTheMove) {
  Site left = site_a(), right = site_b();
  left.wan = ip("192.168.100.2");
  left.mobike = false;  // else A would say where it is
  right.tunnels[0].peer = ip("198.51.100.1");
  right.tunnels[0].match_remote = {MatchAny{}};
  world.nats.emplace_back(std::vector{left.wan}, ip("198.51.100.1"), 3600s);
  start(left, right);
  connect();
  // A rekeys; A's Delete of the old one is lost at first, then the NAT gives a new mapping
  bool block = false;
  world.drop = [&](const Flight& f) { return block && f.from.ip == left.wan; };
  const auto old = a->plane.inbound().begin()->first;
  world.feed(*a, Expire{old, ExpireKind::soft});
  world.run_for(15ms);
  block = true;
  world.run_for(100ms);
  EXPECT_EQ(b->plane.inbound().size(), 2u);
  EXPECT_EQ(b->plane.outbound().size(), 1u);
  world.nats[0].forget();
  block = false;
  world.run_for(10s);
  for (auto& [c, sa] : b->plane.outbound()) EXPECT_EQ(sa.facts.remote, b->view().ike_sas[0].remote);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
}

TEST_F(Hardening, ChildSasOfOneLineAreBounded) {
  Site l = site_a(), r = site_b();
  start(l, r);
  connect();
  // A peer that keeps asking (simulated: A's plane loses the SA, so the line's acquire names another packet)
  for (int i = 0; i < 200; ++i) {
    world.feed(*a, Acquire{a->plane.meet(a_to_b).line, packet("192.168.9.9", "10.9.9.9")});
    world.run_for(100ms);
  }
  EXPECT_LT(b->children(), 50u);
}

TEST_F(Hardening, ClearDuringSigning) {
  start();
  a->jobs = Jobs::held;
  world.send(*a, a_to_b);
  for (int i = 0; i < 2; ++i) {
    world.run_held_jobs(*a);
    world.run_for(100ms);
  }
  world.clear_arrows();
  world.feed(*a, Clear{ClearWhat::ike_sas, std::nullopt});
  world.run_for(120s);
  EXPECT_EQ(world.arrows().size(), 0u);
}

TEST_F(Hardening, ConfigurationRemovedDuringAuthLeavesNothingAtThePeer) {
  start();
  b->jobs = Jobs::held;
  world.send(*a, a_to_b);
  for (int i = 0; i < 2; ++i) {
    world.run_for(100ms);
    world.run_held_jobs(*b);
  }
  world.run_for(100ms);
  Site bare = site_a();
  bare.tunnels.clear();
  world.configure(*a, bare);
  for (int i = 0; i < 4; ++i) {
    world.run_for(100ms);
    world.run_held_jobs(*b);
  }
  world.run_for(60s);
  EXPECT_EQ(a->ready(), b->ready());
  EXPECT_EQ(b->children(), 0u) << "B keeps an SA that A dropped without a word";
}

TEST_F(Hardening, APeerNoConfigurationNamesAnyMoreDoesNotComeUp) {
  // Profile renamed to one with another key; keys stay openable
  Site l = site_a();
  start(l);
  b->jobs = Jobs::held;
  world.send(*a, a_to_b);
  for (int i = 0; i < 2; ++i) {
    world.run_for(100ms);
    world.run_held_jobs(*b);
  }
  world.run_for(100ms);
  Site other = site_a();
  other.tunnels[0].peer = ip("203.0.113.99");
  world.configure(*a, other);
  for (int i = 0; i < 4; ++i) {
    world.run_for(100ms);
    world.run_held_jobs(*b);
  }
  world.run_for(60s);
  EXPECT_EQ(a->ready(), 0u) << "an IKE SA with a peer no configuration names";
}

TEST_F(Hardening, AnswerGoesBackWhereTheRequestCameFrom) {
  // both behind NATs: A's mapping changes
  Site left = site_a(), right = site_b();
  left.wan = ip("192.168.100.2");
  right.wan = ip("192.168.200.2");
  left.tunnels[0].peer = ip("198.51.100.2");
  left.tunnels[0].match_remote = {MatchAny{}};
  right.tunnels[0].peer = ip("198.51.100.1");
  right.tunnels[0].match_remote = {MatchAny{}};
  left.dpd_interval = 30s;
  left.dpd_retry = 5s;
  world.nats.emplace_back(std::vector{left.wan}, ip("198.51.100.1"), 3600s);
  world.nats.emplace_back(std::vector{right.wan}, ip("198.51.100.2"), 3600s);
  world.nats[1].forward(500, {right.wan, 500});
  world.nats[1].forward(4500, {right.wan, 4500});
  start(left, right);
  world.send(*a, a_to_b);
  world.run_for(3s);
  ASSERT_EQ(a->ready(), 1u) << a->diagnoses();
  world.nats[0].forget();
  world.clear_arrows();
  world.run_for(31s);
  world.run_for(400s);
  EXPECT_EQ(a->ready(), 1u) << "requests from the new mapping were answered to the old one";
}

TEST_F(Hardening, DuplicateInvalidKeIsNoMismatch) {
  Site l = site_a(), r = site_b();
  l.ike.groups = {"19", "31"};
  r.ike.groups = {"31"};
  start(l, r);
  world.faults.duplicate = 1;
  a->jobs = Jobs::at_once;
  connect();
  EXPECT_FALSE(a->diagnosed(Cause::group_mismatch)) << a->diagnoses();
}

}  // namespace
}  // namespace sim
