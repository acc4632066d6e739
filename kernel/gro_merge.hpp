// Puts packets that follow each other in a TCP stream, or datagrams of one flow and size, together into super-packets
// for TUN, so that the kernel handles many at once. Pure: packets in, frames to write out.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "engine/bytes.hpp"
#include "kernel/vnet_header.hpp"

namespace kernel {

class GroMerge {
 public:
  static constexpr std::size_t most_packets = 64;

  /// A frame: the parts in order are what to write to TUN. `packets` of them went in. Valid during the call.
  using Emit = std::function<void(std::span<const iovec> parts, std::size_t packets)>;

  explicit GroMerge(Emit emit) : emit_(std::move(emit)) {}

  /// Whether the device takes datagrams in one piece (USO); at first not.
  void merge_udp(bool yes) { merge_udp_ = yes; }

  /// Takes an IP packet of exactly the length its header says; it must stay in place, and its header may be changed,
  /// until flush(). Packets of one flow leave in the order in which they came; only what re-cutting makes again, octet for
  /// octet (identification of packets with DF aside), is merged, and nothing with a wrong checksum.
  void add(std::span<std::uint8_t> packet);
  /// Emits everything that is still held back.
  void flush();

 private:
  struct Shape {  // of a packet that might be merged
    std::uint8_t protocol = 0;
    std::size_t transport = 0, headers = 0, payload = 0;
  };
  struct Frame {
    VnetHeader header{};
    Shape shape;
    std::span<std::uint8_t> first;
    std::size_t total = 0, packets = 0;
    bool closed = false, verified = false;
    std::array<iovec, most_packets + 1> parts{};
  };
  static constexpr std::size_t most_frames = 8;

  /// Whether a packet can be told from others by its flow, and whether it may be merged.
  enum class Place : std::uint8_t { no_flow, alone, mergeable };

  Place place_of(engine::ByteView packet, Shape& out) const;
  static bool same_flow(const Frame& frame, engine::ByteView packet, const Shape& shape);
  static bool continues(const Frame& frame, engine::ByteView packet, const Shape& shape);
  static void append(Frame& frame, std::span<std::uint8_t> packet, const Shape& shape);
  void emit(Frame& frame);
  void begin(std::span<std::uint8_t> packet, const Shape& shape);
  void drop(std::size_t index);

  bool merge_udp_ = false;
  Emit emit_;
  std::array<Frame, most_frames> frames_;
  std::size_t used_ = 0;
};

}  // namespace kernel
