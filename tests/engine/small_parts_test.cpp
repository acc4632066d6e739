// Cookies, NAT detection, the table of causes, secrets.
#include <gtest/gtest.h>

#include <set>

#include "engine/cookie.hpp"
#include "engine/nat.hpp"
#include "engine/secret.hpp"
#include "tests/sim/seeded_rng.hpp"
#include "tests/values.hpp"

namespace engine {
namespace {

using namespace std::chrono_literals;

using values::ip;

TEST(Cookie, HoldsForItsAddressSpiAndNonceAndForAMinuteAtLeast) {
  sim::SeededRng rng(1);
  CookieJar jar;
  const Bytes nonce(32, 7);
  const Time start{};
  const Bytes cookie = jar.make(start, ip("192.0.2.1"), IkeSpi{1}, nonce, rng);
  EXPECT_LE(cookie.size(), 64u);
  const auto valid = [&](Time when, const char* from, std::uint64_t spi, const Bytes& ni) {
    return jar.valid(when, cookie, ip(from), IkeSpi{spi}, ni, rng);
  };
  EXPECT_TRUE(valid(start, "192.0.2.1", 1, nonce));
  EXPECT_FALSE(valid(start, "192.0.2.2", 1, nonce));
  EXPECT_FALSE(valid(start, "192.0.2.1", 2, nonce));
  EXPECT_FALSE(valid(start, "192.0.2.1", 1, Bytes(32, 8)));
  EXPECT_TRUE(valid(start + 61s, "192.0.2.1", 1, nonce));
  EXPECT_FALSE(valid(start + 122s, "192.0.2.1", 1, nonce));
}

TEST(Cookie, GarbageIsNoCookie) {
  sim::SeededRng rng(1);
  CookieJar jar;
  for (const Bytes& garbage : {Bytes{}, Bytes{1}, Bytes(33, 0), Bytes(64, 255)})
    EXPECT_FALSE(jar.valid(Time{}, garbage, ip("192.0.2.1"), IkeSpi{1}, Bytes(32, 7), rng));
}

TEST(NatDetection, TellsWhoIsBehindANat) {
  const SocketAddress a{ip("192.0.2.1"), 500}, b{ip("198.51.100.1"), 500}, mapped{ip("203.0.113.9"), 30000};
  wire::Payloads sent;
  append_nat_detection(sent, IkeSpi{1}, IkeSpi{0}, a, b);
  const auto direct = detect_nat(sent, IkeSpi{1}, IkeSpi{0}, b, a);
  EXPECT_FALSE(direct.local || direct.remote);
  const auto sender_behind = detect_nat(sent, IkeSpi{1}, IkeSpi{0}, b, mapped);
  EXPECT_TRUE(!sender_behind.local && sender_behind.remote);
  const auto receiver_behind = detect_nat(sent, IkeSpi{1}, IkeSpi{0}, mapped, a);
  EXPECT_TRUE(receiver_behind.local && !receiver_behind.remote);
  const auto silent = detect_nat({}, IkeSpi{1}, IkeSpi{0}, b, mapped);
  EXPECT_FALSE(silent.local || silent.remote);
}

TEST(NatDetection, OneMatchingSourceOfSeveralIsEnough) {
  const SocketAddress a{ip("192.0.2.1"), 500}, other{ip("192.0.2.7"), 500}, b{ip("2001:db8::1"), 500};
  wire::Payloads sent;
  append_nat_detection(sent, IkeSpi{1}, IkeSpi{0}, other, b);
  append_nat_detection(sent, IkeSpi{1}, IkeSpi{0}, a, b);
  EXPECT_FALSE(detect_nat(sent, IkeSpi{1}, IkeSpi{0}, b, a).remote);
}

TEST(Causes, EachHasItsRowInOrderWithANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < cause_texts.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(cause_texts[i].cause), i);
    EXPECT_TRUE(names.insert(cause_texts[i].name).second) << cause_texts[i].name;
    EXPECT_FALSE(cause_texts[i].ios.empty());
    EXPECT_FALSE(cause_texts[i].plain.empty());
  }
}

TEST(Secrets, CompareByContentsAndMoveLeavesNothingBehind) {
  Secret a(Bytes{1, 2, 3});
  EXPECT_TRUE(a.equals(Bytes{1, 2, 3}));
  EXPECT_FALSE(a.equals(Bytes{1, 2, 4}));
  EXPECT_FALSE(a.equals(Bytes{1, 2}));
  Secret b = std::move(a);
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(b.size(), 3u);
}

}  // namespace
}  // namespace engine
