// Bodies that lie about themselves.
#include "support.hpp"

namespace engine::wire::test {
namespace {

struct Bad {
  std::string name;
  PayloadType type;
  std::string body;
};

using enum PayloadType;

const Bad table[] = {
    {"no proposal", sa, ""},
    {"proposal length 7", sa, "0000 0007 0101 0000"},
    {"proposal length past the end", sa, "0000 0009 0101 0000"},
    {"last proposal says another follows", sa, "0200 0008 0101 0000"},
    {"first of two proposals says it is the last", sa, "0000 0008 0101 0000 0000 0008 0201 0000"},
    {"octets after the last proposal", sa, "0000 0008 0101 0000 00"},
    {"last-substructure octet 1", sa, "0100 0008 0101 0000"},
    {"IKE SPI of 4 octets", sa, "0000 000c 0101 0400 01020304"},
    {"ESP SPI of 0 octets", sa, "0000 0008 0103 0000"},
    {"ESP SPI of 8 octets", sa, "0000 0010 0103 0800 0102030405060708"},
    {"SPI longer than the proposal", sa, "0000 000c 0109 ff00 01020304"},
    {"a transform more than there are", sa, "0000 0010 0101 0002 0000 0008 0200 0005"},
    {"255 transforms claimed", sa, "0000 0010 0101 00ff 0300 0008 0200 0005"},
    {"a transform fewer than there are", sa, "0000 0018 0101 0001 0000 0008 0200 0005 0000 0008 0200 0005"},
    {"transform length 7", sa, "0000 0010 0101 0001 0000 0007 0200 0005"},
    {"transform length past the proposal", sa, "0000 0010 0101 0001 0000 0009 0200 0005"},
    {"last transform says another follows", sa, "0000 0010 0101 0001 0300 0008 0200 0005"},
    {"first of two transforms says it is the last", sa, "0000 0018 0101 0002 0000 0008 0200 0005 0000 0008 0200 0005"},
    {"half an attribute", sa, "0000 0012 0101 0001 0000 000a 0100 000c 800e"},
    {"attribute longer than its transform", sa, "0000 0014 0101 0001 0000 000c 0100 000c 000e 0002"},
    {"KE without data", ke, "000e 0000"},
    {"IDi of 3 octets", id_i, "010000"},
    {"IPv4 identity of 3 octets", id_i, "01000000 c00002"},
    {"IPv4 identity of 5 octets", id_r, "01000000 c000020101"},
    {"IPv6 identity of 4 octets", id_r, "05000000 c0000201"},
    {"AUTH of 3 octets", auth, "020000"},
    {"nonce of 0 octets", nonce, ""},
    {"nonce of 15 octets", nonce, "000102030405060708090a0b0c0d0e"},
    {"NOTIFY of 3 octets", notify, "000040"},
    {"NOTIFY with an SPI past its end", notify, "0304 4009 c0ffee"},
    {"DELETE of 3 octets", delete_, "010000"},
    {"DELETE of the IKE SA with an SPI", delete_, "0108 0001 0102030405060708"},
    {"DELETE of ESP with SPIs of 8 octets", delete_, "0308 0001 0102030405060708"},
    {"DELETE of ESP with SPIs of 0 octets", delete_, "0300 0001"},
    {"DELETE with an SPI fewer than it says", delete_, "0304 0002 c0ffee01"},
    {"DELETE with an SPI more than it says", delete_, "0304 0001 c0ffee01 c0ffee02"},
    {"DELETE with 65535 SPIs claimed", delete_, "0304 ffff c0ffee01"},
    {"DELETE of an unknown protocol", delete_, "0404 0001 c0ffee01"},
    {"CP of 3 octets", cp, "010000"},
    {"a configuration attribute past the end", cp, "01000000 0001 0004 0a0000"},
    {"half a configuration attribute", cp, "01000000 0001 00"},
    {"TS of 3 octets", ts_i, "010000"},
    {"a selector fewer than it says", ts_i, "02000000 0700 0010 0000 ffff 0a000000 0a0000ff"},
    {"a selector more than it says", ts_r, "00000000 0700 0010 0000 ffff 0a000000 0a0000ff"},
    {"255 selectors claimed", ts_r, "ff000000 0700 0010 0000 ffff 0a000000 0a0000ff"},
    {"IPv4 selector of 15 octets", ts_i, "01000000 0700 000f 0000 ffff 0a000000 0a0000"},
    {"IPv4 selector with IPv6 addresses", ts_i,
     "01000000 0700 0028 0000 ffff 20010db8000000000000000000000000 20010db8ffffffffffffffffffffffff"},
    {"IPv6 selector with IPv4 addresses", ts_i, "01000000 0800 0010 0000 ffff 0a000000 0a0000ff"},
    {"selector length 3", ts_i, "01000000 0900 0003"},
    {"selector of unknown type past the end", ts_i, "01000000 0900 0010 00000000"},
    {"selector that ends before it begins", ts_i, "01000000 0700 0010 0000 ffff 0a0000ff 0a000000"},
};

TEST(Malformed, BodiesAreRefusedAsInvalidSyntax) {
  for (const Bad& bad : table) {
    const auto parsed = parse_payloads(bad.type, single(bad.body));
    ASSERT_FALSE(parsed.ok()) << bad.name;
    EXPECT_EQ(parsed.failure().notify, NotifyType::invalid_syntax) << bad.name;
    EXPECT_EQ(parsed.failure().cause, Cause::malformed_payload) << bad.name;
    EXPECT_FALSE(parsed.failure().why.empty()) << bad.name;
  }
}

template <class T>
T parsed_as(PayloadType type, std::string_view body) {
  auto parsed = parse_payloads(type, single(body));
  EXPECT_TRUE(parsed.ok()) << why(parsed);
  return parsed.ok() ? std::get<T>(parsed->front()) : T{};
}

TEST(Lenient, AttributesBesideKeyLengthMarkTheTransform) {
  const struct {
    std::string name, attributes;
    std::uint16_t key_bits;
  } cases[] = {
      {"unknown short attribute", "8063 0001", 0},          {"unknown long attribute", "0063 0002 abcd", 0},
      {"key length in the long form", "000e 0002 0100", 0}, {"key length zero", "800e 0000", 0},
      {"key length twice", "800e 0100 800e 0080", 256},     {"key length and another", "800e 0100 8063 0001", 256},
  };
  for (const auto& c : cases) {
    const Bytes attributes = hex(c.attributes);
    Writer body;
    body.bytes(hex("0000 0000 0101 0001 0000 0000 0100 000c"));
    body.bytes(attributes);
    body.patch_u16(2, static_cast<std::uint16_t>(16 + attributes.size()));
    body.patch_u16(10, static_cast<std::uint16_t>(8 + attributes.size()));
    const auto sa = parsed_as<SaPayload>(PayloadType::sa, to_hex(body.view()));
    ASSERT_EQ(sa.proposals.size(), 1u) << c.name;
    EXPECT_EQ(sa.proposals[0].transforms[0], (Transform{1, 12, c.key_bits, true})) << c.name;
  }
}

TEST(Lenient, ReservedOctetsAreIgnored) {
  const auto sa = parsed_as<SaPayload>(PayloadType::sa, "00ff 0010 0101 0001 00ff 0008 02ff 0005");
  EXPECT_EQ(sa, (SaPayload{{{1, Protocol::ike, {}, {{2, 5, 0}}}}}));
  EXPECT_EQ(parsed_as<KePayload>(PayloadType::ke, "001f ffff 01").group, 31);
  EXPECT_EQ(parsed_as<AuthPayload>(PayloadType::auth, "02ffffff 01"), (AuthPayload{2, {1}}));
  EXPECT_EQ(parsed_as<TsPayload>(PayloadType::ts_i, "01ffffff 0700 0010 0000 ffff 0a000000 0a0000ff").selectors.size(), 1u);
}

TEST(Lenient, ProposalsAreNumberedAsSent) {
  const auto sa = parsed_as<SaPayload>(PayloadType::sa, "0200 0008 0701 0000 0200 0008 0001 0000 0000 0008 0701 0000");
  ASSERT_EQ(sa.proposals.size(), 3u);
  EXPECT_EQ(sa.proposals[0].number, 7);
  EXPECT_EQ(sa.proposals[1].number, 0);
  EXPECT_EQ(sa.proposals[2].number, 7);
}

TEST(Lenient, SelectorsOfUnknownTypeArePassedOver) {
  const auto ts =
      parsed_as<TsPayload>(PayloadType::ts_r, "03000000 0900 0008 00000000 0700 0010 0000 ffff 0a000000 0a0000ff 0a00 0004");
  ASSERT_EQ(ts.selectors.size(), 1u);
  EXPECT_EQ(ts.selectors[0].to_string(), "10.0.0.0/24");
}

TEST(Lenient, DeleteOfTheIkeSaMayCountItself) {
  EXPECT_EQ(parsed_as<DeletePayload>(PayloadType::delete_, "0100 0001"), (DeletePayload{Protocol::ike, {}}));
}

TEST(Limits, NonceLength) {
  for (const std::size_t size : {15u, 16u, 256u, 257u}) {
    const EncodedPayloads encoded = encode_payloads({NoncePayload{Bytes(size)}});
    EXPECT_EQ(parse_payloads(encoded.first, encoded.octets).ok(), size >= 16 && size <= 256) << size;
  }
}

TEST(Limits, Proposals) {
  for (const std::size_t count : {max_proposals, max_proposals + 1}) {
    const EncodedPayloads encoded = encode_payloads({SaPayload{std::vector<Proposal>(count)}});
    EXPECT_EQ(parse_payloads(encoded.first, encoded.octets).ok(), count <= max_proposals) << count;
  }
}

TEST(Limits, TransformsOfOneProposalAreAtMost255) {
  const SaPayload sa{{{1, Protocol::ike, {}, std::vector<Transform>(255, Transform{4, 14, 0})}}};
  const EncodedPayloads encoded = encode_payloads({sa});
  const auto parsed = parse_payloads(encoded.first, encoded.octets);
  ASSERT_TRUE(parsed.ok()) << why(parsed);
  EXPECT_EQ(std::get<SaPayload>(parsed->front()), sa);
}

TEST(Limits, Spis) {
  for (const std::size_t count : {max_spis, max_spis + 1}) {
    const EncodedPayloads encoded = encode_payloads({DeletePayload{Protocol::esp, std::vector<EspSpi>(count)}});
    EXPECT_EQ(parse_payloads(encoded.first, encoded.octets).ok(), count <= max_spis) << count;
  }
}

TEST(Limits, ConfigurationAttributes) {
  for (const std::size_t count : {max_cfg_attributes, max_cfg_attributes + 1}) {
    const EncodedPayloads encoded = encode_payloads({CpPayload{CfgType::request, std::vector<CfgAttribute>(count)}});
    EXPECT_EQ(parse_payloads(encoded.first, encoded.octets).ok(), count <= max_cfg_attributes) << count;
  }
}

TEST(Limits, Selectors) {
  TsPayload ts{PayloadType::ts_i, {}};
  ts.selectors.assign(255, TrafficSelector::of(Prefix::any(Family::v4)));
  const EncodedPayloads encoded = encode_payloads({ts});
  const auto parsed = parse_payloads(encoded.first, encoded.octets);
  ASSERT_TRUE(parsed.ok()) << why(parsed);
  EXPECT_EQ(std::get<TsPayload>(parsed->front()), ts);
}

}  // namespace
}  // namespace engine::wire::test
