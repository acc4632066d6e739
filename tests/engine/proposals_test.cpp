// What is offered, chosen and accepted (RFC 7296, 2.7 and 3.3).
#include "engine/proposals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "engine/evidence.hpp"

namespace engine {
namespace {

using Words = std::vector<std::string>;

std::vector<const Algorithm*> rows(TransformType type, const Words& words) {
  std::vector<const Algorithm*> out;
  for (const std::string& word : words) out.push_back(find_ike_keyword(type, word));
  return out;
}

IkePolicy policy(const Words& encryption, const Words& integrity, const Words& prf, const Words& groups) {
  IkeProposal proposal{"P", rows(TransformType::encryption, encryption), rows(TransformType::integrity, integrity),
                       rows(TransformType::prf, prf), rows(TransformType::key_exchange, groups)};
  return {"POL", {}, {std::make_shared<IkeProposal>(std::move(proposal))}};
}

CryptoMapEntry entry(const char* encryption, const char* integrity, const char* group = nullptr) {
  auto set = std::make_shared<TransformSet>();
  set->encryption = find_esp_keyword(encryption);
  set->integrity = *integrity ? find_esp_keyword(integrity) : nullptr;
  CryptoMapEntry out;
  out.transform_sets = {set};
  out.pfs_group = group ? find_ike_keyword(TransformType::key_exchange, group) : nullptr;
  return out;
}

TEST(IkeProposals, AeadAndOtherCiphersNeverShareOne) {
  const auto offered = offer_ike(policy({"aes-cbc-256", "aes-gcm-256"}, {"sha256"}, {}, {"19"}), {});
  ASSERT_EQ(offered.size(), 2u);
  EXPECT_EQ(offered[0].number, 1);
  EXPECT_EQ(describe(offered[0]), "AES-CBC-256 SHA256 SHA256 DH_GROUP_256_ECP/Group 19");
  EXPECT_EQ(offered[1].number, 2);
  EXPECT_EQ(describe(offered[1]), "AES-GCM-256 SHA256 DH_GROUP_256_ECP/Group 19");
}

TEST(IkeProposals, OurOrderDecidesButThePeersGroupIsTakenWhereItMay) {
  const auto offered = offer_ike(policy({"aes-cbc-128", "aes-cbc-256"}, {"sha1", "sha512"}, {}, {"14", "19"}), {});
  const auto ours = policy({"aes-cbc-256", "aes-cbc-128"}, {"sha512", "sha1"}, {}, {"19", "14"});
  const auto choice = choose_ike(offered, ours, 14);
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->suite.encryption->key_bits, 256);
  EXPECT_EQ(choice->suite.integrity->show_ike, "SHA512");
  EXPECT_EQ(choice->suite.group->id, 14);
  EXPECT_EQ(choose_ike(offered, ours, 31)->suite.group->id, 19);
  EXPECT_TRUE(accept_ike_answer({{choice->answer}}, offered).ok());
}

TEST(IkeProposals, AMismatchIsToldTypeByType) {
  const auto choice = choose_ike(offer_ike(policy({"aes-cbc-128"}, {"sha256"}, {}, {"14"}), {}),
                                 policy({"aes-cbc-256"}, {"sha256"}, {}, {"14"}), 14);
  ASSERT_FALSE(choice.ok());
  ASSERT_TRUE(choice.failure().evidence);
  const Evidence& evidence = *choice.failure().evidence;
  EXPECT_EQ(evidence.ours, "P");
  EXPECT_EQ(evidence.lines,
            (Words{"closest is the peer's proposal 1 against 'P':", "  encryption: theirs AES-CBC-128, ours AES-CBC-256: DIFFERS",
                   "  integrity: theirs SHA256, ours SHA256: fits", "  prf: theirs SHA256, ours SHA256: fits",
                   "  group: theirs DH_GROUP_2048_MODP/Group 14, ours DH_GROUP_2048_MODP/Group 14: fits"}));
  EXPECT_EQ(evidence.transforms, rows(TransformType::encryption, {"aes-cbc-128"}));
}

TEST(IkeProposals, NothingInCommonNamesBothSides) {
  const auto choice = choose_ike(offer_ike(policy({"aes-cbc-128"}, {"sha1"}, {}, {"14"}), {}),
                                 policy({"aes-cbc-256"}, {"sha256"}, {}, {"14"}), 14);
  ASSERT_FALSE(choice.ok());
  EXPECT_EQ(choice.failure().notify, NotifyType::no_proposal_chosen);
  EXPECT_EQ(choice.failure().cause, Cause::proposal_mismatch);
  EXPECT_NE(choice.failure().why.find("AES-CBC-128 SHA96"), std::string::npos) << choice.failure().why;
  EXPECT_NE(choice.failure().why.find("AES-CBC-256 SHA256"), std::string::npos) << choice.failure().why;
}

TEST(IkeProposals, UnknownTransformTypesAndAttributesAreNeverChosen) {
  const auto ours = policy({"aes-cbc-256"}, {"sha256"}, {}, {"14"});
  auto offered = offer_ike(ours, {});
  offered[0].transforms.push_back({6, 35, 0, false});
  EXPECT_FALSE(choose_ike(offered, ours, 14).ok());
  offered = offer_ike(ours, {});
  offered[0].transforms[0].unknown_attribute = true;
  EXPECT_FALSE(choose_ike(offered, ours, 14).ok());
}

TEST(IkeProposals, AeadTakesNoIntegrityOrTheTransformNone) {
  const auto ours = policy({"aes-gcm-256"}, {}, {"sha256"}, {"19"});
  auto offered = offer_ike(ours, {});
  offered[0].transforms.push_back({3, no_integrity, 0, false});
  EXPECT_TRUE(choose_ike(offered, ours, 19).ok());
  offered[0].transforms.back().id = 12;
  EXPECT_FALSE(choose_ike(offered, ours, 19).ok());
}

TEST(IkeProposals, AnAnswerMustBeMadeOfTheOffer) {
  const auto ours = policy({"aes-cbc-256"}, {"sha256"}, {}, {"14", "19"});
  const auto offered = offer_ike(ours, {});
  const wire::Proposal good = choose_ike(offered, ours, 14)->answer;
  const auto refused = [&](const wire::SaPayload& answer) {
    const auto result = accept_ike_answer(answer, offered);
    return !result.ok() && result.failure().cause == Cause::answer_not_offered;
  };
  EXPECT_TRUE(refused({{}}));
  EXPECT_TRUE(refused({{good, good}}));
  wire::Proposal changed = good;
  changed.number = 2;
  EXPECT_TRUE(refused({{changed}}));
  changed = good;
  changed.transforms[0].key_bits = 128;
  EXPECT_TRUE(refused({{changed}}));
  changed = good;
  changed.transforms.push_back({4, 19, 0, false});  // two groups
  EXPECT_TRUE(refused({{changed}}));
  changed = good;
  changed.transforms.erase(changed.transforms.begin());  // no cipher
  EXPECT_TRUE(refused({{changed}}));
}

TEST(ChildProposals, KeyExchangeMeansNothingInIkeAuth) {
  const auto map = entry("esp-aes 256", "esp-sha256-hmac", "14");
  const auto offered = offer_child(map, EspSpi{0x1000}, nullptr);
  EXPECT_TRUE(choose_child(offered, map, ChildKeyExchange::ignored, 0).ok());
  const auto later = choose_child(offered, map, ChildKeyExchange::as_offered, 0);
  ASSERT_FALSE(later.ok());
  EXPECT_EQ(later.failure().cause, Cause::pfs_mismatch);
}

TEST(ChildProposals, WithoutPfsHereThePeersIsTaken) {
  const auto offered =
      offer_child(entry("esp-gcm 256", "", "19"), EspSpi{0x1000}, find_ike_keyword(TransformType::key_exchange, "19"));
  const auto choice = choose_child(offered, entry("esp-gcm 256", ""), ChildKeyExchange::as_offered, 19);
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->group->id, 19);
  EXPECT_EQ(choice->peer_spi, EspSpi{0x1000});
}

