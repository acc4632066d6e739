// Each cause with the configuration that mends it, on the right router.
#include "cli/remedy.hpp"

#include <gtest/gtest.h>

#include "cli/show_diagnose.hpp"
#include "engine/algorithms.hpp"
#include "facts.hpp"
#include "golden.hpp"

using namespace std::chrono_literals;

namespace {

using engine::Cause;
using engine::TransformType;

engine::Diagnosis diagnosis(Cause cause, engine::Evidence evidence, engine::Role role = engine::Role::responder) {
  engine::Diagnosis out;
  out.ago = 3s;
  out.role = role;
  out.local = {address("203.0.113.10"), 500};
  out.remote = {address("203.0.113.20"), 500};
  out.cause = cause;
  out.what = "refused";
  out.shown = std::make_shared<const engine::Evidence>(std::move(evidence));
  return out;
}

const engine::Algorithm* ike(TransformType type, const char* keyword) { return engine::find_ike_keyword(type, keyword); }

engine::TrafficSelector network(const char* text, std::uint8_t length) {
  return engine::TrafficSelector::of(engine::Prefix::of(address(text), length));
}

engine::Identity named(const char* name) {
  const std::string_view text(name);
  return {engine::IdType::fqdn, {text.begin(), text.end()}};
}

parser::Configuration configuration() {
  return parser::apply({},
                       "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha256\n group 14\n"
                       "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n peer B\n  address 203.0.113.20\n")
      .configuration;
}

}  // namespace

TEST(Remedy, EachCauseWithItsLines) {
  using E = engine::Evidence;
  engine::View view;
  E proposals;
  proposals.lines = {"closest is the peer's proposal 1 against 'P':",
                     "  encryption: theirs AES-CBC-128, ours AES-CBC-256: DIFFERS"};
  proposals.ours = "P";
  proposals.transforms = {ike(TransformType::encryption, "aes-cbc-128"), ike(TransformType::key_exchange, "19")};
  E sets;
  sets.ours = "SET";
  sets.transforms = {engine::find_esp_keyword("esp-gcm 256"), ike(TransformType::key_exchange, "19")};
  E selectors;
  selectors.ours = "VPN-ACL";
  selectors.selectors = {{network("192.168.1.0", 24), network("10.0.0.1", 32)}};
  E who;
  who.ours = "PROFILE";
  who.identity = named("gw.example.net");
  for (const Cause cause : {Cause::proposal_mismatch, Cause::peer_refused_proposal})
    view.diagnoses.push_back(diagnosis(cause, proposals));
  for (const Cause cause : {Cause::child_proposal_mismatch, Cause::peer_refused_child_proposal})
    view.diagnoses.push_back(diagnosis(cause, sets));
  for (const Cause cause : {Cause::selectors_unacceptable, Cause::peer_refused_selectors})
    view.diagnoses.push_back(diagnosis(cause, selectors));
  for (const Cause cause : {Cause::no_matching_profile, Cause::identity_mismatch, Cause::no_matching_key,
                            Cause::authentication_failed, Cause::peer_refused_authentication})
    view.diagnoses.push_back(diagnosis(cause, who));
  E method;
  method.ours = "PROFILE";
  method.method = engine::AuthMethod::rsa_sig;
  view.diagnoses.push_back(diagnosis(Cause::method_mismatch, method));
  view.diagnoses.push_back(diagnosis(Cause::no_matching_policy, {}));
  view.diagnoses.push_back(diagnosis(Cause::no_response, {}));
  expect_golden("show-crypto-ikev2-diagnose-remedies",
                cli::show_diagnose(cli::explained(view, configuration(), {}, {}), view, {}));
}

TEST(Remedy, AKeyIsMendedInTheBlockThatIsThere) {
  engine::Evidence who;
  who.ours = "K";
  who.identity = named("gw.example.net");
  const auto d = diagnosis(Cause::authentication_failed, who);
  const std::string peer = d.remote.ip.to_string();
  const auto known = parser::apply({}, "crypto ikev2 keyring K\n peer ANY\n  address 0.0.0.0 0.0.0.0\n peer BRANCH\n  address " +
                                           peer + "\n  pre-shared-key x\n");
  const auto remedies = cli::explain(d, known.configuration, {}).remedies;
  ASSERT_FALSE(remedies.empty());
  EXPECT_EQ(remedies[0].lines, (std::vector<std::string>{"crypto ikev2 keyring K", " peer BRANCH", "  pre-shared-key KEY"}));
}

