// When a certificate of ours is to be renewed.
#pragma once

#include <algorithm>
#include <cstdint>

#include "parser/modes/pki.hpp"

namespace parser {

/// `auto-enroll [PERCENT]`: at so much of its lifetime; without a number a day before its end, or at its half if it lives
/// shorter.
inline std::int64_t renewal_time(const TrustpointAutoEnroll& line, std::int64_t not_before, std::int64_t not_after) {
  const std::int64_t life = std::max<std::int64_t>(not_after - not_before, 0);
  if (line.percent) return not_before + life / 100 * *line.percent;
  return std::max(not_after - 86400, not_before + life / 2);
}

}  // namespace parser
