// The documents of `show ... | json`: what each holds, member by member (cli/json.hpp, docs/json.md).
#pragma once

#include "cli/json.hpp"
#include "cli/log.hpp"
#include "cli/show.hpp"
#include "parser/configuration.hpp"

namespace engine {

template <class V>
void fields(V& v, const TrafficSelector& selector) {
  v("first", selector.first, "First address");
  v("last", selector.last, "Last address");
  v("protocol", selector.protocol, "IP protocol, 0 for any");
  v("first_port", selector.ports.first, "First port");
  v("last_port", selector.ports.last, "Last port");
}
template <class V>
void fields(V& v, const SelectorPair& pair) {
  v("local", pair.local, "What is protected on this side");
  v("remote", pair.remote, "What is protected on the peer's side");
}

template <class V>
void fields(V& v, const ChildSaView& sa) {
  v("id", sa.id.value, "Number of the Child SA, unique as long as the daemon runs");
  v("interface", sa.interface, "Interface that has the crypto map");
  v("map", sa.map, "Crypto map");
  v("sequence", sa.sequence, "Entry of the crypto map");
  v("selectors", sa.selectors, "Traffic selectors");
  v("spi_in", sa.spi_in.value, "ESP SPI of what is received");
  v("spi_out", sa.spi_out.value, "ESP SPI of what is sent");
  v("encryption", sa.encryption, "Cipher");
  v("integrity", sa.integrity, "Integrity algorithm, null with an AEAD");
  v("pfs_group", sa.pfs_group, "Key exchange the SA was made with, null for none");
  v("transport_mode", sa.mode == IpsecMode::transport, "Transport instead of tunnel mode");
  v("udp_encapsulated", sa.udp_encapsulated, "ESP travels in UDP");
  v("esn", sa.extended_sequence_numbers, "Extended sequence numbers");
  v("outbound_installed", sa.outbound_installed, "Packets are sent on it");
  v("replay_window", sa.replay_window, "Size of the replay window in packets, 0 for none");
  v("age_seconds", sa.age, "Since it was made");
  v("lifetime_seconds", sa.lifetime, "For how long it may live");
  v("lifetime_kilobytes", sa.lifetime_kilobytes, "How much may go through it, 0 for no limit");
}

template <class V>
void fields(V& v, const AddressRange& range) {
  v("first", range.first, "First address");
  v("last", range.last, "Last address");
}
template <class V>
void fields(V& v, const Lease& lease) {
  v("address", lease.address, "Address");
  v("holder", lease.holder, "Identity of the client that has it");
}
template <class V>
void fields(V& v, const PoolView& pool) {
  v("name", pool.pool.name, "Name of the pool");
  v("ranges", pool.pool.ranges, "What it is made of");
  v("length", pool.pool.length, "Prefix length of what one client gets");
  v("in_use", pool.in_use, "How many are in use");
  v("remembered", pool.remembered, "How many are free and kept for who had them last, while there are others");
  v("leases", pool.leases, "In use, the first 1,000");
}

template <class V>
void fields(V& v, const IkeSaView& sa) {
  constexpr std::string_view states[] = {"in-negotiation", "ready", "deleting"};
  v("id", sa.id.value, "Number of the IKE SA: Tunnel-id");
  v("status", states[static_cast<std::size_t>(sa.status)], "in-negotiation, ready or deleting");
  v("initiator", sa.role == Role::initiator, "This side began");
  v("local_address", sa.local.ip, "Address of this side");
  v("eap_user", sa.eap_user, "User that the client has shown to be by EAP");
  v("access_interface", sa.access_interface, "Interface made for this client, or given an address by this peer");
  v("assigned", sa.assigned, "Addresses assigned to the client, or to this side");
  v("local_port", sa.local.port, "UDP port of this side");
  v("remote_address", sa.remote.ip, "Address of the peer");
  v("remote_port", sa.remote.port, "UDP port of the peer");
  v("spi_local", cli::upper_hex(sa.spi_local.value, 16), "IKE SPI of this side, 16 hexadecimal digits");
  v("spi_remote", cli::upper_hex(sa.spi_remote.value, 16), "IKE SPI of the peer");
  v("encryption", sa.encryption, "Cipher");
  v("integrity", sa.integrity, "Integrity algorithm, null with an AEAD");
  v("prf", sa.prf, "Pseudo-random function");
  v("group", sa.group, "Key exchange");
  v("additional_key_exchanges", sa.additional, "Further key exchanges (RFC 9370)");
  v("ppk", sa.ppk, "A postquantum preshared key is mixed in (RFC 8784)");
  v("profile", sa.profile, "IKEv2 profile");
  v("policy", sa.policy, "IKEv2 policy");
  v("keyring_peer", sa.keyring_peer, "Peer block of the keyring");
  v("interface", sa.interface, "Interface");
  v("local_id", sa.local_id, "Identity of this side");
  v("remote_id", sa.remote_id, "Identity of the peer");
  v("age_seconds", sa.age, "Since it was made");
  v("lifetime_seconds", sa.lifetime, "For how long it may live");
  v("fragmentation", sa.fragmentation, "Both ends take fragments (RFC 7383)");
  v("mobike", sa.mobike, "Both ends have MOBIKE (RFC 4555)");
  v("nat_local", sa.nat_local, "This side is behind a NAT");
  v("nat_remote", sa.nat_remote, "The peer is behind a NAT");
  v("dpd_seconds", sa.dpd_interval, "Between liveness checks, 0 for none");
  v("child_sas", sa.children, "Its Child SAs");
}

template <class V>
void fields(V& v, const PolicyLineView& line) {
  v("id", line.id.value, "Number of the line");
  v("permit", line.action == AclAction::permit, "Protected, not excepted");
  v("interface", line.interface, "Interface that has the crypto map");
  v("map", line.map, "Crypto map");
  v("sequence", line.sequence, "Entry of the crypto map");
  v("selectors", line.selectors, "Traffic selectors");
  v("local_address", line.local, "Local end");
  v("peer_address", line.peer, "Peer, null as long as its name is not resolved");
  v("peer_name", line.peer_name, "Name the peer was given by, or empty");
}

template <class V>
void fields(V& v, const Diagnosis& diagnosis) {
  v("seconds_ago", diagnosis.ago, "When it last happened");
  v("count", diagnosis.count, "How often, the latest as shown");
  v("cause", text_of(diagnosis.cause).name, "Row of the list of causes");
  v("meaning", text_of(diagnosis.cause).plain, "What the cause means");
  v("initiator", diagnosis.role == Role::initiator, "This side began");
  v("local_address", diagnosis.local.ip, "Address of this side");
  v("remote_address", diagnosis.remote.ip, "Address of the peer");
  v("what", diagnosis.what, "What was refused");
  v("evidence", diagnosis.evidence, "Theirs against ours");
  v("probable", diagnosis.probable, "What is probable, most probable first");
}

}  // namespace engine

