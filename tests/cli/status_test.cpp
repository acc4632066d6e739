// `sallyport status`: one screen.
#include "cli/show_status.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "facts.hpp"
#include "golden.hpp"

using namespace std::chrono_literals;

namespace {

cli::SystemFacts router() { return {"R1", "6.1.0", "x86_64", 2028465, 3, 27h}; }

}  // namespace

TEST(ShowStatus, OfABusyGateway) {
  expect_golden("show-crypto-status", cli::show_status(cli::gateway_status(busy_gateway(), router()), {}));
}

TEST(ShowStatus, IsOneScreenUnlessAllIsAsked) {
  cli::ShowFacts facts = busy_gateway();
  const auto line = facts.view.lines.back();
  for (std::uint32_t i = 0; i < 100; ++i) {
    facts.view.lines.push_back(line);
    facts.view.lines.back().id = {1000 + i};
  }
  const auto status = cli::gateway_status(facts, router());
  const std::string screen = cli::show_status(status, {}), all = cli::show_status(status, {true});
  EXPECT_LE(std::count(screen.begin(), screen.end(), '\n'), 22);
  EXPECT_GE(std::count(all.begin(), all.end(), '\n'), 200);
  EXPECT_LT(all.find("DOWN"), all.find("up    "));
}

TEST(ShowStatus, SaysWhyATunnelIsDown) {
  cli::ShowFacts facts = idle_gateway();
  facts.view.diagnoses.clear();
  facts.view.attempts.clear();
  EXPECT_EQ(cli::gateway_status(facts, router()).tunnels.at(0).why, "no packet has asked for it");
  engine::Diagnosis failed;
  failed.remote = {facts.view.lines.at(0).peer, 500};
  failed.cause = engine::Cause::proposal_mismatch;
  failed.what = "IKE_SA_INIT refused";
  facts.view.diagnoses.push_back(failed);
  EXPECT_EQ(cli::gateway_status(facts, router()).tunnels.at(0).why, "proposal-mismatch: IKE_SA_INIT refused");
}

TEST(ShowStatus, TellsTheCauseOfNowAndNotOneThatWasMended) {
  cli::ShowFacts facts = idle_gateway();
  facts.view.diagnoses.clear();
  const engine::IpAddress peer = facts.view.lines.at(0).peer;
  engine::Diagnosis failed;
  failed.remote = {peer, 500};
  failed.ago = 60s;
  failed.cause = engine::Cause::peer_refused_proposal;
  facts.view.diagnoses.push_back(failed);
  facts.view.attempts.clear();
  cli::HeardOf heard;
  heard[peer].last_child = 90s;
  const auto why = [&] { return cli::gateway_status(facts, router(), heard).tunnels.at(0).why; };
  EXPECT_EQ(why(), "peer-refused-proposal: ");
  heard[peer].last_child = 30s;
  EXPECT_EQ(why(), "no packet has asked for it") << "it was up since";
  heard[peer].last_child = 90s;
  heard[peer].unanswered = 2;
  facts.view.attempts.emplace_back();
  facts.view.attempts.back().peer = peer;
  facts.view.attempts.back().under_way = true;
  EXPECT_EQ(why(), "no-response: nothing yet: the attempt goes on, and no answer came so far");
}

TEST(ShowStatus, SaysWhatANarrowedTunnelCarries) {
  cli::ShowFacts facts = busy_gateway();
  engine::ChildSaView& child = facts.view.ike_sas.at(0).children.at(0);
  const auto tunnel_of = [&] {
    const auto status = cli::gateway_status(facts, router());
    for (std::size_t i = 0; i < facts.view.lines.size(); ++i)
      if (facts.view.lines[i].id == child.line) return status.tunnels.at(i);
    return cli::TunnelStatus{};
  };
  EXPECT_EQ(tunnel_of().narrowed, "");
  child.selectors.remote = engine::TrafficSelector::of(engine::Prefix::host(child.selectors.remote.first));
  for (auto& ike : facts.view.ike_sas)
    std::erase_if(ike.children, [&](const auto& other) { return other.line == child.line && other.id != child.id; });
  EXPECT_EQ(tunnel_of().narrowed, child.selectors.to_string());
  EXPECT_NE(cli::show_status(cli::gateway_status(facts, router()), {true}).find("of it only\n"), std::string::npos);
}

TEST(ShowStatus, WhatProtectsNothingStandsThereToo) {
  const auto known =
      parser::apply({},
                    "interface Tunnel7\n tunnel protection ipsec profile P\n shutdown\n"
                    "crypto map VPN 77 ipsec-isakmp\n set peer 192.0.2.1\ninterface GigabitEthernet0/0\n crypto map VPN\n");
  const cli::ShowFacts facts = busy_gateway();
  const std::size_t before = cli::gateway_status(facts, router()).tunnels.size();
  const auto status = cli::gateway_status(facts, router(), {}, known.configuration);
  ASSERT_EQ(status.tunnels.size(), before + 2);
  const std::string text = cli::show_status(status, {true});
  EXPECT_NE(text.find("Tu7, Tunnel7-head-0 65537: administratively down\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Gi0/0, VPN 77: it has no effect"), std::string::npos) << text;
}
