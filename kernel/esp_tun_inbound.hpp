// From the wire to TUN: whose packet it is, whether it is authentic, fresh and what its SA may carry.
#pragma once

#include <atomic>
#include <functional>

#include "kernel/esp_receive.hpp"
#include "kernel/esp_tun_tables.hpp"
#include "kernel/event_mailbox.hpp"
#include "kernel/gro_merge.hpp"

namespace kernel {

/// Not thread-safe, except unknown_spi().
class TunInbound {
 public:
  /// The port that an SA's packets come out of; null: its interface is not protected any more.
  using PortOf = std::function<TunPort*(const InboundSa& sa)>;

  TunInbound(SaTable& sas, EventMailbox& mailbox, PortOf port_of);

  /// Everything has reached TUN when it returns.
  void packets(std::span<const ReceivedEsp> received, Carrier carrier, PlaneTime now);
  /// ESP packets of no SA of ours.
  std::uint64_t unknown_spi() const { return unknown_spi_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t most_packets = 64;
  struct Origin {
    const ReceivedEsp* outer;
    Carrier carrier;
  };

  void packet(std::span<std::uint8_t> esp, const Origin& origin, PlaneTime now);
  void open(PlaneTime now);
  void open_all(std::size_t count);
  void finish(PlaneTime now);
  void deliver(const EspInbound::Opened& opened, const Origin& origin);
  bool unwrap(const EspInbound::Opened& opened, const Origin& origin, std::span<std::uint8_t>& packet);
  void write(std::span<const iovec> parts, std::size_t packets);
  void told_alive(PlaneTime now);
  void told_moved(const Origin& origin, PlaneTime now);
  void told_unknown(std::uint32_t spi, const Origin& origin, PlaneTime now);

  SaTable& sas_;
  EventMailbox& mailbox_;
  PortOf port_of_;
  std::atomic<std::uint64_t> unknown_spi_{0};
  PlaneTime unknown_told_{};
  // The packets at hand, all of one SA.
  InboundSa* sa_ = nullptr;
  TunPort* port_ = nullptr;
  std::size_t count_ = 0;
  std::array<EspInbound::Opening, most_packets> openings_;
  std::array<Origin, most_packets> origins_;
  engine::Bytes rebuilt_;  // packets of transport mode behind new IP headers
  std::size_t rebuilt_used_ = 0;
  GroMerge merge_;
};

}  // namespace kernel
