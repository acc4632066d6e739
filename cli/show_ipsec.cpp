#include <algorithm>
#include <map>

#include "cli/show.hpp"
#include "engine/algorithms.hpp"
#include "kernel/payload_room.hpp"

namespace cli {
namespace {

using engine::ChildSaView;
using engine::IkeSaView;
using engine::PolicyLineView;

using Child = ServingChild;

struct Options {
  bool detail = false;
  bool initiator_ending = false;  // `interface X` ends the conn id line with it
  bool window = false;            // the size of the replay window is shown
};

kernel::ChildCounters counters_of(const ShowFacts& facts, const ChildSaView& child) {
  const auto it = facts.counters.find(child.id);
  return it == facts.counters.end() ? kernel::ChildCounters{} : it->second;
}

kernel::ChildCounters sum(const ShowFacts& facts, const std::vector<Child>& children) {
  kernel::ChildCounters out;
  for (const auto& child : children) {
    const auto c = counted(facts, child.sa->id);
    out.encaps += c.encaps;
    out.decaps += c.decaps;
    out.send_errors += c.send_errors;
    out.receive_errors += c.receive_errors;
    out.replay_failed += c.replay_failed;
    out.below_window += c.below_window;
    out.integrity_failed += c.integrity_failed;
    out.invalid_selector += c.invalid_selector;
    out.invalid_length += c.invalid_length;
    out.invalid_padding += c.invalid_padding;
    out.invalid_protocol += c.invalid_protocol;
    out.congestion += c.congestion;
    out.too_big += c.too_big;
  }
  return out;
}

/// Of the interface that the ESP packets leave by: the one with their source address. For a crypto map that is its own.
struct Outside {
  unsigned mtu;
  std::string interface;
};
Outside outside_of(const ShowFacts& facts, const PolicyLineView& line) {
  Outside own{1500, line.interface};
  for (const auto& state : facts.interfaces) {
    if (state.name == line.interface) own.mtu = state.mtu;
    for (const auto& prefix : state.addresses)
      if (prefix.address == line.local) return {state.mtu, state.name};
  }
  return own;
}

/// Of the path, where it is smaller than the interface and was found out by packets that did not fit.
unsigned path_mtu(unsigned own, const ShowFacts& facts, const ChildSaView& child) {
  const unsigned learned = counters_of(facts, child).path_mtu;
  return learned == 0 ? own : std::min(own, learned);
}

/// What fits into one protected packet on the path.
unsigned plaintext_mtu(unsigned path, const Child& child) {
  const auto& sa = *child.sa;
  if (!sa.encryption) return path;
  const unsigned ip_header = child.ike->local.ip.is_v4() ? 20 : 40;
  const unsigned outside = ip_header + (sa.udp_encapsulated ? 8 : 0);
  if (path < outside) return 0;
  const auto room =
      static_cast<unsigned>(kernel::payload_room(sa.encryption, sa.integrity, child.ike->local.ip.family, path - outside));
  return room == 0 || sa.mode == engine::IpsecMode::tunnel ? room : room + ip_header;
}

std::string ident(const engine::TrafficSelector& selector) {
  return "(" + ios_network(selector) + "/" + std::to_string(selector.protocol) + "/" + std::to_string(ios_port(selector)) + ")";
}

std::string settings(const ChildSaView& sa) {
  std::string out = sa.mode == engine::IpsecMode::tunnel ? "Tunnel" : "Transport";
  if (sa.udp_encapsulated) out += " UDP-Encaps";
  return out + (sa.extended_sequence_numbers ? ", esn" : ", ");
}

std::string sibling_flags(const Child& child) {
  std::string out = child.sa->mode == engine::IpsecMode::tunnel ? "FFFFFFFF8000004" : "FFFFFFFF8000000";
  return out + (child.ike->local.ip.is_v4() ? "8" : "9");
}

std::string timing(const ChildSaView& sa, std::uint64_t bytes) {
  const LifeLeft left = life_left(sa, bytes);
  if (!left.kilobytes)
    return "        sa timing: remaining key lifetime (sec): " + std::to_string(left.seconds) +
           "\n        Kilobyte Volume Rekey has been disabled\n";
  return "        sa timing: remaining key lifetime (k/sec): (" + std::to_string(*left.kilobytes) + "/" +
         std::to_string(left.seconds) + ")\n";
}

enum class Direction { inbound, outbound };

void put_sa(std::string& out, const ShowFacts& facts, const Child& child, Direction direction, const Options& options) {
  const auto& sa = *child.sa;
  const bool inbound = direction == Direction::inbound;
  const auto counters = counters_of(facts, sa);
  const auto flow = 2 * std::uint64_t{sa.id.value} - (inbound ? 1 : 0);
  out += "      spi: " + ios_spi(inbound ? sa.spi_in : sa.spi_out) + "\n        transform: ";
  const bool ah = engine::is_ah(sa.encryption);
  if (sa.encryption && !ah) out += std::string(sa.encryption->show_esp) + " ";
  if (sa.integrity)
    out += (ah ? "ah" + std::string(sa.integrity->show_esp.substr(3)) : std::string(sa.integrity->show_esp)) + " ";
  out += ",\n        in use settings ={" + settings(sa) + "}\n";
  out += "        conn id: " + std::to_string(2000 + flow) + ", flow_id: CSR:" + std::to_string(flow) + ", sibling_flags " +
         sibling_flags(child) + ", crypto map: " + sa.map;
  if (options.initiator_ending || !child.ike->local.ip.is_v4())
    out += child.ike->role == engine::Role::initiator ? ", initiator : True" : ", initiator : False";
  out += "\n" + timing(sa, inbound ? counters.decaps_bytes : counters.encaps_bytes);
  out += "        IV size: " + std::to_string(sa.encryption ? sa.encryption->iv_octets : 0) + " bytes\n";
  out += std::string("        replay detection support: ") + (sa.replay_window ? "Y" : "N");
  if (options.window) out += "  replay window size: " + std::to_string(sa.replay_window);
  out += "\n        Status: ACTIVE(ACTIVE)\n";
}

void put_counters(std::string& out, const kernel::ChildCounters& c, std::uint64_t unknown_spi, bool detail) {
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  out += "    #pkts encaps: " + n(c.encaps) + ", #pkts encrypt: " + n(c.encaps) + ", #pkts digest: " + n(c.encaps) + "\n";
  out += "    #pkts decaps: " + n(c.decaps) + ", #pkts decrypt: " + n(c.decaps) + ", #pkts verify: " + n(c.decaps) + "\n";
  out +=
      "    #pkts compressed: 0, #pkts decompressed: 0\n"
      "    #pkts not compressed: 0, #pkts compr. failed: 0\n"
      "    #pkts not decompressed: 0, #pkts decompress failed: 0\n";
  if (!detail) {
    out += "    #send errors " + n(c.send_errors) + ", #recv errors " + n(c.receive_errors) + "\n";
    return;
  }
  out += "    #pkts no sa (send) 0, #pkts invalid sa (rcv) " + n(unknown_spi) + "\n";
  out += "    #pkts encaps failed (send) " + n(c.send_errors) + ", #pkts decaps failed (rcv) " + n(c.receive_errors) + "\n";
  out += "    #pkts invalid prot (recv) " + n(c.invalid_protocol) + ", #pkts verify failed: " + n(c.integrity_failed) + "\n";
  out += "    #pkts invalid identity (recv) " + n(c.invalid_selector) + ", #pkts invalid len (rcv) " + n(c.invalid_length) + "\n";
  out += "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0\n";
  out += "    ##pkts replay failed (rcv): " + n(c.replay_failed + c.below_window) + "\n";
  // Not Cisco's: causes it has no line for, and only when there were any.
  if (c.congestion + c.too_big > 0)
    out += "    #pkts too big (send): " + n(c.too_big) + ", #pkts congestion (rcv): " + n(c.congestion) + "\n";
  if (c.below_window + c.invalid_padding > 0)
    out += "    #pkts below window (rcv): " + n(c.below_window) + ", #pkts invalid padding (rcv): " + n(c.invalid_padding) + "\n";
  out +=
      "    #pkts tagged (send): 0, #pkts untagged (rcv): 0\n"
      "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0\n"
      "    #pkts internal err (send): 0, #pkts internal err (recv) 0\n";
}

void put_endpoints(std::string& out, const ShowFacts& facts, const PolicyLineView& line, const Child* newest) {
  const bool v4 = line.peer.is_v4();
  const auto [own, interface] = outside_of(facts, line);
  const unsigned path = newest ? path_mtu(own, facts, *newest->sa) : own;
  const engine::IpAddress local = newest ? newest->ike->local.ip : line.local;
  out += "     local crypto endpt.: " + ios_address(local) + (v4 ? ", " : ",\n     ") +
         "remote crypto endpt.: " + ios_address(newest ? newest->ike->remote.ip : line.peer) + "\n";
  const std::string ip = v4 ? "ip" : "ipv6";
  out += "     plaintext mtu " + std::to_string(newest ? plaintext_mtu(path, *newest) : path) + ", path mtu " +
         std::to_string(path) + ", " + ip + " mtu " + std::to_string(own) + ", " + ip + " mtu idb " + interface + "\n";
  const engine::EspSpi outbound = newest && newest->sa->outbound_installed ? newest->sa->spi_out : engine::EspSpi{};
  out += "     current outbound spi: " + ios_spi(outbound) + "\n";
  const auto* group = newest ? newest->sa->pfs_group : nullptr;
  out += group ? "     PFS (Y/N): Y, DH group: " + std::string(group->show_esp) + "\n" : "     PFS (Y/N): N, DH group: none\n";
  if (newest)
    for (const engine::Algorithm* row : newest->sa->additional)
      out += std::string("     ") + (row->primitive == engine::Primitive::ml_kem ? "PQC" : "Additional") +
             " Key Exchange: " + std::string(row->show_esp) + "\n";
}

/// Everything of an identity but its SAs.
void put_identity(std::string& out, const ShowFacts& facts, const PolicyLineView& line, const std::vector<Child>& children,
                  const Options& options) {
  const Child* newest = children.empty() ? nullptr : &children.back();
  const auto& selectors = newest ? newest->sa->selectors : line.selectors;
  out += "\n   protected vrf: (none)\n";
  out += "   local  ident (addr/mask/prot/port): " + ident(selectors.local) + "\n";
  out += "   remote ident (addr/mask/prot/port): " + ident(selectors.remote) + "\n";
  out += "   current_peer " + ios_address(newest ? newest->ike->remote.ip : line.peer) + " port " +
         std::to_string(newest ? newest->ike->remote.port : 500) + "\n";
  out += "     PERMIT, flags={origin_is_acl,}\n";
  put_counters(out, sum(facts, children), facts.unknown_spi, options.detail);
  out += "\n";
  put_endpoints(out, facts, line, newest);
}

void put_sections(std::string& out, const ShowFacts& facts, const std::vector<Child>& children, const Options& options) {
  for (const Direction direction : {Direction::inbound, Direction::outbound}) {
    const bool inbound = direction == Direction::inbound;
    const std::string way = inbound ? "\n     inbound " : "\n     outbound ";
    for (const bool ah : {false, true}) {
      out += way + (ah ? "ah sas:\n" : "esp sas:\n");
      for (const auto& child : children)
        if (engine::is_ah(child.sa->encryption) == ah && (inbound || child.sa->outbound_installed))
          put_sa(out, facts, child, direction, options);
    }
    out += way + "pcp sas:\n";
  }
}

/// `show crypto ipsec sa address`: the inbound SAs by our address, the outbound ones by the peer's.
std::string by_address(const ShowFacts& facts, const parser::ShowIpsecSa& options, const Options& how) {
  std::map<engine::IpAddress, std::string> rows;
  const ServingChildren children = children_by_line(facts.view);
  for (const auto& line : facts.view.lines) {
    const auto serving = children.find(line.id);
    if (line.action != engine::AclAction::permit || !wanted(line, options) || serving == children.end()) continue;
    for (const Child& child : serving->second) {
      put_sa(rows[child.ike->local.ip], facts, child, Direction::inbound, how);
      if (child.sa->outbound_installed) put_sa(rows[child.ike->remote.ip], facts, child, Direction::outbound, how);
    }
  }
  std::string out;
  for (const auto& [address, text] : rows)
    out += "\nfvrf/address: (none)/" + ios_address(address) + "\n   protocol: ESP\n" + text;
  return out;
}

}  // namespace

ServingChildren children_by_line(const engine::View& view) {
  ServingChildren out;
  for (const auto& ike : view.ike_sas)
    for (const auto& child : ike.children) out[child.line].push_back({&child, &ike});
  for (auto& [line, children] : out)
    std::sort(children.begin(), children.end(), [](const Child& a, const Child& b) { return a.sa->id < b.sa->id; });
  return out;
}

std::string narrowed_to(const PolicyLineView& line, const std::vector<ServingChild>& children) {
  constexpr std::size_t most = 4;
  std::string out;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].sa->selectors.contains(line.selectors)) return {};
    const std::string text = children[i].sa->selectors.to_string();
    if (i < most && out.find(text) == std::string::npos) out += (out.empty() ? "" : ", ") + text;
    if (i == most) out += ", ...";
  }
  return out;
}

