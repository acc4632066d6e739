// What SAs are found by: each against the plainest thing that does the same.
#include <gtest/gtest.h>

#include <set>
#include <unordered_map>

#include "engine/name.hpp"
#include "engine/sa_table.hpp"
#include "tests/sim/seeded_rng.hpp"

namespace engine {
namespace {

TEST(FlatMap, IsAMap) {
  sim::SeededRng rng(1);
  FlatMap<ChildSaId, std::uint32_t> map;
  std::unordered_map<std::uint32_t, std::uint32_t> model;
  EXPECT_EQ(map.find(ChildSaId{1}), nullptr);
  for (std::uint32_t step = 0; step < 20000; ++step) {
    // Few numbers, so that they meet; runs of neighbours, as ids are.
    const std::uint32_t key = 1 + static_cast<std::uint32_t>(rng.u64() % 300);
    if (rng.u64() % 3 == 0) {
      map.erase(ChildSaId{key});
      model.erase(key);
    } else {
      map.put(ChildSaId{key}, step);
      model[key] = step;
    }
    ASSERT_EQ(map.size(), model.size());
    const std::uint32_t other = 1 + static_cast<std::uint32_t>(rng.u64() % 300);
    const auto known = model.find(other);
    const std::uint32_t* found = map.find(ChildSaId{other});
    ASSERT_EQ(found != nullptr, known != model.end());
    if (found) ASSERT_EQ(*found, known->second);
  }
  EXPECT_FALSE(map.contains(ChildSaId{})) << "no key is none";
  map.erase(ChildSaId{});
  EXPECT_EQ(map.size(), model.size());
}

struct Crowd {
  explicit Crowd(std::uint32_t count) : sas(count) {
    for (std::uint32_t i = 0; i < count; ++i) sas[i].id = IkeSaId{i + 1};
  }
  std::vector<IkeSa> sas;
};

TEST(SaDeadlines, ComeInTheirOrder) {
  sim::SeededRng rng(2);
  Crowd crowd(100);
  SaDeadlines deadlines;
  std::set<std::pair<Time, IkeSaId>> model;
  std::vector<Time> at(100, Time::max());
  for (int step = 0; step < 20000; ++step) {
    const std::size_t which = rng.u64() % 100;
    const Time when = rng.u64() % 4 ? Time(Duration(static_cast<Duration::rep>(rng.u64() % 50))) : Time::max();
    model.erase({at[which], crowd.sas[which].id});
    at[which] = when;
    if (when != Time::max()) model.insert({when, crowd.sas[which].id});
    deadlines.set(crowd.sas[which], when);
    ASSERT_EQ(deadlines.earliest(), model.empty() ? std::nullopt : std::optional(model.begin()->first));
    const Time now(Duration(static_cast<Duration::rep>(rng.u64() % 10)));
    std::vector<IkeSaId> due;
    for (const auto& [time, id] : model)
      if (time <= now) due.push_back(id);
    ASSERT_EQ(deadlines.due(now), due);
  }
}

TEST(SaSiblings, AreFoundByTheirNumberInTheOrderTheyWereMade) {
  sim::SeededRng rng(3);
  Crowd crowd(60);
  SaSiblings siblings(&SaPlace::same_peer);
  std::vector<std::uint64_t> number(60);
  for (int step = 0; step < 5000; ++step) {
    const std::size_t which = rng.u64() % 60;
    if (number[which])
      siblings.remove(std::exchange(number[which], 0), crowd.sas[which]);
    else
      siblings.add(number[which] = 1 + rng.u64() % 5, crowd.sas[which]);
    for (std::uint64_t wanted = 1; wanted <= 5; ++wanted) {
      std::vector<IkeSa*> expected;
      for (std::size_t i = 0; i < 60; ++i)
        if (number[i] == wanted) expected.push_back(&crowd.sas[i]);
      ASSERT_EQ(siblings.under(wanted), expected);
    }
  }
}

TEST(Name, CopiesShareTheText) {
  const Name name = "GigabitEthernet0/0";
  const Name copy = name;
  EXPECT_EQ(&copy.text(), &name.text());
  EXPECT_EQ(name, Name(std::string("GigabitEthernet0/0")));
  EXPECT_TRUE(name == "GigabitEthernet0/0" && !(name == "GigabitEthernet0/1"));
  EXPECT_TRUE(Name().empty() && Name() == Name("") && Name().text().empty());
}

}  // namespace
}  // namespace engine