namespace kernel {

template <class V>
void fields(V& v, const ChildCounters& c) {
  v("encaps", c.encaps, "Packets protected and sent");
  v("encaps_bytes", c.encaps_bytes, "Their octets");
  v("decaps", c.decaps, "Packets received and opened");
  v("decaps_bytes", c.decaps_bytes, "Their octets");
  v("send_errors", c.send_errors, "Packets that could not be sent");
  v("receive_errors", c.receive_errors, "Packets received and refused, all causes together");
  v("replay_failed", c.replay_failed, "Refused: seen before");
  v("below_window", c.below_window, "Refused: older than the replay window");
  v("integrity_failed", c.integrity_failed, "Refused: the integrity check failed");
  v("invalid_selector", c.invalid_selector, "Refused: outside the traffic selectors");
  v("invalid_length", c.invalid_length, "Refused: lengths contradict each other");
  v("invalid_padding", c.invalid_padding, "Refused: wrong padding");
  v("invalid_protocol", c.invalid_protocol, "Refused: a next header that the SA does not carry");
  v("congestion", c.congestion, "Refused: a mark of congestion on what cannot bear it");
  v("too_big", c.too_big, "Not sent: larger than the path takes, and DF set");
}

template <class V>
void fields(V& v, const DeviceCounters& c) {
  v("mac", c.address, "Ethernet address, empty for none");
  v("in_packets", c.in_packets, "Packets received");
  v("in_octets", c.in_octets, "Octets received");
  v("in_errors", c.in_errors, "Errors at receiving");
  v("in_dropped", c.in_dropped, "Packets received and dropped");
  v("out_packets", c.out_packets, "Packets sent");
  v("out_octets", c.out_octets, "Octets sent");
  v("out_errors", c.out_errors, "Errors at sending");
}

}  // namespace kernel

