#include "engine/eap/mschapv2.hpp"

#include <algorithm>

#include "engine/crypto/mschap.hpp"

namespace engine::eap::mschapv2 {
namespace {

using crypto::mschap_challenge_octets;
using crypto::nt_response_octets;

constexpr std::size_t reserved_octets = 8;
constexpr std::size_t response_octets = mschap_challenge_octets + reserved_octets + nt_response_octets + 1;

std::string text_of(ByteView octets) { return {octets.begin(), octets.end()}; }

}  // namespace

std::optional<Message> parse(ByteView data) {
  Reader in(data);
  const auto op = in.u8();
  if (!op || *op < 1 || *op > 4) return std::nullopt;
  Message out{static_cast<OpCode>(*op)};
  const bool ends = out.op == OpCode::success || out.op == OpCode::failure;
  if (ends && data.size() == 1) return out;
  const auto id = in.u8();
  const auto length = in.u16();
  if (!length || *length != data.size()) return std::nullopt;
  out.id = *id;
  if (ends) {
    out.text = text_of(in.rest());
    return out;
  }
  const auto size = in.u8();
  if (!size || *size != (out.op == OpCode::challenge ? mschap_challenge_octets : response_octets)) return std::nullopt;
  const auto value = in.bytes(*size);
  if (!value) return std::nullopt;
  out.challenge = to_bytes(value->first(mschap_challenge_octets));
  if (out.op == OpCode::response)
    out.nt_response = to_bytes(value->subspan(mschap_challenge_octets + reserved_octets, nt_response_octets));
  out.text = text_of(in.rest());
  return out;
}

Bytes encode(const Message& message) {
  Writer out;
  out.u8(static_cast<std::uint8_t>(message.op));
  out.u8(message.id);
  out.u16(0);
  if (message.op == OpCode::challenge) {
    out.u8(mschap_challenge_octets);
    out.bytes(message.challenge);
  } else if (message.op == OpCode::response) {
    out.u8(response_octets);
    out.bytes(message.challenge);
    out.zeros(reserved_octets);
    out.bytes(message.nt_response);
    out.u8(0);
  }
  out.bytes(as_bytes(message.text));
  out.patch_u16(2, static_cast<std::uint16_t>(out.size()));
  return out.take();
}

std::string success_text(ByteView authenticator_response) {
  std::string hex = to_hex(authenticator_response);
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return "S=" + hex + " M=OK";
}

std::optional<Bytes> proof_in(const std::string& success_text) {
  constexpr std::size_t digits = 2 * crypto::authenticator_response_octets;
  if (!success_text.starts_with("S=") || success_text.size() < 2 + digits) return std::nullopt;
  return from_hex(std::string_view(success_text).substr(2, digits));
}

std::string without_domain(const std::string& name) { return name.substr(name.find('\\') + 1); }

}  // namespace engine::eap::mschapv2
