// A daemon without engine, kernel and disk: commits succeed at once unless told otherwise.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <utility>

#include "cli/backend.hpp"
#include "cli/enrollments.hpp"
#include "cli/notice_text.hpp"
#include "facts.hpp"
#include "kernel/system_random.hpp"
#include "tests/temporary_folder.hpp"

class FakeBackend final : public cli::Backend {
 public:
  const parser::Configuration& running() const override { return running_; }
  std::uint64_t revision() const override { return revision_; }
  std::vector<std::string> warnings() const override { return warnings_; }
  void commit(std::function<parser::Configuration()> build, parser::Origin origin,
              std::function<void(engine::Status)> then) override {
    last_user = origin.user;
    last_commands = origin.commands;
    held.push_back([this, build = std::move(build), origin = std::move(origin), then = std::move(then)] {
      if (!failure.empty()) {
        then(engine::Failure{engine::NotifyType::none, engine::Cause::internal_error, failure});
        return;
      }
      running_ = build();
      EXPECT_TRUE(database_.commit_running(running_, origin).ok());
      ++revision_;
      ++commits;
      then(engine::Done{});
    });
    if (!hold) release();
  }
  void release() {
    while (!held.empty()) {
      const auto next = std::move(held.front());
      held.pop_front();
      next();
    }
  }
  void set_master_key(parser::MasterKeyOrder order, parser::Origin, std::function<void(engine::Status)> then) override {
    master_key = std::move(order);
    then(engine::Done{});
  }
  std::shared_ptr<const parser::PkiStore> pki() const override { return pki_; }
  void change_pki(std::function<parser::PkiStore(const parser::PkiStore&)> change,
                  std::function<void(engine::Status)> then) override {
    pki_ = std::make_shared<parser::PkiStore>(change(*pki_));
    then(engine::Done{});
  }
  void fetch(kernel::http::Request request, kernel::Fetcher::Then then) override { then(server(request)); }
  void refresh_list(const std::string& url, std::function<void(const std::string& failure)> then) override {
    const auto answer = server({url});
    facts_fetched.documents[url] = std::make_shared<const engine::crypto::Document>(
        engine::crypto::Document{url, answer.ok() ? *answer : engine::Bytes(), {}, {}, 1767601815});
    then(answer.ok() ? "" : answer.failure().why);
  }
  void enroll(const std::string& trustpoint, parser::PkiStore::Pair key, engine::crypto::SubjectWish wish) override {
    enrollments.begin({trustpoint, std::move(key), std::move(wish)});
  }
  cli::FetchedFacts fetched() const override { return facts_fetched; }
  void write_startup(std::function<void(engine::Status)> then) override {
    startup = std::optional(running_);
    EXPECT_TRUE(database_.write_startup().ok());
    then(engine::Done{});
  }
  void read_startup(std::function<void(engine::Result<std::optional<parser::Configuration>>)> then) override { then(startup); }
  void reload(const std::string& user, std::function<void(engine::Status)> then) override {
    reloaded_by = user;
    then(engine::Done{});
  }
  void in_database(std::function<std::function<void()>(parser::Database&)> work) override { work(database_)(); }
  void promise_revert(unsigned minutes, const std::string& user, std::function<void(engine::Status)> then) override {
    promise = parser::PendingRevert{1, 1767601815 + 60 * minutes, minutes, user};
    then(engine::Done{});
  }
  std::optional<parser::PendingRevert> pending_revert() const override { return promise; }
  void confirm(std::function<void(engine::Status)> then) override {
    promise.reset();
    then(engine::Done{});
  }
  void postpone_revert(unsigned minutes, std::function<void(engine::Status)> then) override {
    promise->minutes = minutes;
    then(engine::Done{});
  }
  void revert_now(std::function<void(engine::Status)> then) override {
    promise.reset();
    then(engine::Done{});
  }
  void render(std::function<std::string()> work, std::function<void(std::string)> then) override { then(work()); }
  void facts(const engine::Query&, std::function<void(std::shared_ptr<const cli::ShowFacts>)> then) override {
    then(std::make_shared<const cli::ShowFacts>(busy_gateway()));
  }
  kernel::DeviceCounters interface_counters(const std::string&) const override { return {}; }
  cli::SystemFacts system() const override {
    return {running_.hostname(), "6.1.0", "x86_64", 2028465, 3, std::chrono::hours(27)};
  }
  std::vector<cli::InterfaceRow> interfaces() const override {
    return {{"GigabitEthernet0/0", "wan", "203.0.113.10", "manual", "up", true}};
  }
  const cli::Recorder& recorder() const override { return recorder_; }
  cli::CryptoCapture& capture() override { return capture_; }
  cli::ReplayControl& replay() override { return replay_; }
  std::pair<cli::UsageSample, cli::UsageSample> usage() override { return {}; }
  std::vector<kernel::HostRoute> host_routes() const override { return {}; }
  cli::Users users(const cli::Session&) const override { return {{{"con0", "admin", std::chrono::seconds(0), true}}}; }
  engine::Time monotonic() const override { return {}; }
  const std::string& flash() const override { return flash_folder; }
  void impact(parser::Configuration, std::function<void(std::vector<engine::SaImpact>)> then) override { then(impact_); }
  void clear(const engine::Clear& what) override { cleared.push_back(what); }
  void clear_sa_counters() override { ++counters_cleared; }
  void clear_ike_stats() override { ++stats_cleared; }
  cli::DebugFlags debug_flags() const override { return flags; }
  void set_debug_flags(const cli::DebugFlags& wanted) override { flags = wanted; }
  cli::Log& log() override { return log_; }
  cli::WallTime now() const override { return {1767601815123, cli::ClockState::unsynchronised}; }
  std::unique_ptr<cli::Activity> ping(const parser::Ping&, std::function<void(std::string)> output,
                                      std::function<void()> done) override {
    struct Endless final : cli::Activity {
      explicit Endless(std::function<void()> end) : end(std::move(end)) {}
      // A copy, because the end of the activity destroys it.
      void interrupt() override {
        const auto copy = end;
        copy();
      }
      std::function<void()> end;
    };
    output("Type escape sequence to abort.\n..");
    return std::make_unique<Endless>([output, done] {
      output("\nSuccess rate is 0 percent (0/2)\n");
      done();
    });
  }

