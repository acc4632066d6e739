// Cutting and merging against each other, and both against an independent reading of the headers.
#include <gtest/gtest.h>

#include <numeric>

#include "kernel/checksum.hpp"
#include "kernel/gro_merge.hpp"
#include "kernel/gso_cut.hpp"
#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

using engine::Bytes;
using engine::ByteView;

void put16(Bytes& out, std::size_t at, std::size_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}
std::size_t get16(ByteView in, std::size_t at) { return in[at] * 256U + in[at + 1]; }
std::size_t get32(ByteView in, std::size_t at) { return get16(in, at) << 16 | get16(in, at + 2); }

struct Kind {
  bool v4, tcp;
  std::size_t ip() const { return v4 ? 20 : 40; }
  std::size_t headers() const { return ip() + (tcp ? 32 : 8); }
  std::size_t field() const { return ip() + (tcp ? 16 : 6); }
};

// RFC 1071 word by word, as slowly as can be.
std::uint16_t plain_sum(ByteView data, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < data.size(); ++i) sum += i % 2 ? data[i] : data[i] * 256U;
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}
std::uint32_t plain_pseudo(const Kind& kind, ByteView packet) {
  const auto addresses = kind.v4 ? packet.subspan(12, 8) : packet.subspan(8, 32);
  return plain_sum(addresses) + (kind.tcp ? 6U : 17U) + static_cast<std::uint32_t>(packet.size() - kind.ip());
}
bool valid(const Kind& kind, ByteView packet) {
  const std::size_t length = kind.v4 ? get16(packet, 2) : get16(packet, 4) + 40;
  if (length != packet.size()) return false;
  if (kind.v4 && plain_sum(packet.first(20)) != 0xFFFF) return false;
  if (!kind.tcp && get16(packet, kind.ip() + 4) != packet.size() - kind.ip()) return false;
  return plain_sum(packet.subspan(kind.ip()), plain_pseudo(kind, packet)) == 0xFFFF;
}

Bytes packet_of(const Kind& kind, std::size_t payload, std::uint8_t flags = tcp_ack, std::uint32_t sequence = 1000,
                std::uint16_t id = 7) {
  Bytes out(kind.headers() + payload);
  std::iota(out.begin() + static_cast<std::ptrdiff_t>(kind.headers()), out.end(), std::uint8_t(sequence));
  if (kind.v4) {
    out[0] = 0x45;
    put16(out, 2, out.size());
    put16(out, 4, id);
    out[8] = 63;
    out[9] = kind.tcp ? 6 : 17;
    for (std::size_t i = 12; i < 20; ++i) out[i] = static_cast<std::uint8_t>(i * 9);
    put16(out, 10, static_cast<std::uint16_t>(~plain_sum(ByteView(out).first(20))));
  } else {
    out[0] = 0x60;
    put16(out, 4, out.size() - 40);
    out[6] = kind.tcp ? 6 : 17;
    out[7] = 63;
    for (std::size_t i = 8; i < 40; ++i) out[i] = static_cast<std::uint8_t>(i * 5);
  }
  const std::size_t at = kind.ip();
  put16(out, at, 4000);
  put16(out, at + 2, 80);
  if (kind.tcp) {
    put16(out, at + 4, sequence >> 16);
    put16(out, at + 6, sequence & 0xFFFF);
    put16(out, at + 8, 77);
    out[at + 12] = 0x80;
    out[at + 13] = flags;
    put16(out, at + 14, 500);
    for (std::size_t i = 20; i < 32; ++i) out[at + i] = static_cast<std::uint8_t>(i);
  } else {
    put16(out, at + 4, out.size() - at);
  }
  put16(out, kind.field(), static_cast<std::uint16_t>(~plain_sum(ByteView(out).subspan(at), plain_pseudo(kind, out))));
  return out;
}

