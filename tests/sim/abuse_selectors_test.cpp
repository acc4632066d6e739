// Abuse group M: traffic selectors. What a peer may ask for is what its own lines permit, narrowed to them; nothing it says
// reaches another peer's traffic. Configuration payloads and pools belong to remote access.
#include "tests/sim/beside.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;
using P = wire::PayloadType;

TrafficSelector range(const char* first, const char* last, std::uint8_t protocol = 0, PortRange ports = {}) {
  return {protocol, ports, ip(first), ip(last)};
}
using List = std::vector<TrafficSelector>;

struct Asked {
  const char* what;
  List initiator, responder;
  const char* granted;  // to B, local <-> remote; null: TS_UNACCEPTABLE
};

std::vector<Asked> asked() {
  const TrafficSelector own = range("172.16.0.0", "172.16.0.255"), lan = range("10.0.0.0", "10.0.0.255");
  List many;
  for (unsigned i = 0; i < 254; ++i) many.push_back({0, {}, IpAddress::v4(0x08000000u + i), IpAddress::v4(0x08000000u + i)});
  List many_and_own = many;
  many_and_own.push_back(own);
  return {
      {"what is configured", {own}, {lan}, "10.0.0.0/24 <-> 172.16.0.0/24"},
      {"everything",
       {range("0.0.0.0", "255.255.255.255")},
       {range("0.0.0.0", "255.255.255.255")},
       "10.0.0.0/24 <-> 172.16.0.0/24"},
      {"another peer's network", {range("192.168.1.0", "192.168.1.255")}, {lan}, nullptr},
      {"another peer's network, the other way round", {lan}, {range("192.168.1.0", "192.168.1.255")}, nullptr},
      {"another peer's network beside its own",
       {range("192.168.1.0", "192.168.1.255"), own},
       {lan},
       "10.0.0.0/24 <-> 172.16.0.0/24"},
      {"everything up to its own", {range("0.0.0.0", "172.16.0.0")}, {lan}, "10.0.0.0/24 <-> 172.16.0.0/32"},
      {"an address too far", {range("172.16.1.0", "172.16.1.0")}, {lan}, nullptr},
      {"the network of B's own side as its own", {lan}, {lan}, nullptr},
      {"nothing there", {}, {lan}, nullptr},
      {"nothing here", {own}, {}, nullptr},
      {"nothing at all", {}, {}, nullptr},
      {"IPv6", {range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}, {range("::", "::")}, nullptr},
      {"IPv4 in IPv6",
       {range("::ffff:172.16.0.0", "::ffff:172.16.0.255")},
       {range("::ffff:10.0.0.0", "::ffff:10.0.0.255")},
       nullptr},
      {"IPv6 in front of what fits", {range("::", "::1"), own}, {range("::", "::1"), lan}, "10.0.0.0/24 <-> 172.16.0.0/24"},
      {"opaque ports",
       {range("172.16.0.0", "172.16.0.255", 17, {65535, 0})},
       {range("10.0.0.0", "10.0.0.255", 17, {65535, 0})},
       nullptr},
      {"ports that end before they begin", {range("172.16.0.0", "172.16.0.255", 6, {81, 80})}, {lan}, nullptr},
      {"one port",
       {range("172.16.0.0", "172.16.0.255", 6, {80, 80})},
       {range("10.0.0.0", "10.0.0.255", 6)},
       "10.0.0.0/24[6] <-> 172.16.0.0/24[6/80]"},
      {"a type and code of ICMP",
       {range("172.16.0.0", "172.16.0.255", 1, {0x0800, 0x0800})},
       {range("10.0.0.0", "10.0.0.255", 1)},
       "10.0.0.0/24[1] <-> 172.16.0.0/24[1/2048]"},
      {"another protocol at each end", {range("172.16.0.0", "172.16.0.255", 6)}, {range("10.0.0.0", "10.0.0.255", 17)}, nullptr},
      {"254 that do not fit", many, {lan}, nullptr},
      {"254 that do not fit and one that does", many_and_own, {lan}, "10.0.0.0/24 <-> 172.16.0.0/24"},
  };
}

class HostileSelectors : public Beside {
 protected:
  /// `child`, with other selectors.
  static wire::Payloads with(wire::Payloads child, const Asked& row) {
    std::get<wire::TsPayload>(child.at(1)).selectors = row.initiator;
    std::get<wire::TsPayload>(child.at(2)).selectors = row.responder;
    return child;
  }
  void expect_outcome(const Asked& row, const std::optional<wire::Payloads>& answer) {
    ASSERT_TRUE(answer);
    EXPECT_EQ(b->ready(), 2u) << "the IKE SA lives on";
    EXPECT_EQ(wire::find_notify(*answer, NotifyType::ts_unacceptable) != nullptr, row.granted == nullptr);
    EXPECT_EQ(wire::find_ts(*answer, P::ts_i) != nullptr, row.granted != nullptr);
    const IkeSaView sa = b->view().ike_sas.back();
    ASSERT_EQ(sa.children.size(), row.granted ? 1u : 0u);
    EXPECT_EQ(b->plane.inbound().size(), row.granted ? 2u : 1u);
    EXPECT_EQ(row.granted ? sa.children.back().selectors.to_string() : "", row.granted ? row.granted : "");
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << "another peer's traffic was taken";
  }
};

