// What an EAP conversation does next, at either end.
#pragma once

#include <string>
#include <variant>

#include "engine/crypto/jobs.hpp"
#include "engine/eap/packet.hpp"

namespace engine::eap {

/// Longer conversations are given up.
inline constexpr unsigned most_messages = 50;

/// A message for the other end, which answers.
struct Send {
  Bytes message;
};
/// Go on with resume() when this is done.
struct Compute {
  crypto::Job job;
};
/// Over, and well. An authenticator's `message` is Success; of a peer it is empty.
struct Passed {
  Bytes message;
  Secret msk;        // 64 octets; empty: the method makes none
  std::string user;  // who has shown to be somebody
  RadiusGrant grant{};
};
/// Over. An authenticator's `message` is Failure; of a peer it is empty.
struct Refused {
  Bytes message;
  Failure failure;
  bool known = false;  // of a peer: the authenticator has said so itself
};
using Step = std::variant<Send, Compute, Passed, Refused>;

}  // namespace engine::eap
