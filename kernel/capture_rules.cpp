#include "kernel/capture_rules.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "kernel/marks.hpp"

namespace kernel {
namespace {

using engine::AclAction;
using engine::PolicyLine;
using engine::PortRange;
using engine::TrafficSelector;

constexpr std::string_view chain_kinds[] = {"pre_", "out_", "map_", "rev_"};
// Without these the next hop itself would be out of reach; they never leave the link (RFC 4861, 3810).
constexpr std::string_view link_local_messages =
    "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert, nd-redirect, "
    "mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } return";

constexpr std::string_view later_fragment_v4 = "ip frag-off & 0x1fff != 0 ", later_fragment_v6 = "frag frag-off != 0 ";

bool is_icmp(std::uint8_t protocol) { return protocol == 1 || protocol == 58; }

// nftables names know letters, digits and a few signs only; anything else of a device name becomes "/" and two hex digits.
std::string encode_name(std::string_view device) {
  std::string out;
  for (const char c : device) {
    const auto u = static_cast<std::uint8_t>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')
      out += c;
    else
      out += "/" + engine::to_hex({&u, 1});
  }
  return out;
}

std::string decode_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto octet = name[i] == '/' ? engine::from_hex(name.substr(i + 1, 2)) : std::nullopt;
    out += octet && octet->size() == 1 ? static_cast<char>((*octet)[0]) : name[i];
    if (octet) i += 2;
  }
  return out;
}

