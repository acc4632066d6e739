// crypto ikev2 profile NAME; Description, MatchFvrf, MatchAddressLocal, Dpd and NatKeepalive are in
// parser/modes/shared.hpp.
#pragma once

#include <optional>
#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct Ikev2Profile {
  std::string name;
  friend bool operator==(const Ikev2Profile&, const Ikev2Profile&) = default;
};
/// `match identity remote ...`, multi. kind address: `network`; any: nothing more; else `name` and `domain`.
struct MatchIdentityRemote {
  IdentityKind kind = IdentityKind::any;
  std::optional<Network> network;
  bool domain = false;
  std::string name;
  friend bool operator==(const MatchIdentityRemote&, const MatchIdentityRemote&) = default;
};
/// `match certificate MAP`, multi.
struct MatchCertificate {
  std::string map;
  friend bool operator==(const MatchCertificate&, const MatchCertificate&) = default;
};
struct IdentityLocal {
  IdentityName identity;
  friend bool operator==(const IdentityLocal&, const IdentityLocal&) = default;
};
/// How an end proves its identity; of mldsa_sig and what follows it the engine knows nothing.
enum class AuthenticationMethod : std::uint8_t { pre_share, rsa_sig, ecdsa_sig, mldsa_sig, eap, anyconnect_eap, dynamic };
/// `authentication remote METHOD`, one a method. pre-share: `key`; eap: the rest.
struct AuthenticationRemote {
  AuthenticationMethod method = AuthenticationMethod::pre_share;
  std::optional<KeyText> key;
  bool query_identity = false, cert_request = false;
  std::optional<unsigned> timeout;  // seconds
  friend bool operator==(const AuthenticationRemote&, const AuthenticationRemote&) = default;
};
/// `authentication local METHOD`. pre-share: `key`; eap: the rest.
enum class EapMethod : std::uint8_t { any, gtc, md5, mschapv2, tls };
struct AuthenticationLocal {
  AuthenticationMethod method = AuthenticationMethod::pre_share;
  std::optional<KeyText> key;
  EapMethod eap = EapMethod::any;
  std::optional<std::string> username;
  std::optional<KeyText> password;
  friend bool operator==(const AuthenticationLocal&, const AuthenticationLocal&) = default;
};
/// `pki trustpoint NAME [sign | verify]`, multi.
enum class TrustpointUse : std::uint8_t { both, sign, verify };
struct ProfileTrustpoint {
  std::string trustpoint;
  TrustpointUse use = TrustpointUse::both;
  friend bool operator==(const ProfileTrustpoint&, const ProfileTrustpoint&) = default;
};
struct ProfileKeyring {
  std::string keyring;
  friend bool operator==(const ProfileKeyring&, const ProfileKeyring&) = default;
};
/// `keyring ppk NAME`
struct ProfilePpkKeyring {
  std::string keyring;
  friend bool operator==(const ProfilePpkKeyring&, const ProfilePpkKeyring&) = default;
};
/// `childless`
struct ProfileChildless {
  friend bool operator==(const ProfileChildless&, const ProfileChildless&) = default;
};
/// `mobike disable`
struct ProfileMobikeDisable {
  friend bool operator==(const ProfileMobikeDisable&, const ProfileMobikeDisable&) = default;
};
struct ProfileLifetime {
  unsigned seconds = 86400;
  friend bool operator==(const ProfileLifetime&, const ProfileLifetime&) = default;
};

}  // namespace parser
