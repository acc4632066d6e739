// RADIUS as octets: what is asked, what is believed, and EAP passed through it.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/crypto/prf.hpp"
#include "engine/eap/pass_through.hpp"
#include "engine/radius/orders.hpp"
#include "engine/radius/packet.hpp"
#include "tests/sim/seeded_rng.hpp"

namespace engine_radius {
namespace {

using namespace engine;
using namespace engine::radius;

const Bytes secret = to_bytes(as_bytes("xyzzy5461"));

radius::Authenticate question() {
  radius::Authenticate out;
  auto group = std::make_shared<RadiusGroup>();
  group->nas_identifier = "hub";
  out.group = group;
  out.user = "nemo";
  out.eap = Bytes(600, 0x2A);
  out.state = {1, 2, 3};
  out.local = *IpAddress::parse("203.0.113.10");
  out.peer = *IpAddress::parse("2001:db8::1");
  return out;
}

/// A server: an answer to the request with these attributes, signed as asked.
enum class Signed { whole, not_whole, twice, by_another };
Bytes answer_to(const Request& request, std::uint8_t code, Bytes attributes, Signed how = Signed::whole) {
  Writer out;
  out.u8(code);
  out.u8(request.octets[1]);
  out.u16(0);
  out.bytes(request.authenticator);
  if (how != Signed::not_whole)
    for (int i = 0; i < (how == Signed::twice ? 2 : 1); ++i) {
      out.u8(80);
      out.u8(18);
      out.zeros(16);
    }
  out.bytes(attributes);
  out.patch_u16(2, static_cast<std::uint16_t>(out.size()));
  Bytes octets = out.take();
  const Bytes key = how == Signed::by_another ? Bytes{1} : secret;
  if (how != Signed::not_whole) {
    const Bytes signature = crypto::hmac_md5(key, {octets});
    std::copy(signature.begin(), signature.end(), octets.begin() + 22);
  }
  const Bytes digest = crypto::md5({octets, key});
  std::copy(digest.begin(), digest.end(), octets.begin() + 4);
  return octets;
}

Bytes attribute(std::uint8_t type, const Bytes& value) {
  Bytes out{type, static_cast<std::uint8_t>(value.size() + 2)};
  out.insert(out.end(), value.begin(), value.end());
  return out;
}

Cause cause_of(const Result<Answer>& answer) { return answer.ok() ? Cause::none : answer.failure().cause; }

TEST(Radius, TheMessageAuthenticatorComesFirstAndHolds) {
  const Request request = encode(question(), 7, Authenticator{9, 9, 9}, secret);
  ASSERT_GT(request.octets.size(), 38u);
  EXPECT_EQ(request.octets[20], 80);
  EXPECT_EQ(request.octets[21], 18);
  Bytes zeroed = request.octets;
  const Bytes signature(zeroed.begin() + 22, zeroed.begin() + 38);
  std::fill(zeroed.begin() + 22, zeroed.begin() + 38, 0);
  EXPECT_EQ(crypto::hmac_md5(secret, {zeroed}), signature);
  // EAP of 600 octets in three attributes.
  std::size_t pieces = 0, octets = 0;
  for (std::size_t at = 20; at < request.octets.size(); at += request.octets[at + 1])
    if (request.octets[at] == 79) ++pieces, octets += request.octets[at + 1] - 2u;
  EXPECT_EQ(pieces, 3u);
  EXPECT_EQ(octets, 600u);
}

TEST(Radius, WhatIsBelieved) {
  const Request request = encode(question(), 7, Authenticator{9}, secret);
  Bytes attributes = attribute(79, {1, 2, 0, 4});
  for (const Bytes& each : {attribute(24, {5, 6}), attribute(8, {10, 1, 2, 3}), attribute(25, {7}), attribute(27, {0, 0, 0, 60})})
    attributes.insert(attributes.end(), each.begin(), each.end());
  const auto challenge = parse(answer_to(request, 11, attributes), request, secret);
  ASSERT_TRUE(challenge.ok());
  EXPECT_EQ(std::get<Challenge>(*challenge).state, (Bytes{5, 6}));
  const auto accept = parse(answer_to(request, 2, attributes), request, secret);
  ASSERT_TRUE(accept.ok());
  EXPECT_EQ(std::get<Accept>(*accept).grant.framed.at(0).to_string(), "10.1.2.3");
  EXPECT_EQ(std::get<Accept>(*accept).grant.session_timeout, std::chrono::seconds(60));
  EXPECT_TRUE(std::get<Accept>(*accept).msk.empty());
  Bytes longer = answer_to(request, 3, attribute(18, {'n', 'o'}));
  longer.push_back(0);  // padding of whoever carries it
  const auto reject = parse(longer, request, secret);
  ASSERT_TRUE(reject.ok());
  EXPECT_EQ(std::get<Reject>(*reject).why, "no");
}

Bytes text_attribute(std::uint8_t type, const std::string& text) { return attribute(type, to_bytes(as_bytes(text))); }
/// Cisco's AV pair.
Bytes pair(const std::string& text) {
  Bytes value{0, 0, 0, 9, 1, static_cast<std::uint8_t>(text.size() + 2)};
  value.insert(value.end(), text.begin(), text.end());
  return attribute(26, value);
}
Bytes joined(const std::vector<Bytes>& parts) {
  Bytes out;
  for (const Bytes& each : parts) out.insert(out.end(), each.begin(), each.end());
  return out;
}
std::string texts(const std::vector<Prefix>& networks) {
  std::string out;
  for (const Prefix& each : networks) out += each.to_string() + " ";
  return out;
}

TEST(Radius, WhatAUserIsGranted) {
  const Request request = encode(question(), 7, Authenticator{9}, secret);
  const Bytes attributes = joined({attribute(8, {10, 1, 2, 3}), attribute(8, {10, 9, 9, 9}), attribute(168, Bytes(16, 0x20)),
                                   attribute(9, {255, 255, 255, 0}), text_attribute(22, "10.217.0.0/16 0.0.0.0 1"),
                                   text_attribute(99, "2001:db8:7::/48"), text_attribute(88, "POOL"), text_attribute(100, "SIX"),
                                   pair("ipsec:dns-servers=10.5.0.1 10.5.0.2"), pair("ipsec:route-set=prefix 10.8.0.0/13"),
                                   pair("ipsec:default-domain=corp.example"), pair("ipsec:banner=hello"),
                                   attribute(26, {0, 0, 1, 0x37, 28, 6, 10, 5, 0, 3})});
  const auto answer = parse(answer_to(request, 2, attributes), request, secret);
  ASSERT_TRUE(answer.ok());
  const RadiusGrant& grant = std::get<Accept>(*answer).grant;
  ASSERT_EQ(grant.framed.size(), 2u);
  EXPECT_EQ(grant.framed[0].to_string(), "10.1.2.3");
  EXPECT_EQ(grant.netmask->to_string(), "255.255.255.0");
  EXPECT_EQ(texts(grant.routes), "10.217.0.0/16 2001:db8:7::/48 ");
  EXPECT_EQ(texts(grant.networks), "10.8.0.0/13 ");
  EXPECT_EQ(grant.pool + grant.ipv6_pool, "POOLSIX");
  EXPECT_EQ(grant.dns.size(), 3u);
  EXPECT_EQ(grant.default_domain + grant.banner, "corp.examplehello");
}

TEST(Radius, WhatCannotBeGrantsNothing) {
  const Request request = encode(question(), 7, Authenticator{9}, secret);
  for (const Bytes& odd :
       {attribute(8, {10, 1, 2}), attribute(8, {255, 255, 255, 254}), attribute(22, {}), text_attribute(22, "10.0.0.0/33"),
        text_attribute(22, "10.0.0.0/"), text_attribute(22, "/8"), attribute(26, {0, 0, 0, 9}), attribute(26, {0, 0, 0, 9, 1, 0}),
        attribute(26, {0, 0, 0, 9, 1, 200, 'a'}), pair("ipsec:route-set=prefix"), pair("=x"), pair("ipsec:dns-servers=a b"),
        attribute(27, {1, 2}), attribute(9, {1})}) {
    const auto answer = parse(answer_to(request, 2, odd), request, secret);
    ASSERT_TRUE(answer.ok());
    const RadiusGrant& grant = std::get<Accept>(*answer).grant;
    EXPECT_TRUE(grant.framed.empty() && grant.routes.empty() && grant.networks.empty() && grant.dns.empty() &&
                !grant.session_timeout && !grant.netmask);
  }
}

TEST(Radius, WhatWentThroughIsCounted) {
  radius::Account account;
  account.group = question().group;
  account.kind = radius::Account::Kind::stop;
  account.session = "s1";
  account.octets_in = (std::uint64_t{3} << 32) + 5;
  account.packets_out = 7;
  const Bytes octets = encode(account, 1, secret).octets;
  const auto has = [&](const Bytes& wanted) {
    return std::search(octets.begin(), octets.end(), wanted.begin(), wanted.end()) != octets.end();
  };
  EXPECT_TRUE(has({42, 6, 0, 0, 0, 5}) && has({52, 6, 0, 0, 0, 3}) && has({48, 6, 0, 0, 0, 7}));
  account.kind = radius::Account::Kind::on;
  account.session = "00000000";
  const Bytes on = encode(account, 1, secret).octets;
  EXPECT_EQ((Bytes(on.begin() + 20, on.begin() + 26)), (Bytes{40, 6, 0, 0, 0, 7}));
  EXPECT_EQ(on.size(), 20u + 6 + 10 + 5);
}

/// An order of a server that knows this secret.
Bytes order(std::uint8_t code, const Bytes& attributes, const Bytes& key = secret) {
  Writer out;
  out.u8(code);
  out.u8(9);
  out.u16(static_cast<std::uint16_t>(20 + attributes.size()));
  out.zeros(16);
  out.bytes(attributes);
  Bytes octets = out.take();
  const Bytes digest = crypto::md5({octets, key});
  std::copy(digest.begin(), digest.end(), octets.begin() + 4);
  return octets;
}

TEST(RadiusOrders, AreAboutWhomTheySay) {
  const auto end =
      parse_order(order(40, joined({text_attribute(1, "alice"), text_attribute(44, "s1"), attribute(8, {10, 1, 2, 3})})), secret);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->refused, 0u);
  EXPECT_TRUE(end->order.disconnect);
  EXPECT_EQ(end->order.user + end->order.session + end->order.framed->to_string(), "alices110.1.2.3");
  const auto change = parse_order(order(43, joined({text_attribute(1, "alice"), attribute(27, {0, 0, 0, 60})})), secret);
  ASSERT_TRUE(change.ok());
  EXPECT_FALSE(change->order.disconnect);
  EXPECT_EQ(change->order.session_seconds, 60u);
}

TEST(RadiusOrders, WhatIsNotMadeWithOurSecretIsNone) {
  const Bytes good = order(40, text_attribute(1, "alice"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes forged = good;
    forged[i] ^= 1;
    EXPECT_FALSE(parse_order(forged, secret).ok()) << i;
    EXPECT_FALSE(parse_order(ByteView(good).first(i), secret).ok()) << i;
  }
  EXPECT_FALSE(parse_order(order(40, text_attribute(1, "alice"), {1}), secret).ok());
  EXPECT_FALSE(parse_order(order(40, joined({text_attribute(1, "alice"), attribute(80, Bytes(16, 1))})), secret).ok());
  EXPECT_FALSE(parse_order(order(1, text_attribute(1, "alice")), secret).ok());
}

TEST(RadiusOrders, WhatCannotBeDoneIsRefusedWithItsReason) {
  EXPECT_EQ(parse_order(order(40, {}), secret)->refused, missing_attribute);
  EXPECT_EQ(parse_order(order(43, text_attribute(1, "alice")), secret)->refused, missing_attribute);
  EXPECT_EQ(parse_order(order(43, joined({text_attribute(1, "alice"), attribute(11, {1}), attribute(27, {0, 0, 0, 9})})), secret)
                ->refused,
            unsupported_attribute);
  const Bytes asked = order(40, text_attribute(1, "alice"));
  EXPECT_EQ(answer_order(asked, 0, secret)[0], 41);
  const Bytes refused = answer_order(asked, session_not_found, secret);
  EXPECT_EQ(refused[0], 42);
  EXPECT_EQ(refused[1], 9);
  EXPECT_EQ(answer_order(order(43, {}), 0, secret)[0], 44);
}

TEST(Radius, SilenceAndLiesAreCausesOfTheirOwn) {
  const Request request = encode(question(), 7, Authenticator{9}, secret);
  const Bytes accept = answer_to(request, 2, attribute(8, {10, 1, 2, 3}));
  for (const Signed how : {Signed::not_whole, Signed::twice, Signed::by_another})
    EXPECT_EQ(cause_of(parse(answer_to(request, 2, {}, how), request, secret)), Cause::radius_bad_answer);
  for (std::size_t i = 0; i < accept.size(); ++i) {
    Bytes forged = accept;
    forged[i] ^= 1;
    EXPECT_FALSE(parse(forged, request, secret).ok()) << i;
  }
  for (std::size_t length = 0; length < accept.size(); ++length)
    EXPECT_FALSE(parse(ByteView(accept).first(length), request, secret).ok()) << length;
  const Request other = encode(question(), 7, Authenticator{8}, secret);
  EXPECT_EQ(cause_of(parse(accept, other, secret)), Cause::radius_bad_answer);
  EXPECT_EQ(cause_of(parse(answer_to(request, 5, {}), request, secret)), Cause::radius_bad_answer);
  EXPECT_EQ(cause_of(parse(answer_to(request, 2, {26, 0}), request, secret)), Cause::radius_bad_answer);
  EXPECT_EQ(cause_of(parse(answer_to(request, 2, {26, 1}), request, secret)), Cause::radius_bad_answer);
  Bytes many;
  for (int i = 0; i < 1000; ++i) many.insert(many.end(), {200, 2});
  EXPECT_EQ(cause_of(parse(answer_to(request, 2, many), request, secret)), Cause::radius_bad_answer);
  const auto silent = crypto::run(crypto::Job(question()), crypto::KeyStore());
  EXPECT_EQ(std::get<Failure>(silent).cause, Cause::radius_silent);
}

TEST(Radius, AccountingIsHeldAgainstTheSecretToo) {
  radius::Account account;
  account.group = question().group;
  account.session = "s";
  account.user = "nemo";
  account.local = account.peer = *IpAddress::parse("192.0.2.1");
  const Request request = encode(account, 3, secret);
  Writer out;
  out.u8(5);
  out.u8(3);
  out.u16(20);
  out.bytes(request.authenticator);
  Bytes octets = out.take();
  const Bytes digest = crypto::md5({octets, secret});
  std::copy(digest.begin(), digest.end(), octets.begin() + 4);
  EXPECT_TRUE(parse(octets, request, secret).ok());
  EXPECT_FALSE(parse(octets, request, Bytes{1}).ok());
}

struct PassThrough : testing::Test {
  sim::SeededRng rng{3};
  std::shared_ptr<EapServer> settings = std::make_shared<EapServer>();
  void SetUp() override { settings->radius = question().group; }
  eap::PassThrough session() {
    return {settings, "spoke.example", *IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2")};
  }
  static Bytes message(eap::Code code, std::uint8_t id, std::uint8_t type = 4) {
    return eap::encode({code, id, static_cast<eap::Type>(type), {1}});
  }
};

TEST_F(PassThrough, WhatTheServerSaysIsPassedOn) {
  settings->query_identity = true;
  auto server = session();
  const auto first = eap::parse(std::get<eap::Send>(server.begin(rng)).message);
  auto step = server.take(rng, eap::encode({eap::Code::response, first->id, eap::Type::identity, {'b', 'o', 'b'}}));
  auto asked = std::get<radius::Authenticate>(std::get<eap::Compute>(step).job);
  EXPECT_EQ(asked.user, "bob");
  step = server.resume(Challenge{message(eap::Code::request, 9), {4, 4}});
  EXPECT_EQ(std::get<eap::Send>(step).message, message(eap::Code::request, 9));
  step = server.take(rng, message(eap::Code::response, 9));
  asked = std::get<radius::Authenticate>(std::get<eap::Compute>(step).job);
  EXPECT_EQ(asked.state, (Bytes{4, 4}));
  EXPECT_EQ(asked.eap, message(eap::Code::response, 9));
  auto rejected = server.resume(Reject{eap::encode({eap::Code::failure, 9}), "%n\n"});
  EXPECT_EQ(std::get<eap::Refused>(rejected).failure.cause, Cause::radius_rejected);
}

TEST_F(PassThrough, TheIdentityOfIkeStandsForOneThatIsNotAskedFor) {
  auto server = session();
  const auto step = server.begin(rng);
  EXPECT_EQ(std::get<radius::Authenticate>(std::get<eap::Compute>(step).job).user, "spoke.example");
}

TEST_F(PassThrough, WithoutAKeyNobodyPasses) {
  auto server = session();
  (void)server.begin(rng);
  EXPECT_EQ(std::get<eap::Refused>(server.resume(Accept{eap::encode({eap::Code::success, 1}), {}, {}})).failure.cause,
            Cause::eap_without_key);
  auto other = session();
  (void)other.begin(rng);
  const auto passed = other.resume(Accept{{}, Secret(Bytes(64, 1)), {}});
  EXPECT_EQ(eap::parse(std::get<eap::Passed>(passed).message)->code, eap::Code::success);
}

TEST_F(PassThrough, AChallengeWithoutRequestIsNone) {
  for (const Bytes& eap : {Bytes{}, message(eap::Code::response, 1), eap::encode({eap::Code::success, 1})}) {
    auto server = session();
    (void)server.begin(rng);
    EXPECT_EQ(std::get<eap::Refused>(server.resume(Challenge{eap, {}})).failure.cause, Cause::radius_bad_answer);
  }
}

}  // namespace
}  // namespace engine_radius
