#include "engine/eap/packet.hpp"

namespace engine::eap {
namespace {

Failure malformed_eap(std::string why) { return {NotifyType::authentication_failed, Cause::eap_malformed, std::move(why)}; }

}  // namespace

// RFC 3748, 4.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Code      |  Identifier   |            Length             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |  Type-Data ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<Packet> parse(ByteView message) {
  constexpr std::size_t header_octets = 4;
  Reader in(message);
  const auto code = in.u8(), id = in.u8();
  const auto length = in.u16();
  if (!length) return malformed_eap("an EAP message of " + std::to_string(message.size()) + " octets");
  if (*length != message.size())
    return malformed_eap("an EAP message says it has " + std::to_string(*length) + " octets, and has " +
                         std::to_string(message.size()));
  Packet out{static_cast<Code>(*code), *id};
  if (out.code == Code::success || out.code == Code::failure) {
    if (message.size() != header_octets)
      return malformed_eap("EAP " + std::string(out.code == Code::success ? "Success" : "Failure") + " of " +
                           std::to_string(message.size()) + " octets");
    return out;
  }
  if (out.code != Code::request && out.code != Code::response)
    return malformed_eap("an EAP message of code " + std::to_string(*code));
  const auto type = in.u8();
  if (!type || *type == 0) return malformed_eap("an EAP message without type");
  out.type = static_cast<Type>(*type);
  out.data = to_bytes(in.rest());
  return out;
}

Bytes encode(const Packet& packet) {
  const bool typed = packet.code == Code::request || packet.code == Code::response;
  Writer out;
  out.u8(static_cast<std::uint8_t>(packet.code));
  out.u8(packet.id);
  out.u16(static_cast<std::uint16_t>(4 + (typed ? 1 + packet.data.size() : 0)));
  if (typed) {
    out.u8(static_cast<std::uint8_t>(packet.type));
    out.bytes(packet.data);
  }
  return out.take();
}

}  // namespace engine::eap
