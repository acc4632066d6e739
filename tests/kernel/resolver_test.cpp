// Names are looked up beside the loop: one that hangs delays nobody else, and nobody waits for it at the end.
#include "kernel/resolver.hpp"

#include <gtest/gtest.h>

#include <future>

namespace {

using engine::Family;
using engine::PeerName;
using engine::Resolved;

TEST(Resolver, AnAddressInNumbersIsItself) {
  const Resolved v4 = kernel::look_up({"192.0.2.1", Family::v4});
  EXPECT_EQ(v4.failure, "");
  EXPECT_EQ(v4.addresses, std::vector{*engine::IpAddress::parse("192.0.2.1")});
  const Resolved v6 = kernel::look_up({"2001:db8::1", Family::v6});
  EXPECT_EQ(v6.addresses, std::vector{*engine::IpAddress::parse("2001:db8::1")});
}

TEST(Resolver, WhatHasNoAddressOfTheFamilySaysWhy) {
  const Resolved answer = kernel::look_up({"192.0.2.1", Family::v6});
  EXPECT_TRUE(answer.addresses.empty());
  EXPECT_NE(answer.failure, "");
}

TEST(Resolver, OneThatHangsDelaysNobodyElse) {
  kernel::Loop loop;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::vector<std::string> answers;
  {
    kernel::Resolver resolver(
        loop,
        [&](const Resolved& answer) {
          answers.push_back(answer.name.name);
          if (answers.size() == 50) loop.stop();
        },
        [released](const PeerName& name) {
          if (name.name == "hangs") released.wait();
          return Resolved{name, {}, "no such name"};
        });
    resolver.ask({"hangs", Family::v4});
    for (int i = 0; i < 50; ++i) resolver.ask({std::to_string(i), Family::v4});
    loop.run();
    EXPECT_EQ(answers.size(), 50u);
  }
  release.set_value();  // its answer finds nobody any more
}

}  // namespace