// A trailing asterisk would be a wildcard.
std::string quoted(std::string_view device) {
  std::string out = "\"";
  for (const char c : device) {
    if (c == '*') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string hex(std::uint32_t value) {
  engine::Writer writer;
  writer.u32(value);
  return "0x" + engine::to_hex(writer.view());
}

std::string address_match(const TrafficSelector& selector, std::string_view which) {
  const auto network = selector.prefix();
  if (network && network->length == 0) return "";
  const std::string family = selector.first.is_v4() ? "ip " : "ip6 ";
  const std::string value = network ? network->to_string() : selector.first.to_string() + "-" + selector.last.to_string();
  return family + std::string(which) + " " + value + " ";
}

std::string range(const PortRange& ports) {
  const std::string first = std::to_string(ports.first);
  return ports.first == ports.last ? first : first + "-" + std::to_string(ports.last);
}

struct Matches {
  std::string packet;  // addresses and protocol
  std::string ports;   // empty: none are compared
  std::string is_later_fragment;
};

Matches matches(const TrafficSelector& source, const TrafficSelector& destination) {
  Matches out;
  const bool v4 = source.first.is_v4();
  out.packet = v4 ? "meta nfproto ipv4 " : "meta nfproto ipv6 ";
  out.packet += address_match(source, "saddr") + address_match(destination, "daddr");
  out.is_later_fragment = v4 ? later_fragment_v4 : later_fragment_v6;
  const std::uint8_t protocol = source.protocol != 0 ? source.protocol : destination.protocol;
  const bool some_ports = !source.ports.is_any() || !destination.ports.is_any();
  if (protocol != 0)
    out.packet += "meta l4proto " + std::to_string(protocol) + " ";
  else if (some_ports)
    out.ports += "meta l4proto { 6, 17, 33, 132, 136 } ";
  if (is_icmp(protocol)) {
    if (!source.ports.is_any()) out.ports += "@th,0,16 " + range(source.ports) + " ";
    if (!destination.ports.is_any()) out.ports += "@th,0,16 " + range(destination.ports) + " ";
  } else {
    if (!source.ports.is_any()) out.ports += "th sport " + range(source.ports) + " ";
    if (!destination.ports.is_any()) out.ports += "th dport " + range(destination.ports) + " ";
  }
  return out;
}

// A later fragment has no ports: a permit claims it by addresses and protocol, a deny with ports does not (as IOS).
void add_line(std::string& out, const std::string& rule, const PolicyLine& line, bool reversed, const std::string& verdict) {
  const auto& pair = line.selectors;
  const Matches m = reversed ? matches(pair.remote, pair.local) : matches(pair.local, pair.remote);
  const bool permit = line.action == AclAction::permit;
  const std::string end = (permit ? verdict : "return") + "\n";
  out += rule + m.packet + m.ports + end;
  if (permit && !m.ports.empty()) out += rule + m.packet + m.is_later_fragment + end;
}
void add_fragment_rule(std::string& out, const std::string& rule, const TrafficSelector& source,
                       const TrafficSelector& destination, const std::string& verdict) {
  const Matches m = matches(source, destination);
  out += rule + m.packet + m.is_later_fragment + verdict + "\n";
}

// Lines that differ in nothing but numbers: their prefixes have the same lengths, and they compare the same fields. A
// packet is of one of them if its masked fields are in a set of exact values, which is a look-up, not a walk.
struct Shape {
  bool v4 = true;
  unsigned source_length = 0, destination_length = 0;
  bool protocol = false, source_port = false, destination_port = false;
  friend auto operator<=>(const Shape&, const Shape&) = default;
  unsigned fields() const { return (source_length > 0) + (destination_length > 0) + protocol + source_port + destination_port; }
};

bool single(const PortRange& ports) { return ports.first == ports.last; }
std::uint8_t protocol_of(const TrafficSelector& source, const TrafficSelector& destination) {
  return source.protocol != 0 ? source.protocol : destination.protocol;
}

// nullopt: ranges that are no prefixes, several ports, ICMP types: such a line stays a rule of its own.
std::optional<Shape> shape_of(const TrafficSelector& source, const TrafficSelector& destination) {
  const auto from = source.prefix(), to = destination.prefix();
  const std::uint8_t protocol = protocol_of(source, destination);
  if (!from || !to) return std::nullopt;
  const Shape out{source.first.is_v4(), from->length,           to->length,
                  protocol != 0,        !source.ports.is_any(), !destination.ports.is_any()};
  if ((out.source_port && !single(source.ports)) || (out.destination_port && !single(destination.ports))) return std::nullopt;
  if ((out.source_port || out.destination_port) && (protocol == 0 || is_icmp(protocol))) return std::nullopt;
  return out.fields() < 2 ? std::nullopt : std::optional(out);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) (out += out.empty() ? "" : between) += part;
  return out;
}

std::vector<std::string> fields_of(const Shape& shape) {
  std::vector<std::string> out;
  const auto address = [&](std::string_view which, unsigned length) {
    if (length == 0) return;
    std::string field = (shape.v4 ? "ip " : "ip6 ") + std::string(which);
    engine::IpAddress ones{shape.v4 ? engine::Family::v4 : engine::Family::v6, {}};
    std::fill_n(ones.octets.begin(), ones.size(), std::uint8_t{0xFF});
    if (length < ones.bits()) field += " & " + engine::Prefix::of(ones, static_cast<std::uint8_t>(length)).address.to_string();
    out.push_back(field);
  };
  address("saddr", shape.source_length);
  address("daddr", shape.destination_length);
  if (shape.protocol) out.push_back("meta l4proto");
  if (shape.source_port) out.push_back("th sport");
  if (shape.destination_port) out.push_back("th dport");
  return out;
}

std::string element_of(const Shape& shape, const TrafficSelector& source, const TrafficSelector& destination) {
  std::vector<std::string> out;
  if (shape.source_length > 0) out.push_back(source.first.to_string());
  if (shape.destination_length > 0) out.push_back(destination.first.to_string());
  if (shape.protocol) out.push_back(std::to_string(protocol_of(source, destination)));
  if (shape.source_port) out.push_back(std::to_string(source.ports.first));
  if (shape.destination_port) out.push_back(std::to_string(destination.ports.first));
  return joined(out, " . ");
}

using Ends = std::pair<const TrafficSelector*, const TrafficSelector*>;  // source, destination

void add_set(std::string& out, const std::string& rule, const Shape& shape, const std::vector<Ends>& lines, bool permit,
             const std::string& verdict) {
  const auto add = [&](const Shape& compared, std::string_view condition) {
    std::set<std::string> elements;
    for (const auto& [source, destination] : lines) elements.insert(element_of(compared, *source, *destination));
    out += rule + (shape.v4 ? "meta nfproto ipv4 " : "meta nfproto ipv6 ") + std::string(condition) +
           joined(fields_of(compared), " . ") + " { " + joined({elements.begin(), elements.end()}, ", ") + " } " +
           (permit ? verdict : "return") + "\n";
  };
  add(shape, "");
  if (!permit || !(shape.source_port || shape.destination_port)) return;
  Shape without = shape;
  without.source_port = without.destination_port = false;
  if (without.fields() >= 2) return add(without, shape.v4 ? later_fragment_v4 : later_fragment_v6);
  for (const auto& [source, destination] : lines) add_fragment_rule(out, rule, *source, *destination, verdict);
}

// Within a run of one action the order says nothing; sets may take the place of rules.
void add_run(std::string& out, const std::string& rule, std::span<const PolicyLine> run, bool reversed,
             const std::string& verdict) {
  constexpr std::size_t worth_a_set = 8;
  std::map<Shape, std::vector<Ends>> shapes;
  std::vector<std::optional<Shape>> shape(run.size());
  for (std::size_t i = 0; i < run.size(); ++i) {
    const auto& pair = run[i].selectors;
    const Ends ends = reversed ? Ends{&pair.remote, &pair.local} : Ends{&pair.local, &pair.remote};
    shape[i] = shape_of(*ends.first, *ends.second);
    if (shape[i]) shapes[*shape[i]].push_back(ends);
  }
  for (std::size_t i = 0; i < run.size(); ++i)
    if (!shape[i] || shapes[*shape[i]].size() < worth_a_set) add_line(out, rule, run[i], reversed, verdict);
  for (const auto& [one, lines] : shapes)
    if (lines.size() >= worth_a_set) add_set(out, rule, one, lines, run.front().action == AclAction::permit, verdict);
}

void add_lines(std::string& out, const std::string& rule, std::span<const PolicyLine> lines, bool reversed,
               const std::string& verdict) {
  while (!lines.empty()) {
    const auto end = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.action != lines.front().action; });
    const auto run = lines.first(static_cast<std::size_t>(end - lines.begin()));
    add_run(out, rule, run, reversed, verdict);
    lines = lines.subspan(run.size());
  }
}

}  // namespace

