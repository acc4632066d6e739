// `sallyport setup`: six questions, and a tunnel is configured and saved.
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "engine/address.hpp"

namespace cli {

struct SetupAnswers {
  std::string interface;  // towards the other gateway
  engine::IpAddress peer;
  engine::Prefix ours, theirs;  // of one family
  std::string key;
};
/// What does it, as a user would type it.
std::string setup_configuration(const SetupAnswers& answers);

/// Asks on `out` and reads from `in`; what cannot be meant is asked again, the end of the input gives up. 0: configured and
/// saved; 1: not. Throws std::runtime_error when no daemon answers in the directory `state`.
int run_setup(const std::string& state, std::istream& in, std::ostream& out);

}  // namespace cli
