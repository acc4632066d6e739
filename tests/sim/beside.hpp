// A and B hold an SA, and B knows a third site, C, whose place a stranger takes: whatever is done to B from there, the SA beside
// it stays as it is.
#pragma once

#include "tests/sim/stranger.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {

/// Everything of a node that a datagram could change, in words; what is counted is not among it.
inline std::string picture(const Node& node) {
  const engine::View view = node.view();
  std::string out = "half open " + std::to_string(view.half_open) + "\n";
  for (const engine::IkeSaView& sa : view.ike_sas) {
    out += "IKE SA " + std::to_string(sa.id.value) + " status " + std::to_string(static_cast<int>(sa.status)) + " " +
           sa.local.to_string() + " " + sa.remote.to_string() + " " + std::to_string(sa.spi_local.value) + " " +
           std::to_string(sa.spi_remote.value) + " requests " + std::to_string(sa.local_request_id) + " " +
           std::to_string(sa.remote_request_id) + " " + sa.remote_id + "\n";
    for (const engine::ChildSaView& child : sa.children)
      out += "  Child SA " + std::to_string(child.id.value) + " " + std::to_string(child.spi_in.value) + " " +
             std::to_string(child.spi_out.value) + " " + child.selectors.to_string() +
             (child.outbound_installed ? " sends\n" : "\n");
  }
  for (const auto& [id, sa] : node.plane.inbound())
    out += "in " + std::to_string(sa.sa.spi.value) + " " + sa.facts.remote.to_string() + "\n";
  for (const auto& [id, sa] : node.plane.outbound())
    out += "out " + std::to_string(sa.sa.spi.value) + " " + sa.facts.remote.to_string() + "\n";
  return out;
}

class Beside : public TwoSites {
 protected:
  void SetUp() override { begin(site_a(), with_c(site_b())); }

  /// `right` knows C: a second tunnel, 10.0.0.0/24 to 172.16.0.0/24.
  static Site with_c(Site right) {
    Tunnel tunnel;
    tunnel.peer = ip("203.0.113.30");
    tunnel.lines = {permit("10.0.0.0/24", "172.16.0.0/24")};
    right.tunnels.push_back(tunnel);
    return right;
  }
  /// Lifetimes are long: what changes, somebody has changed.
  void begin(Site left, Site right, engine::Duration lifetime = std::chrono::hours(10'000)) {
    left.ike_lifetime = right.ike_lifetime = left.child_lifetime = right.child_lifetime = lifetime;
    start(left, right);
    Site third = site_a();
    third.name = "C";
    third.wan = ip("203.0.113.30");
    third.ike = right.ike;
    third.tunnels[0].lines = {permit("172.16.0.0/24", "10.0.0.0/24")};
    c = &world.add(third);
    connect();
  }
  /// B loses what it has with C; A's SA stays.
  void forget_c() {
    world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas, c->site.wan});
    world.run_for(100s);
  }
  void TearDown() override {
    for (const engine::IkeSaView& sa : b->view().ike_sas)
      EXPECT_EQ(sa.remote.ip == a->site.wan && sa.children.empty(), false) << "the SA beside it lost its Child SA";
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the SA beside it is gone\n" << b->diagnoses();
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
    TwoSites::TearDown();
  }
  static std::uint64_t drops(const Node& node) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : node.view().dropped) all += count;
    return all;
  }

  /// One datagram to B from anywhere; what it says at once. An answer to who is not authenticated is not larger than its request,
  /// and what is not answered is counted.
  std::vector<engine::Bytes> hit(const engine::Bytes& datagram, const engine::SocketAddress& from, std::uint16_t port = 500) {
    std::vector<engine::Bytes> said;
    const std::uint64_t before = drops(*b);
    world.drop = [&](const Flight& flight) {
      said.push_back(flight.payload);
      return true;
    };
    world.feed(*b, engine::Datagram{{b->site.wan, port}, from, datagram});
    world.drop = nullptr;
    std::size_t octets = 0;
    for (const engine::Bytes& answer : said) octets += answer.size();
    EXPECT_LE(octets, datagram.size()) << "more went out than came in";
    EXPECT_TRUE(!said.empty() || drops(*b) > before) << "neither answered nor counted";
    return said;
  }
  /// B drops it for that cause, says nothing and stays as it was.
  void expect_dropped(const engine::Bytes& datagram, const engine::SocketAddress& from, engine::Cause cause) {
    const std::string before = picture(*b);
    const std::uint64_t counted = b->dropped(cause);
    EXPECT_TRUE(hit(datagram, from).empty()) << "answered";
    EXPECT_EQ(b->dropped(cause), counted + 1) << "not counted as " << engine::text_of(cause).name;
    EXPECT_EQ(picture(*b), before);
  }

  Node* c = nullptr;
  const engine::SocketAddress elsewhere{ip("198.51.100.66"), 500};
};

}  // namespace sim
