#include "engine/channel.hpp"

#include <algorithm>

#include "engine/crypto/cipher.hpp"

namespace engine {
namespace {

constexpr std::size_t smallest_piece = 64;  // octets of the contents in one fragment, however small the room is

crypto::CipherKeys cipher_keys(const crypto::IkeSuite& suite, const crypto::IkeKeys& keys, bool from_initiator) {
  return {suite.encryption, suite.integrity, from_initiator ? &keys.ei : &keys.er, from_initiator ? &keys.ai : &keys.ar};
}

/// What IntAuth covers of a message: everything in front of the contents of its SK payload, with both lengths as if the
/// contents stood there in clear, without IV, padding and ICV; then the contents (RFC 9242, 3.3.2).
Bytes intermediate_form(ByteView prefix, ByteView contents) {
  constexpr std::size_t length_at = 24;
  constexpr std::size_t generic_octets = 4;
  const std::size_t total = prefix.size() + contents.size(), inside = generic_octets + contents.size();
  Bytes out;
  out.reserve(total);
  out.assign(prefix.begin(), prefix.end());
  for (std::size_t i = 0; i < 4; ++i) out[length_at + i] = static_cast<std::uint8_t>(total >> (24 - 8 * i));
  out[prefix.size() - 2] = static_cast<std::uint8_t>(inside >> 8);
  out[prefix.size() - 1] = static_cast<std::uint8_t>(inside);
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

void append(Bytes& out, const Bytes& tail) { out.insert(out.end(), tail.begin(), tail.end()); }

}  // namespace

Bytes Channel::padded(ByteView contents) const {
  const std::size_t block = suite_.encryption->block_octets;
  const std::size_t padding = block - 1 - contents.size() % block;
  Bytes out;
  out.reserve(contents.size() + padding + 1);
  out.assign(contents.begin(), contents.end());
  out.resize(out.size() + padding, 0);
  out.push_back(static_cast<std::uint8_t>(padding));
  return out;
}

Bytes Channel::next_iv(Rng& rng) {
  if (!suite_.encryption->aead) return rng.bytes(suite_.encryption->iv_octets);
  Writer counter;
  counter.u64(++sealed_);
  return counter.take();
}

Bytes Channel::seal(const wire::Header& header, const wire::Payloads& payloads, Rng& rng) {
  return seal(header, wire::encode_payloads(payloads), rng);
}

Bytes Channel::seal(const wire::Header& header, const wire::EncodedPayloads& inner, Rng& rng) {
  const crypto::CipherKeys keys = cipher_keys(suite_, keys_, role_ == Role::initiator);
  keep_sealed(header, inner);
  const Bytes contents = padded(inner.octets);
  Bytes datagram = wire::encode_sk_prefix(header, inner.first, contents.size() + crypto::overhead(keys));
  append(datagram, crypto::seal(keys, datagram, next_iv(rng), contents));
  return datagram;
}

void Channel::keep_sealed(const wire::Header& header, const wire::EncodedPayloads& inner) {
  if (kept_) kept_->sealed = intermediate_form(wire::encode_sk_prefix(header, inner.first, inner.octets.size()), inner.octets);
}

void Channel::opened_in_fragments(const wire::Header& header, wire::PayloadType first, ByteView contents) {
  if (kept_) kept_->opened = intermediate_form(wire::encode_sk_prefix(header, first, contents.size()), contents);
}

std::size_t Channel::sealed_octets(std::size_t inner) const {
  const std::size_t block = suite_.encryption->block_octets;
  const crypto::CipherKeys keys = cipher_keys(suite_, keys_, role_ == Role::initiator);
  return wire::sk_prefix_octets + crypto::overhead(keys) + (inner / block + 1) * block;
}

std::vector<Bytes> Channel::seal_fragments(const wire::Header& header, const wire::EncodedPayloads& inner, std::size_t room,
                                           Rng& rng) {
  const crypto::CipherKeys keys = cipher_keys(suite_, keys_, role_ == Role::initiator);
  const std::size_t block = suite_.encryption->block_octets;
  const std::size_t around = wire::skf_prefix_octets + crypto::overhead(keys);
  const std::size_t fits = room > around ? (room - around) / block * block : 0;
  keep_sealed(header, inner);
  const std::size_t piece = std::max(smallest_piece, fits) - 1;  // the padding's length is an octet, too
  const ByteView octets = inner.octets;
  const auto total = static_cast<std::uint16_t>(std::max<std::size_t>(1, (octets.size() + piece - 1) / piece));
  std::vector<Bytes> out;
  for (std::uint16_t number = 1; number <= total; ++number) {
    const std::size_t from = std::size_t{piece} * (number - 1);
    const Bytes contents = padded(octets.subspan(from, std::min(piece, octets.size() - from)));
    Bytes datagram = wire::encode_skf_prefix(header, inner.first, number, total, contents.size() + crypto::overhead(keys));
    append(datagram, crypto::seal(keys, datagram, next_iv(rng), contents));
    out.push_back(std::move(datagram));
  }
  return out;
}

Result<Bytes> Channel::open_contents(ByteView datagram, const wire::EncryptedPayload& encrypted, bool& authentic) const {
  authentic = false;
  const crypto::CipherKeys keys = cipher_keys(suite_, keys_, role_ == Role::responder);
  TRY(Bytes plain, crypto::open(keys, datagram.first(encrypted.offset), datagram.subspan(encrypted.offset)));
  authentic = true;
  if (plain.empty() || plain.back() + std::size_t{1} > plain.size())
    return Failure{NotifyType::invalid_syntax, Cause::malformed_payload,
                   "the padding of the SK payload is longer than its contents"};
  plain.resize(plain.size() - 1 - plain.back());
  return plain;
}

Result<wire::Payloads> Channel::open(ByteView datagram, const wire::Message& message, bool& authentic) {
  authentic = false;
  const auto* encrypted = wire::find<wire::EncryptedPayload>(message.payloads);
  if (!encrypted || encrypted->which != wire::PayloadType::sk)
    return Failure{NotifyType::none, Cause::missing_payload, "the message is not protected by an SK payload"};
  TRY(const Bytes contents, open_contents(datagram, *encrypted, authentic));
  if (kept_) kept_->opened = intermediate_form(datagram.first(encrypted->offset), contents);
  return wire::parse_payloads(encrypted->first_inner, contents);
}

}  // namespace engine
