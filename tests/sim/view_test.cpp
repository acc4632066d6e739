// What is seen in slices is what is seen at once.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using Slices = TwoSites;

TEST_F(Slices, AddUpToTheWhole) {
  start(site_a(5), site_b(5));
  connect();
  const engine::View whole = a->view();
  ASSERT_EQ(whole.ike_sas.size(), 1u);
  ASSERT_EQ(whole.lines.size(), 6u);
  EXPECT_FALSE(whole.rest);

  engine::Query query;
  query.most = 2;
  std::size_t slices = 0, sas = 0;
  std::vector<engine::PolicyLineId> lines;
  for (std::optional<engine::ViewPosition> rest = engine::ViewPosition{}; rest && slices < 10; ++slices) {
    query.from = *rest;
    const engine::View slice = a->view(query);
    sas += slice.ike_sas.size();
    for (const auto& line : slice.lines) lines.push_back(line.id);
    EXPECT_LE(slice.ike_sas.size() + slice.lines.size(), 2u);
    rest = slice.rest;
  }
  EXPECT_EQ(slices, 4u);
  EXPECT_EQ(sas, 1u);
  ASSERT_EQ(lines.size(), whole.lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i], whole.lines[i].id);
}

TEST_F(Slices, LeaveOutOtherPeers) {
  start();
  connect();
  engine::Query query;
  query.peer = ip("203.0.113.20");
  EXPECT_EQ(a->view(query).ike_sas.size(), 1u);
  query.local = ip("203.0.113.99");
  EXPECT_TRUE(a->view(query).ike_sas.empty());
  query = {};
  query.peer = ip("203.0.113.99");
  EXPECT_TRUE(a->view(query).ike_sas.empty());
}

}  // namespace
}  // namespace sim
