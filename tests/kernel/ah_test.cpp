// AH: packets that Linux sealed, every octet that must count and every one that must not.
#include "kernel/ah.hpp"

#include <gtest/gtest.h>

#include "engine/algorithms.hpp"
#include "kernel/packet_fields.hpp"
#include "tests/values.hpp"

namespace kernel {

/// Sets sequence numbers that no test could reach by counting.
struct AhTestAccess {
  static void set_sequence(AhOutbound& sa, std::uint64_t value) { sa.sequence_ = value; }
  static void commit(AhInbound& sa, std::uint64_t value) { sa.window_.commit(value); }
};

namespace {

using engine::Bytes;
using engine::ByteView;
using engine::SaParameters;
using engine::TransformType;
using values::hex;
using values::ip;

constexpr std::uint16_t sha256 = 12, sha512 = 14, sha1 = 2;

SaParameters ah_parameters(std::uint16_t integrity, bool esn = false) {
  SaParameters out;
  out.spi = {0x1001};
  out.encryption = &engine::authentication_header;
  out.integrity = engine::find_algorithm(TransformType::integrity, integrity, 0);
  out.extended_sequence_numbers = esn;
  Bytes key(out.integrity->key_octets);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  out.key_integrity = engine::Secret(std::move(key));
  return out;
}
AhInbound ah_inbound(const SaParameters& sa) { return std::move(*AhInbound::create(sa, 64)); }
AhOutbound ah_outbound(const SaParameters& sa, bool v4) {
  return std::move(
      *AhOutbound::create(sa, ip(v4 ? "203.0.113.10" : "2001:db8:113::10"), ip(v4 ? "203.0.113.20" : "2001:db8:113::20")));
}

// Opens a whole IP packet.
EspInbound::Opened open_whole(AhInbound& sa, Bytes& packet) {
  const bool v4 = packet[0] >> 4 == 4;
  const std::size_t header = v4 ? (packet[0] & 0x0FU) * 4U : ipv6_octets;
  const auto source = v4 ? ByteView(packet).subspan(12, 4) : ByteView(packet).subspan(8, 16);
  const auto destination = v4 ? ByteView(packet).subspan(16, 4) : ByteView(packet).subspan(24, 16);
  return sa.open(std::span(packet).subspan(header),
                 {*engine::IpAddress::from_bytes(source), *engine::IpAddress::from_bytes(destination),
                  v4 ? ByteView(packet).first(header) : ByteView()});
}
EspVerdict verdict_of(AhInbound& sa, Bytes packet) { return open_whole(sa, packet).verdict; }

// As EspSockets, or the kernel, puts a sealed packet behind an IP header.
Bytes behind_header(ByteView sealed, bool v4) {
  Bytes out;
  if (v4) {
    out = hex("452800000000400040330000cb00710acb007114");
    put_u16(&out[2], ipv4_octets + sealed.size());
    put_u16(&out[4], ah_identification(sealed));
  } else {
    out =
        hex("6280f16900003340"
            "20010db8011300000000000000000010"
            "20010db8011300000000000000000020");
    put_u16(&out[4], sealed.size());
  }
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}
Bytes sealed_packet(AhOutbound& sa, bool v4, ByteView payload, std::uint8_t next_header = 4) {
  Bytes out(sa.sealed_size(payload.size()));
  CipherWork work;
  std::copy(payload.begin(), payload.end(), out.begin() + static_cast<std::ptrdiff_t>(sa.payload_offset()));
  EXPECT_EQ(sa.frame(payload.size(), next_header, out, work), EspVerdict::ok);
  sa.seal({&work, 1});
  EXPECT_TRUE(work.done);
  return behind_header(out, v4);
}

// Linux 6.1 sealed these, with keys 00 01 02 ...: pings in tunnel and transport mode. Of what it puts behind the ICV as padding
// the octets are not always zero.
struct KernelVector {
  const char* name;
  std::uint16_t integrity;
  std::uint64_t before;  // the sequence number before; above 32 bits: ESN
  std::uint8_t next_header;
  const char* packet;
};
constexpr KernelVector of_linux[] = {
    {"IPv4 tunnel, SHA-256", sha256, 0, 4,
     "452800609501400040332d22cb00710acb0071140405000000001001"
     "00000001a9d80aab4edfd30fa9225fd05e9ce34e"
     "45280030886d40004001e68dc0a801010a0000010800d27e02eb0001192a0e6b000000003f4b0700000000005a5a5a5a"},
    {"IPv4 transport, SHA-1", sha1, 0, 1,
     "4528004886cf400040333b6ccb00710acb0071140104000000001001"
     "00000001a6df962fe93b0287d9a3b84e0800a0c802fe00011c2a0e6b000000006eee0600000000005a5a5a5a"},
    {"IPv6 tunnel, SHA-256", sha256, 0, 41,
     "628df169006433402001"
     "0db80113000000000000000000102001"
     "0db801130000000000000000002029060000000010010000000197b08dedc339000dc83a59f91d89b5d00c000000"
     "628df169001c3a4020010db8000a0000000000000000000120010db8000b00000000000000000001"
     "80003637030f00011f2a0e6b00000000038f0500000000005a5a5a5a"},
    {"IPv6 transport, SHA-512", sha512, 0, 58,
     "628e3a52004c334020010db801130000000000000000001020010db80113000000000000000000203a0a000000001001"
     "0000000125629ed33ba020446c17a32d91b0b60042066792b9a27f41a7bc13789f87f25a00000020"
     "8000051b03270001222a0e6b000000002c540800000000005a5a5a5a"},
    {"IPv4 tunnel, SHA-256, ESN", sha256, 0x700000100, 4,
     "4528006096574000403"
     "32bcccb00710acb0071140405000000001001"
     "00000101568830bb368a1f3cdec4a50e551cb7d2"
     "452800308c2440004001e2d6c0a801010a0000010800ce6803360001242a0e6b0000000033160c00000000005a5a5a5a"},
};

TEST(AhVectors, PacketsThatLinuxSealed) {
  for (const auto& vector : of_linux) {
    SCOPED_TRACE(vector.name);
    auto sa = ah_inbound(ah_parameters(vector.integrity, vector.before >> 32));
    if (vector.before) AhTestAccess::commit(sa, vector.before);
    Bytes packet = hex(vector.packet);
    const auto opened = open_whole(sa, packet);
    EXPECT_EQ(opened.verdict, EspVerdict::ok);
    EXPECT_EQ(opened.next_header, vector.next_header);
    EXPECT_EQ(engine::to_hex(ByteView(opened.payload).last(4)), "5a5a5a5a");
  }
}

// The same packets, sealed by us: the ICV differs where the identification, or Linux's padding, is another; so ours are compared
// as what opens with what Linux would check, and to Linux itself in the lab (AhLab).
TEST(AhRoundTrip, EveryAlgorithmBothFamiliesEveryLength) {
  for (const auto& row : engine::algorithms())
    for (const bool v4 : {true, false})
      for (const bool esn : {true, false}) {
        if (row.type != TransformType::integrity || !PacketMac::knows(row)) continue;
        const auto parameters = ah_parameters(row.id, esn);
        auto sender = ah_outbound(parameters, v4);
        auto receiver = ah_inbound(parameters);
        EXPECT_EQ(sender.payload_offset() % (v4 ? 4 : 8), 0U) << row.show_esp;
        EXPECT_EQ(sender.payload_limit(sender.sealed_size(100)), 100U);
        for (std::size_t length = 0; length < 70; ++length) {
          const Bytes payload(length, static_cast<std::uint8_t>(length));
          Bytes packet = sealed_packet(sender, v4, payload, 17);
          const auto opened = open_whole(receiver, packet);
          ASSERT_EQ(opened.verdict, EspVerdict::ok) << row.show_esp << " " << length;
          EXPECT_EQ(opened.next_header, 17);
          EXPECT_TRUE(std::equal(payload.begin(), payload.end(), opened.payload.begin(), opened.payload.end()));
        }
      }
}

// RFC 4302, 3.3.3.1: version, lengths, identification, protocol and addresses count, and everything from the AH header on.
TEST(AhRefusal, EveryBitCountsButThoseThatRoutersChange) {
  for (const bool v4 : {true, false}) {
    const auto parameters = ah_parameters(sha256);
    auto sender = ah_outbound(parameters, v4);
    const Bytes packet = sealed_packet(sender, v4, hex("0102030405060708"));
    const auto may_change = [&](std::size_t octet, unsigned bit) {
      if (v4) return octet == 1 || octet == 6 || octet == 7 || octet == 8 || octet == 10 || octet == 11;
      return (octet == 0 && bit < 4) || (octet >= 1 && octet <= 3) || octet == 7;
    };
    for (std::size_t octet = 0; octet < packet.size(); ++octet)
      for (unsigned bit = 0; bit < 8; ++bit) {
        if (octet == 0 && bit >= 4) continue;                                    // another version is another packet
        if (v4 ? octet == 0 : octet == 4 || octet == 5 || octet == 6) continue;  // where AH begins and ends: the kernel's to read
        Bytes changed = packet;
        changed[octet] = static_cast<std::uint8_t>(changed[octet] ^ 1U << bit);
        auto receiver = ah_inbound(parameters);
        const auto at_ah = octet - (v4 ? ipv4_octets : ipv6_octets);
        if (octet >= (v4 ? ipv4_octets : ipv6_octets) && at_ah >= 4 && at_ah < 8) continue;  // the SPI: another SA
        EXPECT_EQ(verdict_of(receiver, changed) == EspVerdict::ok, may_change(octet, bit)) << octet << "." << bit;
      }
  }
}

// RFC 4302, appendix A1: a router alert counts, a recorded route does not.
TEST(AhRefusal, Ipv4OptionsCountAsTheirKindSays) {
  const auto parameters = ah_parameters(sha256);
  auto keys = std::move(*AhKeys::create(parameters));
  const Bytes options = hex("9404000001070704c0a80101");  // router alert, NOP, record route: 4 + 1 + 7 octets
  Bytes covered =
      hex("48000048000100000033"
          "0000cb00710acb007114"
          "9404000001"
          "00000000000000");
  Bytes ah = hex("0405000000001001000000010000000000000000000000000000000041424344");
  put_u16(&covered[2], covered.size() + ah.size());
  ASSERT_TRUE(keys.sum(covered, ah, 1, std::span(ah).subspan(12, 16)));
  Bytes packet = covered;
  std::copy(options.begin(), options.end(), packet.begin() + 20);
  packet[8] = 61;
  packet.insert(packet.end(), ah.begin(), ah.end());

  auto receiver = ah_inbound(parameters);
  EXPECT_EQ(verdict_of(receiver, packet), EspVerdict::ok);
  Bytes other_alert = packet;
  other_alert[23] = 1;
  auto second = ah_inbound(parameters);
  EXPECT_EQ(verdict_of(second, other_alert), EspVerdict::bad_integrity);
  for (const std::uint8_t lie : {0, 1, 9, 255}) {
    Bytes lying = packet;
    lying[26] = lie;  // the record route's length
    EXPECT_EQ(verdict_of(second, lying), EspVerdict::bad_length) << int(lie);
  }
}

TEST(AhRefusal, LengthsReplaysAndWindow) {
  const auto parameters = ah_parameters(sha256);
  auto sender = ah_outbound(parameters, true);
  auto receiver = ah_inbound(parameters);
  const Bytes first = sealed_packet(sender, true, hex("01"));
  EXPECT_EQ(verdict_of(receiver, first), EspVerdict::ok);
  EXPECT_EQ(verdict_of(receiver, first), EspVerdict::replayed);
  for (std::size_t size = 0; size < 28; ++size) {
    Bytes cut(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(20 + size));
    EXPECT_EQ(verdict_of(receiver, cut), EspVerdict::too_short) << size;
  }
  for (unsigned words = 0; words < 256; ++words) {
    Bytes lying = sealed_packet(sender, true, Bytes(60));
    if (words == lying[21] || words == 6U) continue;  // 32 octets, as behind IPv6: the ICV tells
    lying[21] = static_cast<std::uint8_t>(words);
    EXPECT_EQ(verdict_of(receiver, lying), (words + 2) * 4 > 88 ? EspVerdict::too_short : EspVerdict::bad_length) << words;
  }
  AhTestAccess::commit(receiver, 1000);
  Bytes old = sealed_packet(sender, true, hex("02"));
  EXPECT_EQ(verdict_of(receiver, old), EspVerdict::below_window);
  AhTestAccess::set_sequence(sender, 2000);
  Bytes forged = sealed_packet(sender, true, hex("03"));
  Bytes wrong = forged;
  wrong.back() ^= 1;
  EXPECT_EQ(verdict_of(receiver, wrong), EspVerdict::bad_integrity);
  EXPECT_EQ(verdict_of(receiver, forged), EspVerdict::ok) << "what was refused did not move the window";
}

TEST(AhRefusal, SendingStopsBeforeTheCounterCycles) {
  auto sender = ah_outbound(ah_parameters(sha256), true);
  AhTestAccess::set_sequence(sender, UINT32_MAX - 1);
  (void)sealed_packet(sender, true, hex("01"));
  Bytes out(sender.sealed_size(1));
  CipherWork work;
  EXPECT_EQ(sender.frame(1, 4, out, work), EspVerdict::sequence_exhausted);
  auto other = ah_outbound(ah_parameters(sha256), true);
  EXPECT_EQ(other.frame(1, 4, std::span(out).first(out.size() - 1), work), EspVerdict::no_room);
}

TEST(AhRefusal, ParametersThatCannotBe) {
  auto reserved = ah_parameters(sha256);
  reserved.spi = {255};
  EXPECT_FALSE(AhInbound::create(reserved, 64).ok());
  auto no_hash = ah_parameters(sha256);
  no_hash.integrity = nullptr;
  EXPECT_FALSE(AhInbound::create(no_hash, 64).ok());
  auto short_key = ah_parameters(sha256);
  short_key.key_integrity = engine::Secret(Bytes(31));
  EXPECT_FALSE(AhInbound::create(short_key, 64).ok());
  EXPECT_FALSE(AhInbound::create(ah_parameters(sha256), 1025).ok());
}

// Linux would put an identification of its own in place of zero.
TEST(AhIdentification, IsTheSequenceNumberAndNeverZero) {
  auto sender = ah_outbound(ah_parameters(sha256), true);
  AhTestAccess::set_sequence(sender, 0xFFFF);
  const Bytes wrapped = sealed_packet(sender, true, hex("01"));
  EXPECT_EQ(get_u16(&wrapped[4]), 0xFFFF);
  const Bytes next = sealed_packet(sender, true, hex("01"));
  EXPECT_EQ(get_u16(&next[4]), 1);
}

}  // namespace
}  // namespace kernel
