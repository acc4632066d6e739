// Finds the first line that selects a packet without walking a list of thousands.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/event.hpp"
#include "kernel/esp_tun_packet.hpp"

namespace kernel {

/// Lines whose prefixes have the same lengths are told apart by the masked addresses alone: one hashed look-up for each
/// pair of lengths that occurs. Lines with ranges that are no prefixes are walked.
class LineIndex {
 public:
  explicit LineIndex(std::span<const engine::PolicyLine> lines);

  /// The position of the first of `lines`, those of the constructor, for which `decides` says yes; only lines that may
  /// select the packet are asked, not all of them.
  template <class Decides>
  std::optional<std::size_t> first(const PacketFacts& packet, Decides decides) const {
    std::size_t best = none;
    const auto ask = [&](const std::vector<std::uint32_t>& positions) {
      for (const std::uint32_t position : positions) {
        if (position >= best) return;
        if (decides(position)) best = position;
      }
    };
    for (const Class& one : classes_)
      if (one.family == packet.source.family)
        if (const auto found = one.lines.find(key_of(one, packet.source, packet.destination, packet.protocol));
            found != one.lines.end())
          ask(found->second);
    ask(others_);
    return best == none ? std::nullopt : std::optional(best);
  }

 private:
  static constexpr std::size_t none = SIZE_MAX;
  struct Key {
    engine::IpAddress source, destination;
    std::uint8_t protocol = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Class {
    engine::Family family;
    std::uint8_t source_length, destination_length;
    bool has_protocol;
    std::unordered_map<Key, std::vector<std::uint32_t>, Hash> lines;
  };
  static Key key_of(const Class& one, const engine::IpAddress& source, const engine::IpAddress& destination,
                    std::uint8_t protocol);
  Class& class_of(engine::Family family, std::uint8_t source_length, std::uint8_t destination_length, bool has_protocol);

  std::vector<Class> classes_;
  std::vector<std::uint32_t> others_;
};

}  // namespace kernel
