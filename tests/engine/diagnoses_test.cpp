// What is kept of failures that are alike.
#include "engine/diagnoses.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

Diagnosis failed(const std::string& name) {
  Diagnosis out;
  out.cause = Cause::no_matching_profile;
  out.remote = {*IpAddress::parse("203.0.113.20"), 500};
  out.what = "refused";
  auto shown = std::make_shared<Evidence>();
  shown->identity = Identity{IdType::fqdn, {name.begin(), name.end()}};
  out.shown = shown;
  return out;
}

TEST(Diagnoses, EqualOnesAreCountedAndOtherIdentitiesStand) {
  Diagnoses kept;
  for (const char* name : {"one", "two", "one", "one"}) kept.add({}, failed(name));
  const auto list = kept.list({});
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].count, 3U);
  EXPECT_EQ(list[0].shown->identity->to_string(), "one");
  EXPECT_EQ(list[1].count, 1U);
}

TEST(Diagnoses, APeerOfManyNamesPushesNobodyOut) {
  Diagnoses kept;
  Diagnosis other = failed("other");
  other.remote.ip = *IpAddress::parse("203.0.113.99");
  kept.add({}, other);
  for (int i = 0; i < 200; ++i) kept.add({}, failed("name-" + std::to_string(i)));
  const auto list = kept.list({});
  ASSERT_EQ(list.size(), 5U);
  EXPECT_EQ(list[0].shown->identity->to_string(), "name-199");
  EXPECT_EQ(list[0].count, 197U);
  EXPECT_EQ(list[4].remote.ip, other.remote.ip);
}

}  // namespace
}  // namespace engine
