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
  std::optional<IpAddress> framed_ip{};
  std::vector<Bytes> classes{};  // given back with accounting
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

/// A session begins or ends (RFC 2866).
struct Account {
  std::shared_ptr<const RadiusGroup> group;
  bool start = true;
  std::string session, user;
  std::optional<IpAddress> framed_ip{};
  IpAddress local, peer;
  std::vector<Bytes> classes{};
  Duration age{0};
};
struct Accounted {};

}  // namespace engine::radius