namespace cli {

struct IkeSas {
  std::vector<engine::IkeSaView> ike_sas;
};
template <class V>
void fields(V& v, const IkeSas& document) {
  v("ike_sas", document.ike_sas, "IKE SAs");
}

/// A Child SA with what its data plane counted.
struct CountedChild {
  engine::IpAddress local, remote;
  engine::ChildSaView sa;
  kernel::ChildCounters counters;
};
template <class V>
void fields(V& v, const CountedChild& child) {
  v("local_address", child.local, "Local end");
  v("remote_address", child.remote, "Peer");
  v("sa", child.sa, "The Child SA");
  v("counters", child.counters, "What went through it");
}
/// A line and the Child SAs that serve it.
struct ServedLine {
  engine::PolicyLineView line;
  std::vector<CountedChild> child_sas;
};
template <class V>
void fields(V& v, const ServedLine& served) {
  v("line", served.line, "Line of an access list");
  v("child_sas", served.child_sas, "Child SAs that serve it");
}
struct ServedLines {
  std::vector<ServedLine> lines;
  std::uint64_t unknown_spi = 0;
};
template <class V>
void fields(V& v, const ServedLines& document) {
  v("lines", document.lines, "Lines of the access lists, in order");
  v("unknown_spi", document.unknown_spi, "ESP packets received that no SA knows");
}

template <class V>
void fields(V& v, const InterfaceRow& row) {
  v("name", row.name, "Interface");
  v("device", row.device, "Linux device, empty for none");
  v("address", row.address, "Address, empty for none");
  v("prefix_length", row.prefix_length, "Of the address");
  v("method", row.method, "unset, manual or NVRAM");
  v("status", row.status, "up, down or administratively down");
  v("protocol_up", row.protocol_up, "Line protocol");
  v("mtu", row.mtu, "MTU in octets");
}
/// An interface and what its device counted.
struct CountedInterface {
  InterfaceRow row;
  kernel::DeviceCounters counters;
};
template <class V>
void fields(V& v, const CountedInterface& interface) {
  v("interface", interface.row, "The interface");
  v("counters", interface.counters, "What its device counted");
}
struct CountedInterfaces {
  std::vector<CountedInterface> interfaces;
};
template <class V>
void fields(V& v, const CountedInterfaces& document) {
  v("interfaces", document.interfaces, "Interfaces");
}

struct PrivilegeLevel {
  unsigned level = 1;
};
template <class V>
void fields(V& v, const PrivilegeLevel& privilege) {
  v("level", privilege.level, "1 or 15");
}
template <class V>
void fields(V& v, const WallTime& now) {
  v("unix_milliseconds", now.unix_milliseconds, "Since 1970, UTC");
  v("authoritative", now.state == ClockState::authoritative, "The host's clock is synchronised");
}
template <class V>
void fields(V& v, const DebugFlags& flags) {
  v("ikev2", flags.ikev2, "debug crypto ikev2");
  v("ikev2_packet", flags.ikev2_packet, "debug crypto ikev2 packet");
  v("ikev2_error", flags.ikev2_error, "debug crypto ikev2 error");
  v("ikev2_hexdump", flags.ikev2_hexdump, "debug crypto ikev2 packet hexdump");
  v("ikev2_internal", flags.ikev2_internal, "debug crypto ikev2 internal");
  v("ikev2_client", false, "Never: what a FlexVPN client does is in the other classes");
  v("ipsec", flags.ipsec, "debug crypto ipsec");
}

struct LocalPools {
  std::vector<engine::PoolView> pools;
};
template <class V>
void fields(V& v, const LocalPools& document) {
  v("pools", document.pools, "Pools");
}

/// A FlexVPN client of the configuration, and what became of it.
struct FlexvpnRow {
  std::string name, state, peer, source, backup_group, tunnel;
  std::vector<engine::IpAddress> assigned;
};
template <class V>
void fields(V& v, const FlexvpnRow& row) {
  v("name", row.name, "Name of the client");
  v("state", row.state, "ACTIVE, NEGOTIATING, or READY: nothing has been tried, or it failed");
  v("peer", row.peer, "The server, as it is configured or as it was resolved; empty: none");
  v("source", row.source, "Interface it goes out of");
  v("backup_group", row.backup_group, "Backup group");
  v("tunnel", row.tunnel, "Tunnel interface");
  v("assigned", row.assigned, "Addresses that the server gave");
}
struct FlexvpnRows {
  std::vector<FlexvpnRow> clients;
};
template <class V>
void fields(V& v, const FlexvpnRows& document) {
  v("clients", document.clients, "FlexVPN clients");
}

struct InterfaceRows {
  std::vector<InterfaceRow> interfaces;
};
template <class V>
void fields(V& v, const InterfaceRows& document) {
  v("interfaces", document.interfaces, "Interfaces");
}

template <class V>
void fields(V& v, const SystemFacts& facts) {
  v("hostname", facts.hostname, "Name of the router");
  v("kernel", facts.kernel, "Release of the host's kernel");
  v("machine", facts.machine, "Processor");
  v("memory_kilobytes", facts.memory_kilobytes, "Memory of the host");
  v("interfaces", facts.interfaces, "Number of interfaces");
  v("uptime_seconds", facts.uptime, "Since the host started");
}

}  // namespace cli

