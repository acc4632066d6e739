// Abuse group A: framing and header. Every octet of the IKE header may lie, before an SA is found and after.
#include "tests/sim/beside.hpp"

namespace sim {
namespace {

using namespace engine;

class Framing : public Beside {
 protected:
  void SetUp() override {
    Beside::SetUp();
    at_a = {a->site.wan, 500};
    first = world.recorded().at(0).payload;  // A's IKE_SA_INIT request
    auth = world.recorded().at(2).payload;   // A's IKE_AUTH request, answered long ago
  }
  /// A's first request under another SPIi, as anybody could send it.
  Bytes fresh() {
    Bytes out = first;
    for (unsigned i = 0; i < 4; ++i) out[4 + i] = static_cast<std::uint8_t>(count_ >> (8 * i));
    ++count_;
    return out;
  }
  static Bytes with(Bytes datagram, std::size_t at, std::uint8_t value) {
    datagram.at(at) = value;
    return datagram;
  }
  static Bytes with_length(Bytes datagram, std::uint32_t length) {
    for (unsigned i = 0; i < 4; ++i) datagram.at(24 + i) = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    return datagram;
  }
  bool accepts(const Bytes& request, const SocketAddress& from) {
    const auto said = hit(request, from);
    const auto answer = said.size() == 1 ? wire::parse(said[0]) : Result<wire::Message>(Failure{});
    return answer.ok() && wire::find<wire::SaPayload>(answer->payloads);
  }

  SocketAddress at_a;
  Bytes first, auth;

