#include "kernel/netlink_batch.hpp"

#include <gtest/gtest.h>

#include <linux/netlink.h>

#include "kernel/algorithm_modules.hpp"
#include "kernel/xfrm_messages.hpp"
#include "tests/kernel/network_namespace.hpp"
#include "tests/values.hpp"

namespace kernel {
namespace {

PolicyKey policy_to(std::uint32_t network) {
  PolicyKey key;
  key.selector.source = engine::Prefix::of(values::ip("192.168.1.0"), 24);
  key.selector.destination = engine::Prefix::of(engine::IpAddress::v4(0x0A000000 + (network << 8)), 24);
  return key;
}

std::size_t policies(NetlinkSocket& socket) {
  std::size_t count = 0;
  NetlinkMessage all = dump_policies();
  EXPECT_TRUE(socket.query(all, "listing policies", [&](const NetlinkReply&) { ++count; }).ok());
  return count;
}

// More than one call's worth; every tenth names what is not there.
TEST(NetlinkBatch, only_what_is_refused_is_told_and_all_else_is_done_in_order) {
  in_namespace([] {
    auto socket = NetlinkSocket::open(NETLINK_XFRM);
    ASSERT_TRUE(socket.ok());
    NetlinkBatch batch(*socket);
    std::vector<std::uint32_t> refused;
    std::string why;
    constexpr std::uint32_t count = 1000;
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool wrong = i % 10 == 9;
      batch.add(wrong ? delete_policy(policy_to(i)) : put_policy(policy_to(i), {.priority = xfrm_tag | i}),
                [&, i](const Refusal& said) {
                  refused.push_back(i);
                  why = said.why;
                });
    }
    batch.add(delete_policy(policy_to(0)), [&](const Refusal&) { refused.push_back(count); });
    batch.send();
    EXPECT_TRUE(batch.empty());
    ASSERT_EQ(refused.size(), count / 10);
    for (std::uint32_t i = 0; i < refused.size(); ++i) EXPECT_EQ(refused[i], i * 10 + 9);
    EXPECT_NE(why.find("No such file"), std::string::npos) << why;
    EXPECT_EQ(policies(*socket), count - count / 10 - 1);
  });
}

TEST(AlgorithmModules, are_named_when_the_kernel_lacks_something) {
  const auto* gcm = engine::find_esp_keyword("esp-gcm");
  const auto* cbc = engine::find_esp_keyword("esp-aes");
  const auto* sha = engine::find_esp_keyword("esp-sha256-hmac");
  EXPECT_EQ(missing_modules(gcm, nullptr, true, EEXIST), "");
  EXPECT_EQ(missing_modules(gcm, nullptr, true, EPROTONOSUPPORT), "; the module is esp4");
  EXPECT_EQ(missing_modules(gcm, nullptr, false, EPROTONOSUPPORT), "; the module is esp6");
  EXPECT_EQ(missing_modules(gcm, nullptr, true, ENOSYS),
            "; the kernel lacks rfc4106(gcm(aes)) (modules gcm, ghash_generic, aes_generic, seqiv)");
  EXPECT_EQ(missing_modules(cbc, sha, true, ENOSYS),
            "; the kernel lacks cbc(aes) (modules cbc, aes_generic) or hmac(sha256) (modules hmac, sha256_generic)");
}

}  // namespace
}  // namespace kernel
