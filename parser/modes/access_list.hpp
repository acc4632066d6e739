// ip access-list extended NAME, ipv6 access-list NAME
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "parser/modes/shared.hpp"

namespace parser {

struct AccessList {  // extended
  std::string name;
  friend bool operator==(const AccessList&, const AccessList&) = default;
};
struct Ipv6AccessList {
  std::string name;
  friend bool operator==(const Ipv6AccessList&, const Ipv6AccessList&) = default;
};
struct StandardAccessList {
  std::string name;
  friend bool operator==(const StandardAccessList&, const StandardAccessList&) = default;
};
enum class AclVerb : std::uint8_t { permit, deny, remark, evaluate };
enum class AclTarget : std::uint8_t { any, host, network, group, fqdn_group, geo_group };
enum class PortOperator : std::uint8_t { none, eq, neq, gt, lt, range };
enum class FlagMatch : std::uint8_t { none, all, any };  // match-all, match-any
/// One side of an access list entry.
struct AclEndpoint {
  AclTarget target = AclTarget::any;
  engine::IpAddress address;                  // host, network; bits under the wildcard are zero
  std::string group;                          // name of an object group, FQDN group or geo group
  std::optional<engine::IpAddress> wildcard;  // IPv4 network: 1 bits match anything; need not be contiguous
  std::optional<std::uint8_t> length;         // IPv6 network
  PortOperator op = PortOperator::none;
  std::vector<std::uint16_t> ports;  // eq, neq: 1 to 10; gt, lt: 1; range: 2
  friend bool operator==(const AclEndpoint&, const AclEndpoint&) = default;
  bool is_group() const { return target >= AclTarget::group; }
};
/// A line of an access list; the lines of a list stand in the order of `sequence`, which every stored line has.
struct AccessListEntry {
  std::optional<unsigned> sequence;
  bool numbered = false;  // typed with its number, and printed with it
  AclVerb verb = AclVerb::permit;
  std::string remark;                    // verb remark; nothing below is used then
  std::uint8_t protocol = 0;             // IP protocol; 0: any (`ip`, `ipv6`)
  bool hop_by_hop = false;               // in place of a protocol
  AclEndpoint source, destination;       // of a standard list the source alone
  std::string service;                   // object group of services in place of a protocol
  std::optional<std::string> icmp_name;  // type by name
  std::optional<unsigned> icmp_type, icmp_code;
  std::vector<std::string> flags;  // established, ack, ..., fragments: as typed
  FlagMatch match = FlagMatch::none;
  std::vector<std::string> matched_bits;  // +ack, -syn
  std::optional<std::string> dscp, precedence, tos, ip_option, time_range;
  PortOperator ttl_op = PortOperator::none;
  std::vector<unsigned> ttl;
  std::optional<unsigned> flow_label;
  std::string reflect, dynamic;  // names: the list that replies go into (or, verb evaluate, are looked for in); lock-and-key
  std::optional<unsigned> reflect_timeout, dynamic_timeout;
  bool log = false, log_input = false;
  std::optional<std::string> log_cookie;
  bool names_group() const { return source.is_group() || destination.is_group() || !service.empty(); }
  /// It narrows the line by what a traffic selector cannot express.
  bool has_options() const {
    return hop_by_hop || !flags.empty() || match != FlagMatch::none || dscp || precedence || tos || ip_option || time_range ||
           !ttl.empty() || flow_label || !reflect.empty() || !dynamic.empty() || !service.empty();
  }
  /// A line without typed number is equal to the same line elsewhere: the number is then only its place.
  friend bool operator==(const AccessListEntry& a, const AccessListEntry& b) {
    return a.numbered == b.numbered && (!a.numbered || a.sequence == b.sequence) && a.same_rule(b);
  }
  bool same_rule(const AccessListEntry& o) const {
    const auto members = [](const AccessListEntry& e) {
      return std::tie(e.verb, e.remark, e.protocol, e.hop_by_hop, e.source, e.destination, e.service, e.icmp_name, e.icmp_type,
                      e.icmp_code, e.flags, e.match, e.matched_bits, e.dscp, e.precedence, e.tos, e.ip_option, e.time_range,
                      e.ttl_op, e.ttl, e.flow_label, e.reflect, e.dynamic, e.reflect_timeout, e.dynamic_timeout, e.log,
                      e.log_input, e.log_cookie);
    };
    return members(*this) == members(o);
  }
};
/// `access-list N ...`: a line for the list of that number.
struct NumberedEntry {
  unsigned list = 0;
  AccessListEntry entry;
  friend bool operator==(const NumberedEntry&, const NumberedEntry&) = default;
};
/// `ip access-list resequence NAME START STEP`
struct Resequence {
  std::string list;
  unsigned start = 10, step = 10;
  friend bool operator==(const Resequence&, const Resequence&) = default;
};

}  // namespace parser
