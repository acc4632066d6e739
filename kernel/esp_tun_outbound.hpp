// From TUN to the wire: which line protects a packet, by which SA, in how many pieces, and who is told when it is too big.
#pragma once

#include "kernel/esp_batch.hpp"
#include "kernel/esp_tun_tables.hpp"
#include "kernel/gso_cut.hpp"

namespace kernel {

/// Not thread-safe.
class TunOutbound {
 public:
  TunOutbound(EspSockets& sockets, SaTable& sas, EventMailbox& mailbox);

  /// `frame`, which is changed where an MSS is to be lowered, as read from the port's TUN device: a VnetHeader and an IP packet.
  /// What it becomes leaves with flush().
  void frame(TunPort& port, std::span<std::uint8_t> frame, PlaneTime now);
  /// The packets that waited for the line's SA.
  void release(TunPort& port, engine::PolicyLineId line, PlaneTime now);
  /// Nothing waits for the line any more.
  void forget(engine::PolicyLineId line) { held_.forget(line); }
  void flush() { batch_.flush(); }

 private:
  void transmit(TunPort& port, OutboundSa& sa, const GsoCut& cut, engine::ByteView packet, const PacketFacts& facts,
                PlaneTime now);
  void told_sent(OutboundSa& sa, PlaneTime now);
  void told_too_big(TunPort& port, OutboundSa& sa, engine::ByteView packet, const PacketFacts& facts, std::uint32_t mtu);
  bool fits(TunPort& port, OutboundSa& sa, std::size_t segment, engine::ByteView packet, const PacketFacts& facts,
            OuterPath& path, PlaneTime now);

  EspSockets& sockets_;
  SaTable& sas_;
  EventMailbox& mailbox_;
  HeldPackets held_;
  EspBatch batch_;
  engine::Bytes scratch_;
};

}  // namespace kernel
