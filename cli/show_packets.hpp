// What becomes of packets: which line and SA one would take, and why others were dropped.
#pragma once

#include "cli/json.hpp"
#include "cli/show.hpp"
#include "cli/show_host.hpp"
#include "kernel/proc.hpp"

namespace cli {

/// What one interface does with a packet that leaves by it.
struct SelectorVerdict {
  std::string interface, map, acl_line;  // the line that decides; empty: none does
  std::uint32_t sequence = 0;
  bool permit = false;
  engine::IpAddress peer;
  std::uint32_t child = 0, spi_out = 0;  // the Child SA it takes, 0: none is up
  bool reversed = false;                 // a line permits the packet's answer instead
  std::string reversed_line;
  std::string narrowed;  // what the peer takes of the line, without the packet; empty: nothing is known of that
};
template <class V>
void fields(V& v, const SelectorVerdict& verdict) {
  v("interface", verdict.interface, "Interface by which the packet would leave");
  v("map", verdict.map, "Crypto map of the line that decides, empty: none does");
  v("sequence", verdict.sequence, "Its entry");
  v("line", verdict.acl_line, "Selectors of the line");
  v("permit", verdict.permit, "Protected, not excepted");
  v("peer", verdict.peer, "Peer");
  v("child_sa", verdict.child, "Child SA the packet takes, 0 for none yet");
  v("spi_out", verdict.spi_out, "Its SPI");
  v("reversed", verdict.reversed, "A line covers the other direction");
  v("narrowed_to", verdict.narrowed, "What the peer takes of the line where the packet is not in it");
}
struct SelectorTest {
  std::string packet;
  bool two_families = false;  // there is no such packet
  std::string route;          // the interface that it leaves by, where that is known
  std::vector<SelectorVerdict> verdicts;
};
/// `route`: the interface by which the host's routes lead to the destination; empty: not known.
SelectorTest test_selector(const ShowFacts& facts, const parser::TestSelector& packet, const std::string& route = {});
std::string show_selector_test(const SelectorTest& test);
template <class V>
void fields(V& v, const SelectorTest& test) {
  v("packet", test.packet, "The packet");
  v("two_families", test.two_families, "There is no such packet: its addresses are of two families");
  v("route", test.route, "Interface that the host's routes lead to, empty: not known");
  v("verdicts", test.verdicts, "One for each protected interface");
}

/// What the kernel tells.
struct HostDrops {
  std::vector<kernel::XfrmCount> xfrm;
  std::vector<std::string> strict_reverse_paths;
  RouteTable routes{};
};
/// A reason why packets were or would be dropped.
struct PacketDrop {
  engine::IpAddress peer;  // unspecified: of no one peer
  std::string reason;      // a stable name
  std::uint64_t packets = 0;
  std::string meaning;  // what happened, and what to do about it
};
template <class V>
void fields(V& v, const PacketDrop& drop) {
  v("peer", drop.peer, "Peer");
  v("reason", drop.reason, "Name of the reason");
  v("packets", drop.packets, "Packets dropped, 0 where none are counted");
  v("meaning", drop.meaning, "What it means and what to do");
}
struct PacketDrops {
  std::vector<PacketDrop> drops;
};
PacketDrops packet_drops(const ShowFacts& facts, const HostDrops& host, const parser::ShowPacketDrop& options);
std::string show_packet_drops(const PacketDrops& drops);
template <class V>
void fields(V& v, const PacketDrops& document) {
  v("drops", document.drops, "Reasons");
}

}  // namespace cli
