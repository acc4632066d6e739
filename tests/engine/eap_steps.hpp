// What a step of EAP says, whatever kind it is.
#pragma once

#include "engine/eap/step.hpp"

namespace engine::eap {

inline Bytes message_of(const Step& step) {
  if (const auto* send = std::get_if<Send>(&step)) return send->message;
  if (const auto* passed = std::get_if<Passed>(&step)) return passed->message;
  if (const auto* refused = std::get_if<Refused>(&step)) return refused->message;
  return {};
}
inline Cause cause_of(const Step& step) {
  const auto* refused = std::get_if<Refused>(&step);
  return refused ? refused->failure.cause : Cause::none;
}

}  // namespace engine::eap
