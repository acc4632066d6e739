// Whole datagrams: header, chain, encrypted payloads.
#include "support.hpp"

namespace engine::wire::test {
namespace {

const char* const header_hex = "1111111111111111 2222222222222222 00 20 25 28 00000007 0000001c";

Header sample_header() {
  Header header;
  header.spi_i = {0x1111111111111111};
  header.spi_r = {0x2222222222222222};
  header.exchange = ExchangeType::informational;
  header.initiator = true;
  header.response = true;
  header.message_id = {7};
  return header;
}

/// A header for `payload_octets` octets that begin with a payload of type `first`, and those octets.
Bytes datagram(std::uint8_t first, std::string_view payload_octets) {
  Bytes out = hex(header_hex);
  const Bytes payloads = hex(payload_octets);
  out.insert(out.end(), payloads.begin(), payloads.end());
  out[16] = first;
  out[26] = static_cast<std::uint8_t>(out.size() >> 8);
  out[27] = static_cast<std::uint8_t>(out.size());
  return out;
}

TEST(Header, BothWays) {
  const auto parsed = parse(hex(header_hex));
  ASSERT_TRUE(parsed.ok()) << why(parsed);
  Header expected = sample_header();
  expected.length = 28;
  EXPECT_EQ(parsed->header, expected);
  EXPECT_TRUE(parsed->payloads.empty());
  EXPECT_EQ(to_hex(encode(sample_header(), {})), to_hex(hex(header_hex)));
}

TEST(Header, EveryShorterDatagramIsRefused) {
  const Bytes octets = hex(header_hex);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto parsed = parse_header(ByteView(octets).first(size));
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.failure().cause, Cause::malformed_header);
    EXPECT_FALSE(parse(ByteView(octets).first(size)).ok());
  }
}

TEST(Header, LengthMustBeTheDatagrams) {
  for (const std::uint32_t length : {0u, 27u, 29u, 0xffffffffu}) {
    Writer out;
    out.bytes(hex(header_hex));
    out.patch_u32(24, length);
    const auto parsed = parse(out.view());
    ASSERT_FALSE(parsed.ok()) << length;
    EXPECT_EQ(parsed.failure().cause, Cause::malformed_header);
    EXPECT_EQ(parsed.failure().notify, NotifyType::none);
  }
}

TEST(Header, OtherMajorVersionsAreRefusedAndMinorOnesIgnored) {
  Bytes octets = hex(header_hex);
  for (unsigned major = 0; major < 16; ++major) {
    octets[17] = static_cast<std::uint8_t>(major << 4 | 5);
    const auto parsed = parse_header(octets);
    EXPECT_EQ(parsed.ok(), major == 2) << major;
    if (!parsed.ok()) {
      EXPECT_EQ(parsed.failure().notify, NotifyType::invalid_major_version);
      EXPECT_EQ(parsed.failure().cause, Cause::unsupported_version);
    }
  }
}

TEST(Header, ReservedAndVersionFlagsAreIgnored) {
  Bytes octets = hex(header_hex);
  octets[19] = 0xff;
  const auto parsed = parse_header(octets);
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->initiator && parsed->response);
  octets[19] = 0xd7;
  EXPECT_FALSE(parse_header(octets)->initiator);
  EXPECT_FALSE(parse_header(octets)->response);
}

TEST(Header, InitiatorsSpiMustNotBeZero) {
  Bytes octets = hex(header_hex);
  std::fill_n(octets.begin(), 8, std::uint8_t{0});
  EXPECT_FALSE(parse_header(octets).ok());
}

TEST(Header, UnknownExchangesAreForTheCallerToRefuse) {
  Bytes octets = hex(header_hex);
  octets[18] = 99;
  ASSERT_TRUE(parse_header(octets).ok());
  EXPECT_EQ(static_cast<unsigned>(parse_header(octets)->exchange), 99u);
}