/// What it prints is a configuration: every line is taken.
TEST(Remedy, LinesAreUnderstood) {
  engine::Evidence proposals;
  proposals.ours = "P";
  proposals.transforms = {ike(TransformType::encryption, "aes-cbc-128"), ike(TransformType::integrity, "sha512")};
  engine::Evidence selectors;
  selectors.selectors = {{network("192.168.1.0", 24), network("2001:db8::", 32)}, {}};
  selectors.selectors[0] = {network("192.168.1.0", 25), network("10.0.0.1", 32)};
  engine::Evidence who;
  who.ours = "PROFILE";
  who.identity = named("gw.example.net");
  for (const auto& d : {diagnosis(Cause::proposal_mismatch, proposals), diagnosis(Cause::selectors_unacceptable, selectors),
                        diagnosis(Cause::identity_mismatch, who), diagnosis(Cause::no_matching_key, who),
                        diagnosis(Cause::no_matching_policy, {}), diagnosis(Cause::no_response, {})})
    for (const auto& remedy : cli::explain(d, configuration(), {}).remedies) {
      if (remedy.where == cli::Router::peer) continue;
      std::string text;
      for (const std::string& line : remedy.lines) text += line + "\n";
      for (const auto& report : parser::apply(configuration(), text).lines)
        EXPECT_NE(report.verdict, parser::Verdict::refused) << report.text << ": " << report.answer;
    }
}

TEST(Remedy, SilenceIsToldByPortAndSize) {
  engine::Notice notice{engine::NoticeKind::datagram_sent};
  notice.local = {address("203.0.113.10"), 500};
  notice.remote = {address("203.0.113.20"), 500};
  notice.exchange = 34;
  std::vector<cli::Record> records = {{engine::Time(1s), notice}};
  const auto d = diagnosis(Cause::no_response, {}, engine::Role::initiator);
  const auto evidence = [&] {
    std::string out;
    for (const std::string& line : cli::explain(d, {}, cli::heard(records, engine::Time(5s))).evidence) out += line + "\n";
    return out;
  };
  EXPECT_EQ(
      evidence(),
      "1 messages sent from 203.0.113.10:500 to 203.0.113.20:500, the last 4 s ago; none received from there\n"
      "UDP 500, UDP 4500 and ESP must pass every firewall in between, and on this end the packet filters of the Linux host\n");
  notice.kind = engine::NoticeKind::datagram_received;
  notice.response = true;
  records.push_back({engine::Time(2s), notice});
  notice.kind = engine::NoticeKind::datagram_sent;
  notice.response = false;
  notice.exchange = 35;
  records.push_back({engine::Time(2s), notice});
  EXPECT_NE(evidence().find("the larger IKE_AUTH is not"), std::string::npos) << evidence();
  records.back().notice.remote.port = 4500;
  EXPECT_NE(evidence().find("something in between drops UDP 4500"), std::string::npos) << evidence();
}

TEST(Remedy, WhatIcmpSaidIsToldInWords) {
  engine::Notice notice{engine::NoticeKind::datagram_sent};
  notice.local = {address("203.0.113.10"), 500};
  notice.remote = {address("203.0.113.20"), 500};
  notice.exchange = 34;
  cli::Recorder recorder;
  cli::IcmpHeard icmp{notice.remote, address("203.0.113.20"), 3, 3, 0, {}};
  recorder.note_icmp(engine::Time(1s), icmp);
  EXPECT_FALSE(recorder.icmp_of(notice.remote.ip)) << "of a peer that nothing was sent to";
  recorder.note(engine::Time(1s), notice);
  recorder.note_icmp(engine::Time(1s), icmp);
  recorder.note_icmp(engine::Time(2s), icmp);
  const auto d = diagnosis(Cause::no_response, {}, engine::Role::initiator);
  const auto evidence = [&] {
    return cli::explain(d, {}, cli::heard_of_peer(recorder, notice.remote.ip, engine::Time(5s))).evidence.at(1);
  };
  EXPECT_EQ(evidence(),
            "ICMP from 203.0.113.20, the last 3 s ago, 2 times, about UDP port 500: nothing listens at that port: no IKE is "
            "running there, or not on that address");
  icmp.from = address("192.0.2.1");
  icmp.code = 13;
  recorder.note_icmp(engine::Time(4s), icmp);
  EXPECT_EQ(evidence(),
            "ICMP from 192.0.2.1, the last 1 s ago, 1 times, about UDP port 500: an access list or firewall forbids it "
            "(administratively prohibited)");
}

TEST(Remedy, AccessListLines) {
  engine::TrafficSelector web = network("10.9.9.9", 32), from = network("192.168.1.0", 24);
  web.protocol = from.protocol = 6;
  web.ports = {443, 443};
  EXPECT_EQ(cli::access_list_line(from, web), "permit tcp 192.168.1.0 0.0.0.255 host 10.9.9.9 eq 443");
  EXPECT_EQ(cli::access_list_line(network("0.0.0.0", 0), network("10.0.0.0", 8)), "permit ip any 10.0.0.0 0.255.255.255");
  EXPECT_EQ(cli::access_list_line(network("2001:db8:a::", 64), network("2001:db8:b::", 64)),
            "permit ipv6 2001:DB8:A::/64 2001:DB8:B::/64");
}

