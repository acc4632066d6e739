// ESP or AH, whichever an SA is of.
#pragma once

#include <variant>

#include "kernel/ah.hpp"
#include "kernel/esp.hpp"

namespace kernel {

/// The sending side. The functions of the same name in EspOutbound say what these do.
class Sealer {
 public:
  static engine::Result<Sealer> create(const engine::SaParameters& sa, const engine::IpAddress& local,
                                       const engine::IpAddress& remote);

  bool is_ah() const { return std::holds_alternative<AhOutbound>(sa_); }
  /// The outer addresses are these from now on.
  void move(const engine::IpAddress& local, const engine::IpAddress& remote) {
    if (auto* ah = std::get_if<AhOutbound>(&sa_)) ah->move(local, remote);
  }
  std::size_t sealed_size(std::size_t payload) const {
    return std::visit([&](const auto& sa) { return sa.sealed_size(payload); }, sa_);
  }
  std::size_t payload_limit(std::size_t limit) const {
    return std::visit([&](const auto& sa) { return sa.payload_limit(limit); }, sa_);
  }
  std::size_t payload_offset() const {
    return std::visit([](const auto& sa) { return sa.payload_offset(); }, sa_);
  }
  EspVerdict frame(std::size_t payload, std::uint8_t next_header, std::span<std::uint8_t> out, CipherWork& work) {
    return std::visit([&](auto& sa) { return sa.frame(payload, next_header, out, work); }, sa_);
  }
  void seal(std::span<CipherWork> framed) {
    std::visit([&](auto& sa) { sa.seal(framed); }, sa_);
  }
  std::uint64_t sequence() const {
    return std::visit([](const auto& sa) { return sa.sequence(); }, sa_);
  }
  std::uint64_t last_sequence() const {
    return std::visit([](const auto& sa) { return sa.last_sequence(); }, sa_);
  }

 private:
  template <class Sa>
  explicit Sealer(Sa sa) : sa_(std::move(sa)) {}
  std::variant<EspOutbound, AhOutbound> sa_;
};

/// The receiving side: ESP is opened many packets at a time, AH with the IP header of each.
using Opener = std::variant<EspInbound, AhInbound>;
engine::Result<Opener> make_opener(const engine::SaParameters& sa, std::uint32_t replay_window);

}  // namespace kernel
