#include "kernel/esp_tun_tables.hpp"

#include <algorithm>
#include <cstring>

namespace kernel {

ChildCounters ChildStats::snapshot() const {
  const auto get = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
  ChildCounters out;
  out.encaps = get(encaps);
  out.encaps_bytes = get(encaps_bytes);
  out.decaps = get(decaps);
  out.decaps_bytes = get(decaps_bytes);
  const Errors* errors = errors_.load(std::memory_order_acquire);
  if (!errors) return out;
  out.send_errors = get(errors->send_errors);
  out.too_big = get(errors->too_big);
  out.path_mtu = static_cast<std::uint32_t>(get(errors->path_mtu));
  out.replay_failed = get(errors->replay_failed);
  out.below_window = get(errors->below_window);
  out.integrity_failed = get(errors->integrity_failed);
  out.invalid_selector = get(errors->invalid_selector);
  out.invalid_length = get(errors->invalid_length);
  out.invalid_padding = get(errors->invalid_padding);
  out.invalid_protocol = get(errors->invalid_protocol);
  out.congestion = get(errors->congestion);
  out.receive_errors = get(errors->receive_errors) + out.refused_by_cause();
  return out;
}

std::optional<engine::ExpireKind> Lifetime::spend(std::uint64_t octets, std::uint64_t sequence, std::uint64_t last_sequence) {
  used_ += octets;
  const auto beyond = [](std::uint64_t value, std::uint64_t limit, std::uint64_t permille) {
    return limit != 0 && value >= limit / 1000 * permille + limit % 1000 * permille / 1000;
  };
  if (!hard_told_ && (beyond(used_, limit_, 1000) || beyond(sequence, last_sequence, 1000))) {
    soft_told_ = hard_told_ = true;
    return engine::ExpireKind::hard;
  }
  if (!soft_told_ && (beyond(used_, limit_, soft_permille_) || beyond(sequence, last_sequence, soft_permille_))) {
    soft_told_ = true;
    return engine::ExpireKind::soft;
  }
  return std::nullopt;
}

const engine::PolicyLine* LineTable::look_up(const PacketFacts& packet) const {
  const auto position = index_.first(packet, [&](std::size_t at) {
    const engine::PolicyLine& line = lines_[at];
    if (!selects(line.selectors, packet, Flow::outbound)) return false;
    return !packet.later_fragment || line.action == engine::AclAction::permit || !compares_ports(line.selectors);
  });
  return position ? &lines_[*position] : nullptr;
}

const engine::PolicyLine* LineTable::match(const PacketFacts& packet) {
  std::uint64_t words[4],
      hash = std::uint64_t{packet.source_port} << 24 | std::uint64_t{packet.destination_port} << 8 | packet.protocol;
  std::memcpy(words, packet.source.octets.data(), 16);
  std::memcpy(words + 2, packet.destination.octets.data(), 16);
  for (const std::uint64_t word : words) hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
  Remembered& slot = remembered_[(hash >> 32) % remembered_.size()];
  const PacketFacts& known = slot.flow;
  if (slot.used && known.source == packet.source && known.destination == packet.destination &&
      known.protocol == packet.protocol && known.ports_known == packet.ports_known && known.source_port == packet.source_port &&
      known.destination_port == packet.destination_port && known.later_fragment == packet.later_fragment)
    return slot.line;
  slot = {packet, look_up(packet), true};
  return slot.line;
}

void SaTable::remove(engine::ChildSaId child, engine::PolicyLineId line, std::uint32_t spi) {
  if (const auto in = inbound_.find(spi); in != inbound_.end() && in->second->child->facts.child == child) inbound_.erase(in);
  const auto out = outbound_.find(line);
  if (out == outbound_.end()) return;
  std::erase_if(out->second, [&](const auto& sa) { return sa->child->facts.child == child; });
  if (out->second.empty()) outbound_.erase(out);
}

void SaTable::move(const engine::MoveChild& move, engine::PolicyLineId line, std::uint32_t spi) {
  const auto update = [&](engine::ChildSaFacts& facts) {
    if (facts.child != move.child) return;
    facts.local = move.local;
    facts.remote = move.remote;
    facts.udp_encapsulated = move.udp_encapsulated;
  };
  if (InboundSa* sa = find(spi)) update(sa->child->facts);
  if (const auto out = outbound_.find(line); out != outbound_.end())
    for (const auto& sa : out->second) {
      update(sa->child->facts);
      sa->sealer.move(move.local.ip, move.remote.ip);
      sa->mtu_asked = {};
    }
}

InboundSa* SaTable::find(std::uint32_t spi) {
  const auto found = inbound_.find(spi);
  return found == inbound_.end() ? nullptr : found->second.get();
}

OutboundSa* SaTable::find(engine::PolicyLineId line, const PacketFacts& packet) {
  const auto found = outbound_.find(line);
  if (found == outbound_.end()) return nullptr;
  for (auto sa = found->second.rbegin(); sa != found->second.rend(); ++sa)
    if (!(*sa)->lifetime.over() && selects((*sa)->child->facts.selectors, packet, Flow::outbound)) return sa->get();
  return nullptr;
}

bool HeldPackets::hold(engine::PolicyLineId line, engine::ByteView packet, PlaneTime now) {
  Line& waiting = lines_[line];
  if (!waiting.packets.empty() && now - waiting.first > longest) waiting.packets.clear();
  if (waiting.packets.empty()) waiting.first = now;
  if (waiting.packets.size() < most_per_line) waiting.packets.push_back(engine::to_bytes(packet));
  if (waiting.asked != PlaneTime{} && now - waiting.asked < between_acquires) return false;
  waiting.asked = now;
  return true;
}

std::vector<engine::Bytes> HeldPackets::take(engine::PolicyLineId line, PlaneTime now) {
  const auto found = lines_.find(line);
  if (found == lines_.end()) return {};
  std::vector<engine::Bytes> out;
  if (now - found->second.first <= longest) out = std::move(found->second.packets);
  lines_.erase(found);
  return out;
}

}  // namespace kernel