TEST(Remedy, APrfThatFollowsTheIntegrityNeedsNoLine) {
  engine::Evidence asked;
  asked.ours = "P";
  asked.transforms = {ike(TransformType::encryption, "aes-cbc-128"), ike(TransformType::integrity, "sha512"),
                      ike(TransformType::prf, "sha512")};
  const auto d = diagnosis(Cause::proposal_mismatch, asked);
  EXPECT_EQ(
      cli::explain(d, configuration(), {}).remedies.at(0).lines,
      (std::vector<std::string>{"crypto ikev2 proposal P", " encryption aes-cbc-256 aes-cbc-128", " integrity sha256 sha512"}));
  const auto named = parser::apply(configuration(), "crypto ikev2 proposal P\n prf sha256\n").configuration;
  EXPECT_EQ(cli::explain(d, named, {}).remedies.at(0).lines.back(), " prf sha256 sha512") << "what works goes on working";
  asked.transforms = {ike(TransformType::prf, "sha512")};
  EXPECT_EQ(cli::explain(diagnosis(Cause::proposal_mismatch, asked), configuration(), {}).remedies.at(0).lines.back(),
            " prf sha256 sha512");
}

namespace {

const char* const entries =
    "crypto ipsec transform-set SET esp-aes esp-sha-hmac\n mode transport\n"
    "crypto ipsec profile PROTECT\n set transform-set SET\n"
    "interface Tunnel0\n tunnel source GigabitEthernet0/0\n tunnel protection ipsec profile PROTECT\n"
    "crypto map VPN 40 ipsec-isakmp\n set transform-set SET\n";

std::vector<std::string> mended(const engine::Evidence& evidence, Cause cause) {
  const auto known = parser::apply({}, entries).configuration;
  const auto remedies = cli::explain(diagnosis(cause, evidence), known, {}).remedies;
  return remedies.empty() ? std::vector<std::string>{} : remedies[0].lines;
}

}  // namespace

TEST(Remedy, TheEntryTakesASetBesideItsOwn) {
  engine::Evidence e;
  e.ours = "SET";
  e.map = "VPN";
  e.sequence = 40;
  e.transforms = {engine::find_esp_keyword("esp-gcm 256")};
  EXPECT_EQ(mended(e, Cause::child_proposal_mismatch),
            (std::vector<std::string>{"crypto ipsec transform-set SET-PEER esp-gcm 256", " mode transport",
                                      "crypto map VPN 40 ipsec-isakmp", " set transform-set SET SET-PEER"}));
  e.lines = {"esn: theirs yes, ours no: DIFFERS"};
  EXPECT_EQ(mended(e, Cause::child_proposal_mismatch).at(1), " esn");
  e.lines = {"esn: theirs no, ours yes: DIFFERS"};
  EXPECT_EQ(mended(e, Cause::child_proposal_mismatch).at(1), " mode transport");
  e.map = "Tunnel0-head-0";
  EXPECT_EQ(mended(e, Cause::child_proposal_mismatch).at(2), "crypto ipsec profile PROTECT");
}

TEST(Remedy, WhatFitsAlreadyStaysInTheSet) {
  engine::Evidence e;
  e.ours = "SET";
  e.map = "VPN";
  e.sequence = 40;
  e.transforms = {engine::find_esp_keyword("esp-aes 256")};
  EXPECT_EQ(mended(e, Cause::child_proposal_mismatch).at(0), "crypto ipsec transform-set SET-PEER esp-aes 256 esp-sha-hmac");
  e.transforms = {};
  e.lines = {"  esn: theirs yes, ours no: DIFFERS"};
  const auto lines = mended(e, Cause::child_proposal_mismatch);
  ASSERT_GT(lines.size(), 1U);
  EXPECT_EQ(lines[0], "crypto ipsec transform-set SET-PEER esp-aes esp-sha-hmac");
  EXPECT_EQ(lines[1], " esn");
}

TEST(Remedy, PfsIsMendedInTheEntry) {
  engine::Evidence e;
  e.map = "VPN";
  e.sequence = 40;
  EXPECT_EQ(mended(e, Cause::pfs_mismatch), (std::vector<std::string>{"crypto map VPN 40 ipsec-isakmp", " no set pfs"}));
  e.transforms = {ike(TransformType::key_exchange, "15")};
  EXPECT_EQ(mended(e, Cause::pfs_mismatch), (std::vector<std::string>{"crypto map VPN 40 ipsec-isakmp", " set pfs group15"}));
  e.map = "Tunnel0-head-0";
  EXPECT_EQ(mended(e, Cause::pfs_mismatch), (std::vector<std::string>{"crypto ipsec profile PROTECT", " set pfs group15"}));
}

