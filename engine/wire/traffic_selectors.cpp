#include "engine/wire/codec.hpp"

namespace engine::wire {
namespace {

constexpr std::uint8_t ts_ipv4_addr_range = 7;
constexpr std::uint8_t ts_ipv6_addr_range = 8;
constexpr std::size_t selector_octets = 8;  // without the addresses

// RFC 7296, 3.13.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   TS Type     |IP Protocol ID*|       Selector Length         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Start Port*         |           End Port*           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                         Starting Address*                     ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                         Ending Address*                       ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Ports stay as they come: 65535 to 0 is OPAQUE and must not be turned round. A selector of unknown type is passed over.
Status parse_selector(Reader& in, std::vector<TrafficSelector>& out) {
  const auto type = in.u8();
  const auto protocol = in.u8();
  const auto length = in.u16();
  if (!type || !protocol || !length) return malformed("a traffic selector is cut short");
  if (*length < 4) return malformed("a traffic selector gives its length as " + std::to_string(*length));
  const auto rest = in.bytes(*length - 4u);
  if (!rest) return malformed("a traffic selector of " + std::to_string(*length) + " octets leaves its payload");
  if (*type != ts_ipv4_addr_range && *type != ts_ipv6_addr_range) return Done{};
  const std::size_t address_octets = *type == ts_ipv4_addr_range ? 4 : 16;
  if (*length != selector_octets + 2 * address_octets) {
    return malformed("a traffic selector of type " + std::to_string(*type) + " with " + std::to_string(*length) + " octets");
  }
  Reader body(*rest);
  TrafficSelector selector;
  selector.protocol = *protocol;
  selector.ports.first = *body.u16();
  selector.ports.last = *body.u16();
  selector.first = *IpAddress::from_bytes(*body.bytes(address_octets));
  selector.last = *IpAddress::from_bytes(*body.bytes(address_octets));
  if (selector.last < selector.first) return malformed("a traffic selector ends before it begins");
  out.push_back(selector);
  return Done{};
}

}  // namespace

// RFC 7296, 3.13:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Number of TSs |                 RESERVED                      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                       <Traffic Selectors>                     ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<TsPayload> parse_ts(PayloadType which, ByteView body) {
  Reader in(body);
  const auto count = in.u8();
  if (!count || !in.bytes(3)) return malformed("a traffic selector payload of " + std::to_string(body.size()) + " octets");
  if (in.left() < *count * std::size_t{4}) return malformed("no room for " + std::to_string(*count) + " traffic selectors");
  TsPayload ts;
  ts.which = which;
  ts.selectors.reserve(*count);
  for (unsigned i = 0; i < *count; ++i) CHECK_OK(parse_selector(in, ts.selectors));
  if (!in.empty()) return malformed("octets follow the last of " + std::to_string(*count) + " traffic selectors");
  return ts;
}

void encode_body(const TsPayload& ts, Writer& out) {
  out.u8(static_cast<std::uint8_t>(ts.selectors.size()));
  out.zeros(3);
  for (const TrafficSelector& selector : ts.selectors) {
    out.u8(selector.first.is_v4() ? ts_ipv4_addr_range : ts_ipv6_addr_range);
    out.u8(selector.protocol);
    out.u16(static_cast<std::uint16_t>(selector_octets + 2 * selector.first.size()));
    out.u16(selector.ports.first);
    out.u16(selector.ports.last);
    out.bytes(selector.first.bytes());
    out.bytes(selector.last.bytes());
  }
}

}  // namespace engine::wire
