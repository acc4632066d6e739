// The tun plane's SAD and SPD, owned by its thread alone: who protects a packet, whose packet this is, what waits.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/rare.hpp"
#include "kernel/data_plane.hpp"
#include "kernel/esp_tun_packet.hpp"
#include "kernel/line_index.hpp"
#include "kernel/mss_clamp.hpp"
#include "kernel/protection.hpp"
#include "kernel/tun_device.hpp"

namespace kernel {

using PlaneTime = std::chrono::steady_clock::time_point;

/// Counters of a child, written by the plane's thread, read by any.
class ChildStats {
 public:
  using Counter = std::atomic<std::uint64_t>;
  struct Errors {
    Counter send_errors{0}, receive_errors{0};
    Counter replay_failed{0}, below_window{0}, integrity_failed{0}, invalid_selector{0}, invalid_length{0};
    Counter invalid_padding{0}, invalid_protocol{0}, congestion{0};
    Counter too_big{0}, path_mtu{0};
  };
  Counter encaps{0}, encaps_bytes{0}, decaps{0}, decaps_bytes{0};

  ChildStats() = default;
  ChildStats(const ChildStats&) = delete;
  ~ChildStats() { delete errors_.load(); }

  /// Most SAs never have any. By the plane's thread only.
  Errors& errors() {
    if (Errors* present = errors_.load(std::memory_order_relaxed)) return *present;
    errors_.store(new Errors, std::memory_order_release);
    return *errors_.load(std::memory_order_relaxed);
  }

  /// By the plane's thread only: no other writes, so none has to be waited for.
  static void add(Counter& counter, std::uint64_t by = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  ChildCounters snapshot() const;

 private:
  std::atomic<Errors*> errors_{nullptr};
};

/// What the two directions of a child have in common. `facts` are the plane's thread's.
struct TunChild {
  engine::ChildSaFacts facts;
  ChildStats stats{};
};

/// How much of its life one direction of an SA has used, by octets of payload and by sequence numbers.
class Lifetime {
 public:
  explicit Lifetime(const engine::ChildSaFacts& facts)
      : limit_(facts.lifetime_kilobytes * 1024), soft_permille_(facts.soft_permille) {}
  /// Adds a packet. A limit reached (so many thousandths: soft; all: hard) is told once.
  std::optional<engine::ExpireKind> spend(std::uint64_t octets, std::uint64_t sequence = 0, std::uint64_t last_sequence = 0);
  bool over() const { return hard_told_; }

 private:
  std::uint64_t limit_, used_ = 0;  // octets; no limit: 0
  std::uint16_t soft_permille_;
  bool soft_told_ = false, hard_told_ = false;
};

struct InboundSa {
  std::uint32_t spi = 0;
  std::shared_ptr<TunChild> child;
  Opener opener;
  bool is_ah() const { return std::holds_alternative<AhInbound>(opener); }
  Lifetime lifetime;
  PlaneTime seen_told{};
  struct Moved {
    engine::SocketAddress to;
    PlaneTime told;
  };
  engine::Rare<Moved> moved{};  // where its packets last came from, if not from where its facts say
};
struct OutboundSa {
  std::shared_ptr<TunChild> child;
  Sealer sealer;
  Lifetime lifetime;
  std::uint32_t mtu = 0;  // of the path, with the outer IP header; 0: not known
  PlaneTime mtu_asked{};
  PlaneTime sent_told{};
};

/// The lines of one interface; the first that selects a packet decides.
class LineTable {
 public:
  explicit LineTable(std::vector<engine::PolicyLine> lines) : lines_(std::move(lines)), index_(lines_) {}
  /// Null: no line. The answer for a flow is remembered, too.
  const engine::PolicyLine* match(const PacketFacts& packet);
  const std::vector<engine::PolicyLine>& lines() const { return lines_; }

 private:
  struct Remembered {
    PacketFacts flow;
    const engine::PolicyLine* line = nullptr;
    bool used = false;
  };
  const engine::PolicyLine* look_up(const PacketFacts& packet) const;

  std::vector<engine::PolicyLine> lines_;
  LineIndex index_;
  std::vector<Remembered> remembered_ = std::vector<Remembered>(256);
};

/// A protected interface: its TUN device and its lines.
struct TunPort {
  std::string interface;
  std::shared_ptr<TunDevice> tun;
  unsigned device_ifindex = 0;
  LineTable lines;
  MssLimits mss{};
};

/// The SAs of all interfaces.
class SaTable {
 public:
  void add(std::unique_ptr<InboundSa> sa) { inbound_.insert_or_assign(sa->spi, std::move(sa)); }
  /// The newest of a line sends.
  void add(std::unique_ptr<OutboundSa> sa) { outbound_[sa->child->facts.line].push_back(std::move(sa)); }
  void remove(engine::ChildSaId child, engine::PolicyLineId line, std::uint32_t spi);
  void move(const engine::MoveChild& move, engine::PolicyLineId line, std::uint32_t spi);

  /// Null: not ours.
  InboundSa* find(std::uint32_t spi);
  /// The newest SA of the line that covers the packet and still lives; null: none.
  OutboundSa* find(engine::PolicyLineId line, const PacketFacts& packet);

 private:
  std::unordered_map<std::uint32_t, std::unique_ptr<InboundSa>> inbound_;
  std::unordered_map<engine::PolicyLineId, std::vector<std::unique_ptr<OutboundSa>>> outbound_;
};

/// Packets that wait for an SA of their line: a few a line, for a few seconds.
class HeldPackets {
 public:
  static constexpr std::size_t most_per_line = 4;
  static constexpr std::chrono::seconds longest{10};
  static constexpr std::chrono::seconds between_acquires{1};

  /// Keeps a copy while there is room. True: an Acquire is due (the line's first, or a second since the last).
  bool hold(engine::PolicyLineId line, engine::ByteView packet, PlaneTime now);
  /// What waits and is not too old; nothing is left of the line.
  std::vector<engine::Bytes> take(engine::PolicyLineId line, PlaneTime now);
  void forget(engine::PolicyLineId line) { lines_.erase(line); }

 private:
  struct Line {
    PlaneTime asked{}, first{};
    std::vector<engine::Bytes> packets;
  };
  std::unordered_map<engine::PolicyLineId, Line> lines_;
};

}  // namespace kernel
