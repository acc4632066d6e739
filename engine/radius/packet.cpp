#include "engine/radius/packet.hpp"

#include <algorithm>

#include "engine/crypto/prf.hpp"

namespace engine::radius {
namespace {

enum Code : std::uint8_t {
  access_request = 1,
  access_accept = 2,
  access_reject = 3,
  accounting_request = 4,
  accounting_response = 5,
  access_challenge = 11
};
enum Attribute : std::uint8_t {
  user_name = 1,
  nas_ip_address = 4,
  service_type = 6,
  framed_ip_address = 8,
  reply_message = 18,
  state = 24,
  class_ = 25,
  vendor_specific = 26,
  session_timeout = 27,
  called_station_id = 30,
  calling_station_id = 31,
  nas_identifier = 32,
  acct_status_type = 40,
  acct_session_id = 44,
  acct_session_time = 46,
  nas_port_type = 61,
  eap_message = 79,
  message_authenticator = 80,
  nas_ipv6_address = 95,
  framed_ipv6_address = 168,
};

constexpr std::size_t header_octets = 20, longest_value = 253, max_attributes = 256;
constexpr std::uint32_t framed = 2, virtual_port = 5, microsoft = 311;
constexpr std::uint8_t mppe_send_key = 16, mppe_recv_key = 17;

Failure bad(std::string why) { return {NotifyType::none, Cause::radius_bad_answer, std::move(why)}; }

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

void add_ends(Builder& out, const IpAddress& local, const IpAddress& peer, const std::string& nas) {
  out.add(local.is_v4() ? nas_ip_address : nas_ipv6_address, local.bytes());
  if (!nas.empty()) out.add(nas_identifier, nas);
  out.add(service_type, framed);
  out.add(nas_port_type, virtual_port);
  out.add(called_station_id, local.to_string());
  out.add(calling_station_id, peer.to_string());
}

struct Found {
  std::uint8_t type = 0;
  ByteView value;
  std::size_t at = 0;  // of the value
};

Result<std::vector<Found>> attributes_of(ByteView octets) {
  std::vector<Found> out;
  for (std::size_t at = header_octets; at < octets.size();) {
    if (octets.size() - at < 2) return bad("an attribute breaks off");
    const std::size_t length = octets[at + 1];
    if (length < 2 || length > octets.size() - at) return bad("an attribute of length " + std::to_string(length));
    if (out.size() == max_attributes) return bad("more than " + std::to_string(max_attributes) + " attributes");
    out.push_back({octets[at], octets.subspan(at + 2, length - 2), at + 2});
    at += length;
  }
  return out;
}

/// RFC 2548, 2.4.2; empty: it cannot be one.
Secret mppe_key(ByteView value, const Authenticator& request, ByteView secret) {
  constexpr std::size_t salt_octets = 2, block = 16;
  if (value.size() < salt_octets + block || (value.size() - salt_octets) % block != 0) return {};
  const ByteView salt = value.first(salt_octets), sealed = value.subspan(salt_octets);
  Bytes plain;
  Bytes pad = crypto::md5({secret, request, salt});
  for (std::size_t at = 0; at < sealed.size(); at += block) {
    for (std::size_t i = 0; i < block; ++i) plain.push_back(sealed[at + i] ^ pad[i]);
    pad = crypto::md5({secret, sealed.subspan(at, block)});
  }
  const Secret whole(std::move(plain));
  const std::size_t length = whole.expose()[0];
  return length < whole.size() ? Secret(whole.expose().subspan(1, length)) : Secret();
}

struct Keys {
  Secret send, receive;
};
void take_keys(const Found& attribute, const Authenticator& request, ByteView secret, Keys& keys) {
  Reader in(attribute.value);
  if (in.u32() != microsoft) return;
  const auto type = in.u8(), length = in.u8();
  if (!length || *length < 2) return;
  const auto value = in.bytes(*length - 2u);
  if (!value) return;
  if (*type == mppe_send_key) keys.send = mppe_key(*value, request, secret);
  if (*type == mppe_recv_key) keys.receive = mppe_key(*value, request, secret);
}

std::uint32_t number_of(ByteView value) { return Reader(value).u32().value_or(0); }

bool authentic(ByteView octets, const Request& request, ByteView secret) {
  const Bytes wanted = crypto::md5({octets.first(4), request.authenticator, octets.subspan(header_octets), secret});
  return constant_time_equal(wanted, octets.subspan(4, authenticator_octets));
}

/// RFC 3579, 3.2: over the answer with the request's authenticator, and zeros in its own place.
bool signed_whole(ByteView octets, const std::vector<Found>& attributes, const Request& request, ByteView secret) {
  const auto count =
      std::count_if(attributes.begin(), attributes.end(), [](const Found& f) { return f.type == message_authenticator; });
  const auto it =
      std::find_if(attributes.begin(), attributes.end(), [](const Found& f) { return f.type == message_authenticator; });
  if (count != 1 || it->value.size() != authenticator_octets) return false;
  Bytes whole = to_bytes(octets);
  std::copy(request.authenticator.begin(), request.authenticator.end(), whole.begin() + 4);
  std::fill_n(whole.begin() + static_cast<std::ptrdiff_t>(it->at), authenticator_octets, 0);
  return constant_time_equal(crypto::hmac_md5(secret, {whole}), it->value);
}

}  // namespace

Request encode(const Authenticate& what, std::uint8_t id, const Authenticator& random, ByteView secret) {
  Builder out(access_request, id, random);
  const std::size_t signature_at = out.size() + 2;
  out.add(message_authenticator, ByteView(Authenticator{}));
  out.add(user_name, what.user);
  add_ends(out, what.local, what.peer, what.group->nas_identifier);
  if (!what.state.empty()) out.add(state, what.state);
  out.add_in_pieces(eap_message, what.eap);
  Request request{out.take(), random};
  const Bytes signature = crypto::hmac_md5(secret, {request.octets});
  std::copy(signature.begin(), signature.end(), request.octets.begin() + static_cast<std::ptrdiff_t>(signature_at));
  return request;
}

Request encode(const Account& what, std::uint8_t id, ByteView secret) {
  Builder out(accounting_request, id, Authenticator{});
  out.add(acct_status_type, what.start ? 1u : 2u);
  out.add(acct_session_id, what.session);
  out.add(user_name, what.user);
  add_ends(out, what.local, what.peer, what.group->nas_identifier);
  if (what.framed_ip) out.add(what.framed_ip->is_v4() ? framed_ip_address : framed_ipv6_address, what.framed_ip->bytes());
  for (const Bytes& each : what.classes) out.add(class_, each);
  if (!what.start)
    out.add(acct_session_time, static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(what.age).count()));
  Request request{out.take(), {}};
  const Bytes digest = crypto::md5({request.octets, secret});
  std::copy(digest.begin(), digest.end(), request.authenticator.begin());
  std::copy(digest.begin(), digest.end(), request.octets.begin() + 4);
  return request;
}