kernel::ChildCounters counted(const ShowFacts& facts, engine::ChildSaId child) {
  using C = kernel::ChildCounters;
  const auto now = facts.counters.find(child), before = facts.cleared.find(child);
  if (now == facts.counters.end()) return {};
  C out = now->second;
  if (before == facts.cleared.end()) return out;
  for (const auto member : {&C::encaps, &C::encaps_bytes, &C::decaps, &C::decaps_bytes, &C::send_errors, &C::receive_errors,
                            &C::replay_failed, &C::below_window, &C::integrity_failed, &C::invalid_selector, &C::invalid_length,
                            &C::invalid_padding, &C::invalid_protocol, &C::congestion, &C::too_big})
    out.*member -= std::min(out.*member, before->second.*member);
  return out;
}

LifeLeft life_left(const ChildSaView& sa, std::uint64_t bytes) {
  LifeLeft out{std::nullopt, seconds_of(sa.lifetime > sa.age ? sa.lifetime - sa.age : engine::Duration{0})};
  const std::uint64_t used = bytes / 1024 + 1;
  if (sa.lifetime_kilobytes != 0) out.kilobytes = sa.lifetime_kilobytes > used ? sa.lifetime_kilobytes - used : 0;
  return out;
}

unsigned plaintext_mtu(const ShowFacts& facts, const PolicyLineView& line, const IkeSaView& ike, const ChildSaView& sa) {
  return plaintext_mtu(path_mtu(outside_of(facts, line).mtu, facts, sa), Child{&sa, &ike});
}