namespace parser {

template <class V>
void fields(V& v, const Column& column) {
  const auto* text = std::get_if<std::string>(&column.value);
  const auto* number = std::get_if<std::int64_t>(&column.value);
  v("name", column.name, "Parameter of the command");
  v("value", text ? *text : number ? std::to_string(*number) : std::string(), "Its value as text, empty where it is not given");
}

/// A line of the configuration. Secrets are asterisks.
template <class V>
void fields(V& v, const Node& line) {
  v("line", line.command ? shown_text(line) : std::string(), "The line; empty for the configuration as a whole");
  v("mode", mode_opened_by(line), "Mode that the line opens, or empty");
  v("values", line.command ? columns(line) : std::vector<Column>(), "Its parameters, without keys");
  v("lines", line.children, "The lines of its block");
}

}  // namespace parser

namespace cli {

/// Lines of a configuration, with the blocks they open.
struct ConfigLines {
  parser::Configuration configuration;
  std::vector<std::shared_ptr<const parser::Node>> lines;
};
template <class V>
void fields(V& v, const ConfigLines& document) {
  v("lines", document.lines, "Lines of the configuration");
}
/// Those for which `wanted(const Node&)` holds.
template <class Wanted>
ConfigLines config_lines(const parser::Configuration& configuration, Wanted wanted) {
  ConfigLines out{configuration, {}};
  for (const auto& line : configuration.data().root.children)
    if (wanted(*line)) out.lines.push_back(line);
  return out;
}
/// Objects of kind T, or the one of that name.
template <class... T>
ConfigLines objects_of(const parser::Configuration& configuration, const std::optional<std::string>& name) {
  const auto is = [&](const auto* object) { return object && (!name || object->name == *name); };
  return config_lines(configuration, [&](const parser::Node& line) { return (is(line.as<T>()) || ...); });
}

}  // namespace cli
