// RADIUS servers, what is asked of them, and what they answer. Plain data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/address.hpp"
#include "engine/ids.hpp"
#include "engine/secret.hpp"

namespace engine {

/// `radius server NAME`
struct RadiusServer {
  std::string name;
  IpAddress address;
  std::uint16_t authentication_port = 1645, accounting_port = 1646;
  KeyRef secret;
  Duration timeout = std::chrono::seconds(5);
  unsigned retransmit = 3;
  friend bool operator==(const RadiusServer&, const RadiusServer&) = default;
};

/// `aaa group server radius NAME`, in order of preference.
struct RadiusGroup {
  std::string name;
  std::vector<RadiusServer> servers;
  std::string nas_identifier;  // the host name
  friend bool operator==(const RadiusGroup&, const RadiusGroup&) = default;
};

/// What a server says beside EAP.
struct RadiusGrant {
  std::vector<IpAddress> framed{};  // one of a family
  std::optional<IpAddress> netmask{};
  std::string pool{}, ipv6_pool{};  // names of pools of ours
  std::vector<IpAddress> dns{};     // of either family
  std::string default_domain{}, banner{};
  std::vector<Prefix> routes{};    // behind the user
  std::vector<Prefix> networks{};  // behind us, that the user is told of
  std::vector<Bytes> classes{};    // given back with accounting
  std::optional<Duration> session_timeout{};
};

}  // namespace engine

namespace engine::radius {

/// A round of EAP passed through (RFC 3579).
struct Authenticate {
  std::shared_ptr<const RadiusGroup> group;
  std::string user;
  Bytes eap, state;
  IpAddress local, peer;
};
struct Challenge {
  Bytes eap, state;
};
struct Accept {
  Bytes eap;
  Secret msk;
  RadiusGrant grant;
};
struct Reject {
  Bytes eap;  // may be empty
  std::string why;
};

/// A session begins or ends; or all that the servers believe to be up are over, since we begin anew (RFC 2866).
struct Account {
  enum class Kind : std::uint8_t { start = 1, stop = 2, on = 7 };  // as Acct-Status-Type has it
  std::shared_ptr<const RadiusGroup> group;
  Kind kind = Kind::start;
  std::string session, user;
  std::optional<IpAddress> framed_ip{};
  IpAddress local, peer;
  std::vector<Bytes> classes{};
  Duration age{0};
  std::string interface {};  // the user's here
  /// Through it so far; filled in by whoever sends it.
  std::uint64_t octets_in = 0, octets_out = 0, packets_in = 0, packets_out = 0;
};
struct Accounted {};

/// What a server orders unasked (RFC 5176): of the sessions that all of this names, at least one of it, the end or another one.
struct Order {
  bool disconnect = true;
  std::string session{}, user{};
  std::optional<IpAddress> framed{};
  std::optional<std::uint32_t> session_seconds{};  // from now on; of a change
};
/// How many sessions it was about.
struct OrderResult {
  unsigned sessions = 0;
};

}  // namespace engine::radius
