#include "engine/radius/packet.hpp"

#include <algorithm>

#include "engine/crypto/prf.hpp"
#include "engine/radius/attributes.hpp"

namespace engine::radius {
namespace {

constexpr std::uint32_t framed = 2, virtual_port = 5;
constexpr std::uint8_t mppe_send_key = 16, mppe_recv_key = 17;

void add_ends(Builder& out, const IpAddress& local, const IpAddress& peer, const std::string& nas) {
  out.add(local.is_v4() ? nas_ip_address : nas_ipv6_address, local.bytes());
  if (!nas.empty()) out.add(nas_identifier, nas);
  out.add(service_type, framed);
  out.add(nas_port_type, virtual_port);
  out.add(called_station_id, local.to_string());
  out.add(calling_station_id, peer.to_string());
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
  out.add(acct_status_type, std::uint32_t{static_cast<std::uint8_t>(what.kind)});
  out.add(acct_session_id, what.session);
  if (what.kind == Account::Kind::on) {
    out.add(nas_identifier, what.group->nas_identifier);
  } else {
    out.add(user_name, what.user);
    add_ends(out, what.local, what.peer, what.group->nas_identifier);
  }
  if (what.framed_ip) out.add(what.framed_ip->is_v4() ? framed_ip_address : framed_ipv6_address, what.framed_ip->bytes());
  for (const Bytes& each : what.classes) out.add(class_, each);
  if (what.kind == Account::Kind::stop) {
    const auto low = [](std::uint64_t number) { return static_cast<std::uint32_t>(number); };
    out.add(acct_session_time,
            low(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(what.age).count())));
    out.add(acct_input_octets, low(what.octets_in));
    out.add(acct_output_octets, low(what.octets_out));
    out.add(acct_input_packets, low(what.packets_in));
    out.add(acct_output_packets, low(what.packets_out));
    out.add(acct_input_gigawords, low(what.octets_in >> 32));
    out.add(acct_output_gigawords, low(what.octets_out >> 32));
  }
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
    if (each.type == reply_message) message.append(each.value.begin(), each.value.end());
    take_grant(each.type, each.value, grant);
    if (each.type == vendor_specific) take_keys(each, request.authenticator, secret, keys);
  }
  if (code == access_challenge) return Answer(Challenge{std::move(eap), std::move(session_state)});
  if (code == access_reject) return Answer(Reject{std::move(eap), std::move(message)});
  Bytes msk;
  for (const Secret* key : {&keys.receive, &keys.send}) msk.insert(msk.end(), key->expose().begin(), key->expose().end());
  if (!msk.empty()) msk.resize(64);  // RFC 7296, 2.16: what a method makes, at least 64 octets
  return Answer(Accept{std::move(eap), Secret(std::move(msk)), std::move(grant)});
}

}  // namespace engine::radius
