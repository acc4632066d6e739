#include "cli/show_status.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "parser/commands.hpp"
#include "parser/configuration.hpp"

namespace cli {
namespace {

constexpr std::size_t rows_of_a_screen = 18;

/// "0", "999", "1.5K", "12M"
std::string short_octets(std::uint64_t octets) {
  constexpr std::string_view units = " KMGTPE";
  std::size_t unit = 0;
  std::uint64_t tenths = octets * 10;
  for (; tenths >= 10240 && unit + 1 < units.size(); ++unit) tenths /= 1024;
  std::string out = std::to_string(tenths / 10);
  if (unit > 0 && tenths < 100) out += "." + std::to_string(tenths % 10);
  return unit == 0 ? out : out + units[unit];
}

/// The most telling thing that is known of a tunnel that is down.
std::string why_down(const engine::View& view, const std::vector<engine::Diagnosis>& silent, const HeardOf& heard,
                     const TunnelStatus& tunnel) {
  const auto attempt = std::find_if(view.attempts.begin(), view.attempts.end(), [&](const engine::AttemptView& each) {
    return each.interface == tunnel.interface && each.map == tunnel.map && each.sequence == tunnel.sequence &&
           !each.reauthentication;
  });
  if (attempt != view.attempts.end() && attempt->resolving) return "the peer's name is being resolved";
  const auto words = [](const engine::Diagnosis& each) {
    return std::string(engine::text_of(each.cause).name) + ": " + escaped(each.what);
  };
  const auto of_peer = [&](const engine::Diagnosis& each) { return each.remote.ip == tunnel.peer; };
  if (const auto now = std::find_if(silent.begin(), silent.end(), of_peer); now != silent.end()) return words(*now);
  // What failed before the tunnel was up the last time was mended then.
  const auto known = heard.find(tunnel.peer);
  const auto mended = known == heard.end() ? std::nullopt : known->second.last_child;
  const auto failed = std::find_if(view.diagnoses.begin(), view.diagnoses.end(), [&](const engine::Diagnosis& each) {
    return of_peer(each) && !(mended && *mended <= each.ago);
  });
  if (failed != view.diagnoses.end()) return words(*failed);
  return attempt != view.attempts.end() ? "being negotiated" : "no packet has asked for it";
}

std::string row_of(const TunnelStatus& tunnel) {
  std::string out = "  " + std::string(tunnel.up ? "up    " : "DOWN  ") +
                    padded(!tunnel.peer_name.empty()      ? escaped(tunnel.peer_name)
                           : tunnel.peer.is_unspecified() ? "no peer"
                                                          : ios_address(tunnel.peer),
                           16) +
                    " " + tunnel.selectors + "\n";
  const std::string narrowed = tunnel.narrowed.empty() ? "" : "        the peer takes " + tunnel.narrowed + " of it only\n";
  const std::string detail = tunnel.up ? "for " + ios_uptime(tunnel.since) + ", " + short_octets(tunnel.octets_in) + " in, " +
                                             short_octets(tunnel.octets_out) + " out"
                                       : tunnel.why;
  return out + "        " + short_interface(tunnel.interface) + ", " + escaped(tunnel.map) + " " +
         std::to_string(tunnel.sequence) + ": " + detail + "\n" + narrowed;
}

}  // namespace

namespace {

/// What is configured and has no line in the engine.
std::vector<TunnelStatus> without_effect(const engine::View& view, const parser::Configuration& configuration) {
  std::set<std::tuple<std::string, std::string, std::uint32_t>> entries;
  std::set<std::string> interfaces;
  for (const auto& line : view.lines) {
    entries.insert({line.interface, line.map, line.sequence});
    interfaces.insert(line.interface);
  }
  std::vector<TunnelStatus> out;
  const auto add = [&](const std::string& interface, const std::string& map, std::uint32_t sequence, const char* why) {
    TunnelStatus tunnel;
    tunnel.interface = interface;
    tunnel.map = map;
    tunnel.sequence = sequence;
    tunnel.selectors = "nothing";
    tunnel.why = why;
    out.push_back(std::move(tunnel));
  };
  const parser::Node& root = configuration.data().root;
  root.each<parser::Interface>([&](const parser::Interface& interface, const parser::Node& block) {
    const bool made_of = interface.name.starts_with("Virtual-Template");  // clients' interfaces are, and it is none itself
    if (block.find<parser::TunnelProtection>() && !made_of && !interfaces.contains(interface.name))
      add(interface.name, interface.name + "-head-0", 65537,
          block.find<parser::Shutdown>() ? "administratively down" : "it has no effect: 'sallyport check' says why");
    const auto* bound = block.find<parser::InterfaceCryptoMap>();
    if (!bound) return;
    root.each<parser::CryptoMap>([&](const parser::CryptoMap& entry, const parser::Node&) {
      if (entry.map == bound->map && !entry.ipv6 && !entry.dynamic &&
          !entries.contains({interface.name, entry.map, entry.sequence}))
        add(interface.name, entry.map, entry.sequence, "it has no effect: 'show crypto map' and 'sallyport check' say why");
    });
  });
  return out;
}

}  // namespace

GatewayStatus gateway_status(const ShowFacts& facts, const SystemFacts& system, const HeardOf& heard,
                             const parser::Configuration& configuration) {
  const std::vector<engine::Diagnosis> silent = silent_now(facts.view, heard);
  GatewayStatus out{system.hostname, system.uptime, 0, facts.view.half_open, 0, 0, {}};
  ServingChildren children = children_by_line(facts.view);
  for (const auto& ike : facts.view.ike_sas) out.ike_sas += ike.status == engine::SaStatus::ready ? 1 : 0;
  for (const auto& line : facts.view.lines) {
    if (line.action != engine::AclAction::permit) continue;
    TunnelStatus tunnel{line.interface,
                        line.map,
                        line.sequence,
                        line.peer,
                        line.peer_name,
                        line.selectors.to_string(),
                        false,
                        engine::Duration{},
                        0,
                        0,
                        {},
                        {}};
    const auto& serving = children[line.id];
    tunnel.narrowed = narrowed_to(line, serving);
    for (const auto& [child, ike] : serving) {
      tunnel.up = true;
      tunnel.since = std::max(tunnel.since, child->age);
      if (const auto counted = facts.counters.find(child->id); counted != facts.counters.end()) {
        tunnel.octets_in += counted->second.decaps_bytes;
        tunnel.octets_out += counted->second.encaps_bytes;
      }
    }
    if (!tunnel.up) tunnel.why = why_down(facts.view, silent, heard, tunnel);
    ++(tunnel.up ? out.up : out.down);
    out.tunnels.push_back(std::move(tunnel));
  }
  for (TunnelStatus& tunnel : without_effect(facts.view, configuration)) {
    ++out.down;
    out.tunnels.push_back(std::move(tunnel));
  }
  return out;
}

std::string show_status(const GatewayStatus& status, const parser::ShowStatus& options) {
  std::string out = escaped(status.hostname) + ": " + std::to_string(status.up) + " of " +
                    std::to_string(status.up + status.down) + " tunnels up, " + std::to_string(status.ike_sas) + " IKE SAs, " +
                    std::to_string(status.half_open) + " half open\n";
  std::vector<const TunnelStatus*> rows;
  for (const auto& tunnel : status.tunnels) rows.push_back(&tunnel);
  std::stable_partition(rows.begin(), rows.end(), [](const TunnelStatus* each) { return !each->up; });
  // Two lines each.
  const std::size_t shown = options.all ? rows.size() : std::min(rows.size(), rows_of_a_screen / 2);
  for (std::size_t i = 0; i < shown; ++i) out += row_of(*rows[i]);
  if (shown < rows.size())
    out += "  and " + std::to_string(rows.size() - shown) + " more: 'sallyport status --all', 'show crypto status all'\n";
  return out;
}

}  // namespace cli