// As the kernel hands it over: the checksum holds the pseudo header only.
Bytes super_packet(const Kind& kind, std::size_t payload, std::uint8_t flags = tcp_ack) {
  Bytes out = packet_of(kind, payload, flags, 0xFFFFFF00, 65530);
  put16(out, kind.field(), plain_sum({}, plain_pseudo(kind, out)));
  return out;
}
VnetHeader header_for(const Kind& kind, std::uint16_t each) {
  VnetHeader out;
  out.flags = vnet_needs_checksum;
  out.gso_type = kind.tcp ? (kind.v4 ? vnet_gso_tcp4 : vnet_gso_tcp6) : vnet_gso_udp;
  out.gso_size = each;
  out.hdr_len = static_cast<std::uint16_t>(kind.headers());
  out.csum_start = static_cast<std::uint16_t>(kind.ip());
  out.csum_offset = static_cast<std::uint16_t>(kind.field() - kind.ip());
  return out;
}
std::vector<Bytes> cut_all(const VnetHeader& header, ByteView packet) {
  const auto cut = GsoCut::make(header, packet);
  std::vector<Bytes> out;
  for (std::size_t i = 0; cut && i < cut->segments(); ++i) {
    out.emplace_back(cut->size(i));
    cut->write(i, out.back());
  }
  return out;
}

// What a GroMerge writes, each with its header.
struct Collected {
  struct Frame {
    VnetHeader header;
    Bytes packet;
    std::size_t packets;
  };
  std::vector<Frame> frames;
  GroMerge merge{[this](std::span<const iovec> parts, std::size_t packets) {
    Frame frame{{}, {}, packets};
    std::memcpy(&frame.header, parts[0].iov_base, sizeof frame.header);
    for (const iovec& part : parts.subspan(1)) {
      const auto* at = static_cast<const std::uint8_t*>(part.iov_base);
      frame.packet.insert(frame.packet.end(), at, at + part.iov_len);
    }
    frames.push_back(std::move(frame));
  }};
  explicit Collected(bool udp = true) { merge.merge_udp(udp); }
  void add(std::vector<Bytes> packets) {
    for (Bytes& packet : packets) merge.add(packet);
    merge.flush();
  }
};

class Kinds : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(All, Kinds, testing::Values(Kind{true, true}, Kind{false, true}, Kind{true, false}, Kind{false, false}),
                         [](const auto& info) {
                           return std::string(info.param.tcp ? "Tcp" : "Udp") + (info.param.v4 ? "4" : "6");
                         });

TEST(Checksum, AgreesWithTheSlowWay) {
  Bytes data(1500);
  std::uint32_t state = 1;
  for (auto& octet : data) octet = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  for (std::size_t size = 0; size < data.size(); ++size) {
    const auto view = ByteView(data).first(size);
    EXPECT_EQ(checksum_of(checksum_add(view, 12345)), static_cast<std::uint16_t>(~plain_sum(view, 12345))) << size;
  }
  EXPECT_EQ(checksum_folded(checksum_add(Bytes(64, 0xFF))), 0xFFFF);
}

TEST_P(Kinds, EverySegmentIsValid) {
  const Kind kind = GetParam();
  for (const std::size_t payload : {1UL, 999UL, 1000UL, 1001UL, 2500UL, 60000UL}) {
    const auto whole = super_packet(kind, payload, kind.tcp ? tcp_ack | tcp_psh | tcp_fin | tcp_cwr | tcp_ece : 0);
    const auto segments = cut_all(header_for(kind, 1000), whole);
    ASSERT_EQ(segments.size(), (payload + 999) / 1000);
    std::size_t at = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const ByteView segment = segments[i];
      EXPECT_TRUE(valid(kind, segment)) << payload << " " << i;
      const auto body = segment.subspan(kind.headers());
      EXPECT_TRUE(std::equal(body.begin(), body.end(), whole.begin() + static_cast<std::ptrdiff_t>(kind.headers() + at)));
      if (kind.v4) {
        EXPECT_EQ(get16(segment, 4), (65530 + i) % 65536);
      }
      if (kind.tcp) {
        EXPECT_EQ(get32(segment, kind.ip() + 4), (0xFFFFFF00 + at) & 0xFFFFFFFF);
        const bool first = i == 0, last = i + 1 == segments.size();
        EXPECT_EQ(segment[kind.ip() + 13], tcp_ack | tcp_ece | (first ? tcp_cwr : 0) | (last ? tcp_psh | tcp_fin : 0));
      }
      at += body.size();
    }
    EXPECT_EQ(at, payload);
  }
}