  /// Answers what is fetched.
  kernel::Fetcher::Fetch server = [](const kernel::http::Request&) { return engine::Failure{.why = "Connection refused"}; };
  cli::FetchedFacts facts_fetched;
  kernel::SystemRandom random;
  cli::Enrollments enrollments{*this, random};
  /// Commits wait for release().
  bool hold = false;
  std::string flash_folder = "/nowhere/flash";
  std::string failure, last_user, reloaded_by;
  std::vector<std::string> last_commands;
  std::optional<parser::MasterKeyOrder> master_key;
  std::optional<parser::PendingRevert> promise;
  unsigned commits = 0;
  std::deque<std::function<void()>> held;
  engine::Result<std::optional<parser::Configuration>> startup = std::optional<parser::Configuration>();
  std::vector<engine::Clear> cleared;
  unsigned counters_cleared = 0, stats_cleared = 0;
  std::vector<engine::SaImpact> impact_;
  cli::DebugFlags flags;
  std::vector<std::string> warnings_;
  cli::Recorder recorder_;

 private:
  TemporaryFolder folder_;
  parser::Database database_{folder_.path("config.db"), "boot"};
  parser::Configuration running_;
  std::shared_ptr<const parser::PkiStore> pki_ = std::make_shared<parser::PkiStore>();
  std::uint64_t revision_ = 1;
  cli::Log log_;
  cli::ReplayControl replay_{{}, nullptr};
  cli::CryptoCapture capture_{[](bool) { return engine::Done{}; },
                              [this](unsigned severity, std::string text) {
                                log_.add(now(), {severity, std::move(text)});
                              }};
};
