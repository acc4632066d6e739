#include "cli/show_packets.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace cli {
namespace {

using engine::ChildSaView;
using engine::IkeSaView;
using engine::PolicyLineView;

engine::TrafficSelector side(const engine::IpAddress& address, std::uint32_t protocol, std::optional<std::uint32_t> port) {
  engine::PortRange ports;
  if (port) ports = {static_cast<std::uint16_t>(*port), static_cast<std::uint16_t>(*port)};
  return engine::TrafficSelector::of(engine::Prefix::host(address), static_cast<std::uint8_t>(protocol), ports);
}

/// The newest of a line's Child SAs that the packet may take.
const ChildSaView* child_for(const std::vector<ServingChild>& serving, const engine::SelectorPair& packet) {
  const auto found = std::find_if(serving.rbegin(), serving.rend(), [&](const ServingChild& each) {
    return each.sa->outbound_installed && each.sa->selectors.intersect(packet);
  });
  return found == serving.rend() ? nullptr : found->sa;
}

struct Meaning {
  std::string_view name, words;
};
/// Of what /proc/net/xfrm_stat counts, what an operator can do something about.
constexpr std::array xfrm_meanings{
    Meaning{"XfrmInNoStates", "ESP came for an SPI that is not installed: the peer sends on an SA that is gone here"},
    Meaning{"XfrmInStateProtoError", "the integrity check failed: corrupted on the way, or the keys differ"},
    Meaning{"XfrmInStateSeqError", "outside the replay window: reordered far, sent twice, or replayed"},
    Meaning{"XfrmInStateMismatch", "what was inside does not fit the SA's selectors"},
    Meaning{"XfrmInTmplMismatch", "a packet came by another SA, or in clear, than its policy demands"},
    Meaning{"XfrmInNoPols", "an inner packet arrived for which no policy is installed"},
    Meaning{"XfrmInPolBlock", "a policy blocks what arrived"},
    Meaning{"XfrmOutNoStates", "a packet met a policy and no SA was up yet"},
    Meaning{"XfrmOutPolBlock", "a policy holds packets back: no SA is up for them"},
    Meaning{"XfrmOutStateProtoError", "the packet could not be protected, most often because it is too large"},
    Meaning{"XfrmAcquireError", "the kernel could not ask for an SA"}};

std::string_view meaning_of(const std::string& name) {
  for (const Meaning& row : xfrm_meanings)
    if (row.name == name) return row.words;
  return "counted by the kernel's IPsec";
}

void add(PacketDrops& out, const engine::IpAddress& peer, const char* reason, std::uint64_t packets, const std::string& meaning) {
  if (packets != 0) out.drops.push_back({peer, reason, packets, meaning});
}

void of_child(PacketDrops& out, const ShowFacts& facts, const IkeSaView& ike, const ChildSaView& child) {
  const auto found = facts.counters.find(child.id);
  if (found == facts.counters.end()) return;
  const kernel::ChildCounters& c = found->second;
  const engine::IpAddress& peer = ike.remote.ip;
  const std::string sa = " (SA " + child.selectors.to_string() + ")";
  add(out, peer, "replay", c.replay_failed, "a sequence number came twice: a link that duplicates, or somebody replays" + sa);
  add(out, peer, "below-window", c.below_window,
      "packets came later than the replay window is wide; 'crypto ipsec security-association replay window-size 1024' here "
      "makes it wider" +
          sa);
  add(out, peer, "integrity", c.integrity_failed, "the integrity check failed: corrupted on the way, forged, or other keys" + sa);
  add(out, peer, "selectors", c.invalid_selector,
      "what was inside is outside the selectors agreed on: the access lists of the two ends do not mirror each other" + sa);
  add(out, peer, "length", c.invalid_length, "lengths within the packet contradict each other" + sa);
  add(out, peer, "padding", c.invalid_padding, "the padding is not as RFC 4303 wants it: other keys, or a faulty peer" + sa);
  add(out, peer, "protocol", c.invalid_protocol, "a next header that the SA does not carry" + sa);
  add(out, peer, "congestion", c.congestion,
      "a router marked congestion on the ESP packet, and what was inside cannot bear the mark (RFC 6040): the host that sent it "
      "does "
      "not do ECN" +
          sa);
  add(out, peer, "too-big", c.too_big,
      "packets with DF set were larger than the path takes, whose MTU is " + std::to_string(c.path_mtu) +
          "; their senders were told" + sa);
  add(out, peer, "send", c.send_errors - std::min(c.send_errors, c.too_big),
      "packets could not be sent: no route to the peer, not fit for transport mode, or sequence numbers used up" + sa);
  if (c.encaps > 0 && c.decaps == 0)
    out.drops.push_back({peer, "one-way", 0,
                         "packets were sent and none came back: ESP (protocol 50, UDP 4500 behind a NAT) may be filtered in "
                         "between, or the peer has no way back to " +
                             child.selectors.local.to_string()});
  if (const auto silent = facts.unanswered.find(child.id); silent != facts.unanswered.end())
    out.drops.push_back({peer, "one-way", 0,
                         "nothing came back for " + ios_hours(silent->second.since) + " while " +
                             std::to_string(silent->second.packets) +
                             " packets were sent: where answers are to be expected, the peer has lost the SA (it was started "
                             "again) or ESP is filtered since; 'crypto ikev2 dpd 10 3 periodic' would notice the first, 'clear "
                             "crypto session remote " +
                             ios_address(peer) + "' makes a new one" + sa});
}

/// What all lines are looked up in.
struct Known {
  explicit Known(const engine::View& view) : children(children_by_line(view)) {
    for (const auto& each : view.lines)
      if (each.action == engine::AclAction::permit) permits[each.interface].push_back(&each);
    for (const auto& each : view.diagnoses) negotiated.insert(each.remote.ip);
    for (const auto& each : view.attempts) negotiated.insert(each.peer);
  }
  ServingChildren children;
  std::set<engine::IpAddress> negotiated;  // something is known of negotiations with the peer
  std::unordered_map<std::string, std::vector<const PolicyLineView*>> permits;  // by interface
};

/// The interface by which the line's packets leave in clear, since the host's routes lead there; empty: none, or not known. What
/// takes all addresses says nothing of where packets go, and tunnel interfaces are routed to by whoever wants them.
std::string leads_past(const Known& known, const RouteTable& routes, const PolicyLineView& line) {
  if (line.selectors.remote.first.is_unspecified() || line.map.ends_with("-head-0")) return {};
  const std::string route = routes.interface_toward(line.selectors.remote.first);
  if (route.empty() || route == line.interface) return {};
  const auto there = known.permits.find(route);
  const bool served = there != known.permits.end() &&
                      std::any_of(there->second.begin(), there->second.end(),
                                  [&](const auto* each) { return each->selectors.intersect(line.selectors).has_value(); });
  return served ? std::string() : route;
}

void of_line(PacketDrops& out, const ShowFacts& facts, const Known& known, const RouteTable& routes, const PolicyLineView& line) {
  if (const std::string elsewhere = leads_past(known, routes, line); !elsewhere.empty()) {
    out.drops.push_back({line.peer, "wrong-interface", 0,
                         "the host's route to " + line.selectors.remote.to_string() + " leads out of " + elsewhere +
                             ", where no line permits these packets: they leave in clear. On this router: interface " +
                             elsewhere + " / crypto map " + line.map + ", or a route out of " + line.interface});
    return;
  }
  const auto serving = known.children.find(line.id);
  if (serving == known.children.end()) {
    out.drops.push_back(
        {line.peer, "no-sa", 0,
         "no SA is up for " + line.selectors.to_string() + ": its packets are held back; " +
             (known.negotiated.contains(line.peer) ? "'show crypto ikev2 diagnose' says what became of the negotiation"
                                                   : "nothing was negotiated for it lately, the first packet asks for one")});
    return;
  }
  if (const std::string narrowed = narrowed_to(line, serving->second); !narrowed.empty())
    out.drops.push_back({line.peer, "narrowed", 0,
                         "the peer takes " + narrowed + " of " + line.selectors.to_string() +
                             " only: packets of the rest are held back and lost; its access list must mirror this end's"});
  const auto& [serves, ike] = serving->second.front();
  const ChildSaView& child = *serves;
  const unsigned mtu = plaintext_mtu(facts, line, *ike, child);
  out.drops.push_back({line.peer, "mtu", 0,
                       "packets of " + child.selectors.to_string() + " above " + std::to_string(mtu) +
                           " octets do not fit into one: with DF set the sender is told, so ICMP 'fragmentation needed' "
                           "must reach it; 'ip tcp adjust-mss " +
                           std::to_string(mtu - std::min(mtu, line.peer.is_v4() ? 40U : 60U)) + "' spares TCP the question"});
}

}  // namespace

