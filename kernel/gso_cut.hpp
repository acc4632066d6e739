// Cuts what the kernel hands over in one piece (TSO, USO) into the packets it stands for. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/bytes.hpp"
#include "kernel/vnet_header.hpp"

namespace kernel {

class GsoCut {
 public:
  /// `packet` is an IP packet as read from TUN behind `header`; it must outlive this. nullopt: the two contradict each
  /// other, and nothing must be sent. A packet with nothing to cut becomes one segment, its checksum filled in if asked.
  static std::optional<GsoCut> make(const VnetHeader& header, engine::ByteView packet);

  std::size_t segments() const { return segments_; }
  /// Octets of a segment, headers included. All but the last are of the same size.
  std::size_t size(std::size_t segment) const;
  /// Writes the segment, valid in every length, identification, sequence number, flag and checksum, to the front of
  /// `out`, which has size(segment) octets or more.
  void write(std::size_t segment, std::span<std::uint8_t> out) const;

 private:
  enum class Kind : std::uint8_t { whole, tcp, udp };

  explicit GsoCut(engine::ByteView packet) : packet_(packet) {}
  bool plan_checksum(const VnetHeader& header);
  bool plan_segments(const VnetHeader& header);
  void write_ip(std::size_t segment, std::span<std::uint8_t> out) const;
  void write_tcp(std::size_t segment, std::uint8_t* tcp) const;

  engine::ByteView packet_;
  Kind kind_ = Kind::whole;
  bool fill_checksum_ = false;
  std::size_t transport_ = 0;       // offset of the transport header
  std::size_t checksum_at_ = 0;     // of its checksum field
  std::size_t headers_ = 0;         // octets before the payload that is cut
  std::size_t segment_octets_ = 0;  // of payload in all segments but the last
  std::size_t segments_ = 1;
};

}  // namespace kernel
