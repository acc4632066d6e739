// Plays what the daemon recorded (cli/input_log.hpp): the same events at the same times, the same random octets, and, in the
// place of every secret, one of our own. The engine must answer with the same actions, ciphertext aside.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/config.hpp"

namespace replay {

struct Outcome {
  std::size_t events = 0, actions = 0;
  std::string difference{};  // empty: the same to the end
};

/// The configuration that a text of the recording means.
using ConfigurationOf = std::function<std::shared_ptr<const engine::Config>(const std::string& text)>;
Outcome replay(const std::string& recording, const ConfigurationOf& configuration_of);

}  // namespace replay
