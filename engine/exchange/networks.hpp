// The networks behind each end, as configuration payloads tell of them in IKE_AUTH and in CFG_SET
// (engine/exchange/configuration.hpp).
#pragma once

#include <vector>

#include "engine/access.hpp"
#include "engine/wire/message.hpp"

namespace engine {
struct Access;
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::exchange::configuration {

/// What the peer is told is behind us.
std::vector<Prefix> told_networks(const Turn& turn, const IkeSa& sa, const AuthorizationPolicy& policy);
/// What the peer says is behind it, where the profile takes that.
std::vector<Prefix> networks_of(const IkeSa& sa, const wire::CpPayload* cp);
/// What is routed into a client's interface.
std::vector<Prefix> routes_to(const Access& access);

}  // namespace engine::exchange::configuration