TEST(ChildProposals, ExtendedSequenceNumbersOnlyWhereBothWant) {
  auto wants = entry("esp-aes", "esp-sha-hmac");
  auto set = std::make_shared<TransformSet>(*wants.transform_sets[0]);
  set->extended_sequence_numbers = true;
  auto both = wants;
  both.transform_sets = {set};
  const auto offered = offer_child(both, EspSpi{0x1000}, nullptr);
  EXPECT_FALSE(choose_child(offered, wants, ChildKeyExchange::ignored, 0)->extended_sequence_numbers);
  EXPECT_TRUE(choose_child(offered, both, ChildKeyExchange::ignored, 0)->extended_sequence_numbers);
}

TEST(ChildProposals, WithoutTheTransformThereAreNoExtendedSequenceNumbers) {
  const auto map = entry("esp-aes 256", "esp-sha256-hmac");
  auto offered = offer_child(map, EspSpi{0x1000}, nullptr);
  std::erase_if(offered[0].transforms, [](const wire::Transform& t) { return t.type == 5; });
  const auto choice = choose_child(offered, map, ChildKeyExchange::ignored, 0);
  ASSERT_TRUE(choice.ok());
  EXPECT_FALSE(choice->extended_sequence_numbers);
  offered[0].transforms.push_back({5, 7, 0, false});  // one that nobody knows is not none
  EXPECT_FALSE(choose_child(offered, map, ChildKeyExchange::ignored, 0).ok());
}

