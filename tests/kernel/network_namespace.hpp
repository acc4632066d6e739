// For tests that make devices, addresses and routes.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>

#include <functional>
#include <thread>

namespace kernel {

/// Runs `test` in a network namespace of its own, which goes with it. Needs root; without, the test is skipped.
inline void in_namespace(const std::function<void()>& test) {
  bool ran = false;
  std::thread inside([&] {
    if (::unshare(CLONE_NEWNET) != 0) return;
    ran = true;
    test();
  });
  inside.join();
  if (!ran) GTEST_SKIP() << "needs root";
}

}  // namespace kernel
