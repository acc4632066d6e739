// Octets and values, each made from the other.
#include "support.hpp"

namespace engine::wire::test {
namespace {

struct Pair {
  std::string name;
  std::string body;
  Payload value;
};

IdPayload id_with_reserved() {
  IdPayload id;
  id.which = PayloadType::id_r;
  id.identity = {IdType::fqdn, to_bytes(as_bytes("gw.example.net"))};
  id.reserved = {0xaa, 0xbb, 0xcc};
  return id;
}

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

std::vector<Pair> pairs() {
  return {
      {"SA of IKE",
       "0200 0024 0101 0003  0300 000c 0100 000c 800e 0100  0300 0008 0200 0005  0000 0008 0400 000e"
       "0000 0018 0201 0801  1122334455667788  0000 0008 0400 001f",
       SaPayload{{{1, Protocol::ike, {}, {{1, 12, 256}, {2, 5, 0}, {4, 14, 0}}},
                  {2, Protocol::ike, hex("1122334455667788"), {{4, 31, 0}}}}}},
      {"SA of ESP", "0000 0020 0103 0402  c0ffee01  0300 000c 0100 0014 800e 0080  0000 0008 0500 0000",
       SaPayload{{{1, Protocol::esp, hex("c0ffee01"), {{1, 20, 128}, {5, 0, 0}}}}}},
      {"SA without transforms", "0000 000c 0103 0400 c0ffee01", SaPayload{{{1, Protocol::esp, hex("c0ffee01"), {}}}}},
      {"SA of an unknown protocol", "0000 0011 0109 0101 55 0000 0008 fd00 0001",
       SaPayload{{{1, static_cast<Protocol>(9), {0x55}, {{253, 1, 0}}}}}},
      {"KE", "001f 0000 0102030405", KePayload{31, hex("0102030405")}},
      {"IDi, an IPv4 address", "01000000 c0000201", IdPayload{PayloadType::id_i, Identity::of(ip("192.0.2.1")), {}}},
      {"IDi, an IPv6 address", "05000000 20010db8000000000000000000000001",
       IdPayload{PayloadType::id_i, Identity::of(ip("2001:db8::1")), {}}},
      {"IDr with reserved octets", "02aabbcc 67772e6578616d706c652e6e6574", id_with_reserved()},
      {"AUTH", "02000000 deadbeef", AuthPayload{2, hex("deadbeef")}},
      {"the shortest nonce", "000102030405060708090a0b0c0d0e0f", NoncePayload{hex("000102030405060708090a0b0c0d0e0f")}},
      {"NOTIFY without data", "0000 402e", NotifyPayload{Protocol::none, {}, NotifyType::fragmentation_supported, {}}},
      {"NOTIFY with an SPI and data", "0304 4009 c0ffee01 0b",
       NotifyPayload{Protocol::esp, hex("c0ffee01"), NotifyType::rekey_sa, hex("0b")}},
      {"DELETE of the IKE SA", "0100 0000", DeletePayload{Protocol::ike, {}}},
      {"DELETE of Child SAs", "0304 0002 c0ffee01 c0ffee02", DeletePayload{Protocol::esp, {{0xc0ffee01}, {0xc0ffee02}}}},
      {"TSi with both families",
       "02000000  0706 0010 01bb 01bb 0a000000 0a0000ff  0800 0028 0000 ffff"
       "20010db8000000000000000000000000 20010db8ffffffffffffffffffffffff",
       TsPayload{PayloadType::ts_i,
                 {{6, {443, 443}, ip("10.0.0.0"), ip("10.0.0.255")},
                  {0, {0, 65535}, ip("2001:db8::"), ip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")}}}},
      {"TSr with OPAQUE ports", "01000000  0711 0010 ffff 0000 0a000001 0a000001",
       TsPayload{PayloadType::ts_r, {{17, {65535, 0}, ip("10.0.0.1"), ip("10.0.0.1")}}}},
      {"no traffic selector", "00000000", TsPayload{PayloadType::ts_i, {}}},
      {"CERT", "04308201", CertPayload{PayloadType::cert, 4, hex("308201")}},
      {"CERTREQ", "04 aaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaa", CertPayload{PayloadType::certreq, 4, Bytes(20, 0xaa)}},
      {"CFG_REQUEST", "01000000 0001 0000 000a 0000 7002 0001 61",
       CpPayload{CfgType::request, {{1, {}}, {10, {}}, {0x7002, hex("61")}}}},
      {"CFG_REPLY without attributes", "02000000", CpPayload{CfgType::reply, {}}},
      {"EAP", "01020005 01", EapPayload{hex("0102000501")}},
      {"VID", "434953434f", OpaquePayload{43, false, hex("434953434f")}},
      {"an empty payload of unknown type", "", OpaquePayload{200, false, {}}},
  };
}

TEST(Pairs, ParseAndEncodeEachOther) {
  for (const Pair& pair : pairs()) {
    SCOPED_TRACE(pair.name);
    const Bytes octets = single(pair.body);
    const auto parsed = parse_payloads(type_of(pair.value), octets);
    ASSERT_TRUE(parsed.ok()) << why(parsed);
    ASSERT_EQ(parsed->size(), 1u);
    EXPECT_EQ(parsed->front(), pair.value);
    const EncodedPayloads encoded = encode_payloads({pair.value});
    EXPECT_EQ(encoded.first, type_of(pair.value));
    EXPECT_EQ(to_hex(encoded.octets), to_hex(octets));
  }
}

TEST(Pairs, TruncatedAnywhereIsMalformed) {
  for (const Pair& pair : pairs()) {
    const Bytes octets = single(pair.body);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      const auto parsed = parse_payloads(type_of(pair.value), ByteView(octets).first(size));
      ASSERT_FALSE(parsed.ok()) << pair.name << " cut to " << size;
      EXPECT_EQ(parsed.failure().notify, NotifyType::invalid_syntax);
      EXPECT_EQ(parsed.failure().cause, Cause::malformed_payload);
      EXPECT_FALSE(parsed.failure().why.empty());
    }
  }
}

TEST(Pairs, CriticalBitAndReservedBitsOfKnownPayloadsAreIgnored) {
  for (const Pair& pair : pairs()) {
    if (type_of(pair.value) == static_cast<PayloadType>(200)) continue;
    Bytes octets = single(pair.body);
    octets[1] = 0xff;
    auto parsed = parse_payloads(type_of(pair.value), octets);
    ASSERT_TRUE(parsed.ok()) << pair.name << ": " << why(parsed);
    if (auto* opaque = std::get_if<OpaquePayload>(&parsed->front())) opaque->critical = false;
    EXPECT_EQ(parsed->front(), pair.value) << pair.name;
  }
}

TEST(Pairs, ReservedOctetsOfIdentitiesAreKeptForAuth) {
  EXPECT_EQ(to_hex(id_with_reserved().body()), "02aabbcc67772e6578616d706c652e6e6574");
}

TEST(Pairs, NamesAsDebugPrintsThem) {
  EXPECT_EQ(name_of(ExchangeType::create_child_sa), "CREATE_CHILD_SA");
  EXPECT_EQ(name_of(static_cast<ExchangeType>(99)), "");
  EXPECT_EQ(name_of(PayloadType::id_i), "IDi");
  EXPECT_EQ(name_of(PayloadType::nonce), "N");
  EXPECT_EQ(name_of(static_cast<PayloadType>(200)), "");
}

}  // namespace
}  // namespace engine::wire::test