TEST(Chain, UnknownPayloadsAreKeptUnlessCritical) {
  const auto kept = parse(datagram(200, "29 00 0006 abcd  00 00 0008 0000 402e"));
  ASSERT_TRUE(kept.ok()) << why(kept);
  ASSERT_EQ(kept->payloads.size(), 2u);
  EXPECT_EQ(std::get<OpaquePayload>(kept->payloads[0]), (OpaquePayload{200, false, hex("abcd")}));
  EXPECT_NE(find_notify(kept->payloads, NotifyType::fragmentation_supported), nullptr);

  const auto refused = parse(datagram(200, "29 80 0006 abcd  00 00 0008 0000 402e"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().notify, NotifyType::unsupported_critical_payload);
  EXPECT_EQ(refused.failure().cause, Cause::unsupported_critical_payload);
  EXPECT_EQ(refused.failure().data, Bytes{200});
}

TEST(Chain, PayloadNumbersOfIkev1AreUnknownTypes) {
  for (int type = 1; type <= 32; ++type) {
    EXPECT_TRUE(parse(datagram(static_cast<std::uint8_t>(type), "00 00 0004")).ok()) << type;
    const auto refused = parse(datagram(static_cast<std::uint8_t>(type), "00 80 0004"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.failure().data, Bytes{static_cast<std::uint8_t>(type)});
  }
}

struct BadChain {
  std::string name;
  std::uint8_t first;
  std::string octets;
};

TEST(Chain, MalformedOnesAreRefused) {
  const BadChain table[] = {
      {"next payload without a payload", 43, ""},
      {"half a generic header", 43, "00 00"},
      {"length 0", 43, "00 00 0000"},
      {"length 3", 43, "00 00 0003"},
      {"length past the end", 43, "00 00 0005"},
      {"length far past the end", 43, "00 00 ffff 00"},
      {"octets after the last payload", 43, "00 00 0004 00"},
      {"octets without a payload", 0, "00 00 0004"},
      {"the chain goes on after the end", 43, "2b 00 0004"},
      {"a length that makes the chain loop into itself", 43, "2b 00 0000 2b 00 0000"},
      {"two nonces", 40, "28 00 0014 00000000000000000000000000000000 00 00 0014 00000000000000000000000000000000"},
      {"two KE payloads", 34, "22 00 0009 000e 0000 01 00 00 0009 000e 0000 01"},
      {"two SA payloads", 33, "21 00 000c 0000 0008 0101 0000 00 00 000c 0000 0008 0101 0000"},
  };
  for (const BadChain& bad : table) {
    const auto parsed = parse(datagram(bad.first, bad.octets));
    ASSERT_FALSE(parsed.ok()) << bad.name;
    EXPECT_EQ(parsed.failure().notify, NotifyType::invalid_syntax) << bad.name;
    EXPECT_EQ(parsed.failure().cause, Cause::malformed_payload) << bad.name;
    EXPECT_FALSE(parse_payloads(static_cast<PayloadType>(bad.first), hex(bad.octets)).ok()) << bad.name;
  }
}

TEST(Chain, PayloadsAreCounted) {
  for (const std::size_t count : {std::size_t{1}, max_payloads, max_payloads + 1}) {
    const Payloads payloads(count, OpaquePayload{43, false, {}});
    const auto parsed = parse(encode(sample_header(), payloads));
    EXPECT_EQ(parsed.ok(), count <= max_payloads) << count;
    if (parsed.ok()) {
      EXPECT_EQ(parsed->payloads, payloads);
    }
  }
}

TEST(Encrypted, EndsTheChain) {
  const auto parsed = parse(datagram(41, "2e 00 0008 0000 402e  23 00 0008 01020304"));
  ASSERT_TRUE(parsed.ok()) << why(parsed);
  ASSERT_EQ(parsed->payloads.size(), 2u);
  EXPECT_EQ(std::get<EncryptedPayload>(parsed->payloads[1]), (EncryptedPayload{PayloadType::sk, PayloadType::id_i, 28 + 8 + 4}));

  const auto fragment = parse(datagram(53, "00 00 000c 00010002 01020304"));
  ASSERT_TRUE(fragment.ok()) << why(fragment);
  EXPECT_EQ(std::get<EncryptedPayload>(fragment->payloads[0]), (EncryptedPayload{PayloadType::skf, PayloadType::none, 36, 1, 2}));
}

TEST(Encrypted, MustReachTheEndExactly) {
  EXPECT_FALSE(parse(datagram(46, "23 00 0008 01020304 00")).ok());
  EXPECT_FALSE(parse(datagram(46, "23 00 0009 01020304")).ok());
  EXPECT_FALSE(parse(datagram(46, "2e 00 0008 01020304 00 00 0008 01020304")).ok());
  EXPECT_FALSE(parse(datagram(46, "29 00 0008 01020304 00 00 0008 0000 402e")).ok());
}

TEST(Encrypted, IsNotNested) {
  EXPECT_FALSE(parse_payloads(PayloadType::sk, hex("00 00 0008 01020304")).ok());
  EXPECT_FALSE(parse_payloads(PayloadType::skf, hex("00 00 0008 01020304")).ok());
}

TEST(Encrypted, PrefixIsHeaderAndGenericHeader) {
  const Bytes prefix = encode_sk_prefix(sample_header(), PayloadType::notify, 0x40);
  EXPECT_EQ(to_hex(prefix), to_hex(hex("1111111111111111 2222222222222222 2e 20 25 28 00000007 00000060 29 00 0044")));
  Bytes whole = prefix;
  whole.resize(whole.size() + 0x40);
  const auto parsed = parse(whole);
  ASSERT_TRUE(parsed.ok()) << why(parsed);
  EXPECT_EQ(std::get<EncryptedPayload>(parsed->payloads[0]).offset, prefix.size());
}

TEST(Encrypted, FragmentPrefixNamesTheFirstPayloadInFragmentOneAlone) {
  const Bytes one = encode_skf_prefix(sample_header(), PayloadType::notify, 1, 3, 0x40);
  EXPECT_EQ(to_hex(one), to_hex(hex("1111111111111111 2222222222222222 35 20 25 28 00000007 00000064 29 00 0048 0001 0003")));
  const Bytes two = encode_skf_prefix(sample_header(), PayloadType::notify, 2, 3, 0x40);
  EXPECT_EQ(to_hex(two), to_hex(hex("1111111111111111 2222222222222222 35 20 25 28 00000007 00000064 00 00 0048 0002 0003")));
}

TEST(Encrypted, FragmentNumbersAreFromOneToTheTotal) {
  for (const char* body : {"00 00 0004", "00 00 0006 0001", "00 00 0007 000100"})
    EXPECT_FALSE(parse(datagram(53, body)).ok()) << body;
  for (const char* numbers : {"0000 0000", "0000 0002", "0001 0000", "0003 0002", "ffff 0001"})
    EXPECT_FALSE(parse(datagram(53, std::string("00 00 000c ") + numbers + " 01020304")).ok()) << numbers;
  for (const char* numbers : {"0001 0001", "0002 0002", "ffff ffff"})
    EXPECT_TRUE(parse(datagram(53, std::string("00 00 000c ") + numbers + " 01020304")).ok()) << numbers;
}

TEST(Encrypted, ContentsMayBeEmpty) {
  const auto parsed = parse_payloads(PayloadType::none, {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->empty());
  EXPECT_EQ(encode_payloads({}).first, PayloadType::none);
}

TEST(RoundTrip, RandomMessages) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    Header header = dice.header();
    const Payloads payloads = dice.payloads();
    const Bytes octets = encode(header, payloads);
    const auto parsed = parse(octets);
    ASSERT_TRUE(parsed.ok()) << "seed " << seed << ": " << why(parsed);
    ASSERT_EQ(parsed->payloads, payloads) << "seed " << seed;
    header.length = static_cast<std::uint32_t>(octets.size());
    header.next_payload = payloads.empty() ? PayloadType::none : type_of(payloads.front());
    ASSERT_EQ(parsed->header, header) << "seed " << seed;
    const EncodedPayloads inner = encode_payloads(payloads);
    const auto reparsed = parse_payloads(inner.first, inner.octets);
    ASSERT_TRUE(reparsed.ok() && *reparsed == payloads) << "seed " << seed;
  }
}

TEST(RoundTrip, DamagedMessagesNeverTakeTheParserAlong) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    Bytes octets = encode(dice.header(), dice.payloads());
    for (int i = 0; i < 4; ++i)
      octets[dice.below(static_cast<std::uint32_t>(octets.size()))] = static_cast<std::uint8_t>(dice.below(256));
    const auto parsed = parse(octets);
    if (!parsed.ok()) {
      EXPECT_FALSE(parsed.failure().why.empty());
    }
    for (std::size_t size = 0; size < octets.size(); ++size) EXPECT_FALSE(parse(ByteView(octets).first(size)).ok());
  }
}

}  // namespace
}  // namespace engine::wire::test
