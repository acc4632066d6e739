#include "parser/tunnel_route.hpp"

#include <bit>
#include <charconv>

namespace parser {
std::optional<engine::Prefix> read_network(std::string_view text) {
  const std::size_t middle = text.find_first_of(" /");
  if (middle == std::string_view::npos) return std::nullopt;
  const auto address = engine::IpAddress::parse(text.substr(0, middle));
  const std::string_view behind = text.substr(middle + 1);
  if (!address) return std::nullopt;
  if (address->is_v4()) {
    const auto mask = engine::IpAddress::parse(behind);
    if (!mask || !mask->is_v4()) return std::nullopt;
    return engine::Prefix::of(*address, static_cast<std::uint8_t>(std::countl_one(mask->v4_host_order())));
  }
  unsigned length = 0;
  std::from_chars(behind.data(), behind.data() + behind.size(), length);
  return length > 128 ? std::nullopt : std::optional(engine::Prefix::of(*address, static_cast<std::uint8_t>(length)));
}

std::optional<TunnelRoute> tunnel_route(const Kept& line) {
  constexpr std::size_t network_word = 2, next_hop_word = 3;
  if (line.words.size() <= next_hop_word || line.word(1) != "route") return std::nullopt;
  const std::string_view interface = line.word(next_hop_word);
  const auto network = read_network(line.word(network_word));
  if (!network || !interface.starts_with("Tunnel")) return std::nullopt;
  TunnelRoute out{*network, std::string(interface)};
  for (std::size_t at = next_hop_word + 1; at < line.words.size(); ++at) {
    const std::string_view word = line.word(at);
    const auto read = std::from_chars(word.data(), word.data() + word.size(), out.distance);
    if (read.ec == std::errc() && read.ptr == word.data() + word.size()) break;
    out.distance = 1;
    if (!engine::IpAddress::parse(word)) break;  // no next hop: what follows is a tag, a name
  }
  return out;
}

}  // namespace parser
