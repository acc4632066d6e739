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
