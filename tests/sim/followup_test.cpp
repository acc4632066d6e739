// Additional key exchanges of rekeys and of further Child SAs (RFC 9370, 2.2.4): IKE_FOLLOWUP_KE between two honest ends.
// Crossings are in followup_collisions_test.cpp, peers that break the rules in followup_abuse_test.cpp.
#include <algorithm>
#include <set>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

class Followup : public TwoSites {
 protected:
  static Site with(Site site, std::vector<AdditionalWords> additional) {
    site.tunnels[0].pfs = "31";
    site.tunnels[0].pfs_additional = additional;
    site.ike.additional = std::move(additional);
    return site;
  }
  void begin(const std::vector<AdditionalWords>& left, const std::vector<AdditionalWords>& right) {
    start(with(site_a(1), left), with(site_b(1), right));
    connect();
    world.clear_arrows();
  }
  void rekey_child(Node& node) { world.feed(node, Expire{node.plane.inbound().begin()->first, ExpireKind::soft}); }
  /// Additional key exchanges of the first Child SA, in their order, as both ends see them.
  std::string of_child() {
    return agreed([](const IkeSaView& sa) { return sa.children.at(0).additional; });
  }
  std::string of_ike() {
    return agreed([](const IkeSaView& sa) { return sa.additional; });
  }

 private:
  template <class Rows>
  std::string agreed(Rows rows) {
    std::string out;
    for (Node* node : {a, b}) {
      if (node == b) out += " | ";
      for (const Algorithm* row : rows(node->view().ike_sas.at(0))) out += std::string(row->ike_keyword) + ",";
    }
    return out;
  }
};

TEST_F(Followup, EachHasItsOwnExchange) {
  begin({{{"19"}}, {{"14", "20"}}}, {{{"19", "14"}}, {{"20"}}});
  EXPECT_EQ(of_child(), " | ") << "IKE_AUTH has no key exchange of its own";
  rekey_child(*a);
  world.run_until_idle();
  expect_arrows({"A -> B CREATE_CHILD_SA request 4", "B -> A CREATE_CHILD_SA response 4", "A -> B IKE_FOLLOWUP_KE request 5",
                 "B -> A IKE_FOLLOWUP_KE response 5", "A -> B IKE_FOLLOWUP_KE request 6", "B -> A IKE_FOLLOWUP_KE response 6",
                 "A -> B INFORMATIONAL request 7", "B -> A INFORMATIONAL response 7"});
  EXPECT_EQ(of_child(), "19,20, | 19,20,");
  expect_settled();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Followup, AFurtherChildSaHasThemToo) {
  begin({{{"19"}}}, {{{"19"}}});
  const auto second = packet("10.0.2.1", "192.168.2.1");
  world.send(*b, second);
  world.run_until_idle();
  expect_arrows({"B -> A CREATE_CHILD_SA request 0", "A -> B CREATE_CHILD_SA response 0", "B -> A IKE_FOLLOWUP_KE request 1",
                 "A -> B IKE_FOLLOWUP_KE response 1"});
  EXPECT_EQ(world.send(*b, second), Outcome::delivered);
  expect_settled();
}

TEST_F(Followup, TheFirstChildSaOfAChildlessIkeSaHasThemToo) {
  Site left = with(site_a(), {{{"19"}}}), right = with(site_b(), {{{"19"}}});
  left.tunnels[0].childless = right.tunnels[0].childless = true;
  start(left, right);
  connect();
  EXPECT_EQ(of_child(), "19, | 19,");
  expect_settled();
}

TEST_F(Followup, RekeysOfTheIkeSaHaveThemToo) {
  Site left = with(site_a(), {{{"19"}}, {{"20"}}}), right = with(site_b(), {{{"19"}}, {{"20"}}});
  left.ike_lifetime = 300s;
  start(left, right);
  connect();
  world.run_for(10s);  // PFS has shown by then
  world.clear_arrows();
  world.run_for(280s);
  expect_arrows({"A -> B CREATE_CHILD_SA request 8", "B -> A CREATE_CHILD_SA response 8", "A -> B IKE_FOLLOWUP_KE request 9",
                 "B -> A IKE_FOLLOWUP_KE response 9", "A -> B IKE_FOLLOWUP_KE request 10", "B -> A IKE_FOLLOWUP_KE response 10",
                 "A -> B INFORMATIONAL request 11", "B -> A INFORMATIONAL response 11"});
  EXPECT_EQ(of_ike(), "19,20, | 19,20,");
  expect_settled();
  world.run_for(1200s);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Followup, SevenOfThem) {
  const std::vector<AdditionalWords> all{{{"19"}}, {{"20"}}, {{"21"}}, {{"14"}}, {{"28"}}, {{"32"}}, {{"15"}}};
  begin(all, all);
  rekey_child(*b);
  world.run_until_idle();
  EXPECT_EQ(of_child(), "19,20,21,14,28,32,15, | 19,20,21,14,28,32,15,");
  expect_settled();
}

TEST_F(Followup, OptionalOnesAreLeftOutWhereThePeerHasNone) {
  begin({{{"19"}, true}, {{"20"}, true}}, {});
  rekey_child(*a);
  world.run_until_idle();
  EXPECT_EQ(of_child(), " | ");
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).pfs_group->id, 31);
  rekey_child(*b);
  world.run_until_idle();
  EXPECT_EQ(of_child(), " | ");
  expect_settled();
}

TEST_F(Followup, OfTwoOptionalOnesOneMayStay) {
  begin({{{"19"}, true}, {{"20"}, true}}, {{{"21"}, true}, {{"20"}, true}});
  rekey_child(*a);
  world.run_until_idle();
  EXPECT_EQ(of_child(), "20, | 20,");
}

