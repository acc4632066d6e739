#include "kernel/loop.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "kernel/host.hpp"
#include "kernel/system_random.hpp"

namespace kernel {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~Pipe() {
    for (const int end : ends) ::close(end);
  }
  int reading() const { return ends[0]; }
  void write(char c) const { EXPECT_EQ(::write(ends[1], &c, 1), 1); }
  char read() const {
    char c = 0;
    EXPECT_EQ(::read(ends[0], &c, 1), 1);
    return c;
  }
};

TEST(Loop, calls_the_handler_of_a_ready_descriptor) {
  Loop loop;
  const Pipe pipe;
  std::string read;
  loop.watch(pipe.reading(), EPOLLIN, [&](std::uint32_t events) {
    EXPECT_TRUE(events & EPOLLIN);
    read += pipe.read();
  });
  EXPECT_FALSE(loop.turn(0ms));
  pipe.write('a');
  pipe.write('b');
  EXPECT_TRUE(loop.turn(1s));
  EXPECT_TRUE(loop.turn(1s)) << "level-triggered";
  EXPECT_EQ(read, "ab");
  loop.forget(pipe.reading());
  pipe.write('c');
  EXPECT_FALSE(loop.turn(0ms));
}

TEST(Loop, a_handler_may_forget_itself_and_others) {
  Loop loop;
  const Pipe one, two;
  int calls = 0;
  const auto handler = [&](std::uint32_t) {
    ++calls;
    loop.forget(one.reading());
    loop.forget(two.reading());
  };
  loop.watch(one.reading(), EPOLLIN, handler);
  loop.watch(two.reading(), EPOLLIN, handler);
  one.write('x');
  two.write('x');
  loop.turn(1s);
  loop.turn(0ms);
  EXPECT_EQ(calls, 1);
}

TEST(Loop, rewatch_changes_the_events) {
  Loop loop;
  const Pipe pipe;
  int calls = 0;
  loop.watch(pipe.reading(), EPOLLIN, [&](std::uint32_t) { ++calls; });
  pipe.write('x');
  loop.rewatch(pipe.reading(), 0);
  loop.turn(0ms);
  EXPECT_EQ(calls, 0);
  loop.rewatch(pipe.reading(), EPOLLIN);
  loop.turn(0ms);
  EXPECT_EQ(calls, 1);
}

TEST(Loop, posted_tasks_run_in_order_on_the_loops_thread) {
  Loop loop;
  std::vector<int> order;
  const auto here = std::this_thread::get_id();
  std::thread other([&] {
    for (int i = 0; i < 100; ++i)
      loop.post([&, i] {
        EXPECT_EQ(std::this_thread::get_id(), here);
        order.push_back(i);
      });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(Loop, a_task_posted_by_a_task_runs_in_a_later_turn) {
  Loop loop;
  bool inner = false;
  loop.post([&] { loop.post([&] { inner = true; }); });
  loop.turn(1s);
  EXPECT_FALSE(inner);
  loop.turn(1s);
  EXPECT_TRUE(inner);
}

TEST(Loop, clocks_tick_when_their_deadline_has_come) {
  Loop loop;
  std::optional<engine::Time> deadline = monotonic_now() + 20ms;
  std::vector<engine::Time> ticks;
  const unsigned clock = loop.add_clock([&] { return deadline; },
                                        [&](engine::Time now) {
                                          ticks.push_back(now);
                                          EXPECT_GE(now, *deadline);
                                          deadline.reset();
                                        });
  for (int i = 0; i < 5 && ticks.empty(); ++i) loop.turn(1s);
  EXPECT_EQ(ticks.size(), 1U);
  EXPECT_FALSE(loop.turn(5ms));
  deadline = monotonic_now();
  loop.remove_clock(clock);
  loop.turn(5ms);
  EXPECT_EQ(ticks.size(), 1U);
}

TEST(Loop, a_deadline_in_the_past_does_not_wait) {
  Loop loop;
  int ticks = 0;
  loop.add_clock([] { return std::optional(engine::Time{}); }, [&](engine::Time) { ++ticks; });
  const engine::Time before = monotonic_now();
  loop.turn(10s);
  EXPECT_EQ(ticks, 1);
  EXPECT_LT(monotonic_now() - before, 5s);
}

TEST(Loop, signals_become_calls) {
  Loop loop;
  std::vector<int> seen;
  loop.on_signals({SIGUSR1, SIGUSR2}, [&](int signal) { seen.push_back(signal); });
  ::kill(::getpid(), SIGUSR2);
  for (int i = 0; i < 5 && seen.empty(); ++i) loop.turn(1s);
  EXPECT_EQ(seen, std::vector{SIGUSR2});
}

TEST(Loop, stop_from_another_thread_ends_run) {
  Loop loop;
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
}

TEST(Host, time_goes_on_and_the_boot_has_a_name) {
  const engine::Time first = monotonic_now();
  std::this_thread::sleep_for(2ms);
  EXPECT_GE(monotonic_now() - first, 2ms);
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(boot_id(), boot_id());
}

TEST(SystemRandom, gives_what_was_asked_and_never_the_same) {
  SystemRandom random;
  EXPECT_NE(random.u64(), random.u64());
  const engine::Bytes large = random.bytes(1000);
  EXPECT_FALSE(std::ranges::all_of(large, [](std::uint8_t octet) { return octet == 0; }));
  std::vector<engine::Bytes> drawn;
  for (int i = 0; i < 100; ++i) drawn.push_back(random.bytes(16));
  std::ranges::sort(drawn);
  EXPECT_EQ(std::ranges::adjacent_find(drawn), drawn.end());
}

}  // namespace
}  // namespace kernel