SelectorTest test_selector(const ShowFacts& facts, const parser::TestSelector& packet, const std::string& route) {
  const std::optional<std::uint32_t> port = packet.port ? std::optional(packet.port) : std::nullopt;
  const engine::SelectorPair way{side(packet.source, packet.protocol, std::nullopt),
                                 side(packet.destination, packet.protocol, port)};
  const engine::SelectorPair back{way.remote, way.local};
  SelectorTest out;
  out.two_families = packet.source.is_v4() != packet.destination.is_v4();
  out.packet = way.local.to_string() + " -> " + way.remote.to_string();
  out.route = route;
  if (out.two_families) return out;
  ServingChildren children = children_by_line(facts.view);
  for (const PolicyLineView& line : facts.view.lines) {
    auto verdict = std::find_if(out.verdicts.begin(), out.verdicts.end(),
                                [&](const SelectorVerdict& each) { return each.interface == line.interface; });
    if (verdict == out.verdicts.end()) {
      out.verdicts.push_back({});
      verdict = out.verdicts.end() - 1;
      verdict->interface = line.interface;
    }
    if (!verdict->map.empty()) continue;
    if (!line.selectors.intersect(way)) {
      if (line.action == engine::AclAction::permit && line.selectors.intersect(back) && !verdict->reversed) {
        verdict->reversed = true;
        verdict->reversed_line = line.map + " " + std::to_string(line.sequence) + " permits " + line.selectors.to_string();
      }
      continue;
    }
    verdict->map = line.map;
    verdict->sequence = line.sequence;
    verdict->acl_line = line.selectors.to_string();
    verdict->permit = line.action == engine::AclAction::permit;
    verdict->peer = line.peer;
    if (const ChildSaView* child = verdict->permit ? child_for(children[line.id], way) : nullptr) {
      verdict->child = child->id.value;
      verdict->spi_out = child->spi_out.value;
    } else if (verdict->permit) {
      verdict->narrowed = narrowed_to(line, children[line.id]);
    }
  }
  return out;
}

