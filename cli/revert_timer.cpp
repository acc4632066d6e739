#include "cli/revert_timer.hpp"

#include <algorithm>

#include "cli/show_archive.hpp"
#include "kernel/host.hpp"

namespace cli {
namespace {

constexpr std::int64_t warning_before = 60, try_again_after = 60;

}  // namespace

RevertTimer::RevertTimer(kernel::Loop& loop, Backend& backend) : loop_(loop), backend_(backend) {
  clock_ = loop_.add_clock([this] { return next(); }, [this](engine::Time) { tick(); });
}

RevertTimer::~RevertTimer() { loop_.remove_clock(clock_); }

std::optional<engine::Time> RevertTimer::next() const {
  if (!pending_ || reverting_) return std::nullopt;
  const std::int64_t due = std::max(warned_ ? pending_->deadline : pending_->deadline - warning_before, not_before_);
  const std::int64_t left = due * 1000 - backend_.now().unix_milliseconds;
  // What is due was due before this turn began, however late in it this is asked.
  return left <= 0 ? engine::Time{} : kernel::monotonic_now() + std::chrono::milliseconds(left);
}

void RevertTimer::tick() {
  const std::int64_t now = seconds_now();
  if (!pending_ || reverting_ || now < not_before_) return;
  if (now >= pending_->deadline) {
    revert([this](const engine::Status& status) {
      if (status.ok()) return;
      not_before_ = seconds_now() + try_again_after;
      say(3, "%ARCHIVE_DIFF-3-ROLLBK_CNFMD_CHG_FAILED: Rolling back failed, and is tried again: " + status.failure().why);
    });
  } else if (!warned_ && now >= pending_->deadline - warning_before) {
    warned_ = true;
    say(5, "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_WARNING_ABSTIMER: System will rollback to config " +
               revision_name(pending_->revision) +
               " in one minute. Enter \"configure confirm\" if you wish to keep what you've configured");
  }
}

void RevertTimer::store(std::optional<parser::PendingRevert> wanted, Then then) {
  backend_.in_database(
      [this, wanted = std::move(wanted), then = std::move(then)](parser::Database& database) -> std::function<void()> {
        const engine::Status status = database.set_revert(wanted);
        return [this, wanted, then, status] {
          if (status.ok()) {
            pending_ = wanted;
            warned_ = false;
            not_before_ = 0;
          }
          then(status);
        };
      });
}

void RevertTimer::promise(unsigned minutes, const std::string& user, Then then) {
  backend_.in_database([this, minutes, user, then = std::move(then)](parser::Database& database) -> std::function<void()> {
    const auto latest = database.latest_revision();
    if (!latest.ok()) return [then, why = latest.failure()] { then(why); };
    return [this, minutes, user, then, revision = *latest] {
      store(parser::PendingRevert{revision, seconds_now() + std::int64_t{60} * minutes, minutes, user},
            [this, minutes, user, then, revision](const engine::Status& status) {
              if (status.ok())
                say(5, "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_ABSTIMER: User: " + user + ": Scheduled to rollback to config " +
                           revision_name(revision) + " in " + std::to_string(minutes) + " minutes");
              then(status);
            });
    };
  });
}

void RevertTimer::confirm(Then then) { store(std::nullopt, std::move(then)); }

void RevertTimer::postpone(unsigned minutes, Then then) {
  parser::PendingRevert later = *pending_;
  later.minutes = minutes;
  later.deadline = seconds_now() + std::int64_t{60} * minutes;
  store(std::move(later), std::move(then));
}

void RevertTimer::revert(Then then) {
  const parser::PendingRevert promise = *pending_;
  reverting_ = true;
  say(5, "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: " + revision_name(promise.revision));
  const auto finish = [this, then = std::move(then)](const engine::Status& status) {
    reverting_ = false;
    then(status);
  };
  backend_.in_database([this, promise, finish](parser::Database& database) -> std::function<void()> {
    // Before the first revision there was nothing.
    auto read = promise.revision == 0 ? engine::Result<std::optional<parser::Configuration>>(parser::Configuration{})
                                      : database.revision(promise.revision);
    if (!read.ok()) return [finish, why = read.failure()] { finish(why); };
    if (!*read)
      return [finish, promise] {
        finish(engine::Failure{engine::NotifyType::none, engine::Cause::internal_error,
                               revision_name(promise.revision) + " is not there any more"});
      };
    return [this, promise, finish, wanted = **read] {
      backend_.commit([wanted] { return wanted; },
                      {promise.user, "rollback", "rollback to " + revision_name(promise.revision), {}},
                      [this, finish](const engine::Status& status) {
                        if (status.ok())
                          store(std::nullopt, finish);
                        else
                          finish(status);
                      });
    };
  });
}

}  // namespace cli
