// Abuse group C: fragments that only somebody with keys can send, before authentication and after. The pieces themselves are in
// fragmentation_test.cpp.
#include "tests/sim/beside.hpp"
#include "tests/sim/memory.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;
using P = wire::PayloadType;

class HostileFragments : public Beside {
 protected:
  void SetUp() override {
    Beside::SetUp();
    stranger = std::make_unique<Stranger>(world, *b, *c);
    stranger->begin({wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::fragmentation_supported, {}}});
  }
  void authenticate() {
    stranger->authenticate(stranger->child(0x1111));
    up = picture(*b);
  }
  wire::Header informational(std::uint32_t id) const { return stranger->header(ExchangeType::informational, id); }
  /// An empty notify that nobody knows, and the Delete of the IKE SA.
  static Bytes harmless() { return wire::encode_payloads({odd()}).octets; }
  static Bytes deadly() { return wire::encode_payloads({wire::DeletePayload{wire::Protocol::ike, {}}}).octets; }
  static wire::NotifyPayload odd() { return {wire::Protocol::none, {}, static_cast<NotifyType>(50'000), {}}; }
  static Bytes first_half(const Bytes& octets) { return {octets.begin(), octets.begin() + 4}; }
  static Bytes second_half(const Bytes& octets) { return {octets.begin() + 4, octets.end()}; }

  Bytes piece(std::uint32_t id, std::uint16_t number, std::uint16_t total, const Bytes& contents, P first = P::notify,
              const wire::Payloads& outer = {}) {
    return stranger->fragment(informational(id), number, total, first, contents, outer);
  }
  /// Kept: nothing is said and nothing changes, nor is it counted.
  void expect_kept(const Bytes& datagram) {
    const std::uint64_t counted = drops(*b);
    EXPECT_TRUE(stranger->hit(datagram).empty());
    EXPECT_EQ(drops(*b), counted);
    EXPECT_EQ(picture(*b), up);
  }
  void expect_refused(const Bytes& datagram, Cause cause) {
    const std::uint64_t counted = b->dropped(cause);
    EXPECT_TRUE(stranger->hit(datagram).empty());
    EXPECT_EQ(b->dropped(cause), counted + 1) << text_of(cause).name;
    EXPECT_EQ(picture(*b), up);
  }
  /// The empty answer to a harmless message.
  void expect_answered(const Bytes& datagram) {
    const auto answer = stranger->open(stranger->hit(datagram));
    EXPECT_TRUE(answer && answer->empty());
    EXPECT_EQ(b->children(), 2u);
  }
  void expect_whole_is_answered(std::uint32_t id) { expect_answered(stranger->seal(informational(id), {odd()})); }

  std::unique_ptr<Stranger> stranger;
  std::string up;
};

TEST_F(HostileFragments, NumbersThatCannotBe) {
  authenticate();
  for (const auto& [number, total] : std::vector<std::pair<std::uint16_t, std::uint16_t>>{
           {0, 0}, {0, 1}, {0, 5}, {0, 65535}, {1, 0}, {2, 1}, {5, 4}, {65535, 1}, {65535, 65534}})
    expect_refused(piece(2, number, total, harmless()), Cause::malformed_payload);
  for (const auto& [number, total] :
       std::vector<std::pair<std::uint16_t, std::uint16_t>>{{1, 129}, {129, 129}, {1, 65535}, {65535, 65535}})
    expect_refused(piece(2, number, total, harmless()), Cause::unusable_fragment);
  expect_whole_is_answered(2);
}

TEST_F(HostileFragments, ARepeatedNumberWithOtherContents) {
  authenticate();
  expect_kept(piece(2, 1, 2, first_half(harmless())));
  expect_refused(piece(2, 1, 2, first_half(deadly()), P::delete_), Cause::unusable_fragment);
  expect_refused(piece(2, 1, 2, {}), Cause::unusable_fragment);
  expect_answered(piece(2, 2, 2, second_half(harmless())));
}

TEST_F(HostileFragments, TheTotalGrowsAndShrinks) {
  authenticate();
  expect_kept(piece(2, 1, 2, first_half(deadly()), P::delete_));
  expect_kept(piece(2, 1, 3, first_half(harmless())));  // cut anew: what was there is forgotten
  expect_refused(piece(2, 2, 2, second_half(deadly()), P::none), Cause::unusable_fragment);
  expect_kept(piece(2, 2, 3, second_half(harmless())));
  expect_refused(piece(2, 1, 1, deadly(), P::delete_), Cause::unusable_fragment);
  expect_answered(piece(2, 3, 3, {}));
}

TEST_F(HostileFragments, AWholeMessageUnderTheSameId) {
  authenticate();
  expect_kept(piece(2, 1, 2, first_half(deadly()), P::delete_));
  expect_whole_is_answered(2);
  up = picture(*b);
  expect_refused(piece(2, 2, 2, second_half(deadly()), P::none), Cause::unusable_fragment);
  EXPECT_EQ(stranger->hit(piece(2, 1, 2, first_half(deadly()), P::delete_)).size(), 1u)
      << "the same answer again, and nothing else";
  EXPECT_EQ(picture(*b), up);
}

TEST_F(HostileFragments, MessageIdsInterleaved) {
  authenticate();
  for (const std::uint32_t id : {2u, 3u, 4u}) expect_kept(piece(id, 1, 2, first_half(harmless())));
  expect_refused(piece(7, 1, 2, first_half(harmless())), Cause::message_id_outside_window);
  for (const std::uint32_t id : {4u, 2u, 3u}) {
    expect_answered(piece(id, 2, 2, second_half(harmless())));
    up = picture(*b);
  }
}

TEST_F(HostileFragments, TheFirstNeverComes) {
  authenticate();
  for (int round = 0; round < 3; ++round)
    for (const std::uint32_t id : {2u, 3u, 4u, 5u, 6u}) {
      const Bytes rest = piece(id, 2, 2, Bytes(200, 1));
      if (round == 0)
        expect_kept(rest);
      else
        expect_refused(rest, Cause::unusable_fragment);
    }
  for (const std::uint32_t id : {2u, 3u, 4u, 5u, 6u}) expect_whole_is_answered(id);
}

TEST_F(HostileFragments, TheWholeTogetherIsTooLarge) {
  authenticate();
  const std::uint64_t counted = b->dropped(Cause::unusable_fragment);
  for (std::uint16_t number = 1; number <= 128; ++number)
    EXPECT_TRUE(stranger->hit(piece(2, number, 128, Bytes(1000, 0))).empty());
  EXPECT_GT(b->dropped(Cause::unusable_fragment), counted);
  EXPECT_EQ(picture(*b), up);
  expect_whole_is_answered(2);
}

TEST_F(HostileFragments, PayloadsInClearBesideThem) {
  authenticate();
  const wire::Payloads outer{wire::DeletePayload{wire::Protocol::ike, {}}};
  expect_kept(piece(2, 1, 2, first_half(harmless()), P::notify, outer));  // allowed there, and read by nobody
  expect_refused(piece(2, 2, 2, second_half(harmless()), P::none, outer), Cause::unusable_fragment);
  expect_answered(piece(2, 2, 2, second_half(harmless())));
  // CVE-2026-12413: the count of payloads in clear around the limit.
  for (const std::size_t count : {wire::max_payloads - 2, wire::max_payloads - 1, wire::max_payloads}) {
    SCOPED_TRACE(count);
    up = picture(*b);
    const wire::Payloads unknown(count, wire::OpaquePayload{200, false, {}});
    const Bytes one = piece(3, 1, 2, first_half(harmless()), P::notify, unknown);
    if (count == wire::max_payloads)
      expect_refused(one, Cause::malformed_payload);
    else if (count == wire::max_payloads - 1)
      expect_refused(one, Cause::unusable_fragment);  // it is here already
    else
      expect_kept(one);
  }
  expect_answered(piece(3, 2, 2, second_half(harmless())));
}

TEST_F(HostileFragments, BodiesTooShortForTheirProtection) {
  authenticate();
  const Bytes whole = piece(2, 1, 1, harmless());
  for (std::size_t body = 0; body < whole.size() - 36; ++body) {
    SCOPED_TRACE(body);
    Bytes cut(whole.begin(), whole.begin() + 36 + static_cast<std::ptrdiff_t>(body));
    for (unsigned i = 0; i < 4; ++i) cut[24 + i] = static_cast<std::uint8_t>(cut.size() >> (24 - 8 * i));
    cut[30] = static_cast<std::uint8_t>((8 + body) >> 8);
    cut[31] = static_cast<std::uint8_t>(8 + body);
    expect_refused(cut, Cause::integrity_failed);
  }
  for (std::uint8_t length = 0; length < 8; ++length) {  // too short for its own numbers
    Bytes lying = whole;
    lying[30] = 0;
    lying[31] = length;
    expect_refused(lying, Cause::malformed_payload);
  }
  expect_answered(whole);
}

/// Who is not authenticated has keys after IKE_SA_INIT all the same: what it may pile up is bounded, and gone with its SA.
TEST_F(HostileFragments, BeforeAuthenticationTheyAreBounded) {
  world.record = false;
  const wire::Header auth = stranger->header(ExchangeType::ike_auth, 1);
  const auto flood = [&] {
    for (std::uint16_t total = 2; total <= 128; ++total)
      for (std::uint16_t number = 2; number <= total; number = static_cast<std::uint16_t>(number + 7))
        EXPECT_TRUE(stranger->hit(stranger->fragment(auth, number, total, P::none, Bytes(1200, 1))).empty());
  };
  const std::size_t before = octets_allocated();
  flood();
  EXPECT_LT(octets_allocated(), before + 300'000) << "more than one message's worth is kept";
  EXPECT_EQ(b->view().half_open, 1u);
  world.run_for(61s);
  EXPECT_EQ(b->view().half_open, 0u);
  EXPECT_EQ(b->view().ike_sas.size(), 1u);
}

}  // namespace
}  // namespace sim
