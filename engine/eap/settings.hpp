// What a profile says about EAP. Plain data, as engine/config.hpp.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/ids.hpp"
#include "engine/radius/settings.hpp"

namespace engine {

/// `username NAME password ...`: by name, the password in clear behind its reference.
using LocalUsers = std::map<std::string, KeyRef>;

/// `authentication remote eap ...` and `aaa authentication eap`.
struct EapServer {
  bool query_identity = false;
  Duration timeout = std::chrono::seconds(90);  // from the first request to the end
  std::shared_ptr<const LocalUsers> users;      // null: nobody is known here
  std::shared_ptr<const RadiusGroup> radius;    // given: EAP is passed through to it
  friend bool operator==(const EapServer& a, const EapServer& b) {
    const auto same = [](const auto& x, const auto& y) { return x == y || (x && y && *x == *y); };
    return a.query_identity == b.query_identity && a.timeout == b.timeout && same(a.users, b.users) && same(a.radius, b.radius);
  }
};

/// `authentication local eap mschapv2 username ... password ...`
struct EapClient {
  std::string user;
  KeyRef password;
  friend bool operator==(const EapClient&, const EapClient&) = default;
};

}  // namespace engine
