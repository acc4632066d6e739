// Strong types for every number that could be mistaken for another, and the engine's time.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>

namespace engine {

/// A number with a name. Two different tags never mix.
template <class Tag, class Number>
struct Strong {
  Number value{};
  friend auto operator<=>(const Strong&, const Strong&) = default;
};

/// IKE SPI, 8 octets, host order here, big-endian on the wire (RFC 7296, 3.1). 0 is "not yet known".
using IkeSpi = Strong<struct IkeSpiTag, std::uint64_t>;
/// ESP or AH SPI, host order here (RFC 4303, 2.1). 0 to 255 are reserved.
using EspSpi = Strong<struct EspSpiTag, std::uint32_t>;
using MessageId = Strong<struct MessageIdTag, std::uint32_t>;

/// Handles the endpoint gives out; never reused within one endpoint's life. 0 is "none".
using IkeSaId = Strong<struct IkeSaIdTag, std::uint32_t>;
using ChildSaId = Strong<struct ChildSaIdTag, std::uint32_t>;
using JobId = Strong<struct JobIdTag, std::uint64_t>;
/// One line (permit or deny) of what an interface protects; doubles as the XFRM reqid. 0 is "none".
using PolicyLineId = Strong<struct PolicyLineIdTag, std::uint32_t>;

/// std::optional of a handle in the room of the handle: 0 is none.
template <class Id>
class Maybe {
 public:
  Maybe() = default;
  Maybe(Id id) : id_(id) {}
  bool has_value() const { return id_ != Id{}; }
  explicit operator bool() const { return has_value(); }
  const Id& operator*() const { return id_; }
  void reset() { id_ = {}; }
  friend bool operator==(const Maybe&, const Maybe&) = default;

 private:
  Id id_{};
};

/// Names a secret that only the job runner opens (engine/crypto/jobs.hpp). 0 is "no key".
using KeyRef = Strong<struct KeyRefTag, std::uint64_t>;

/// The engine's time is a number handed in: no clock stands behind it. Monotonic, microseconds since an arbitrary start.
struct EngineClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<EngineClock>;
};
using Duration = EngineClock::duration;
using Time = EngineClock::time_point;

}  // namespace engine

template <class Tag, class Number>
struct std::hash<engine::Strong<Tag, Number>> {
  std::size_t operator()(const engine::Strong<Tag, Number>& v) const noexcept { return std::hash<Number>{}(v.value); }
};
