#include "kernel/unknown_spi_watch.hpp"

#include <gtest/gtest.h>

#include "tests/values.hpp"

namespace kernel {
namespace {

std::optional<engine::UnknownSpi> read(const std::string& hex) { return read_esp(*engine::from_hex(hex)); }

const std::string v4_head =
    "45000038000040004032"
    "0000"
    "cb007114"
    "cb00710a";  // 203.0.113.20 to .10, ESP
const std::string esp =
    "c0ffee0100000001"
    "0011223344556677";

TEST(UnknownSpiWatch, esp_is_read_as_it_is_on_the_wire) {
  const auto plain = read(v4_head + esp);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->spi.value, 0xC0FFEE01);
  EXPECT_EQ(plain->remote, (engine::SocketAddress{values::ip("203.0.113.20"), 0}));
  EXPECT_EQ(plain->local, (engine::SocketAddress{values::ip("203.0.113.10"), 0}));

  const std::string udp_head =
      "45000038000040004011"
      "0000"
      "cb007114"
      "cb00710a"
      "119511940018"
      "0000";
  const auto in_udp = read(udp_head + esp);
  ASSERT_TRUE(in_udp);
  EXPECT_EQ(in_udp->remote.port, 4501);
  EXPECT_FALSE(read(udp_head + "00000000" + esp)) << "IKE";

  const std::string v6_head =
      "60000000001032ff"
      "20010db800ff00000000000000000020"
      "20010db800ff00000000000000000010";
  const auto v6 = read(v6_head + esp);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->remote.ip, values::ip("2001:db8:ff::20"));
}

TEST(UnknownSpiWatch, what_is_cut_short_is_no_esp) {
  for (const std::string& whole : {v4_head + esp, "6f000000001032ff" + std::string(64, '0') + esp})
    for (std::size_t octets = 0; octets < whole.size() / 2 - 8; ++octets) EXPECT_FALSE(read(whole.substr(0, octets * 2)));
  EXPECT_FALSE(read("40" + (v4_head + esp).substr(2))) << "a header of no length";
}

}  // namespace
}  // namespace kernel