Result<Answer> parse(ByteView octets, const Request& request, ByteView secret) {
  if (octets.size() < header_octets || octets.size() > max_octets)
    return bad("an answer of " + std::to_string(octets.size()) + " octets");
  const std::size_t length = std::size_t{octets[2]} << 8 | octets[3];
  if (length < header_octets || length > octets.size())
    return bad("an answer that says it has " + std::to_string(length) + " octets");
  octets = octets.first(length);
  if (octets[1] != request.octets[1]) return bad("an answer to another request");
  const bool accounting = request.octets[0] == accounting_request;
  const std::uint8_t code = octets[0];
  if (accounting ? code != accounting_response : code != access_accept && code != access_reject && code != access_challenge)
    return bad("an answer of code " + std::to_string(code));
  TRY(const std::vector<Found> attributes, attributes_of(octets));
  if (!authentic(octets, request, secret)) return bad("an answer that is not made with our secret");
  if (accounting) return Answer(Accounted{});
  if (!signed_whole(octets, attributes, request, secret)) return bad("an answer without a Message-Authenticator that holds");
  Bytes eap, session_state;
  std::string message;
  RadiusGrant grant;
  Keys keys;
  for (const Found& each : attributes) {
    if (each.type == eap_message) eap.insert(eap.end(), each.value.begin(), each.value.end());
    if (each.type == state) session_state = to_bytes(each.value);
    if (each.type == class_) grant.classes.push_back(to_bytes(each.value));
    if (each.type == reply_message) message.append(each.value.begin(), each.value.end());
    if (each.type == session_timeout && each.value.size() == 4)
      grant.session_timeout = std::chrono::seconds(number_of(each.value));
    if ((each.type == framed_ip_address && each.value.size() == 4) ||
        (each.type == framed_ipv6_address && each.value.size() == 16))
      grant.framed_ip = IpAddress::from_bytes(each.value);
    if (each.type == vendor_specific) take_keys(each, request.authenticator, secret, keys);
  }
  // 255.255.255.255 and 255.255.255.254: the client or the NAS chooses (RFC 2865, 5.8).
  if (grant.framed_ip && grant.framed_ip->is_v4() && grant.framed_ip->v4_host_order() >= 0xFFFFFFFE) grant.framed_ip.reset();
  if (code == access_challenge) return Answer(Challenge{std::move(eap), std::move(session_state)});
  if (code == access_reject) return Answer(Reject{std::move(eap), std::move(message)});
  Bytes msk;
  for (const Secret* key : {&keys.receive, &keys.send}) msk.insert(msk.end(), key->expose().begin(), key->expose().end());
  if (!msk.empty()) msk.resize(64);  // RFC 7296, 2.16: what a method makes, at least 64 octets
  return Answer(Accept{std::move(eap), Secret(std::move(msk)), std::move(grant)});
}

}  // namespace engine::radius