TEST(ChildProposals, NothingIsNotProtectedByNothing) {
  const auto map = entry("esp-null", "esp-sha256-hmac");
  auto offered = offer_child(map, EspSpi{0x1000}, nullptr);
  ASSERT_TRUE(choose_child(offered, map, ChildKeyExchange::ignored, 0).ok());
  auto none = offered;
  for (wire::Transform& t : none[0].transforms)
    if (t.type == 3) t.id = no_integrity;
  EXPECT_FALSE(choose_child(none, map, ChildKeyExchange::ignored, 0).ok());
  EXPECT_FALSE(accept_child_answer({none}, offered).ok());
  std::erase_if(none[0].transforms, [](const wire::Transform& t) { return t.type == 3; });
  EXPECT_FALSE(choose_child(none, map, ChildKeyExchange::ignored, 0).ok());
  EXPECT_FALSE(accept_child_answer({none}, offered).ok());
}

TEST(ChildProposals, AnAnswerMustBeMadeOfTheOffer) {
  auto map = entry("esp-aes 256", "esp-sha256-hmac");
  map.transform_sets.push_back(entry("esp-aes", "esp-sha-hmac").transform_sets[0]);
  const auto offered = offer_child(map, EspSpi{0x1000}, nullptr);
  const wire::Proposal good = offered[0];
  EXPECT_TRUE(accept_child_answer({{good}}, offered).ok());
  const auto refused = [&](const std::function<void(wire::Proposal&)>& change) {
    wire::Proposal changed = good;
    change(changed);
    const auto result = accept_child_answer({{changed}}, offered);
    return !result.ok() && result.failure().cause == Cause::answer_not_offered;
  };
  const auto transform = [](wire::Proposal& p, std::uint8_t type) {
    return std::ranges::find(p.transforms, type, &wire::Transform::type);
  };
  EXPECT_FALSE(accept_child_answer({{}}, offered).ok());
  EXPECT_FALSE(accept_child_answer({{good, good}}, offered).ok());
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.number = 9; }));
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.number = 0; }));
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.number = 2; })) << "transforms of the first under the second's number";
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.protocol = wire::Protocol::ah; }));
  EXPECT_TRUE(refused([&](wire::Proposal& p) { transform(p, 1)->key_bits = 192; }));
  EXPECT_TRUE(refused([&](wire::Proposal& p) { transform(p, 1)->key_bits = 0; }));
  EXPECT_TRUE(refused([&](wire::Proposal& p) { transform(p, 5)->id = 1; }));
  EXPECT_TRUE(refused([&](wire::Proposal& p) { p.transforms.push_back(*transform(p, 1)); }));
  EXPECT_TRUE(refused([&](wire::Proposal& p) { p.transforms.push_back({4, 14, 0, false}); }));
  EXPECT_TRUE(refused([&](wire::Proposal& p) { p.transforms.erase(transform(p, 3)); }));
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.transforms.clear(); }));
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.spi = {0, 0, 0, 255}; }));
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.spi = Bytes(8, 7); }));
  EXPECT_TRUE(refused([](wire::Proposal& p) { p.spi = {}; }));
}

TEST(ChildProposals, ReservedAndMisshapenSpisAreRefused) {
  const auto map = entry("esp-aes", "esp-sha-hmac");
  EXPECT_FALSE(choose_child(offer_child(map, EspSpi{255}, nullptr), map, ChildKeyExchange::ignored, 0).ok());
  auto offered = offer_child(map, EspSpi{0x1000}, nullptr);
  offered[0].spi.push_back(0);
  EXPECT_FALSE(choose_child(offered, map, ChildKeyExchange::ignored, 0).ok());
}

}  // namespace
}  // namespace engine
