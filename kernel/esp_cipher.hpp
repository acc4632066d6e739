// The transforms of one direction of an ESP SA, in place over a packet. With packet_mac.cpp the only file of the kernel floor
// with OpenSSL.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/event.hpp"
#include "kernel/esp_cipher_mb.hpp"
#include "kernel/packet_mac.hpp"

struct evp_cipher_ctx_st;

namespace kernel {

/// A cipher or none with HMAC (RFC 3602, 2451, 2410; 2403, 2404, 4868), or AES-GCM (RFC 4106), AES-GMAC (RFC 4543),
/// ChaCha20-Poly1305 (RFC 7634), the last two also with implicit IV (RFC 8750), as the algorithm rows of the SA say. Packets are
/// laid out as on the wire: SPI, sequence number, IV, text, ICV; the text is a multiple of text_alignment() long. The libraries'
/// contexts are made for the first packet, so that an SA without traffic holds its keys and no more; after that nothing is
/// allocated.
class EspCipher {
 public:
  enum class Direction : std::uint8_t { seal, open };
  enum class Library : std::uint8_t { fastest, openssl };

  /// Fails when the rows are missing, not for ESP, or the keys have not the lengths the rows ask for. What a library
  /// itself refuses shows in seal() and open().
  static engine::Result<EspCipher> create(const engine::SaParameters& sa, Direction direction,
                                          Library library = Library::fastest);

  std::size_t iv_octets() const { return iv_octets_; }
  std::size_t icv_octets() const { return icv_octets_; }
  /// What payload, padding and trailer together are a multiple of: the cipher's block, at least 4 (RFC 4303, 2.4).
  std::size_t text_alignment() const { return alignment_; }

  /// Writes IV and ICV of each packet and encrypts the text between them. `sequence` is the whole number, the high half
  /// used only with ESN; it must never repeat under one key. Not done: the library refused.
  void seal(std::span<CipherWork> work);
  /// Checks each ICV and decrypts the text. Not done: integrity failed, the packet is not to be looked at.
  void open(std::span<CipherWork> work);

 private:
  struct CipherFree {
    void operator()(evp_cipher_ctx_st* context) const;
  };

  bool ready() { return !keys_ || make_contexts(); }
  bool make_contexts();
  bool seal(std::span<std::uint8_t> packet, std::uint64_t sequence);
  bool open(std::span<std::uint8_t> packet, std::uint64_t sequence);
  bool combined(std::span<std::uint8_t> packet, std::uint64_t sequence);
  bool mac(engine::ByteView authenticated, std::uint64_t sequence, std::span<std::uint8_t> icv);

  std::unique_ptr<engine::SaParameters> keys_;  // until the contexts are made
  std::unique_ptr<evp_cipher_ctx_st, CipherFree> cipher_;
  PacketMac mac_;
  std::unique_ptr<MbCipher> many_;  // null: OpenSSL does it
  engine::Secret salt_;
  Direction direction_ = Direction::seal;
  Library library_ = Library::fastest;
  bool aead_ = false, encrypts_ = true, esn_ = false;
  std::uint8_t iv_octets_ = 0, icv_octets_ = 0, alignment_ = 4;
};

}  // namespace kernel