/// On this router an access list filters no packet: nothing may be proposed that changes nothing.
TEST(Remedy, SilenceIsMendedWhereItCanBe) {
  cli::Heard heard;
  const auto d = diagnosis(Cause::no_response, {}, engine::Role::initiator);
  const auto all = [&] {
    std::string out;
    for (const auto& remedy : cli::explain(d, {}, heard).remedies) {
      EXPECT_EQ(remedy.where, cli::Router::peer);
      for (const auto& line : remedy.lines) out += line + "\n";
    }
    return out;
  };
  EXPECT_NE(all().find("FIREWALL-IN\n permit udp host 203.0.113.10 host 203.0.113.20 eq 500\n"), std::string::npos) << all();
  heard.icmp = cli::IcmpHeard{d.remote, d.remote.ip, 3, 3, 1, {}};
  heard.icmp_ago = 1s;
  EXPECT_EQ(all().find("FIREWALL"), std::string::npos) << "it came through both ways: " << all();
  EXPECT_NE(all().find("interface NAME\n crypto map NAME\n"), std::string::npos) << all();
  heard.icmp->code = 1;
  EXPECT_EQ(all(), "") << "host unreachable";
  heard.last_received = 0s;
  EXPECT_NE(all(), "") << "the peer was heard since";
  heard.last_received.reset();
  heard.begun = 0s;
  EXPECT_NE(all().find("FIREWALL"), std::string::npos) << "it was about an attempt before this one";
}

TEST(Remedy, SilenceInsideAnIkeSaIsNoLostIkeAuth) {
  engine::View view;
  view.ike_sas.emplace_back();
  engine::IkeSaView& sa = view.ike_sas.back();
  sa.status = engine::SaStatus::ready;
  sa.local = {address("203.0.113.10"), 500};
  sa.remote = {address("203.0.113.20"), 500};
  cli::Recorder recorder;
  engine::Notice notice{engine::NoticeKind::ike_sa_up};
  notice.local = sa.local;
  notice.remote = sa.remote;
  recorder.note(engine::Time(1s), notice);
  EXPECT_TRUE(cli::heard_of(view, recorder, engine::Time(9s)).empty());
  sa.tries = 3;
  const auto heard = cli::heard_of(view, recorder, engine::Time(9s));
  const auto shown = cli::explained(view, {}, heard, {}).diagnoses;
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].diagnosis.cause, Cause::no_response);
  EXPECT_NE(shown[0].diagnosis.what.find("sent 3 times"), std::string::npos) << shown[0].diagnosis.what;
  ASSERT_FALSE(shown[0].explanation.evidence.empty());
  EXPECT_NE(shown[0].explanation.evidence.back().find("the peer was restarted"), std::string::npos);
}

/// What anybody may ask for is no advice to this router.
TEST(Remedy, NobodyCanAdviseToWeaken) {
  engine::Evidence asked;
  asked.ours = "P";
  asked.transforms = {ike(TransformType::encryption, "aes-cbc-128")};
  auto d = diagnosis(Cause::proposal_mismatch, asked);
  EXPECT_EQ(cli::explain(d, configuration(), {}).remedies.at(0).where, cli::Router::here);
  d.remote.ip = address("198.51.100.99");
  EXPECT_EQ(cli::explain(d, configuration(), {}).remedies.at(0).where, cli::Router::peer) << "of a stranger";
  asked.transforms.push_back(ike(TransformType::integrity, "md5"));
  for (const auto& remedy : cli::explain(diagnosis(Cause::proposal_mismatch, asked), configuration(), {}).remedies)
    EXPECT_EQ(remedy.where, cli::Router::peer) << "weak";
}

TEST(Remedy, AProfileWithoutKeyringGetsTheOneThatHasThePeer) {
  const std::string map = "crypto ikev2 profile P\ncrypto map VPN 40 ipsec-isakmp\n set ikev2-profile P\n";
  engine::Evidence e;
  e.map = "VPN";
  e.sequence = 40;
  const auto lines = [&](const std::string& more) {
    const auto known = parser::apply({}, map + more).configuration;
    const auto remedies = cli::explain(diagnosis(Cause::no_matching_key, e), known, {}).remedies;
    EXPECT_EQ(remedies.size(), 1U) << "nothing on the peer mends what was not sent";
    return remedies.empty() ? std::vector<std::string>{} : remedies[0].lines;
  };
  EXPECT_EQ(lines("crypto ikev2 keyring K\n peer B\n  address 203.0.113.20\n"),
            (std::vector<std::string>{"crypto ikev2 profile P", " keyring local K"}));
  EXPECT_EQ(lines("").back(), " keyring local NAME");
  e.ours = "K";
  EXPECT_EQ(lines("crypto ikev2 keyring K\n").back(), "  pre-shared-key KEY");
}