TEST_F(HostileSelectors, InIkeAuth) {
  for (const Asked& row : asked()) {
    SCOPED_TRACE(row.what);
    Stranger stranger(world, *b, *c);
    stranger.begin();
    wire::Payloads payloads = with(stranger.child(0x1111), row);
    payloads.insert(payloads.begin(), {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}});
    expect_outcome(row, stranger.ask(ExchangeType::ike_auth, 1, payloads));
    forget_c();
  }
}

TEST_F(HostileSelectors, InCreateChildSa) {
  for (const Asked& row : asked()) {
    SCOPED_TRACE(row.what);
    Stranger stranger(world, *b, *c);
    stranger.begin();
    stranger.authenticate();
    wire::Payloads payloads = with(stranger.child(0x1111), row);
    payloads.push_back(stranger.nonce());
    expect_outcome(row, stranger.ask(ExchangeType::create_child_sa, 2, payloads));
    forget_c();
  }
}

/// A rekey never gets more than its line permits; what lies outside is refused, and the old one stays.
TEST_F(HostileSelectors, InARekey) {
  for (const Asked& row : asked()) {
    SCOPED_TRACE(row.what);
    Stranger stranger(world, *b, *c);
    stranger.begin();
    stranger.authenticate(stranger.child(0x1111));
    wire::Payloads payloads = with(stranger.child(0x2222), row);
    payloads.push_back(stranger.nonce());
    payloads.insert(payloads.begin(), wire::NotifyPayload{wire::Protocol::esp, {0, 0, 0x11, 0x11}, NotifyType::rekey_sa, {}});
    const auto answer = stranger.ask(ExchangeType::create_child_sa, 2, payloads);
    ASSERT_TRUE(answer);
    EXPECT_EQ(wire::find_notify(*answer, NotifyType::ts_unacceptable) != nullptr, row.granted == nullptr);
    const SelectorPair permitted = c->compiled.config->interfaces[0].entries[0]->lines[0].selectors;
    const IkeSaView newest = b->view().ike_sas.back();
    for (const ChildSaView& child : newest.children)
      EXPECT_TRUE((SelectorPair{permitted.remote, permitted.local}.contains(child.selectors))) << child.selectors.to_string();
    EXPECT_EQ(b->children(), row.granted ? 3u : 2u);
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
    forget_c();
  }
}

TEST_F(HostileSelectors, MalformedOnes) {
  for (const char* body : {
           "01000000 0700000f 0000ffff ac100000 ac1000",                                                    // too short for IPv4
           "01000000 07000028 0000ffff 00000000000000000000000000000000 00000000000000000000000000000000",  // IPv6 in an IPv4
                                                                                                            // type
           "01000000 08000010 0000ffff ac100000 ac1000ff",  // IPv4 in an IPv6 type
           "01000000 07000010 0000ffff ac1000ff ac100000",  // ends before it begins
           "02000000 07000010 0000ffff ac100000 ac1000ff",  // one fewer than it says
           "ff000000 07000010 0000ffff ac100000 ac1000ff",  // 255 of them
           "00000000 07000010 0000ffff ac100000 ac1000ff",  // one more
           "01000000 07000003",                             // its own length lies
       }) {
    SCOPED_TRACE(body);
    std::string hex;
    for (const char* c = body; *c; ++c)
      if (*c != ' ') hex += *c;
    Stranger stranger(world, *b, *c);
    stranger.begin();
    stranger.authenticate();
    const wire::Payloads child = stranger.child(0x1111);
    const auto answer =
        stranger.ask(ExchangeType::create_child_sa, 2,
                     {child[0], wire::Payload(stranger.nonce()), wire::OpaquePayload{44, false, *from_hex(hex)}, child[2]});
    ASSERT_TRUE(answer);
    EXPECT_TRUE(wire::find_notify(*answer, NotifyType::invalid_syntax));
    EXPECT_EQ(b->children(), 1u);
    forget_c();
  }
}

/// Whoever else is behind the same name or address: a line belongs to the peer it names, and the order of the lines decides.
TEST_F(HostileSelectors, NobodyTakesOverALineByAskingOftener) {
  Stranger stranger(world, *b, *c);
  stranger.begin();
  stranger.authenticate();
  const Asked theirs{"A's", {range("192.168.1.1", "192.168.1.1")}, {range("10.0.0.1", "10.0.0.1")}, nullptr};
  for (std::uint32_t id = 2; id < 200; ++id) {
    wire::Payloads payloads = with(stranger.child(0x1000 + id), theirs);
    payloads.push_back(stranger.nonce());
    const auto answer = stranger.ask(ExchangeType::create_child_sa, id, payloads);
    ASSERT_TRUE(answer && wire::find_notify(*answer, NotifyType::ts_unacceptable)) << id;
  }
  EXPECT_EQ(b->children(), 1u);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
}

}  // namespace
}  // namespace sim
