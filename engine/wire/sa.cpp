#include "engine/algorithms.hpp"
#include "engine/wire/codec.hpp"

namespace engine::wire {
namespace {

constexpr std::size_t proposal_octets = 8;   // without SPI and transforms
constexpr std::size_t transform_octets = 8;  // without attributes
constexpr std::uint8_t more_proposals = 2;
constexpr std::uint8_t more_transforms = 3;
constexpr std::uint16_t attribute_format_tv = 0x8000;
constexpr std::uint16_t attribute_key_length = 14;

// RFC 7296, 3.3.5:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |A|       Attribute Type        |    AF=0  Attribute Length     |
//   |F|                             |    AF=1  Attribute Value      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                   AF=0  Attribute Value                       |
//   |                   AF=1  Not Transmitted                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// A Key Length that is zero, repeated or in the long form is as good as an unknown attribute: the transform is kept, so
// that the numbering of the proposal stands, and never chosen.
Status parse_attributes(Reader in, Transform& transform) {
  while (!in.empty()) {
    const auto type = in.u16();
    const auto value = in.u16();
    if (!type || !value) return malformed("a transform attribute is cut short");
    if ((*type & attribute_format_tv) == 0 && !in.bytes(*value)) {
      return malformed("a transform attribute of " + std::to_string(*value) + " octets leaves its transform");
    }
    const bool key_length = *type == (attribute_format_tv | attribute_key_length);
    if (key_length && *value != 0 && transform.key_bits == 0)
      transform.key_bits = *value;
    else
      transform.unknown_attribute = true;
  }
  return Done{};
}

// RFC 7296, 3.3.2:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Last Substruc |   RESERVED    |        Transform Length       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Transform Type |   RESERVED    |          Transform ID         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                      Transform Attributes                     ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<Transform> parse_transform(Reader& in, bool last) {
  if (in.left() < transform_octets) return malformed("a transform is cut short");
  const std::uint8_t marker = *in.u8();
  in.u8();
  const std::uint16_t length = *in.u16();
  Transform transform;
  transform.type = *in.u8();
  in.u8();
  transform.id = *in.u16();
  if (marker != (last ? 0 : more_transforms))
    return malformed("the last-substructure octet of a transform is " + std::to_string(marker));
  if (length < transform_octets) return malformed("a transform gives its length as " + std::to_string(length));
  const auto attributes = in.bytes(length - transform_octets);
  if (!attributes) return malformed("a transform of " + std::to_string(length) + " octets leaves its proposal");
  CHECK_OK(parse_attributes(Reader(*attributes), transform));
  return transform;
}

/// RFC 7296, 3.3.1: which SPI sizes a protocol can have. An unknown protocol's proposal is only ever passed over.
bool spi_size_fits(Protocol protocol, std::size_t size) {
  switch (protocol) {
    case Protocol::ike:
      return size == 0 || size == 8;
    case Protocol::ah:
    case Protocol::esp:
      return size == 4;
    default:
      return true;
  }
}

// RFC 7296, 3.3.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Last Substruc |   RESERVED    |         Proposal Length       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Proposal Num  |  Protocol ID  |    SPI Size   |Num  Transforms|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   ~                        SPI (variable)                         ~
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                        <Transforms>                           ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<Proposal> parse_proposal(Reader& in) {
  if (in.left() < proposal_octets) return malformed("a proposal is cut short");
  const std::uint8_t marker = *in.u8();
  in.u8();
  const std::uint16_t length = *in.u16();
  if (length < proposal_octets) return malformed("a proposal gives its length as " + std::to_string(length));
  const auto rest = in.bytes(length - 4u);
  if (!rest) return malformed("a proposal of " + std::to_string(length) + " octets leaves its payload");
  if (marker != (in.empty() ? 0 : more_proposals))
    return malformed("the last-substructure octet of a proposal is " + std::to_string(marker));
  Reader body(*rest);
  Proposal proposal;
  proposal.number = *body.u8();
  proposal.protocol = static_cast<Protocol>(*body.u8());
  const std::uint8_t spi_size = *body.u8();
  const std::uint8_t count = *body.u8();
  const auto spi = body.bytes(spi_size);
  if (!spi || !spi_size_fits(proposal.protocol, spi_size)) {
    return malformed("an SPI of " + std::to_string(spi_size) + " octets in a proposal for protocol " +
                     std::to_string(static_cast<unsigned>(proposal.protocol)));
  }
  proposal.spi = to_bytes(*spi);
  if (body.left() < count * transform_octets)
    return malformed("a proposal has no room for its " + std::to_string(count) + " transforms");
  proposal.transforms.reserve(count);
  for (unsigned i = 1; i <= count; ++i) {
    TRY(const Transform transform, parse_transform(body, i == count));
    proposal.transforms.push_back(transform);
  }
  if (!body.empty()) return malformed("octets follow the last of " + std::to_string(count) + " transforms");
  return proposal;
}

void encode_transform(const Transform& transform, bool last, Writer& out) {
  const bool attribute = transform.key_bits != 0;
  out.u8(last ? 0 : more_transforms);
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(transform_octets + (attribute ? 4 : 0)));
  out.u8(transform.type);
  out.u8(0);
  out.u16(transform.id);
  if (attribute) {
    out.u16(attribute_format_tv | attribute_key_length);
    out.u16(transform.key_bits);
  }
}

}  // namespace

// RFC 7296, 3.3: the body is one or more proposals, nothing else.
Result<SaPayload> parse_sa(ByteView body) {
  Reader in(body);
  SaPayload sa;
  do {
    if (sa.proposals.size() == max_proposals) return malformed("more than " + std::to_string(max_proposals) + " proposals");
    TRY(Proposal proposal, parse_proposal(in));
    sa.proposals.push_back(std::move(proposal));
  } while (!in.empty());
  return sa;
}

void encode_body(const SaPayload& sa, Writer& out) {
  for (const Proposal& proposal : sa.proposals) {
    const std::size_t start = out.size();
    out.u8(&proposal == &sa.proposals.back() ? 0 : more_proposals);
    out.u8(0);
    out.u16(0);
    out.u8(proposal.number);
    out.u8(static_cast<std::uint8_t>(proposal.protocol));
    out.u8(static_cast<std::uint8_t>(proposal.spi.size()));
    out.u8(static_cast<std::uint8_t>(proposal.transforms.size()));
    out.bytes(proposal.spi);
    for (const Transform& transform : proposal.transforms)
      encode_transform(transform, &transform == &proposal.transforms.back(), out);
    out.patch_u16(start + 2, static_cast<std::uint16_t>(out.size() - start));
  }
}

}  // namespace engine::wire
