// What a profile says about EAP. Plain data, as engine/config.hpp.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/config.hpp"
#include "engine/ids.hpp"
#include "engine/radius/settings.hpp"

namespace engine {

/// `username NAME ...`: by name, the password in clear behind its reference; 0: it has none.
using LocalUsers = std::map<std::string, KeyRef>;

enum class TlsVersion : std::uint8_t { tls_1_2, tls_1_3 };

/// An end of EAP-TLS: who it is, and whom it takes for the other.
struct TlsSettings {
  bool server = false;
  std::shared_ptr<const Trustpoint> own;                    // certificate and key
  std::vector<std::shared_ptr<const Trustpoint>> verify{};  // whose certificates the other end may have
  TlsVersion newest = TlsVersion::tls_1_3;                  // the least is 1.2
  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

/// `authentication remote eap ...` and `aaa authentication eap`.
struct EapServer {
  bool query_identity = false;
  Duration timeout = std::chrono::seconds(90);  // from the first request to the end
  std::shared_ptr<const LocalUsers> users;      // null: nobody is known here
  std::shared_ptr<const TlsSettings> tls;       // null: only passwords are taken
  std::shared_ptr<const RadiusGroup> radius;    // given: EAP is passed through to it
  friend bool operator==(const EapServer& a, const EapServer& b) {
    const auto same = [](const auto& x, const auto& y) { return x == y || (x && y && *x == *y); };
    return a.query_identity == b.query_identity && a.timeout == b.timeout && same(a.users, b.users) && same(a.tls, b.tls) &&
           same(a.radius, b.radius);
  }
};

/// `authentication local eap mschapv2 username ... password ...`, `authentication local eap tls [username ...]`
struct EapClient {
  std::string user;
  KeyRef password;
  std::shared_ptr<const TlsSettings> tls{};  // given: it is EAP-TLS, and there is no password
  friend bool operator==(const EapClient& a, const EapClient& b) {
    return a.user == b.user && a.password == b.password && (a.tls == b.tls || (a.tls && b.tls && *a.tls == *b.tls));
  }
};

}  // namespace engine
