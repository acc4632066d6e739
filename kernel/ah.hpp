// AH as a pure transformation: seal, open, replay window (RFC 4302). Bytes in, bytes and a verdict out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kernel/esp.hpp"

namespace kernel {

inline constexpr std::uint8_t next_header_ah = 51;
/// Header without ICV (RFC 4302, 2), and where it has the SPI.
inline constexpr std::size_t ah_header_octets = 12, ah_spi_at = 4;

/// What the IPv4 header in front of an AH packet has as Identification: it is authenticated, so that who seals the packet and who
/// writes its header must mean the same. Never zero, which Linux would replace.
std::uint16_t ah_identification(engine::ByteView packet);

/// Keys and lengths of one direction.
class AhKeys {
 public:
  /// Fails without an HMAC, for a key of another length than its row says, and for an SPI below 256.
  static engine::Result<AhKeys> create(const engine::SaParameters& sa);
  std::size_t icv_octets() const { return icv_octets_; }
  /// Of the AH header, a multiple of 4 behind IPv4 and of 8 behind IPv6.
  std::size_t header_octets(engine::Family outer) const;
  bool extended() const { return extended_; }
  std::uint32_t spi() const { return spi_; }
  /// Over the IP header, mutable fields zero, the packet with its ICV zero, and with ESN the high half of the number.
  bool sum(engine::ByteView ip_header, engine::ByteView packet, std::uint64_t sequence, std::span<std::uint8_t> icv);

 private:
  AhKeys() = default;
  std::unique_ptr<engine::SaParameters> keys_;  // until the first packet, as EspCipher has it
  PacketMac mac_;
  std::uint32_t spi_ = 0;
  std::uint8_t icv_octets_ = 0;
  bool extended_ = false;
};

/// The sending side of an SA. The functions of the same name in EspOutbound say what these do.
class AhOutbound {
 public:
  static engine::Result<AhOutbound> create(const engine::SaParameters& sa, const engine::IpAddress& local,
                                           const engine::IpAddress& remote);
  /// From now on between these.
  void move(const engine::IpAddress& local, const engine::IpAddress& remote);

  std::size_t sealed_size(std::size_t payload) const { return payload_offset() + payload; }
  std::size_t payload_limit(std::size_t limit) const { return limit > payload_offset() ? limit - payload_offset() : 0; }
  std::size_t payload_offset() const { return keys_.header_octets(local_.family); }
  EspVerdict frame(std::size_t payload, std::uint8_t next_header, std::span<std::uint8_t> out, CipherWork& work);
  void seal(std::span<CipherWork> framed);

  std::uint64_t sequence() const { return sequence_; }
  std::uint64_t last_sequence() const { return keys_.extended() ? UINT64_MAX : UINT32_MAX; }

 private:
  AhOutbound(AhKeys keys, const engine::IpAddress& local, const engine::IpAddress& remote);
  AhKeys keys_;
  engine::IpAddress local_, remote_;
  std::uint64_t sequence_ = 0;
  friend struct AhTestAccess;
};

/// The IP header that a packet came behind.
struct AhOuter {
  engine::IpAddress source, destination;
  engine::ByteView ipv4_header{};  // whole, with options; of IPv6, nothing: no extension header stood before AH
};

/// The receiving side of an SA.
class AhInbound {
 public:
  static engine::Result<AhInbound> create(const engine::SaParameters& sa, std::uint32_t replay_window);
  /// `packet` begins with the AH header and ends where the IP packet does; it is left as it came but for its ICV.
  EspInbound::Opened open(std::span<std::uint8_t> packet, const AhOuter& outer);

 private:
  AhInbound(AhKeys keys, ReplayWindow window) : keys_(std::move(keys)), window_(window) {}
  EspVerdict verify(std::span<std::uint8_t> packet, std::uint64_t sequence, const AhOuter& outer);
  AhKeys keys_;
  ReplayWindow window_;
  friend struct AhTestAccess;
};

}  // namespace kernel