std::string show_selector_test(const SelectorTest& test) {
  if (test.two_families) return "% There is no such packet: source and destination are of two families\n";
  std::string out = "Packet " + test.packet + "\n";
  if (test.verdicts.empty()) out += "  No interface has a crypto map: the packet leaves in clear.\n";
  for (const SelectorVerdict& each : test.verdicts) {
    out += "  Out of " + each.interface + ": ";
    if (each.map.empty()) {
      out += "no line matches, the packet leaves in clear.\n";
      if (each.reversed)
        out += "    Crypto map " + each.reversed_line +
               ": that is the other direction. The source of an access list is this side.\n";
      continue;
    }
    out += "crypto map " + each.map + " " + std::to_string(each.sequence) + (each.permit ? " permits " : " denies ") +
           each.acl_line + "\n";
    if (!each.permit)
      out += "    The packet leaves in clear.\n";
    else if (each.child != 0)
      out += "    It takes the IPsec SA to " + ios_address(each.peer) + ", conn id " +
             std::to_string(2000 + 2 * std::uint64_t{each.child}) + ", outbound spi " + ios_spi({each.spi_out}) + "\n";
    else if (!each.narrowed.empty())
      out += "    The peer " + ios_address(each.peer) + " takes " + each.narrowed +
             " of that line only: the packet is held back, and lost unless the peer's access list changes.\n";
    else
      out += "    No IPsec SA to " +
             (each.peer.is_unspecified() ? std::string("the peer (not resolved)") : ios_address(each.peer)) +
             " is up: the packet is held back and one is asked for.\n";
  }
  const bool elsewhere = std::none_of(test.verdicts.begin(), test.verdicts.end(),
                                      [&](const SelectorVerdict& each) { return each.interface == test.route && each.permit; });
  const bool permitted =
      std::any_of(test.verdicts.begin(), test.verdicts.end(), [](const SelectorVerdict& each) { return each.permit; });
  if (!test.route.empty() && permitted && elsewhere)
    out += "  The host's route leads out of " + test.route + ", where no line permits it: the packet leaves in clear.\n";
  return out;
}

PacketDrops packet_drops(const ShowFacts& facts, const HostDrops& host, const parser::ShowPacketDrop& options) {
  PacketDrops out;
  const auto of_peer = [&](const engine::IpAddress& peer) { return !options.peer || *options.peer == peer; };
  for (const IkeSaView& ike : facts.view.ike_sas)
    if (of_peer(ike.remote.ip))
      for (const ChildSaView& child : ike.children) of_child(out, facts, ike, child);
  const Known known(facts.view);
  for (const PolicyLineView& line : facts.view.lines)
    if (line.action == engine::AclAction::permit && of_peer(line.peer)) of_line(out, facts, known, host.routes, line);
  if (options.peer) return out;
  add(out, {}, "unknown-spi", facts.unknown_spi,
      "ESP came for an SPI that no SA here has: a peer sends on an SA that is gone, most often since this end was restarted; "
      "'clear crypto session' there ends it, and 'crypto ikev2 dpd 10 3 periodic' there would do so by itself");
  for (const auto& [interface, count] : facts.clear_dropped)
    add(out, {}, "clear", count,
        "packets came in by " + interface +
            " in clear that an access list here wants protected: the other end's does not mirror it, or "
            "somebody made them up");
  for (const auto& row : host.xfrm) add(out, {}, row.name.c_str(), row.count, std::string(meaning_of(row.name)));
  for (const std::string& device : host.strict_reverse_paths)
    out.drops.push_back({{},
                         "rp-filter",
                         0,
                         "device " + device +
                             " has rp_filter 1: the host drops packets there that it would not answer by the same device; "
                             "sysctl net.ipv4.conf." +
                             device + ".rp_filter=2"});
  return out;
}

std::string show_packet_drops(const PacketDrops& drops) {
  std::string out;
  for (const PacketDrop& drop : drops.drops) {
    out += drop.peer.is_unspecified() ? "All peers" : "Peer " + ios_address(drop.peer);
    out += ", " + drop.reason + (drop.packets ? ", " + std::to_string(drop.packets) + " packets" : std::string()) + ":\n  " +
           drop.meaning + "\n";
  }
  return out.empty() ? "No packet was dropped, and nothing known would drop one.\n" : out;
}

}  // namespace cli
