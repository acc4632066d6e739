#include "engine/wire/codec.hpp"

namespace engine::wire {
namespace {

constexpr std::uint8_t version_2_0 = 0x20;
constexpr std::uint8_t flag_initiator = 0x08;
constexpr std::uint8_t flag_response = 0x20;

/// Nothing is answered to a header that cannot be trusted to say who sent it.
Failure malformed_header(std::string why) { return {NotifyType::none, Cause::malformed_header, std::move(why)}; }

}  // namespace

// RFC 7296, 3.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       IKE SA Initiator's SPI                  |
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       IKE SA Responder's SPI                  |
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Next Payload | MjVer | MnVer | Exchange Type |     Flags     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Message ID                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                            Length                             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// A higher minor version, the V flag and the reserved flags are ignored (2.5).
Result<Header> parse_header(ByteView datagram) {
  if (datagram.size() < header_octets)
    return malformed_header("a datagram of " + std::to_string(datagram.size()) + " octets holds no IKE header");
  Reader in(datagram);
  Header header;
  header.spi_i = {*in.u64()};
  header.spi_r = {*in.u64()};
  header.next_payload = static_cast<PayloadType>(*in.u8());
  const std::uint8_t version = *in.u8();
  header.exchange = static_cast<ExchangeType>(*in.u8());
  const std::uint8_t flags = *in.u8();
  header.initiator = (flags & flag_initiator) != 0;
  header.response = (flags & flag_response) != 0;
  header.message_id = {*in.u32()};
  header.length = *in.u32();
  if (version >> 4 != version_2_0 >> 4) {
    return Failure{NotifyType::invalid_major_version, Cause::unsupported_version,
                   "major version " + std::to_string(version >> 4)};
  }
  if (header.spi_i.value == 0) return malformed_header("the initiator's SPI is zero");
  if (header.length < header_octets)
    return malformed_header("the header gives the message " + std::to_string(header.length) + " octets");
  return header;
}

void encode_header(const Header& header, PayloadType next, std::size_t length, Writer& out) {
  out.u64(header.spi_i.value);
  out.u64(header.spi_r.value);
  out.u8(static_cast<std::uint8_t>(next));
  out.u8(version_2_0);
  out.u8(static_cast<std::uint8_t>(header.exchange));
  out.u8(static_cast<std::uint8_t>((header.initiator ? flag_initiator : 0) | (header.response ? flag_response : 0)));
  out.u32(header.message_id.value);
  out.u32(static_cast<std::uint32_t>(length));
}

}  // namespace engine::wire
