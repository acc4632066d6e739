#include "cli/configured.hpp"
#include "cli/show.hpp"

namespace cli {
namespace {

using parser::Node;

/// Ends, mode and protection, as the configuration says; the address in use where it names an interface.
void put_tunnel(std::string& out, const InterfaceRow& row, const Node& block) {
  const auto* source = block.find<parser::TunnelSource>();
  const auto* destination = block.find<parser::TunnelDestination>();
  const auto* mode = block.find<parser::TunnelMode>();
  const auto* protection = block.find<parser::TunnelProtection>();
  const std::string from = !source             ? "UNKNOWN"
                           : source->address   ? ios_address(*source->address)
                           : source->interface ? *source->interface
                                               : "dynamic";
  const std::string to = !destination           ? "UNKNOWN"
                         : destination->address ? ios_address(*destination->address)
                         : destination->host    ? *destination->host
                                                : "dynamic";
  const bool v6 = destination && destination->address && !destination->address->is_v4();
  out += "  Tunnel linestate evaluation " + std::string(row.protocol_up ? "up" : "down") + "\n  Tunnel source " + from +
         ", destination " + to + "\n  Tunnel protocol/transport " +
         (mode && mode->kind >= parser::TunnelKind::ipsec_ipv4 ? "IPSEC" : "GRE") + (v6 ? "/IPv6" : "/IP") +
         "\n  Tunnel TTL 255\n  Tunnel transport MTU " + std::to_string(row.mtu) + " bytes\n";
  if (protection) out += "  Tunnel protection via IPSec (profile \"" + protection->profile + "\")\n";
}

}  // namespace

std::string ios_mac(const std::string& address) {
  if (address.empty()) return "0000.0000.0000";
  std::string out;
  for (std::size_t i = 0; i < address.size(); ++i)
    if (address[i] != ':')
      out += address[i];
    else if (i % 6 == 5)
      out += '.';
  return out;
}

std::string show_interface_description(const InterfaceRow& row, const parser::Configuration& configuration) {
  const Node* block = find_block<parser::Interface>(configuration.data().root, row.name);
  const auto* description = block ? block->find<parser::Description>() : nullptr;
  return padded(short_interface(row.name), 31) + padded(row.status == "administratively down" ? "admin down" : row.status, 15) +
         padded(row.protocol_up ? "up" : "down", 9) + (description ? description->text : "") + "\n";
}

std::string show_interface(const InterfaceRow& row, const kernel::DeviceCounters& counters,
                           const parser::Configuration& configuration) {
  const Node* block = find_block<parser::Interface>(configuration.data().root, row.name);
  const bool tunnel = row.name.starts_with("Tunnel");
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  std::string out = row.name + " is " + row.status + ", line protocol is " + (row.protocol_up ? "up" : "down") + " \n";
  out += tunnel ? "  Hardware is Tunnel\n"
                : "  Hardware is vNIC, address is " + ios_mac(counters.address) + " (bia " + ios_mac(counters.address) + ")\n";
  const auto* description = block ? block->find<parser::Description>() : nullptr;
  if (description) out += "  Description: " + description->text + "\n";
  if (!row.address.empty()) out += "  Internet address is " + row.address + "/" + n(row.prefix_length) + "\n";
  out += "  MTU " + n(row.mtu) + " bytes, " +
         (tunnel ? "BW 100 Kbit/sec, DLY 50000 usec, \n" : "BW 1000000 Kbit/sec, DLY 10 usec, \n") +
         "     reliability 255/255, txload 1/255, rxload 1/255\n  Encapsulation " + (tunnel ? "TUNNEL" : "ARPA") +
         ", loopback not set\n";
  if (tunnel && block) put_tunnel(out, row, *block);
  out += "     " + n(counters.in_packets) + " packets input, " + n(counters.in_octets) + " bytes, 0 no buffer\n     " +
         n(counters.in_errors) + " input errors, " + n(counters.in_crc) + " CRC, " + n(counters.in_frame) + " frame, " +
         n(counters.in_overrun) + " overrun, " + n(counters.in_dropped) + " ignored\n     " + n(counters.out_packets) +
         " packets output, " + n(counters.out_octets) + " bytes, 0 underruns\n     " + n(counters.out_errors) +
         " output errors, " + n(counters.collisions) + " collisions, 0 interface resets\n";
  return out;
}

}  // namespace cli
