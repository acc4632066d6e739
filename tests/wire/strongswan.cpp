// An IKE_SA_INIT request of strongSwan 5.9.8 as it stood on the wire (proposals aes256-sha256-modp2048 and
// aes256gcm16-prfsha384-ecp256, from 203.0.113.20 to 203.0.113.10).
#include "support.hpp"

namespace engine::wire::test {
namespace {

const char* const ike_sa_init =
    "2b09ca169b4d4ad900000000000000002120220800000000000001f4220000540200002c010100040300000c0100000c800e0100030000080300"
    "000c0300000802000005000000080400000e00000024020100030300000c01000014800e01000300000802000006000000080400001328000108"
    "000e0000cd32483ae0efc8ed2c214020162feaa2103c1d9e717e4fde19ad27d5431cde940c1c4af9971b9fb65dc8dbce547fc817b54bf6b39ede"
    "48bb00fe10a21ac5c8a6ba7f36368f7fcb541500750f30e00a4c2ba4d37c458261d2fbcb6d29a0b144eea0dbe176dd41e1ae48618f498ce73072"
    "9eb37e3e196ea5e37964dd2335f13ed8981fd121a7c8d347fc0ee77b9c362fd011c5cfdbda72d0164f17c640e12c03d18b721c49b72159e48a1d"
    "08707b2e1caccfd7bc202c36c7a9c20383bd56250d8b65063d3f74d8b0ac5b7ec485045bdca8bfe04c48a3076660036b0efab0fee1e85c915e47"
    "3559bb27b2b3a90783e24c9d004e22bebdae4edc0b3f6b3d9f78dd53290000240bf7a972e027a49330745e47040ed2a5c0edfcef7abcc4e166ae"
    "51641f3556c12900001c00004004b3b71ea15e2d328a45e12d6eb35f30c545b4b12b2900001c000040053dec9ab82df160c7415ec8abf593b161"
    "33f07bf3290000080000402e290000100000402f00020003000400050000000800004016";

TEST(StrongSwan, IkeSaInit) {
  const Bytes octets = hex(ike_sa_init);
  const auto parsed = parse(octets);
  ASSERT_TRUE(parsed.ok()) << why(parsed);
  EXPECT_EQ(parsed->header.spi_i.value, 0x2b09ca169b4d4ad9u);
  EXPECT_EQ(parsed->header.exchange, ExchangeType::ike_sa_init);
  EXPECT_TRUE(parsed->header.initiator);
  EXPECT_FALSE(parsed->header.response);
  ASSERT_EQ(parsed->payloads.size(), 8u);

  const auto* sa = find<SaPayload>(parsed->payloads);
  ASSERT_NE(sa, nullptr);
  EXPECT_EQ(*sa, (SaPayload{{{1, Protocol::ike, {}, {{1, 12, 256}, {3, 12, 0}, {2, 5, 0}, {4, 14, 0}}},
                             {2, Protocol::ike, {}, {{1, 20, 256}, {2, 6, 0}, {4, 19, 0}}}}}));
  const auto* ke = find<KePayload>(parsed->payloads);
  ASSERT_NE(ke, nullptr);
  EXPECT_EQ(ke->group, 14);
  EXPECT_EQ(ke->data.size(), 256u);
  ASSERT_NE(find<NoncePayload>(parsed->payloads), nullptr);
  EXPECT_EQ(find<NoncePayload>(parsed->payloads)->data.size(), 32u);
  for (const NotifyType type : {NotifyType::nat_detection_source_ip, NotifyType::nat_detection_destination_ip,
                                NotifyType::fragmentation_supported, NotifyType::signature_hash_algorithms})
    EXPECT_NE(find_notify(parsed->payloads, type), nullptr);
  EXPECT_EQ(find_notify(parsed->payloads, NotifyType::cookie), nullptr);

  EXPECT_EQ(to_hex(encode(parsed->header, parsed->payloads)), to_hex(octets));
}

}  // namespace
}  // namespace engine::wire::test
