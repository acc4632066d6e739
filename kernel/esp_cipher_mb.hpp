// The transforms of ESP through Intel's Multi-Buffer library, many packets at a time, where the build and the CPU have it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/event.hpp"

namespace kernel {

/// SPI and sequence number (RFC 4303, 2), and the part of the nonce that comes with the key (RFC 4106, 4).
inline constexpr std::size_t esp_header_octets = 8, salt_octets = 4;

/// A packet on its way through a cipher, laid out as EspCipher says.
struct CipherWork {
  std::span<std::uint8_t> packet;
  std::uint64_t sequence = 0;
  bool done = false;  // false afterwards: refused, or the ICV is wrong
};

/// Keys are of one SA and one direction; a call may come from any one thread at a time.
class MbCipher {
 public:
  virtual ~MbCipher() = default;
  virtual void seal(std::span<CipherWork> work) = 0;
  virtual void open(std::span<CipherWork> work) = 0;

  /// Null: not for these algorithms, not with this CPU, or not in this build; OpenSSL does it then. The keys have the
  /// lengths that the rows ask for.
  static std::unique_ptr<MbCipher> create(const engine::SaParameters& sa);
};

}  // namespace kernel