std::string capture_table(unsigned instance) { return "inet sallyport_" + std::to_string(instance); }
std::string clear_counter(std::string_view device) { return "clear_" + encode_name(device); }

std::string capture_transaction(unsigned instance, std::string_view device, std::uint32_t mark,
                                std::span<const PolicyLine> lines) {
  const std::string table = capture_table(instance) + " ";
  const std::string name = encode_name(device), dev = quoted(device);
  std::string out = "add table " + table + "\nadd counter " + table + clear_counter(device) + "\n";
  const auto chain = [&](std::string_view kind, std::string_view hook) {
    const std::string chain_name = table + std::string(kind) + name;
    out += "add chain " + chain_name + std::string(hook) + "\nflush chain " + chain_name + "\n";
    return "add rule " + chain_name + " ";
  };
  const std::string map = chain("map_", ""), rev = chain("rev_", "");
  const std::string pre = chain("pre_", " { type filter hook prerouting priority mangle; policy accept; }");
  const std::string host = chain("out_", " { type route hook output priority mangle; policy accept; }");

  for (const std::string& rule : {map, rev}) out += rule + std::string(link_local_messages) + "\n";
  add_lines(out, map, lines, false, "meta mark set " + hex(mark) + " accept");

  const std::string to_us = rev + "fib daddr type local ";
  out += to_us + "meta l4proto { 50, 51 } return\n";
  // Over IPv6 AH is a header on the way to the protocol, to nftables.
  out += to_us + "ip6 nexthdr 51 return\n";
  out += to_us + "frag nexthdr 51 return\n";
  out += to_us + "udp dport { 500, 4500 } return\n";
  out += to_us + "icmp type destination-unreachable icmp code frag-needed return\n";
  out += to_us + "icmpv6 type packet-too-big return\n";
  add_lines(out, rev, lines, true, "counter name " + clear_counter(device) + " drop");

  out += pre + "iifname " + dev + " jump rev_" + name + "\n";
  out += pre + "fib daddr . mark oifname " + dev + " jump map_" + name + "\n";
  out += host + "meta mark " + hex(daemon_mark) + " accept\n";
  out += host + "oifname " + dev + " jump map_" + name + "\n";
  return out;
}

std::string release_transaction(unsigned instance, std::span<const std::string> devices, bool whole_table) {
  const std::string table = capture_table(instance);
  std::string out = "add table " + table + "\n";
  if (whole_table) return out + "delete table " + table + "\n";
  for (const std::string& device : devices) {
    const std::string name = encode_name(device);
    for (const auto kind : chain_kinds) {
      const std::string chain = table + " " + std::string(kind) + name + "\n";
      out += "add chain " + chain + "flush chain " + chain;
    }
    for (const auto kind : chain_kinds) out += "delete chain " + table + " " + std::string(kind) + name + "\n";
    const std::string counter = table + " " + clear_counter(device) + "\n";
    out += "add counter " + counter + "delete counter " + counter;
  }
  return out;
}

std::vector<std::string> devices_in_listing(std::string_view listing) {
  constexpr std::string_view mark = "chain map_";
  std::vector<std::string> out;
  for (std::size_t at = listing.find(mark); at != std::string_view::npos; at = listing.find(mark, at)) {
    at += mark.size();
    const std::size_t end = listing.find_first_of(" \t\n{", at);
    out.push_back(decode_name(listing.substr(at, end == std::string_view::npos ? end : end - at)));
  }
  return out;
}

}  // namespace kernel
