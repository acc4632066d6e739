#include "parser/icmp_messages.hpp"

#include <algorithm>
#include <span>
#include <string_view>

namespace parser {
namespace {

constexpr int any_code = -1;

struct Message {
  std::string_view name;
  int type, code = any_code;
};

// RFC 792, RFC 950, RFC 1122, RFC 1256, RFC 1812; the registry of ICMP type numbers.
constexpr Message messages_v4[] = {{"administratively-prohibited", 3, 13},
                                   {"alternate-address", 6},
                                   {"conversion-error", 31},
                                   {"dod-host-prohibited", 3, 10},
                                   {"dod-net-prohibited", 3, 9},
                                   {"echo", 8},
                                   {"echo-reply", 0},
                                   {"general-parameter-problem", 12, 0},
                                   {"host-isolated", 3, 8},
                                   {"host-precedence-unreachable", 3, 14},
                                   {"host-redirect", 5, 1},
                                   {"host-tos-redirect", 5, 3},
                                   {"host-tos-unreachable", 3, 12},
                                   {"host-unknown", 3, 7},
                                   {"host-unreachable", 3, 1},
                                   {"information-reply", 16},
                                   {"information-request", 15},
                                   {"mask-reply", 18},
                                   {"mask-request", 17},
                                   {"mobile-redirect", 32},
                                   {"net-redirect", 5, 0},
                                   {"net-tos-redirect", 5, 2},
                                   {"net-tos-unreachable", 3, 11},
                                   {"net-unreachable", 3, 0},
                                   {"network-unknown", 3, 6},
                                   {"no-room-for-option", 12, 2},
                                   {"option-missing", 12, 1},
                                   {"packet-too-big", 3, 4},
                                   {"parameter-problem", 12},
                                   {"port-unreachable", 3, 3},
                                   {"precedence-unreachable", 3, 15},
                                   {"protocol-unreachable", 3, 2},
                                   {"reassembly-timeout", 11, 1},
                                   {"redirect", 5},
                                   {"router-advertisement", 9},
                                   {"router-solicitation", 10},
                                   {"source-quench", 4},
                                   {"source-route-failed", 3, 5},
                                   {"time-exceeded", 11},
                                   {"timestamp-reply", 14},
                                   {"timestamp-request", 13},
                                   {"traceroute", 30},
                                   {"ttl-exceeded", 11, 0},
                                   {"unreachable", 3}};

// RFC 4443, RFC 2710, RFC 4861, RFC 2894.
constexpr Message messages_v6[] = {{"beyond-scope", 1, 2},
                                   {"destination-unreachable", 1, 3},
                                   {"echo-reply", 129},
                                   {"echo-request", 128},
                                   {"header", 4, 0},
                                   {"hop-limit", 3, 0},
                                   {"mld-query", 130},
                                   {"mld-reduction", 132},
                                   {"mld-report", 131},
                                   {"nd-na", 136},
                                   {"nd-ns", 135},
                                   {"next-header", 4, 1},
                                   {"no-admin", 1, 1},
                                   {"no-route", 1, 0},
                                   {"packet-too-big", 2},
                                   {"parameter-option", 4, 2},
                                   {"parameter-problem", 4},
                                   {"port-unreachable", 1, 4},
                                   {"reassembly-timeout", 3, 1},
                                   {"renum-command", 138, 0},
                                   {"renum-result", 138, 1},
                                   {"renum-seq-number", 138, 255},
                                   {"router-advertisement", 134},
                                   {"router-renumbering", 138},
                                   {"router-solicitation", 133},
                                   {"time-exceeded", 3},
                                   {"unreachable", 1}};

engine::PortRange packed(int type, int code) {
  const int first = type << 8 | (code == any_code ? 0 : code), last = type << 8 | (code == any_code ? 0xFF : code);
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}

}  // namespace

std::optional<engine::PortRange> icmp_messages(const AccessListEntry& entry, engine::Family family) {
  if (entry.icmp_type)
    return packed(static_cast<int>(*entry.icmp_type), entry.icmp_code ? static_cast<int>(*entry.icmp_code) : any_code);
  if (!entry.icmp_name) return engine::PortRange{};
  const std::span<const Message> known =
      family == engine::Family::v4 ? std::span<const Message>(messages_v4) : std::span<const Message>(messages_v6);
  const auto found = std::ranges::find(known, std::string_view(*entry.icmp_name), &Message::name);
  return found == known.end() ? std::nullopt : std::optional(packed(found->type, found->code));
}

}  // namespace parser
