#include "parser/flexvpn_client.hpp"

#include <algorithm>
#include <charconv>

#include "parser/kept_lines.hpp"

namespace parser {
namespace {

unsigned sequence_in(const std::string& word) {
  unsigned out = 0;
  std::from_chars(word.data(), word.data() + word.size(), out);
  return out;
}

/// "1 192.0.2.3", "2 fqdn hub.example.net dynamic ipv6"
std::optional<FlexvpnPeer> peer_in(std::string_view rest) {
  const std::vector<std::string> words = words_of(rest);
  if (words.size() < 2) return std::nullopt;
  FlexvpnPeer out{.sequence = sequence_in(words[0])};
  if (words[1] != "fqdn") {
    out.address = engine::IpAddress::parse(words[1]);
    if (!out.address) return std::nullopt;
    out.family = out.address->family;
    return out;
  }
  if (words.size() < 3) return std::nullopt;
  out.name = words[2];
  out.dynamic = std::find(words.begin(), words.end(), "dynamic") != words.end();
  if (std::find(words.begin(), words.end(), "ipv6") != words.end()) out.family = engine::Family::v6;
  return out;
}

FlexvpnClient read_client(const std::string& name, const Node& block) {
  FlexvpnClient out{.name = name, .tunnel = {}, .peers = {}, .source = {}, .inside = {}};
  unsigned first = 0;
  each_behind(block, "peer ", [&](std::string_view rest) {
    if (rest == "reactivate")
      out.reactivate = true;
    else if (auto peer = peer_in(rest))
      out.peers.push_back(std::move(*peer));
  });
  std::stable_sort(out.peers.begin(), out.peers.end(), [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  each_behind(block, "source ", [&](std::string_view rest) {
    const std::vector<std::string> words = words_of(rest);
    if (words.size() < 2 || (!out.source.empty() && sequence_in(words[0]) > first)) return;
    first = sequence_in(words[0]);
    out.source = words[1];
  });
  each_behind(block, "client connect ", [&](std::string_view rest) { out.tunnel = rest; });
  each_behind(block, "client inside ", [&](std::string_view rest) { out.inside.emplace_back(rest); });
  each_behind(block, "backup group ", [&](std::string_view rest) {
    if (rest != "default") out.backup_group = rest;
  });
  each_behind(block, "connect ", [&](std::string_view rest) { out.manual = rest == "manual"; });
  return out;
}

}  // namespace

std::vector<FlexvpnClient> flexvpn_clients(const Node& root) {
  constexpr std::string_view head = "crypto ikev2 client flexvpn ";
  std::vector<FlexvpnClient> out;
  root.each<Kept>([&](const Kept& line, const Node& block) {
    if (line.text.starts_with(head)) out.push_back(read_client(line.text.substr(head.size()), block));
  });
  return out;
}

std::optional<FlexvpnClient> flexvpn_client_of(const Node& root, const std::string& tunnel) {
  for (FlexvpnClient& each : flexvpn_clients(root))
    if (each.tunnel == tunnel) return std::move(each);
  return std::nullopt;
}

}  // namespace parser