 private:
  std::uint32_t count_ = 1;
};

TEST_F(Framing, LengthsUpToTheHeader) {
  for (const Bytes& whole : {first, auth})
    for (std::size_t size = 0; size < 28; ++size) {
      SCOPED_TRACE(size);
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      expect_dropped(cut, elsewhere, Cause::malformed_header);
      expect_dropped(cut, at_a, Cause::malformed_header);
    }
  // The header alone: no payloads, and a genuine one says there are.
  expect_dropped(with_length(Bytes(first.begin(), first.begin() + 28), 28), elsewhere, Cause::malformed_payload);
}

TEST_F(Framing, LengthFieldsThatAreNotTheDatagrams) {
  for (const Bytes& whole : {first, auth}) {
    const auto size = static_cast<std::uint32_t>(whole.size());
    for (const std::uint32_t length : {0u, 1u, 27u, 28u, size - 1, size + 1, size + 4, 0xffffu, 0x80000000u, 0xffffffffu}) {
      SCOPED_TRACE(length);
      expect_dropped(with_length(whole, length), at_a, Cause::malformed_header);
    }
    for (const std::size_t more : {1u, 4u, 100u}) {
      Bytes longer = whole;
      longer.resize(whole.size() + more);
      expect_dropped(longer, at_a, Cause::malformed_header);
      expect_dropped(with_length(longer, static_cast<std::uint32_t>(longer.size())), at_a, Cause::malformed_payload);
    }
  }
}

TEST_F(Framing, TheLargestDatagramIsCheap) {
  auto message = *wire::parse(fresh());
  message.payloads.push_back(wire::OpaquePayload{43, false, Bytes(60'000, 1)});
  Bytes large = wire::encode(message.header, message.payloads);
  expect_dropped(large, elsewhere, Cause::malformed_payload);
  large.resize(65'507, 0xff);
  expect_dropped(large, elsewhere, Cause::malformed_header);
}

TEST_F(Framing, MajorVersions) {
  for (unsigned major = 0; major < 16; ++major) {
    if (major == 2) continue;
    SCOPED_TRACE(major);
    for (const Bytes& whole : {fresh(), auth}) {
      const std::string before = picture(*b);
      const std::uint64_t counted = b->dropped(Cause::unsupported_version);
      const auto said = hit(with(whole, 17, static_cast<std::uint8_t>(major << 4)), at_a);
      EXPECT_EQ(said.size(), major > 2 ? 1u : 0u);
      for (const Bytes& answer : said) {
        const auto message = wire::parse(answer);
        ASSERT_TRUE(message.ok());
        EXPECT_TRUE(wire::find_notify(message->payloads, NotifyType::invalid_major_version));
        EXPECT_TRUE(message->header.response);
      }
      EXPECT_EQ(b->dropped(Cause::unsupported_version), counted + 1);
      EXPECT_EQ(picture(*b), before);
      EXPECT_TRUE(hit(with(with(whole, 17, static_cast<std::uint8_t>(major << 4)), 19, 0x20), at_a).empty()) << "to a response";
    }
  }
}

TEST_F(Framing, MinorVersionsAreAccepted) {
  for (std::uint8_t minor = 0; minor < 16; ++minor) {
    SCOPED_TRACE(int{minor});
    EXPECT_TRUE(accepts(with(fresh(), 17, static_cast<std::uint8_t>(0x20 | minor)), elsewhere));
  }
  world.run_for(61s);
}

TEST_F(Framing, EveryOctetOfFlags) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    SCOPED_TRACE(flags);
    const SocketAddress from{IpAddress::v4(0xC6336400u + flags), 500};
    const bool initiator = flags & 0x08, response = flags & 0x20;
    if (initiator && !response) {  // reserved bits and V mean nothing (RFC 7296, 3.1)
      EXPECT_TRUE(accepts(with(fresh(), 19, static_cast<std::uint8_t>(flags)), from));
    } else {
      expect_dropped(with(fresh(), 19, static_cast<std::uint8_t>(flags)), from,
                     response ? Cause::unknown_spi : Cause::wrong_flags);
    }
    if (flags == 0x08) continue;  // as it was: answered again
    const std::string before = picture(*b);
    EXPECT_TRUE(hit(with(auth, 19, static_cast<std::uint8_t>(flags)), at_a).empty());
    EXPECT_EQ(picture(*b), before);
  }
  world.run_for(61s);
}

TEST_F(Framing, Spis) {
  const auto zeroed = [](Bytes datagram, std::ptrdiff_t at) {
    std::fill_n(datagram.begin() + at, 8, std::uint8_t{0});
    return datagram;
  };
  expect_dropped(zeroed(first, 0), elsewhere, Cause::malformed_header);
  expect_dropped(zeroed(auth, 0), at_a, Cause::malformed_header);
  expect_dropped(with(fresh(), 15, 1), elsewhere, Cause::wrong_flags);  // SPIr in the first message
  expect_dropped(zeroed(auth, 8), at_a, Cause::unknown_spi);            // none in a later one
  Bytes swapped = auth;
  std::swap_ranges(swapped.begin(), swapped.begin() + 8, swapped.begin() + 8);
  expect_dropped(swapped, at_a, Cause::unknown_spi);
  expect_dropped(with(auth, 7, static_cast<std::uint8_t>(auth[7] ^ 1)), at_a, Cause::unknown_spi);    // of another SA's initiator
  expect_dropped(with(auth, 15, static_cast<std::uint8_t>(auth[15] ^ 1)), at_a, Cause::unknown_spi);  // of no SA
  Bytes ours = fresh();
  std::copy_n(auth.begin() + 8, 8, ours.begin());  // SPIi of a first message that is an SPI of B's own
  expect_dropped(ours, elsewhere, Cause::wrong_flags);
}

TEST_F(Framing, EveryExchangeType) {
  for (unsigned exchange = 0; exchange < 256; ++exchange) {
    SCOPED_TRACE(exchange);
    const auto octet = static_cast<std::uint8_t>(exchange);
    if (exchange == 34) continue;
    expect_dropped(with(fresh(), 18, octet), elsewhere, Cause::unknown_spi);
    Bytes next = with(auth, 18, octet);
    next[23] = 2;  // the message ID that B expects next
    const bool possible = exchange == 36 || exchange == 37 || exchange == 44;
    expect_dropped(next, at_a, possible ? Cause::integrity_failed : Cause::unexpected_exchange);
  }
}

TEST_F(Framing, MessageIdsOfAFirstRequest) {
  for (const std::uint32_t id : {1u, 2u, 0x100u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    SCOPED_TRACE(id);
    Bytes request = fresh();
    for (unsigned i = 0; i < 4; ++i) request[20 + i] = static_cast<std::uint8_t>(id >> (24 - 8 * i));
    expect_dropped(request, elsewhere, Cause::wrong_flags);
  }
}

/// What is on the other port is told apart by kernel/udp; here is what the engine sees when somebody puts a marker too many.
TEST_F(Framing, ANonEspMarkerTooMany) {
  for (const Bytes& whole : {first, auth})
    for (const std::size_t zeros : {1u, 4u, 8u}) {
      Bytes marked(zeros);
      marked.insert(marked.end(), whole.begin(), whole.end());
      for (const std::uint16_t port : {500, 4500}) {
        SCOPED_TRACE(port);
        const std::string before = picture(*b);
        hit(marked, at_a, port);  // what stands in the version's place may be a newer one, and is answered as such
        EXPECT_EQ(picture(*b), before);
      }
    }
}

TEST_F(Framing, AnAddressThatNoTunnelEndsAt) {
  const std::uint64_t counted = b->dropped(Cause::no_interface_policy);
  const std::string before = picture(*b);
  for (const char* address : {"203.0.113.21", "10.0.0.1", "127.0.0.1", "255.255.255.255", "2001:db8::1"})
    world.feed(*b, Datagram{{ip(address), 500}, elsewhere, fresh()});
  EXPECT_EQ(b->dropped(Cause::no_interface_policy), counted + 5);
  EXPECT_EQ(picture(*b), before);
}

}  // namespace
}  // namespace sim
