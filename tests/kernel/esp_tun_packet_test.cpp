#include "kernel/esp_tun_packet.hpp"

#include <gtest/gtest.h>

#include "kernel/esp_tun_tables.hpp"
#include "tests/values.hpp"

namespace kernel {
namespace {

using engine::Bytes;
using engine::ByteView;
using engine::Family;
using engine::IpAddress;
using engine::SelectorPair;
using engine::TrafficSelector;

using values::ip;

TrafficSelector network(std::string_view text, std::uint8_t length, std::uint8_t protocol = 0, engine::PortRange ports = {}) {
  return TrafficSelector::of(engine::Prefix::of(ip(text), length), protocol, ports);
}

Bytes packet(std::string_view from, std::string_view to, std::uint8_t protocol, ByteView payload,
             std::uint8_t traffic_class = 0) {
  const HeaderFields fields{ip(from), ip(to), protocol, traffic_class, payload.size()};
  Bytes out(header_size(fields.source.family) + payload.size());
  write_header(fields, out);
  std::copy(payload.begin(), payload.end(), out.begin() + static_cast<std::ptrdiff_t>(out.size() - payload.size()));
  return out;
}

using values::hex;
const Bytes udp_5000_to_53 = hex("1388003500080000");

std::uint16_t checksum(ByteView data, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) sum += static_cast<std::uint32_t>(data[i] << 8 | data[i + 1]);
  if (data.size() % 2) sum += static_cast<std::uint32_t>(data.back() << 8);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

TEST(Inspect, AddressesPortsAndFlags) {
  Bytes v4 = packet("10.1.2.3", "10.4.5.6", 17, udp_5000_to_53, 0xB8);
  v4[6] = 0x40;
  v4.resize(v4.size() + 50);  // TFC padding behind
  const auto facts = inspect(v4);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->source, ip("10.1.2.3"));
  EXPECT_EQ(facts->destination, ip("10.4.5.6"));
  EXPECT_EQ(facts->source_port, 5000);
  EXPECT_EQ(facts->destination_port, 53);
  EXPECT_EQ(facts->traffic_class, 0xB8);
  EXPECT_TRUE(facts->dont_fragment);
  EXPECT_FALSE(facts->fragment);
  EXPECT_EQ(facts->total_length, 28);

  const auto v6 = inspect(packet("2001:db8::1", "2001:db8::2", 58, hex("8000000000010001"), 0x2E));
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->traffic_class, 0x2E);
  EXPECT_EQ(v6->source_port, 0x8000) << "type and code";
  EXPECT_EQ(v6->destination_port, 0x8000);
}

TEST(Inspect, FragmentsAndExtensionHeaders) {
  Bytes later = packet("10.1.2.3", "10.4.5.6", 17, udp_5000_to_53);
  later[7] = 100;
  const auto facts = inspect(later);
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->later_fragment && facts->fragment);
  EXPECT_FALSE(facts->ports_known);

  // hop-by-hop, destination options, fragment (first), UDP
  const Bytes chain =
      hex("3c00010400000000"
          "2c00010400000000"
          "1100000100000001");
  Bytes payload = chain;
  payload.insert(payload.end(), udp_5000_to_53.begin(), udp_5000_to_53.end());
  auto v6 = inspect(packet("2001:db8::1", "2001:db8::2", 0, payload));
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->protocol, 17);
  EXPECT_EQ(v6->destination_port, 53);
  EXPECT_TRUE(v6->fragment);
  EXPECT_FALSE(v6->later_fragment);
  payload[16 + 3] = 0x09;  // offset 1
  v6 = inspect(packet("2001:db8::1", "2001:db8::2", 0, payload));
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->later_fragment);
  EXPECT_FALSE(v6->ports_known);
}

