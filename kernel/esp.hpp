// ESP as a pure transformation: seal, open, replay window, padding (RFC 4303). Bytes in, bytes and a verdict out.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/event.hpp"
#include "kernel/esp_cipher.hpp"

namespace kernel {

enum class EspVerdict : std::uint8_t {
  ok,
  dummy,         // next header 59: authentic, to be thrown away (RFC 4303, 2.6)
  too_short,     // less than header, IV, trailer and ICV
  bad_length,    // ciphertext not a multiple of the block
  replayed,      // seen before, or sequence number zero
  below_window,  // older than the replay window
  bad_integrity,
  bad_padding,         // longer than the text, or not 1, 2, 3, ...
  sequence_exhausted,  // the counter must not cycle (RFC 4303, 3.3.3)
  no_room,             // the caller's buffer is smaller than sealed_size()
  cipher_failed,
};

/// Which sequence numbers were received (RFC 4303, 3.4.3 and appendix A). Numbers are 64 bits wide; without ESN the high
/// half stays zero.
class ReplayWindow {
 public:
  static constexpr std::uint32_t max_size = 1024;

  /// `size` in packets, at most max_size; 0 checks nothing.
  ReplayWindow(std::uint32_t size, bool extended) : size_(size), extended_(extended) {}

  /// The whole number that the 32 bits on the wire stand for; nullopt: before the first one.
  std::optional<std::uint64_t> infer(std::uint32_t low) const;
  /// ok; replayed: seen before, or zero; below_window: too old.
  EspVerdict judge(std::uint64_t sequence) const;
  bool acceptable(std::uint64_t sequence) const { return judge(sequence) == EspVerdict::ok; }
  /// Only after the ICV was verified.
  void commit(std::uint64_t sequence);
  /// The highest number committed.
  std::uint64_t top() const { return top_; }

 private:
  /// Words of a ring that holds the window and one more, so that a step clears whole words only.
  std::size_t words() const { return std::bit_ceil(size_ / 64 + std::size_t{2}); }
  std::vector<std::uint64_t> seen_;  // made by the first packet
  std::uint64_t top_ = 0;
  std::uint32_t size_;
  bool extended_;
};

/// The sending side of an SA.
class EspOutbound {
 public:
  /// Fails as EspCipher::create does, and for an SPI below 256.
  static engine::Result<EspOutbound> create(const engine::SaParameters& sa,
                                            EspCipher::Library library = EspCipher::Library::fastest);

  /// Octets from SPI to ICV for a payload.
  std::size_t sealed_size(std::size_t payload) const;
  /// The longest payload whose sealed_size() is at most `limit`; 0: none.
  std::size_t payload_limit(std::size_t limit) const;
  /// Where the payload begins in a packet.
  std::size_t payload_offset() const;

  /// Many at a time: frame() writes SPI, sequence number, padding and trailer around `payload` octets that stand at
  /// payload_offset() of `out` (sealed_size() octets or more) and takes a sequence number; seal() makes the packets that
  /// were framed ready to be sent, in place. `next_header` is 4, 41, or an upper-layer protocol.
  EspVerdict frame(std::size_t payload, std::uint8_t next_header, std::span<std::uint8_t> out, CipherWork& work);
  void seal(std::span<CipherWork> framed) { cipher_.seal(framed); }

  struct Sealed {
    EspVerdict verdict;
    std::size_t length = 0;
  };
  /// Both for one packet: writes SPI to ICV into `out`. `payload` may be any octets.
  Sealed seal(engine::ByteView payload, std::uint8_t next_header, std::span<std::uint8_t> out);

  /// Sequence numbers used so far, and the last that may be used.
  std::uint64_t sequence() const { return sequence_; }
  std::uint64_t last_sequence() const { return last_sequence_; }

 private:
  EspOutbound(EspCipher cipher, const engine::SaParameters& sa);
  EspCipher cipher_;
  std::uint32_t spi_;
  std::uint64_t sequence_ = 0, last_sequence_;
  friend struct EspTestAccess;
};

/// The receiving side of an SA.
class EspInbound {
 public:
  /// `replay_window` in packets (0: off). Fails as EspCipher::create does, for an SPI below 256 and for a window above
  /// ReplayWindow::max_size.
  static engine::Result<EspInbound> create(const engine::SaParameters& sa, std::uint32_t replay_window,
                                           EspCipher::Library library = EspCipher::Library::fastest);

  struct Opened {
    EspVerdict verdict = EspVerdict::ok;
    std::uint8_t next_header = 0;
    std::span<std::uint8_t> payload{};  // within the packet; TFC padding still behind it
  };
  struct Opening {
    std::span<std::uint8_t> packet;  // begins with this SA's SPI
    Opened opened{};
  };
  /// Opens, in place, as if one after the other.
  void open(std::span<Opening> packets);
  Opened open(std::span<std::uint8_t> packet);

 private:
  static constexpr std::size_t most_at_once = 64;

  EspInbound(EspCipher cipher, ReplayWindow window) : cipher_(std::move(cipher)), window_(window) {}
  void open_some(std::span<Opening> packets);
  EspVerdict admit(std::span<std::uint8_t> packet, CipherWork& work) const;
  Opened finish(const CipherWork& work);

  EspCipher cipher_;
  ReplayWindow window_;
  friend struct EspTestAccess;
};

}  // namespace kernel
