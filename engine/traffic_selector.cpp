#include "engine/traffic_selector.hpp"

#include <algorithm>
#include <bit>

namespace engine {

TrafficSelector TrafficSelector::of(const Prefix& network, std::uint8_t protocol, PortRange ports) {
  return {protocol, ports, network.first(), network.last()};
}

bool TrafficSelector::contains(const TrafficSelector& inner) const {
  return first.family == inner.first.family && first <= inner.first && inner.last <= last &&
         (protocol == 0 || protocol == inner.protocol) && ports.first <= inner.ports.first && inner.ports.last <= ports.last;
}

std::optional<TrafficSelector> TrafficSelector::intersect(const TrafficSelector& other) const {
  if (first.family != other.first.family) return std::nullopt;
  if (protocol != 0 && other.protocol != 0 && protocol != other.protocol) return std::nullopt;
  TrafficSelector out;
  out.protocol = protocol != 0 ? protocol : other.protocol;
  out.ports = {std::max(ports.first, other.ports.first), std::min(ports.last, other.ports.last)};
  out.first = std::max(first, other.first);
  out.last = std::min(last, other.last);
  if (out.ports.first > out.ports.last || out.last < out.first) return std::nullopt;
  return out;
}

std::optional<Prefix> TrafficSelector::prefix() const {
  unsigned length = 0;
  while (length < first.bits() && first.octets[length / 8] == last.octets[length / 8]) length += 8;
  if (length < first.bits())
    length +=
        static_cast<unsigned>(std::countl_zero(static_cast<std::uint8_t>(first.octets[length / 8] ^ last.octets[length / 8])));
  const Prefix candidate = Prefix::of(first, static_cast<std::uint8_t>(length));
  return candidate.address == first && candidate.last() == last ? std::optional(candidate) : std::nullopt;
}

std::string TrafficSelector::to_string() const {
  const auto network = prefix();
  std::string out = network ? network->to_string() : first.to_string() + "-" + last.to_string();
  if (protocol == 0 && ports.is_any()) return out;
  out += "[" + std::to_string(protocol);
  if (!ports.is_any()) {
    out += "/" + std::to_string(ports.first);
    if (ports.last != ports.first) out += "-" + std::to_string(ports.last);
  }
  return out + "]";
}

std::optional<SelectorPair> SelectorPair::intersect(const SelectorPair& other) const {
  const auto l = local.intersect(other.local);
  const auto r = remote.intersect(other.remote);
  if (!l || !r) return std::nullopt;
  if (l->protocol != 0 && r->protocol != 0 && l->protocol != r->protocol) return std::nullopt;
  return SelectorPair{*l, *r};
}

std::string SelectorPair::to_string() const { return local.to_string() + " <-> " + remote.to_string(); }

}  // namespace engine
