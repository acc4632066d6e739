// Certificates that are about to end are told of in the log, 30, 7 and 1 days ahead, and when they have ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/backend.hpp"
#include "kernel/loop.hpp"

namespace cli {

/// How far a certificate's end is away.
enum class ExpiryStep : std::uint8_t { far, days_30, days_7, days_1, over };
ExpiryStep expiry_step(std::int64_t not_after, std::int64_t now);

/// What there is to say of the certificates of `configuration`: each step of each certificate once. `told` remembers them.
using ToldExpiries = std::map<std::string, ExpiryStep>;
std::vector<LogMessage> expiry_messages(const parser::Configuration& configuration, std::int64_t now, ToldExpiries& told);

/// Looks at the start and once an hour. All on the loop's thread.
class ExpiryWatch {
 public:
  ExpiryWatch(kernel::Loop& loop, Backend& backend);
  ~ExpiryWatch() { loop_.remove_clock(clock_); }
  ExpiryWatch(const ExpiryWatch&) = delete;
  ExpiryWatch& operator=(const ExpiryWatch&) = delete;

 private:
  void look(engine::Time now);

  kernel::Loop& loop_;
  Backend& backend_;
  unsigned clock_ = 0;
  engine::Time next_{};
  ToldExpiries told_;
};

}  // namespace cli
