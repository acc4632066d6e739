#include "kernel/mss_clamp.hpp"

#include <gtest/gtest.h>

#include "kernel/checksum.hpp"
#include "kernel/packet_fields.hpp"
#include "tests/values.hpp"

namespace kernel {
namespace {

using engine::Bytes;
using engine::ByteView;
using engine::Family;
using engine::IpAddress;

using values::hex;

/// A TCP segment between two addresses of the family, with the checksum it needs. `options` must fill whole words.
Bytes segment(Family family, std::uint8_t flags, const Bytes& options, std::string_view payload = "") {
  const bool v4 = family == Family::v4;
  Bytes tcp = hex("0457005000000001000000000000fFFF00000000");
  tcp[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4);
  tcp[13] = flags;
  tcp.insert(tcp.end(), options.begin(), options.end());
  tcp.insert(tcp.end(), payload.begin(), payload.end());
  const HeaderFields fields{*IpAddress::parse(v4 ? "192.168.1.1" : "2001:db8::1"),
                            *IpAddress::parse(v4 ? "10.0.0.1" : "2001:db8::2"), 6, 0, tcp.size()};
  rewrite_transport_checksum(fields, tcp);
  Bytes out(header_size(family) + tcp.size());
  write_header(fields, out);
  std::copy(tcp.begin(), tcp.end(), out.end() - static_cast<std::ptrdiff_t>(tcp.size()));
  return out;
}

bool checksum_holds(const Bytes& packet) {
  const auto facts = inspect(packet);
  Bytes again(packet.begin() + facts->header_length, packet.end());
  rewrite_transport_checksum({facts->source, facts->destination, 6, 0, again.size()}, again);
  return std::equal(again.begin(), again.end(), packet.begin() + facts->header_length);
}

Bytes clamped(Bytes packet, MssLimits limits, TcpChecksum checksum = TcpChecksum::complete) {
  const auto facts = inspect(packet);
  clamp_mss(packet, *facts, limits, checksum);
  return packet;
}

constexpr std::uint8_t tcp_syn_ack = tcp_syn | tcp_ack;

TEST(MssClamp, LowersWhatIsAboveTheLimitAndNothingElse) {
  for (const Family family : {Family::v4, Family::v6}) {
    for (const std::uint8_t flags : {tcp_syn, tcp_syn_ack}) {
      const Bytes wanted = segment(family, flags, hex("020404B0")), large = segment(family, flags, hex("020405B4"));
      EXPECT_EQ(clamped(large, {1200, 1200}), wanted);
      EXPECT_EQ(clamped(wanted, {1200, 1200}), wanted);
      EXPECT_EQ(clamped(large, {1460, 1460}), large);
      EXPECT_EQ(clamped(large, {}), large) << "no limit";
    }
    const Bytes no_syn = segment(family, tcp_ack, hex("020405B4"));
    EXPECT_EQ(clamped(no_syn, {1200, 1200}), no_syn);
  }
  const Bytes v4 = segment(Family::v4, tcp_syn, hex("020405B4"));
  EXPECT_EQ(clamped(v4, {0, 1200}), v4) << "the limit of the other family";
}

TEST(MssClamp, KeepsTheChecksumRightAtEvenAndOddPlaces) {
  for (const char* options : {"020405B401010101", "01020405B4010101", "0101020405B40101", "0402080A0000000100000000020405B4"}) {
    for (const char* payload : {"", "odd", "even"}) {
      const Bytes packet = segment(Family::v4, tcp_syn, hex(options), payload);
      const Bytes lowered = clamped(packet, {536, 0});
      EXPECT_NE(lowered, packet) << options;
      EXPECT_TRUE(checksum_holds(lowered)) << options << " " << payload;
    }
  }
}

TEST(MssClamp, APartialChecksumStaysPartial) {
  Bytes packet = segment(Family::v4, tcp_syn, hex("020405B4"));
  const Bytes lowered = clamped(packet, {1200, 0}, TcpChecksum::partial);
  EXPECT_EQ(lowered[20 + 16], packet[20 + 16]);
  EXPECT_EQ(lowered[20 + 17], packet[20 + 17]);
  EXPECT_EQ(lowered[20 + 22], 0x04);
  EXPECT_EQ(lowered[20 + 23], 0xB0);
}

TEST(MssClamp, OptionsThatLieAreLeftAlone) {
  // Length zero; length beyond the header; MSS of another length; behind the end of options; none.
  for (const char* options : {"0000000002000000", "0309020405B40000", "0206 05B4", "00020405B4000000", "01010101"}) {
    std::string text(options);
    std::erase(text, ' ');
    const Bytes packet = segment(Family::v4, tcp_syn, hex(text));
    EXPECT_EQ(clamped(packet, {536, 0}), packet) << options;
  }
  // A data offset beyond the packet, and one below the least header.
  for (const std::uint8_t offset : {0xF0, 0x40}) {
    Bytes packet = segment(Family::v4, tcp_syn, hex("020405B4"));
    packet[20 + 12] = offset;
    EXPECT_EQ(clamped(packet, {536, 0}), packet);
  }
}

}  // namespace
}  // namespace kernel
