#include "kernel/workers.hpp"

#include <gtest/gtest.h>

#include <set>

namespace kernel {
namespace {

using namespace std::chrono_literals;

constexpr engine::KeyRef key{1};

std::shared_ptr<const engine::crypto::KeyStore> keys_of(std::string_view secret) {
  auto keys = std::make_shared<engine::crypto::KeyStore>();
  keys->put(key, engine::Secret(engine::as_bytes(secret)));
  return keys;
}

engine::StartJob psk_job(std::uint64_t id) {
  engine::crypto::PskAuthJob job;
  job.prf = engine::find_ike_keyword(engine::TransformType::prf, "sha256");
  job.key = key;
  job.octets = {1, 2, 3};
  return {{id}, std::move(job)};
}

engine::StartJob modp_job(std::uint64_t id) {
  engine::crypto::DhJob job;
  job.group = engine::find_ike_keyword(engine::TransformType::key_exchange, "14");
  job.private_key = engine::Secret(engine::Bytes(job.group->key_octets, 7));
  return {{id}, std::move(job)};
}

void turn_until(Loop& loop, const std::function<bool()>& done) {
  for (int i = 0; i < 1000 && !done(); ++i) loop.turn(10ms);
  EXPECT_TRUE(done());
}

TEST(Workers, every_job_is_answered_once_on_the_loops_thread) {
  Loop loop;
  std::set<std::uint64_t> answered;
  const auto here = std::this_thread::get_id();
  Workers workers(
      loop,
      [&](engine::JobDone done) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        EXPECT_TRUE(answered.insert(done.id.value).second);
        const auto* result = std::get_if<engine::crypto::DhResult>(&done.result);
        ASSERT_NE(result, nullptr);
        EXPECT_EQ(result->public_value.size(), 256U);
        EXPECT_EQ(result->private_key.size(), 32U);
      },
      2);
  for (std::uint64_t id = 1; id <= 20; ++id) workers.start(modp_job(id), keys_of("x"));
  turn_until(loop, [&] { return answered.size() == 20; });
}

TEST(Workers, a_job_sees_the_keys_given_with_it) {
  Loop loop;
  std::vector<engine::Bytes> results;
  Workers workers(
      loop, [&](engine::JobDone done) { results.push_back(std::get<engine::crypto::PskAuthResult>(done.result).auth); }, 1);
  workers.start(psk_job(1), keys_of("one"));
  workers.start(psk_job(2), keys_of("two"));
  workers.start(psk_job(3), keys_of("one"));
  turn_until(loop, [&] { return results.size() == 3; });
  EXPECT_EQ(results[0], results[2]);
  EXPECT_NE(results[0], results[1]);
}

TEST(Workers, a_full_queue_is_answered_with_a_failure) {
  Loop loop;
  unsigned refused = 0, done = 0;
  Workers workers(
      loop,
      [&](engine::JobDone result) {
        if (const auto* failure = std::get_if<engine::Failure>(&result.result)) {
          EXPECT_EQ(failure->cause, engine::Cause::rate_limited);
          ++refused;
        } else {
          ++done;
        }
      },
      1, 4);
  for (std::uint64_t id = 1; id <= 50; ++id) workers.start(modp_job(id), keys_of("x"));
  turn_until(loop, [&] { return refused + done == 50; });
  EXPECT_GT(refused, 0U);
  EXPECT_GE(done, 4U);
}

TEST(Workers, nobody_is_called_when_they_are_gone) {
  Loop loop;
  bool called = false;
  {
    Workers workers(
        loop, [&](const engine::JobDone&) { called = true; }, 2);
    for (std::uint64_t id = 1; id <= 10; ++id) workers.start(modp_job(id), keys_of("x"));
  }
  for (int i = 0; i < 3; ++i) loop.turn(1ms);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace kernel
