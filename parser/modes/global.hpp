// The lines of global configuration that open no mode of their own, as plain values. Their grammar: parser/modes/global.cpp.
#pragma once

#include <optional>
#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct Hostname {
  std::string name;
  friend bool operator==(const Hostname&, const Hostname&) = default;
};
/// `ip domain name NAME`: with the host name, what keys and certificates are named by.
struct DomainName {
  std::string name;
  friend bool operator==(const DomainName&, const DomainName&) = default;
};
/// `password encryption aes`: clear keys are kept as type 6, under the master key.
struct PasswordEncryption {
  friend bool operator==(const PasswordEncryption&, const PasswordEncryption&) = default;
};
/// `service password-encryption`: passwords in clear are kept as type 7. Off by default, and IOS prints that it is off.
struct ServicePasswordEncryption {
  friend bool operator==(const ServicePasswordEncryption&, const ServicePasswordEncryption&) = default;
};
/// `key config-key password-encrypt [KEY]`: sets the master key, and is no part of the configuration.
struct ConfigKey {
  std::string key;  // empty: to be asked for
  friend bool operator==(const ConfigKey&, const ConfigKey&) = default;
};
struct CookieChallenge {
  unsigned threshold = 0;
  friend bool operator==(const CookieChallenge&, const CookieChallenge&) = default;
};
/// `crypto ikev2 fragmentation [mtu N]`; not given: 576 octets over IPv4, 1280 over IPv6.
struct Ikev2Fragmentation {
  std::optional<unsigned> mtu;
  friend bool operator==(const Ikev2Fragmentation&, const Ikev2Fragmentation&) = default;
};
/// `crypto ikev2 window N`
struct Ikev2Window {
  unsigned size = 5;
  friend bool operator==(const Ikev2Window&, const Ikev2Window&) = default;
};
/// `crypto ikev2 limit max-sa N`
struct Ikev2MaxSa {
  unsigned count = 0;
  friend bool operator==(const Ikev2MaxSa&, const Ikev2MaxSa&) = default;
};
/// `crypto ikev2 limit max-in-negotation-sa N [incoming | outgoing]`; the word is the device's.
enum class NegotiationSide : std::uint8_t { both, incoming, outgoing };
struct Ikev2MaxInNegotiation {
  unsigned count = 0;
  NegotiationSide side = NegotiationSide::both;
  friend bool operator==(const Ikev2MaxInNegotiation&, const Ikev2MaxInNegotiation&) = default;
};
/// `crypto call admission limit ike sa N | ike in-negotiation-sa N | ipsec sa N | all in-negotiation-sa N`
enum class Admitted : std::uint8_t { ike_sa, ike_in_negotiation, ipsec_sa, all_in_negotiation };
struct CallAdmissionLimit {
  Admitted what = Admitted::ike_sa;
  std::uint32_t count = 0;
  friend bool operator==(const CallAdmissionLimit&, const CallAdmissionLimit&) = default;
};
/// `crypto openmetrics {port N | socket}`: figures for a collector at 127.0.0.1:N, or at the Unix socket `metrics` in the state
/// directory. Off by default.
struct OpenMetrics {
  std::optional<std::uint16_t> port;
  bool socket = false;
  friend bool operator==(const OpenMetrics&, const OpenMetrics&) = default;
};
struct Version {
  std::string text;
  friend bool operator==(const Version&, const Version&) = default;
};
enum class TimestampKind : std::uint8_t { debug, log };
/// `service timestamps {debug | log} ...`: accepted, without effect.
struct ServiceTimestamps {
  TimestampKind kind = TimestampKind::debug;
  bool datetime = false, uptime = false, msec = false, localtime = false, show_timezone = false, year = false;
  friend bool operator==(const ServiceTimestamps&, const ServiceTimestamps&) = default;
};
}  // namespace parser
