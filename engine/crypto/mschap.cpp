#include "engine/crypto/mschap.hpp"

#include <openssl/des.h>
#include <openssl/md4.h>

#include <algorithm>
#include <array>

#include "engine/crypto/prf.hpp"

namespace engine::crypto {
namespace {

/// UTF-8 as UTF-16, low octet first. An octet that begins no character stands for itself.
Bytes utf16(ByteView text) {
  Bytes out;
  const auto put = [&](std::uint32_t unit) {
    out.push_back(static_cast<std::uint8_t>(unit));
    out.push_back(static_cast<std::uint8_t>(unit >> 8));
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t first = text[i];
    const std::size_t more = first >= 0xF0 && first < 0xF8   ? 3
                             : first >= 0xE0 && first < 0xF0 ? 2
                             : first >= 0xC0 && first < 0xE0 ? 1
                                                             : 0;
    bool whole = more > 0 && i + more < text.size();
    for (std::size_t k = 1; whole && k <= more; ++k) whole = (text[i + k] & 0xC0) == 0x80;
    if (!whole) {
      put(first);
      ++i;
      continue;
    }
    std::uint32_t code = first & (0x3Fu >> more);
    for (std::size_t k = 1; k <= more; ++k) code = code << 6 | (text[i + k] & 0x3Fu);
    if (code > 0xFFFF) {
      put(0xD800 + ((code - 0x10000) >> 10));
      put(0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
      put(code);
    }
    i += more + 1;
  }
  return out;
}

// MD4 and DES are legacy to OpenSSL: its providers may lack them, its functions for them are there.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

Secret md4(ByteView octets) {
  Bytes out(MD4_DIGEST_LENGTH);
  MD4(octets.data(), octets.size(), out.data());
  return Secret(std::move(out));
}

/// One of the three DES encryptions of ChallengeResponse() (RFC 2759, 8.5): seven octets of key, of which each has a parity bit
/// behind seven.
void des(const std::uint8_t* key, ByteView clear, std::uint8_t* out) {
  DES_cblock block;
  for (int i = 0; i < 8; ++i) {
    const unsigned before = i > 0 ? key[i - 1] : 0u, here = i < 7 ? key[i] : 0u;
    block[i] = static_cast<std::uint8_t>((before << (8 - i) | here >> i) & 0xFE);
  }
  DES_key_schedule schedule;
  DES_set_key_unchecked(&block, &schedule);
  DES_cblock in, sealed;
  std::copy_n(clear.begin(), 8, in);
  DES_ecb_encrypt(&in, &sealed, &schedule, DES_ENCRYPT);
  std::copy_n(sealed, 8, out);
}

#pragma GCC diagnostic pop

// RFC 2759, 8.7
constexpr std::string_view signing = "Magic server to client signing constant";
constexpr std::string_view more_than_one = "Pad to make it do more than one iteration";
// RFC 3079, 3.4
constexpr std::string_view master = "This is the MPPE Master Key";
constexpr std::string_view client_sends = "On the client side, this is the send key; on the server side, it is the receive key.";
constexpr std::string_view client_receives =
    "On the client side, this is the receive key; on the server side, it is the send key.";

}  // namespace

Secret nt_password_hash(ByteView password) { return md4(Secret(utf16(password)).expose()); }

MschapValues mschap(ByteView password, std::string_view user, ByteView authenticator_challenge, ByteView peer_challenge) {
  const Secret hash = nt_password_hash(password);
  const Secret hash_hash = md4(hash.expose());
  const Bytes challenge = sha1({peer_challenge, authenticator_challenge, as_bytes(user)});
  std::array<std::uint8_t, 21> padded{};
  std::copy(hash.expose().begin(), hash.expose().end(), padded.begin());
  MschapValues out;
  out.nt_response.resize(nt_response_octets);
  for (std::size_t i = 0; i < 3; ++i) des(padded.data() + 7 * i, ByteView(challenge).first(8), out.nt_response.data() + 8 * i);
  const Bytes digest = sha1({hash_hash.expose(), out.nt_response, as_bytes(signing)});
  const Bytes proof = sha1({digest, ByteView(challenge).first(8), as_bytes(more_than_one)});
  out.authenticator_response = proof;
  const Bytes master_key = sha1({hash_hash.expose(), out.nt_response, as_bytes(master)});
  std::array<std::uint8_t, 40> pad1{}, pad2;
  pad2.fill(0xF2);
  Bytes msk;
  for (const std::string_view direction : {client_sends, client_receives}) {
    const Bytes key = sha1({ByteView(master_key).first(16), pad1, as_bytes(direction), pad2});
    msk.insert(msk.end(), key.begin(), key.begin() + 16);
  }
  msk.resize(64);
  out.msk = Secret(std::move(msk));
  return out;
}

}  // namespace engine::crypto