TEST(Inspect, NothingBadGetsThrough) {
  const Bytes v4 = packet("10.1.2.3", "10.4.5.6", 17, udp_5000_to_53);
  const Bytes v6 = packet("2001:db8::1", "2001:db8::2", 0,
                          hex("3c00010400000000"
                              "11ff010400000000"));
  EXPECT_FALSE(inspect({}));
  EXPECT_FALSE(inspect(v6)) << "extension header longer than the packet";
  for (const Bytes& whole : {v4, packet("2001:db8::1", "2001:db8::2", 17, udp_5000_to_53)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(inspect(ByteView(whole).first(size))) << size;
    std::uint32_t state = 1;
    for (int i = 0; i < 20000; ++i) {
      Bytes mangled = whole;
      for (int j = 0; j < 4; ++j) {
        state = state * 1664525 + 1013904223;
        mangled[(state >> 8) % mangled.size()] = static_cast<std::uint8_t>(state >> 24);
      }
      if (const auto facts = inspect(mangled)) {
        EXPECT_LE(facts->total_length, mangled.size());
      }
    }
  }
  Bytes short_header = v4;
  short_header[0] = 0x44;
  EXPECT_FALSE(inspect(short_header));
  short_header[0] = 0x75;
  EXPECT_FALSE(inspect(short_header));
}

TEST(Selects, BothDirectionsPortsAndProtocols) {
  const SelectorPair pair{network("10.1.0.0", 16, 17), network("10.4.0.0", 16, 17, {53, 53})};
  const auto out = *inspect(packet("10.1.2.3", "10.4.5.6", 17, udp_5000_to_53));
  const auto back = *inspect(packet("10.4.5.6", "10.1.2.3", 17, hex("0035138800080000")));
  EXPECT_TRUE(selects(pair, out, Flow::outbound));
  EXPECT_FALSE(selects(pair, out, Flow::inbound));
  EXPECT_TRUE(selects(pair, back, Flow::inbound));
  EXPECT_FALSE(selects(pair, back, Flow::outbound));
  EXPECT_FALSE(selects(pair, *inspect(packet("10.1.2.3", "10.4.5.6", 6, Bytes(20))), Flow::outbound));
  EXPECT_FALSE(selects(pair, *inspect(packet("10.1.2.3", "10.5.5.6", 17, udp_5000_to_53)), Flow::outbound));
  EXPECT_FALSE(selects(pair, *inspect(packet("2001:db8::1", "2001:db8::2", 17, udp_5000_to_53)), Flow::outbound));
  const SelectorPair echo{network("10.1.0.0", 16, 1, {0x0800, 0x08FF}), network("10.4.0.0", 16, 1)};
  EXPECT_TRUE(selects(echo, *inspect(packet("10.1.2.3", "10.4.5.6", 1, hex("08000000"))), Flow::outbound));
  EXPECT_FALSE(selects(echo, *inspect(packet("10.1.2.3", "10.4.5.6", 1, hex("00000000"))), Flow::outbound));
  EXPECT_EQ(selectors_of(out).to_string(), "10.1.2.3/32[17/5000] <-> 10.4.5.6/32[17/53]");
}

engine::PolicyLine line(std::uint32_t id, engine::AclAction action, const SelectorPair& pair) {
  engine::PolicyLine out;
  out.id = {id};
  out.action = action;
  out.selectors = pair;
  return out;
}

TEST(LineTable, FirstMatchAndFragments) {
  using enum engine::AclAction;
  LineTable table({line(1, deny, {network("10.1.0.0", 16, 17), network("10.4.0.0", 16, 17, {53, 53})}),
                   line(2, permit, {network("10.1.0.0", 16, 17), network("10.4.0.0", 16, 17)})});
  const Bytes dns = packet("10.1.2.3", "10.4.5.6", 17, udp_5000_to_53);
  Bytes later = dns;
  later[7] = 1;
  for (int i = 0; i < 2; ++i) {  // the second time from memory
    EXPECT_EQ(table.match(*inspect(dns))->id.value, 1U);
    EXPECT_EQ(table.match(*inspect(later))->id.value, 2U) << "a deny with ports does not claim a later fragment";
    EXPECT_EQ(table.match(*inspect(packet("10.1.2.3", "10.9.5.6", 17, udp_5000_to_53))), nullptr);
  }
}

// Thousands of lines of every shape: the first that selects, as a walk would find it.
TEST(LineTable, AgreesWithAWalk) {
  std::uint32_t state = 7;
  const auto dice = [&state](std::uint32_t sides) { return ((state = state * 1664525 + 1013904223) >> 8) % sides; };
  const auto some_network = [&](std::uint8_t protocol, bool ports) {
    const std::string address = "10." + std::to_string(dice(4)) + "." + std::to_string(dice(4)) + ".0";
    auto out = network(address, static_cast<std::uint8_t>(8 * (1 + dice(3))), protocol);
    if (ports && dice(2)) out.ports = {static_cast<std::uint16_t>(5000 + dice(2)), static_cast<std::uint16_t>(5001 + dice(9))};
    if (dice(20) == 0) out.last = *engine::IpAddress::parse("10.3.200.9");  // a range that is no prefix
    return out;
  };
  std::vector<engine::PolicyLine> lines;
  for (std::uint32_t id = 1; id <= 3000; ++id) {
    const std::uint8_t protocol = dice(2) ? 17 : 0;
    lines.push_back(line(id, dice(3) ? engine::AclAction::permit : engine::AclAction::deny,
                         {some_network(protocol, true), some_network(protocol, false)}));
  }
  LineTable table(lines);
  for (int i = 0; i < 2000; ++i) {
    const std::string from = "10." + std::to_string(dice(5)) + "." + std::to_string(dice(5)) + "." + std::to_string(dice(3));
    const std::string to = "10." + std::to_string(dice(5)) + "." + std::to_string(dice(5)) + "." + std::to_string(dice(3));
    Bytes bytes = packet(from, to, dice(3) ? 17 : 6, udp_5000_to_53);
    bytes[7] = static_cast<std::uint8_t>(dice(8) == 0);  // sometimes a later fragment
    const auto facts = *inspect(bytes);
    const engine::PolicyLine* walked = nullptr;
    for (const auto& one : lines)
      if (selects(one.selectors, facts, Flow::outbound) &&
          !(facts.later_fragment && one.action == engine::AclAction::deny && compares_ports(one.selectors))) {
        walked = &one;
        break;
      }
    const auto* found = table.match(facts);
    ASSERT_EQ(found ? found->id.value : 0, walked ? walked->id.value : 0) << from << ' ' << to;
  }
}

// RFC 6040, figure 4.
TEST(Ecn, EveryCombination) {
  constexpr int drop = -1;
  constexpr int expected[4][4] = {{0, 0, 0, drop}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};  // [inner][outer]
  for (int inner = 0; inner < 4; ++inner)
    for (int outer = 0; outer < 4; ++outer)
      for (const bool v4 : {true, false}) {
        const auto traffic_class = static_cast<std::uint8_t>(0xB8 | inner);
        Bytes bytes = v4 ? packet("10.1.2.3", "10.4.5.6", 17, udp_5000_to_53, traffic_class)
                         : packet("2001:db8::1", "2001:db8::2", 17, udp_5000_to_53, traffic_class);
        const bool kept = merge_ecn(bytes, static_cast<std::uint8_t>(outer));
        EXPECT_EQ(kept, expected[inner][outer] != drop) << inner << outer;
        if (!kept) continue;
        EXPECT_EQ(inspect(bytes)->traffic_class, 0xB8 | expected[inner][outer]) << inner << outer;
        if (v4) {
          EXPECT_EQ(checksum(ByteView(bytes).first(20)), 0xFFFF);
        }
      }
}

TEST(PacketTooBig, BothFamiliesWithValidChecksums) {
  Bytes out(too_big_octets);
  const Bytes v4 = packet("10.1.2.3", "10.4.5.6", 17, Bytes(1400));
  std::size_t length = packet_too_big(v4, *inspect(v4), inspect(v4)->destination, 1350, out);
  ASSERT_EQ(length, 20U + 8 + 548);
  EXPECT_EQ(inspect(ByteView(out).first(length))->destination, ip("10.1.2.3"));
  EXPECT_EQ(checksum(ByteView(out).first(20)), 0xFFFF);
  EXPECT_EQ(checksum(ByteView(out).subspan(20, length - 20)), 0xFFFF);
  EXPECT_EQ(engine::to_hex(ByteView(out).subspan(26, 2)), "0546");

  const Bytes v6 = packet("2001:db8::1", "2001:db8::2", 17, Bytes(1400));
  length = packet_too_big(v6, *inspect(v6), inspect(v6)->destination, 1350, out);
  ASSERT_EQ(length, 1280U);
  std::uint32_t pseudo = 58 + 1240;
  for (std::size_t i = 8; i < 40; i += 2) pseudo += static_cast<std::uint32_t>(out[i] << 8 | out[i + 1]);
  EXPECT_EQ(checksum(ByteView(out).subspan(40, length - 40), pseudo), 0xFFFF);
  EXPECT_EQ(engine::to_hex(ByteView(out).subspan(44, 4)), "00000546");

  const Bytes error = packet("10.1.2.3", "10.4.5.6", 1, hex("0301000000000000"));
  EXPECT_EQ(packet_too_big(error, *inspect(error), inspect(error)->destination, 1350, out), 0U) << "never about an error";
}

TEST(TransportChecksum, IsMadeForTheAddressesThatArrived) {
  Bytes tcp = hex("13880050000000010000000050100000000000006869");
  const HeaderFields fields{ip("203.0.113.1"), ip("203.0.113.2"), 6, 0, tcp.size()};
  rewrite_transport_checksum(fields, tcp);
  std::uint32_t pseudo = 6 + 22;
  for (const std::uint32_t half : {0xCB00U, 0x7101U, 0xCB00U, 0x7102U}) pseudo += half;
  EXPECT_EQ(checksum(tcp, pseudo), 0xFFFF);
  Bytes none = hex("1388005000080000");
  rewrite_transport_checksum({ip("203.0.113.1"), ip("203.0.113.2"), 17, 0, none.size()}, none);
  EXPECT_EQ(engine::to_hex(none), "1388005000080000") << "UDP without a checksum stays so";
}

TEST(Lifetime, SoftWhereTheEngineSaysThenHardOnce) {
  engine::ChildSaFacts facts;
  facts.lifetime_kilobytes = 10;
  Lifetime life(facts);
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(life.spend(1024));
  EXPECT_EQ(life.spend(1024), engine::ExpireKind::soft);
  EXPECT_FALSE(life.spend(1023));
  EXPECT_FALSE(life.over());
  EXPECT_EQ(life.spend(1), engine::ExpireKind::hard);
  EXPECT_TRUE(life.over());
  EXPECT_FALSE(life.spend(1024));
  facts.lifetime_kilobytes = 0;
  facts.soft_permille = 850;
  Lifetime numbers(facts);
  EXPECT_FALSE(numbers.spend(1000, 84, 100));
  EXPECT_EQ(numbers.spend(1000, 85, 100), engine::ExpireKind::soft);
  EXPECT_EQ(numbers.spend(1000, 100, 100), engine::ExpireKind::hard);
}

TEST(HeldPackets, FewForAWhileAndOneAcquireASecond) {
  HeldPackets held;
  const PlaneTime start{std::chrono::hours(1)};
  const engine::PolicyLineId id{7};
  EXPECT_TRUE(held.hold(id, udp_5000_to_53, start));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(held.hold(id, udp_5000_to_53, start + std::chrono::milliseconds(i)));
  EXPECT_TRUE(held.hold(id, udp_5000_to_53, start + std::chrono::seconds(1)));
  EXPECT_EQ(held.take(id, start + std::chrono::seconds(2)).size(), HeldPackets::most_per_line);
  EXPECT_TRUE(held.take(id, start).empty());
  EXPECT_TRUE(held.hold(id, udp_5000_to_53, start));
  EXPECT_TRUE(held.take(id, start + std::chrono::seconds(11)).empty()) << "too old to be of use";
}

}  // namespace
}  // namespace kernel
