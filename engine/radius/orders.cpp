#include "engine/radius/orders.hpp"

#include <algorithm>

#include "engine/crypto/prf.hpp"
#include "engine/radius/attributes.hpp"

namespace engine::radius {
namespace {

/// RFC 5176, 2.3: as of accounting, over zeros in its own place; Message-Authenticator likewise (3.1), if it is there.
bool made_with(ByteView secret, ByteView octets, const std::vector<Found>& attributes) {
  const Authenticator zeros{};
  const Bytes digest = crypto::md5({octets.first(4), zeros, octets.subspan(header_octets), secret});
  if (!constant_time_equal(digest, octets.subspan(4, authenticator_octets))) return false;
  const auto signature =
      std::find_if(attributes.begin(), attributes.end(), [](const Found& f) { return f.type == message_authenticator; });
  if (signature == attributes.end()) return true;
  if (signature->value.size() != authenticator_octets) return false;
  Bytes whole = to_bytes(octets);
  std::fill_n(whole.begin() + 4, authenticator_octets, 0);
  std::fill_n(whole.begin() + static_cast<std::ptrdiff_t>(signature->at), authenticator_octets, 0);
  return constant_time_equal(crypto::hmac_md5(secret, {whole}), signature->value);
}

std::string text_of(ByteView value) { return {value.begin(), value.end()}; }

/// False: nothing is known here of such an attribute.
bool take_order(const Found& each, Order& order) {
  switch (each.type) {
    case user_name:
      order.user = text_of(each.value);
      return true;
    case acct_session_id:
      order.session = text_of(each.value);
      return true;
    case framed_ip_address:
    case framed_ipv6_address:
      order.framed = IpAddress::from_bytes(each.value);
      return order.framed.has_value();
    case session_timeout:
      order.session_seconds = number_of(each.value);
      return each.value.size() == 4;
    case nas_ip_address:
    case nas_ipv6_address:
    case nas_identifier:
    case called_station_id:
    case calling_station_id:
    case nas_port_type:
    case state:
    case class_:
    case message_authenticator:
    case event_timestamp:
    case acct_terminate_cause:
    case reply_message:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Ordering> parse_order(ByteView octets, ByteView secret) {
  if (octets.size() < header_octets || octets.size() > max_octets)
    return bad("an order of " + std::to_string(octets.size()) + " octets");
  const std::size_t length = std::size_t{octets[2]} << 8 | octets[3];
  if (length < header_octets || length > octets.size())
    return bad("an order that says it has " + std::to_string(length) + " octets");
  octets = octets.first(length);
  if (octets[0] != disconnect_request && octets[0] != change_request) return bad("an order of code " + std::to_string(octets[0]));
  TRY(const std::vector<Found> attributes, attributes_of(octets));
  if (!made_with(secret, octets, attributes)) return bad("an order that is not made with our secret");
  Ordering out{{.disconnect = octets[0] == disconnect_request}};
  for (const Found& each : attributes)
    if (!take_order(each, out.order)) out.refused = unsupported_attribute;
  const Order& order = out.order;
  if (order.session.empty() && order.user.empty() && !order.framed) out.refused = missing_attribute;
  if (!order.disconnect && !order.session_seconds && !out.refused) out.refused = missing_attribute;
  return out;
}

Bytes answer_order(ByteView request, unsigned error, ByteView secret) {
  const bool disconnect = request[0] == disconnect_request;
  const Code code = disconnect ? (error ? disconnect_nak : disconnect_ack) : (error ? change_nak : change_ack);
  Authenticator asked{};
  std::copy_n(request.begin() + 4, authenticator_octets, asked.begin());
  Builder out(code, request[1], asked);
  const std::size_t signature_at = out.size() + 2;
  out.add(message_authenticator, ByteView(Authenticator{}));
  if (error) out.add(error_cause, std::uint32_t{error});
  Bytes octets = out.take();
  const Bytes signature = crypto::hmac_md5(secret, {octets});
  std::copy(signature.begin(), signature.end(), octets.begin() + static_cast<std::ptrdiff_t>(signature_at));
  const Bytes digest = crypto::md5({octets, secret});
  std::copy(digest.begin(), digest.end(), octets.begin() + 4);
  return octets;
}

}  // namespace engine::radius
