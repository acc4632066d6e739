// What a failed negotiation showed of both ends, as values: `show crypto ikev2 diagnose` makes sentences of them, and
// the configuration lines that would mend it. No secret stands here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/algorithms.hpp"
#include "engine/config.hpp"

namespace engine {

/// One end asked, the other refused: ours, the peer's, or either in an answer.
struct Evidence {
  std::vector<std::string> lines{};  // beside Failure::why: theirs against ours, transform by transform, selector by selector
  std::vector<const Algorithm*> transforms{};  // what the end that refused would have to allow, in order of preference
  std::string ours{};                          // the proposal, transform set, access list, profile or keyring that is closest
  std::vector<SelectorPair> selectors{};       // what was asked for, seen from here
  std::optional<Identity> identity{};          // as the end that was not accepted calls itself
  AuthMethod method = AuthMethod::none;        // by which it authenticates itself
  std::string map{};                           // the crypto map entry that was asked about
  std::uint32_t sequence = 0;
};

}  // namespace engine
