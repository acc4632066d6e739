#include "kernel/line_index.hpp"

#include <cstring>

namespace kernel {

LineIndex::LineIndex(std::span<const engine::PolicyLine> lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [source, destination] = lines[i].selectors;
    const auto from = source.prefix(), to = destination.prefix();
    const auto position = static_cast<std::uint32_t>(i);
    if (!from || !to || from->address.family != to->address.family) {
      others_.push_back(position);
      continue;
    }
    const std::uint8_t protocol = source.protocol != 0 ? source.protocol : destination.protocol;
    Class& one = class_of(from->address.family, from->length, to->length, protocol != 0);
    one.lines[key_of(one, from->address, to->address, protocol)].push_back(position);
  }
}

LineIndex::Class& LineIndex::class_of(engine::Family family, std::uint8_t source_length, std::uint8_t destination_length,
                                      bool has_protocol) {
  for (Class& one : classes_)
    if (one.family == family && one.source_length == source_length && one.destination_length == destination_length &&
        one.has_protocol == has_protocol)
      return one;
  return classes_.emplace_back(Class{family, source_length, destination_length, has_protocol, {}});
}

LineIndex::Key LineIndex::key_of(const Class& one, const engine::IpAddress& source, const engine::IpAddress& destination,
                                 std::uint8_t protocol) {
  return {engine::Prefix::of(source, one.source_length).address, engine::Prefix::of(destination, one.destination_length).address,
          one.has_protocol ? protocol : std::uint8_t{0}};
}

std::size_t LineIndex::Hash::operator()(const Key& key) const {
  std::uint64_t words[4], out = key.protocol;
  std::memcpy(words, key.source.octets.data(), 16);
  std::memcpy(words + 2, key.destination.octets.data(), 16);
  for (const std::uint64_t word : words) {
    out = (out ^ word) * 0x9E3779B97F4A7C15U;
    out ^= out >> 32;
  }
  return out;
}

}  // namespace kernel