TEST_P(Kinds, AWholePacketGetsItsChecksum) {
  const Kind kind = GetParam();
  auto header = header_for(kind, 0);
  header.gso_type = vnet_gso_none;
  const auto segments = cut_all(header, super_packet(kind, 333));
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_TRUE(valid(kind, segments[0]));
  header.flags = 0;
  const auto as_it_was = packet_of(kind, 10);
  EXPECT_EQ(cut_all(header, as_it_was), std::vector<Bytes>{as_it_was});
}

TEST_P(Kinds, MergingUndoesCutting) {
  const Kind kind = GetParam();
  const auto whole = super_packet(kind, 45678, kind.tcp ? tcp_ack | tcp_psh : 0);
  const auto segments = cut_all(header_for(kind, 1000), whole);
  Collected collected;
  collected.add(segments);
  ASSERT_EQ(collected.frames.size(), 1U);
  EXPECT_EQ(collected.frames[0].packet, whole);
  EXPECT_EQ(collected.frames[0].packets, segments.size());
  EXPECT_EQ(cut_all(collected.frames[0].header, collected.frames[0].packet), segments);
}

TEST_P(Kinds, HeadersThatContradictThePacketAreRefused) {
  const Kind kind = GetParam();
  const auto whole = super_packet(kind, 3000);
  const VnetHeader good = header_for(kind, 1000);
  std::vector<VnetHeader> bad(8, good);
  bad[0].gso_size = 0;
  bad[1].csum_start = 65535;
  bad[2].csum_offset = 4;
  bad[3].flags = 0;
  bad[4].gso_type = 3;  // UFO was never asked for
  bad[5].csum_start = 4;
  bad[6].gso_type = kind.v4 ? vnet_gso_tcp6 : vnet_gso_tcp4;
  bad[7].csum_start = static_cast<std::uint16_t>(whole.size() - 2);
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_FALSE(GsoCut::make(bad[i], whole)) << i;
  EXPECT_FALSE(GsoCut::make(good, {}));
  EXPECT_FALSE(GsoCut::make(good, ByteView(whole).first(kind.headers() - 1)));
  EXPECT_FALSE(GsoCut::make(good, Bytes(65536, 0x45)));
}

TEST(GroMerge, TcpMergesOnlyWhatFollows) {
  const Kind kind{true, true};
  const auto count = [&](Bytes second) {
    Collected collected;
    collected.add({packet_of(kind, 1000, tcp_ack, 5000, 7), std::move(second)});
    return collected.frames.size();
  };
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    Bytes packet = packet_of(kind, 1000, tcp_ack, 6000, 8);
    packet[at] = value;
    put16(packet, 10, 0);
    put16(packet, 10, static_cast<std::uint16_t>(~plain_sum(ByteView(packet).first(20))));
    put16(packet, kind.field(), 0);
    put16(packet, kind.field(), static_cast<std::uint16_t>(~plain_sum(ByteView(packet).subspan(20), plain_pseudo(kind, packet))));
    return packet;
  };
  EXPECT_EQ(count(packet_of(kind, 1000, tcp_ack, 6000, 8)), 1U);
  EXPECT_EQ(count(packet_of(kind, 400, tcp_ack | tcp_psh, 6000, 8)), 1U);
  EXPECT_EQ(count(packet_of(kind, 1000, tcp_ack, 6001, 8)), 2U) << "a gap";
  EXPECT_EQ(count(packet_of(kind, 1001, tcp_ack, 6000, 8)), 2U) << "larger than the first";
  EXPECT_EQ(count(packet_of(kind, 1000, tcp_ack, 6000, 9)), 2U) << "identification that re-cutting would not make";
  EXPECT_EQ(count(packet_of(kind, 1000, tcp_ack | tcp_syn, 6000, 8)), 2U);
  EXPECT_EQ(count(packet_of(kind, 1000, tcp_ack | tcp_cwr, 6000, 8)), 2U);
  EXPECT_EQ(count(packet_of(kind, 0, tcp_ack, 6000, 8)), 2U) << "a pure ACK";
  EXPECT_EQ(count(changed(1, 3)), 2U) << "congestion experienced must not vanish or spread";
  EXPECT_EQ(count(changed(8, 62)), 2U) << "another TTL";
  EXPECT_EQ(count(changed(6, 0x40)), 2U) << "DF";
  EXPECT_EQ(count(changed(20 + 31, 0)), 2U) << "another time stamp";
  EXPECT_EQ(count(changed(20 + 15, 0)), 2U) << "another window";
  EXPECT_EQ(count(changed(20 + 11, 1)), 2U) << "another acknowledgement";
  EXPECT_EQ(count(changed(20 + 3, 81)), 2U) << "another flow";
}

