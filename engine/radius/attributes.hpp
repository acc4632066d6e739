// What RADIUS messages are made of (RFC 2865, 5): octets to attributes and back, and what an accepted user is granted.
#pragma once

#include <vector>

#include "engine/radius/packet.hpp"

namespace engine::radius {

enum Code : std::uint8_t {
  access_request = 1,
  access_accept = 2,
  access_reject = 3,
  accounting_request = 4,
  accounting_response = 5,
  access_challenge = 11,
  disconnect_request = 40,
  disconnect_ack = 41,
  disconnect_nak = 42,
  change_request = 43,
  change_ack = 44,
  change_nak = 45,
};
enum Attribute : std::uint8_t {
  user_name = 1,
  nas_ip_address = 4,
  service_type = 6,
  framed_ip_address = 8,
  framed_ip_netmask = 9,
  reply_message = 18,
  framed_route = 22,
  state = 24,
  class_ = 25,
  vendor_specific = 26,
  session_timeout = 27,
  called_station_id = 30,
  calling_station_id = 31,
  nas_identifier = 32,
  acct_status_type = 40,
  acct_input_octets = 42,
  acct_output_octets = 43,
  acct_session_id = 44,
  acct_session_time = 46,
  acct_input_packets = 47,
  acct_output_packets = 48,
  acct_terminate_cause = 49,
  acct_input_gigawords = 52,
  acct_output_gigawords = 53,
  event_timestamp = 55,
  nas_port_type = 61,
  eap_message = 79,
  message_authenticator = 80,
  framed_pool = 88,
  nas_ipv6_address = 95,
  framed_ipv6_route = 99,
  framed_ipv6_pool = 100,
  error_cause = 101,
  framed_ipv6_address = 168,
};

inline constexpr std::size_t header_octets = 20, longest_value = 253, max_attributes = 256;
inline constexpr std::uint32_t microsoft = 311, cisco = 9;

inline Failure bad(std::string why) { return {NotifyType::none, Cause::radius_bad_answer, std::move(why)}; }

struct Found {
  std::uint8_t type = 0;
  ByteView value;
  std::size_t at = 0;  // of the value
};

/// Of a message whose length has been checked. Fails where an attribute's own is none, or there are too many.
Result<std::vector<Found>> attributes_of(ByteView octets);
inline std::uint32_t number_of(ByteView value) { return Reader(value).u32().value_or(0); }

/// Takes what the attribute grants, if it does; what is malformed grants nothing.
void take_grant(std::uint8_t type, ByteView value, RadiusGrant& grant);

class Builder {
 public:
  Builder(Code code, std::uint8_t id, const Authenticator& authenticator) {
    out_.u8(code);
    out_.u8(id);
    out_.u16(0);
    out_.bytes(authenticator);
  }
  void add(Attribute type, ByteView value) {
    value = value.first(std::min(value.size(), longest_value));
    out_.u8(type);
    out_.u8(static_cast<std::uint8_t>(value.size() + 2));
    out_.bytes(value);
  }
  void add(Attribute type, std::string_view text) { add(type, as_bytes(text)); }
  void add(Attribute type, std::uint32_t number) {
    Writer value;
    value.u32(number);
    add(type, value.view());
  }
  void add_in_pieces(Attribute type, ByteView value) {
    for (std::size_t at = 0; at < value.size(); at += longest_value)
      add(type, value.subspan(at, std::min(longest_value, value.size() - at)));
  }
  std::size_t size() const { return out_.size(); }
  Bytes take() {
    out_.patch_u16(2, static_cast<std::uint16_t>(out_.size()));
    return out_.take();
  }

 private:
  Writer out_;
};

}  // namespace engine::radius
