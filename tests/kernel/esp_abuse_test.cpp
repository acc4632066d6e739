// What a peer that holds the keys, or somebody on the way, may send: refused, counted by its cause, and nothing else.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "esp_tun_lab.hpp"
#include "kernel/checksum.hpp"
#include "kernel/gro_merge.hpp"
#include "kernel/gso_cut.hpp"

namespace kernel::lab {
namespace {

using engine::AclAction;
using engine::Bytes;
using engine::Family;
using engine::IpAddress;

Bytes ip_packet(const std::string& from, const std::string& to, std::uint8_t protocol, Bytes body, std::uint8_t tos = 0) {
  const HeaderFields fields{*IpAddress::parse(from), *IpAddress::parse(to), protocol, tos, body.size()};
  Bytes out(header_size(fields.source.family) + body.size());
  write_header(fields, out);
  std::copy(body.begin(), body.end(), out.end() - static_cast<std::ptrdiff_t>(body.size()));
  return out;
}
Bytes as_fragment(Bytes v4, std::uint16_t offset_field) {
  v4[6] = static_cast<std::uint8_t>(offset_field >> 8);
  v4[7] = static_cast<std::uint8_t>(offset_field);
  v4[10] = v4[11] = 0;
  const std::uint16_t sum = checksum_of(checksum_add(engine::ByteView(v4).first(20)));
  v4[10] = static_cast<std::uint8_t>(sum >> 8);
  v4[11] = static_cast<std::uint8_t>(sum);
  return v4;
}
const Bytes udp_to_80 = {0x10, 0, 0, 80, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
const Bytes udp_to_81 = {0x10, 0, 0, 81, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};

/// Router b receives; a peer with the right keys, who is nobody's friend, sends from router a.
class EspAbuse : public testing::Test {
 protected:
  void SetUp() override {
    if (!possible()) GTEST_SKIP() << "needs root, TUN devices, namespaces and nftables";
    sites = std::make_unique<Sites>();
    b = std::make_unique<Router>(sites->b, Sites::devices(sites->b));
    ASSERT_EQ(b->error(), "");
  }
  void accept(const engine::SelectorPair& selectors, const SiteOptions& options = {}) {
    const auto line = Sites::line(1, AclAction::permit, selectors, true, options);
    protect(*b, {Sites::line(1, AclAction::permit, selectors, false, options)});
    ASSERT_TRUE(install(*b, false, Half::inbound, line, 1, options).ok());
    auto made = EspOutbound::create(parameters(spi_towards(false, 1), options));
    ASSERT_TRUE(made.ok());
    sender = std::make_unique<EspOutbound>(std::move(*made));
    lan = std::make_unique<Sniffer>(sites->lan_b, "eth0");
    const Inside inside(sites->a);
    auto opened = EspSockets::open(0);
    ASSERT_TRUE(opened.ok());
    sockets = std::make_unique<EspSockets>(std::move(*opened));
  }
  Bytes sealed(engine::ByteView payload, std::uint8_t next_header) {
    Bytes out(sender->sealed_size(payload.size()));
    EXPECT_EQ(sender->seal(payload, next_header, out).verdict, EspVerdict::ok);
    return out;
  }
  void send(const Bytes& esp, std::uint8_t tos = 0) {
    const OuterPath path{Sites::end(true, Family::v4, false), Sites::end(false, Family::v4, false), Carrier::esp, tos};
    const std::span<const std::uint8_t> packet(esp);
    EXPECT_EQ(sockets->send(path, {&packet, 1}).packets, 1U);
    ++sent;
  }
  ChildCounters counters() {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return b->call([](TunPlane& plane) { return plane.counters({1}); });
  }
  /// Every packet is accounted for, once.
  void expect_all_told(const ChildCounters& c) {
    EXPECT_EQ(c.decaps + c.receive_errors, sent);
    EXPECT_LE(c.refused_by_cause(), c.receive_errors);
  }
  unsigned delivered() {
    unsigned out = 0;
    for (const auto& packet : lan->take())
      if (const auto facts = inspect(packet); facts && facts->source.to_string() == "192.168.1.7") ++out;
    return out;
  }
  engine::SelectorPair nets() { return pair("192.168.1.0/24", "10.0.0.0/24"); }
  Bytes good() { return ip_packet("192.168.1.7", "10.0.0.2", 17, udp_to_80); }

  std::unique_ptr<Sites> sites;
  std::unique_ptr<Router> b;
  std::unique_ptr<EspOutbound> sender;
  std::unique_ptr<EspSockets> sockets;
  std::unique_ptr<Sniffer> lan;
  unsigned sent = 0;
};

TEST_F(EspAbuse, NextHeaderLiesInTunnelMode) {
  accept(nets());
  send(sealed(good(), 4));
  send(sealed(good(), 41));                                                      // says IPv6
  send(sealed(ip_packet("2001:db8:a::7", "2001:db8:b::2", 17, udp_to_80), 4));   // says IPv4
  for (const std::uint8_t lie : {0, 6, 17, 50, 255}) send(sealed(good(), lie));  // an upper layer, as in transport mode
  const auto c = counters();
  EXPECT_EQ(c.invalid_protocol, 7U);
  EXPECT_EQ(c.decaps, 1U);
  expect_all_told(c);
  EXPECT_EQ(delivered(), 1U);
}

TEST_F(EspAbuse, InnerAddressesOutsideTheSelectors) {
  accept(nets());
  send(sealed(ip_packet("192.168.2.7", "10.0.0.2", 17, udp_to_80), 4));
  send(sealed(ip_packet("192.168.1.7", "10.0.1.2", 17, udp_to_80), 4));
  send(sealed(ip_packet("10.0.0.2", "192.168.1.7", 17, udp_to_80), 4));  // the other way round
  send(sealed(ip_packet("192.168.1.7", "203.0.113.20", 17, udp_to_80), 4));
  send(sealed(ip_packet("2001:db8:a::7", "2001:db8:b::2", 17, udp_to_80), 41));  // a family the SA has not
  const auto c = counters();
  EXPECT_EQ(c.invalid_selector, 5U);
  expect_all_told(c);
  EXPECT_EQ(lan->count().clear, 0U);
}

TEST_F(EspAbuse, InnerFragmentsAgainstSelectorsWithPorts) {
  accept(pair("192.168.1.0/24", "10.0.0.0/24", 17, {}, {80, 80}));
  send(sealed(good(), 4));
  send(sealed(ip_packet("192.168.1.7", "10.0.0.2", 17, udp_to_81), 4));
  send(sealed(as_fragment(good(), 0x2000), 4));  // a first one, its port is right
  send(sealed(as_fragment(ip_packet("192.168.1.7", "10.0.0.2", 17, udp_to_81), 0x2000), 4));
  send(sealed(as_fragment(ip_packet("192.168.1.7", "10.0.0.2", 17, udp_to_81), 5), 4));  // a later one has no ports
  send(sealed(as_fragment(ip_packet("192.168.1.7", "10.0.0.2", 6, udp_to_80), 5), 4));   // but a protocol
  send(sealed(ip_packet("192.168.1.7", "10.0.0.2", 17, {0x10, 0}), 4));                  // too short to have a port
  const auto c = counters();
  EXPECT_EQ(c.decaps, 3U);
  EXPECT_EQ(c.invalid_selector, 4U);
  expect_all_told(c);
}

TEST_F(EspAbuse, InnerLengthsThatLie) {
  accept(nets());
  Bytes longer = good(), shorter = good(), options = good();
  longer[3] = 200;
  shorter[3] = 10;
  options[0] = 0x4F;
  send(sealed({}, 4));
  send(sealed(Bytes(1, 0x45), 4));
  send(sealed(longer, 4));
  send(sealed(shorter, 4));
  send(sealed(options, 4));
  send(sealed(Bytes(65000, 0x45), 4));  // a long one from 69.69.69.69
  Bytes padded = good();
  padded.resize(1200);  // TFC padding behind the packet is not part of it (RFC 4303, 2.7)
  send(sealed(padded, 4));
  const auto c = counters();
  EXPECT_EQ(c.invalid_length, 5U);
  EXPECT_EQ(c.invalid_selector, 1U);
  EXPECT_EQ(c.decaps, 1U);
  EXPECT_EQ(c.decaps_bytes, good().size());
  expect_all_told(c);
}

TEST_F(EspAbuse, DummiesAndNestedEsp) {
  accept(nets());
  send(sealed(Bytes(100, 7), 59));
  send(sealed({}, 59));
  EXPECT_EQ(counters().decaps, 0U);
  // ESP within ESP, to the router itself: opened again (RFC 4301, 5.2), by the same rules, so once only.
  const Bytes inner = sealed(good(), 4);
  const auto nested = [&] { return sealed(ip_packet("192.168.1.7", "10.0.0.1", 50, inner), 4); };
  send(nested());
  send(nested());
  const auto c = counters();
  EXPECT_EQ(c.decaps, 3U);
  EXPECT_EQ(c.replay_failed, 1U);
  EXPECT_EQ(delivered(), 1U);
}

TEST_F(EspAbuse, CongestionThatCannotBeTold) {
  accept(nets());
  send(sealed(good(), 4), 3);                                                  // CE outside, not ECN-capable inside
  send(sealed(ip_packet("192.168.1.7", "10.0.0.2", 17, udp_to_80, 2), 4), 3);  // ECT(0) becomes CE
  const auto c = counters();
  EXPECT_EQ(c.receive_errors, 1U);
  EXPECT_EQ(c.congestion, 1U);
  EXPECT_EQ(c.decaps, 1U);
  unsigned marked = 0;
  for (const auto& packet : lan->take())
    if (const auto facts = inspect(packet); facts && facts->source.to_string() == "192.168.1.7")
      marked += facts->traffic_class == 3;
  EXPECT_EQ(marked, 1U);
}

TEST_F(EspAbuse, NothingAndLessThanAHeaderIsCounted) {
  accept(nets());
  for (const std::size_t octets : {0, 3, 7}) send(Bytes(octets, 0x11));
  (void)counters();
  EXPECT_EQ(b->call([](TunPlane& plane) { return plane.unknown_spi(); }), 3U);
}

TEST_F(EspAbuse, IcvReplayAndWindow) {
  accept(nets());
  std::vector<Bytes> packets;
  for (int i = 0; i < 80; ++i) packets.push_back(sealed(good(), 4));
  Bytes wrong = packets[70];
  wrong.back() ^= 0x80;
  send(wrong);
  send(packets[79]);
  send(packets[79]);
  send(packets[10]);  // 69 behind
  send(packets[70]);
  const auto c = counters();
  EXPECT_EQ(c.integrity_failed, 1U);
  EXPECT_EQ(c.replay_failed, 1U);
  EXPECT_EQ(c.below_window, 1U);
  EXPECT_EQ(c.decaps, 2U);
  expect_all_told(c);
}

TEST_F(EspAbuse, TransportModeCarriesNoTunnel) {
  SiteOptions options;
  options.mode = engine::IpsecMode::transport;
  accept(pair("203.0.113.10/32", "203.0.113.20/32"), options);
  send(sealed(good(), 4));  // becomes IP in IP between the routers: nobody there takes it apart
  const auto c = counters();
  EXPECT_EQ(c.decaps, 1U);
  EXPECT_EQ(delivered(), 0U);
}

TEST_F(EspAbuse, SpiCollisionsAndReservedSpis) {
  accept(nets());
  const auto line = Sites::line(1, AclAction::permit, nets(), true);
  engine::ChildSaFacts facts;
  facts.child = {2};
  facts.line = line.id;
  facts.interface = Sites::interface;
  const auto add = [&](std::uint32_t spi) {
    return b->call([&](TunPlane& plane) { return plane.add_inbound({facts, parameters(spi, {})}); });
  };
  EXPECT_FALSE(add(spi_towards(false, 1)).ok()) << "of another SA";
  EXPECT_FALSE(add(0).ok());
  EXPECT_FALSE(add(255).ok());
  EXPECT_TRUE(add(256).ok());
  send(sealed(good(), 4));
  EXPECT_EQ(counters().decaps, 1U) << "the first one is as it was";
}

// ICMP messages that quote our packets with an MTU nobody has. Linux keeps to its least (552); traffic goes on.
TEST_F(EspAbuse, StormOfForgedTooBigMessages) {
  Router a(sites->a, Sites::devices(sites->a));
  const auto line = Sites::line(1, AclAction::permit, nets(), true);
  protect(a, {line});
  protect(*b, {Sites::line(1, AclAction::permit, nets(), false)});
  connect(a, *b, line, 1);
  ASSERT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  {
    const Inside inside(sites->b);
    const int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(0xCB00710A);
    for (std::uint16_t i = 0; i < 2000; ++i) {
      Bytes message = {3, 4, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(i % 100)};
      const Bytes quoted = ip_packet("203.0.113.10", "203.0.113.20", 50, Bytes(16, static_cast<std::uint8_t>(i)));
      message.insert(message.end(), quoted.begin(), quoted.end());
      const std::uint16_t sum = checksum_of(checksum_add(message));
      message[2] = static_cast<std::uint8_t>(sum >> 8);
      message[3] = static_cast<std::uint8_t>(sum);
      (void)!sendto(fd, message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    close(fd);
  }
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  EXPECT_TRUE(tcp_transfer(sites->lan_a, "192.168.1.2", sites->lan_b, "10.0.0.2", 7200, 300000));
}

// ---- Soak ----------------------------------------------------------------------------------------------------------

// SALLYPORT_ESP_PACKETS (100,000) packets, most of them damaged in some way, through everything that reads them.
TEST(EspSoak, DamagedPackets) {
  const char* wish = std::getenv("SALLYPORT_ESP_PACKETS");
  const unsigned long total = wish ? std::strtoul(wish, nullptr, 10) : 100000;
  std::uint64_t state = 42;
  const auto dice = [&state](std::uint64_t sides) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>((state >> 33) % sides);
  };
  std::size_t merged = 0, cut = 0;
  GroMerge merge([&](std::span<const iovec> parts, std::size_t packets) {
    merged += packets;
    Bytes frame;
    VnetHeader header;
    std::memcpy(&header, parts[0].iov_base, sizeof header);
    for (const iovec& part : parts.subspan(1)) {
      const auto* at = static_cast<const std::uint8_t*>(part.iov_base);
      frame.insert(frame.end(), at, at + part.iov_len);
    }
    const auto made = GsoCut::make(header, frame);
    ASSERT_TRUE(made);
    Bytes segment(frame.size());
    for (std::size_t i = 0; i < made->segments(); ++i) made->write(i, segment);
    cut += made->segments();
  });
  merge.merge_udp(true);
  std::size_t verdicts = 0, accepted = 0, taken = 0;
  const auto selectors = pair("192.168.0.0/16", "10.0.0.0/8");
  for (unsigned long done = 0; done < total;) {
    SiteOptions options;
    options.cbc = dice(2);
    options.esn = dice(2);
    auto sender = EspOutbound::create(parameters(0x1234, options));
    auto receiver = EspInbound::create(parameters(0x1234, options), 64);
    for (int round = 0; round < 50 && done < total; ++round) {
      std::vector<Bytes> packets(64);
      std::vector<EspInbound::Opening> openings;
      for (Bytes& packet : packets) {
        Bytes inner = ip_packet("192.168.1.7", "10.0.0.2", dice(2) ? 17 : 6, Bytes(20 + dice(200), 0x50));
        for (std::size_t i = dice(4); i > 0; --i) inner[dice(inner.size())] = static_cast<std::uint8_t>(dice(256));
        packet.resize(sender->sealed_size(inner.size()));
        ASSERT_EQ(sender->seal(inner, dice(5) ? 4 : static_cast<std::uint8_t>(dice(256)), packet).verdict, EspVerdict::ok);
        if (dice(3) == 0) packet[dice(packet.size())] ^= static_cast<std::uint8_t>(1 << dice(8));
        if (dice(10) == 0) packet.resize(dice(packet.size() + 1));
        openings.push_back({packet});
      }
      receiver->open(openings);
      for (const auto& one : openings) {
        ++verdicts;
        if (one.opened.verdict != EspVerdict::ok) continue;
        ++accepted;
        const auto facts = inspect(one.opened.payload);
        if (!facts || !selects(selectors, *facts, Flow::outbound)) continue;
        const auto packet = one.opened.payload.first(facts->total_length);
        if (!merge_ecn(packet, static_cast<std::uint8_t>(dice(4)))) continue;
        ++taken;
        merge.add(packet);
      }
      merge.flush();
      done += packets.size();
    }
  }
  EXPECT_EQ(merged, taken);
  EXPECT_EQ(cut, taken);
  EXPECT_GE(verdicts, total);
  EXPECT_GT(accepted, total / 3);
  EXPECT_LT(accepted, verdicts);
}

}  // namespace
}  // namespace kernel::lab