TEST(GroMerge, AWrongChecksumStaysWrong) {
  for (const bool first : {true, false}) {
    const Kind kind{true, true};
    std::vector<Bytes> packets = {packet_of(kind, 1000, tcp_ack, 5000, 7), packet_of(kind, 1000, tcp_ack, 6000, 8)};
    packets[first ? 0 : 1].back() ^= 1;
    const auto before = packets;
    Collected collected;
    collected.add(packets);
    ASSERT_EQ(collected.frames.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(collected.frames[i].packet, before[i]);
      EXPECT_EQ(collected.frames[i].header.flags, 0);
    }
  }
}

TEST(GroMerge, FlowsSideBySideKeepTheirOrder) {
  Collected collected;
  std::vector<Bytes> packets;
  for (std::uint32_t i = 0; i < 40; ++i)
    for (std::uint8_t flow = 0; flow < 10; ++flow) {  // more than are held at once
      Bytes packet = packet_of({true, true}, 100, tcp_ack, 1000 + 100 * i, static_cast<std::uint16_t>(i));
      packet[15] = flow;
      put16(packet, 10, 0);
      put16(packet, 10, static_cast<std::uint16_t>(~plain_sum(ByteView(packet).first(20))));
      put16(packet, 36, 0);
      put16(packet, 36, static_cast<std::uint16_t>(~plain_sum(ByteView(packet).subspan(20), plain_pseudo({true, true}, packet))));
      packets.push_back(packet);
    }
  std::vector<std::vector<Bytes>> wanted(10), got(10);
  for (const auto& packet : packets) wanted[packet[15]].push_back(packet);
  collected.add(packets);
  for (const auto& frame : collected.frames)
    for (auto& packet : cut_all(frame.header, frame.packet)) got[packet[15]].push_back(packet);
  EXPECT_EQ(got, wanted);
}

TEST(GroMerge, DatagramsOnlyWhereTheDeviceTakesThem) {
  const Kind kind{false, false};
  Collected without(false);
  without.add({packet_of(kind, 100), packet_of(kind, 100)});
  EXPECT_EQ(without.frames.size(), 2U);
  Collected with;
  with.add({packet_of(kind, 100), packet_of(kind, 100), packet_of(kind, 50), packet_of(kind, 50)});
  EXPECT_EQ(with.frames.size(), 2U) << "a shorter one ends a frame";
}

TEST(GroMerge, NoMoreThanAPacketCanHold) {
  const Kind kind{true, true};
  Collected collected;
  std::vector<Bytes> packets;
  for (std::uint32_t i = 0; i < 200; ++i)
    packets.push_back(packet_of(kind, 1400, tcp_ack, 1000 + 1400 * i, static_cast<std::uint16_t>(i)));
  collected.add(packets);
  std::size_t total = 0;
  for (const auto& frame : collected.frames) {
    EXPECT_LE(frame.packet.size(), 65535U);
    total += frame.packets;
  }
  EXPECT_EQ(total, 200U);
  EXPECT_LE(collected.frames.size(), 5U);
}

}  // namespace
}  // namespace kernel