TEST_F(Followup, RequiredByOneSideAloneIsRefusedAndTheChildSaStays) {
  for (const bool initiator : {true, false}) {
    World own(1);
    Site left = with(site_a(), {}), right = with(site_b(), {});
    (initiator ? left : right).tunnels[0].pfs_additional = {{{"19"}}};
    Node& from = own.add(left);
    Node& to = own.add(right);
    ASSERT_EQ(own.send_until_delivered(from, a_to_b), Outcome::delivered);
    own.feed(from, Expire{from.plane.inbound().begin()->first, ExpireKind::soft});
    own.run_until_idle();
    EXPECT_TRUE(to.diagnosed(Cause::pfs_mismatch)) << to.diagnoses();
    EXPECT_TRUE(from.diagnosed(Cause::pfs_mismatch)) << from.diagnoses();
    EXPECT_EQ(own.send(from, a_to_b), Outcome::delivered);
  }
}

TEST_F(Followup, WithoutSetPfsThePeersAreTaken) {
  Site right = site_b(1);
  start(with(site_a(1), {}), right);
  a->site.tunnels[0].pfs_additional = {{{"19"}}, {{"20"}, true}};
  world.configure(*a, a->site);
  connect();
  rekey_child(*a);
  world.run_until_idle();
  EXPECT_EQ(of_child(), "19,20, | 19,20,");
}

TEST_F(Followup, SeveralTransformSetsAndOptionalOnesKeepTheirMode) {
  Site left = with(site_a(), {{{"19"}, true}}), right = with(site_b(), {});
  left.tunnels[0].more_esp = {{"esp-gcm 256", ""}};
  right.tunnels[0].esp = {"esp-gcm 256", ""};
  start(left, right);
  connect();
  rekey_child(*a);
  world.run_until_idle();
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).encryption->debug_name, "AES-GCM-256");
  expect_settled();
}

TEST_F(Followup, EveryMessageMayBeLostOnce) {
  begin({{{"19"}}, {{"20"}}}, {{{"19"}}, {{"20"}}});
  std::set<Bytes> lost;
  world.drop = [&](const Flight& flight) { return lost.insert(flight.payload).second; };
  rekey_child(*a);
  world.run_for(100s);
  EXPECT_EQ(of_child(), "19,20, | 19,20,");
  expect_settled();
}

TEST_F(Followup, JobsMayTakeTheirTimeAndMessagesComeTwice) {
  begin({{{"19"}}, {{"14"}}}, {{{"19"}}, {{"14"}}});
  a->jobs = b->jobs = Jobs::held;
  world.faults.duplicate = 1;
  rekey_child(*a);
  for (int i = 0; i < 60; ++i) {
    world.run_for(50ms);
    world.run_held_jobs(i % 2 ? *a : *b);
  }
  EXPECT_EQ(of_child(), "19,14, | 19,14,");
  expect_settled();
}

TEST_F(Followup, TheResponderWaitsTwoMinutes) {
  begin({{{"19"}}}, {{{"19"}}});
  world.drop = [&](const Flight& flight) {
    return wire::parse_header(flight.payload)->exchange == wire::ExchangeType::ike_followup_ke;
  };
  rekey_child(*a);
  world.run_for(119s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the old one carries on";
  world.run_for(2s);
  world.drop = nullptr;
  world.run_for(300s);
  // Answered with STATE_NOT_FOUND, and begun anew.
  EXPECT_EQ(of_child(), "19, | 19,");
  expect_settled();
}

TEST_F(Followup, TheResponderOfAnIkeRekeyRekeysItselfWhenThePeerGivesUp) {
  Site left = with(site_a(), {{{"19"}}}), right = with(site_b(), {{{"19"}}});
  left.ike_lifetime = right.ike_lifetime = 600s;
  start(left, right);
  connect();
  bool lose = true;
  world.drop = [&](const Flight& flight) {
    return lose && wire::parse_header(flight.payload)->exchange == wire::ExchangeType::ike_followup_ke;
  };
  world.run_for(595s);
  lose = false;
  world.run_for(1200s);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(of_ike(), "19, | 19,");
  expect_settled();
}

TEST_F(Followup, AStateThatIsLostAgainAndAgainEndsTheIkeSa) {
  begin({{{"19"}}}, {{{"19"}}});
  // The second exchange of each series comes so late that the responder has given it up.
  std::optional<Flight> asked;
  Time began{};
  world.drop = [&](const Flight& flight) {
    const auto header = wire::parse_header(flight.payload);
    if (header->exchange == wire::ExchangeType::create_child_sa && !header->response) began = world.now();
    if (header->exchange != wire::ExchangeType::ike_followup_ke || header->response) return false;
    asked = flight;
    return true;
  };
  rekey_child(*a);
  for (int series = 0; series < 3; ++series) {
    for (int waited = 0; waited < 300 && (!asked || world.now() < began + 121s); ++waited) world.run_for(1s);
    ASSERT_TRUE(asked) << "series " << series;
    world.deliver(*std::exchange(asked, std::nullopt));
    world.run_for(1s);
  }
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused)) << a->diagnoses();
  world.run_for(60s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
}

TEST_F(Followup, ALineThatGoesMeanwhileTakesNothingDown) {
  begin({{{"19"}}}, {{{"19"}}});
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.hold = true;
  world.run_for(1s);
  Site less = b->site;
  less.tunnels[0].lines.pop_back();
  world.configure(*b, less);
  world.hold = false;
  while (!world.waiting().empty()) world.deliver_waiting(0);
  world.run_for(60s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

}  // namespace
}  // namespace sim