bool wanted(const PolicyLineView& line, const parser::ShowIpsecSa& options) {
  return (!options.peer || *options.peer == line.peer) && (!options.interface || *options.interface == line.interface) &&
         (!options.map || *options.map == line.map) && !(options.ipv6 && line.peer.is_v4());
}

std::string show_ipsec_sa(const ShowFacts& facts, const parser::ShowIpsecSa& options) {
  const Options how{options.detail, options.interface.has_value(), options.detail && !options.ipv6};
  using F = parser::IpsecSaForm;
  if (options.form == F::address) return by_address(facts, options, how);
  const ServingChildren children = children_by_line(facts.view);
  const std::vector<Child> none;
  std::string out;
  const std::string* interface = nullptr;
  bool any_line = false;
  for (const auto& line : facts.view.lines) {
    if (line.action != engine::AclAction::permit) continue;
    any_line = true;
    if (!wanted(line, options)) continue;
    if (options.form != F::identity && (!interface || *interface != line.interface)) {
      out += "\ninterface: " + line.interface + "\n    Crypto map tag: " + line.map + ", local addr " + ios_address(line.local) +
             "\n";
      interface = &line.interface;
    }
    const auto serving = children.find(line.id);
    const auto& served = serving == children.end() ? none : serving->second;
    put_identity(out, facts, line, served, how);
    if (options.form == F::whole) put_sections(out, facts, served, how);
  }
  return any_line ? out : "\nNo SAs found\n";
}

std::string show_ipsec_sa_count(const engine::View& view) {
  std::size_t total = 0, rekeying = 0;
  for (const auto& ike : view.ike_sas) {
    std::map<std::pair<engine::PolicyLineId, std::string>, std::size_t> alike;  // being rekeyed, there are two
    for (const auto& child : ike.children) {
      total += child.outbound_installed ? 2 : 1;
      if (ike.children.size() > 1) rekeying += ++alike[{child.line, child.selectors.to_string()}] == 2 ? 1 : 0;
    }
  }
  return "IPsec SA total: " + std::to_string(total) + ", active: " + std::to_string(total) +
         ", rekeying: " + std::to_string(rekeying) + ", unused: 0, invalid: 0\n\n";
}

}  // namespace cli
