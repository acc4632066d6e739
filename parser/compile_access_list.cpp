#include <algorithm>
#include <bit>

#include "parser/compile_context.hpp"
#include "parser/icmp_messages.hpp"
#include "parser/text.hpp"

namespace parser {
namespace {

using engine::PortRange;

/// nullopt where the wildcard has gaps.
std::optional<engine::Prefix> network_of(const AclEndpoint& endpoint, engine::Family family) {
  if (endpoint.target == AclTarget::any) return engine::Prefix::any(family);
  if (endpoint.target == AclTarget::host) return engine::Prefix::host(endpoint.address);
  if (endpoint.length) return engine::Prefix::of(endpoint.address, *endpoint.length);
  const std::uint32_t wildcard = endpoint.wildcard ? endpoint.wildcard->v4_host_order() : 0;
  if ((wildcard & (wildcard + 1)) != 0) return std::nullopt;
  return engine::Prefix::of(endpoint.address, static_cast<std::uint8_t>(std::countl_zero(wildcard)));
}

/// A netmask was typed where a wildcard belongs, as IOS takes it without a word.
bool is_netmask(const AclEndpoint& endpoint) {
  return endpoint.target != AclTarget::any && endpoint.wildcard && mask_length(*endpoint.wildcard).value_or(0) > 0;
}

PortRange range(unsigned first, unsigned last) { return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)}; }

/// All ports but these, as ranges.
std::vector<PortRange> all_but(std::vector<std::uint16_t> ports) {
  std::sort(ports.begin(), ports.end());
  std::vector<PortRange> out;
  unsigned from = 0;
  for (const unsigned port : ports) {
    if (from < port) out.push_back(range(from, port - 1));
    from = port + 1;
  }
  if (from <= 65535) out.push_back(range(from, 65535));
  return out;
}

/// The ranges that the port condition selects; none for `gt 65535` and `lt 0`.
std::vector<PortRange> ports_of(const AclEndpoint& endpoint) {
  std::vector<PortRange> out;
  const auto& ports = endpoint.ports;
  if (endpoint.op == PortOperator::none || ports.empty()) return {PortRange{}};
  switch (endpoint.op) {
    case PortOperator::none:
      break;
    case PortOperator::eq:
      for (std::uint16_t port : ports) out.push_back(range(port, port));
      break;
    case PortOperator::neq:
      return all_but(ports);
    case PortOperator::gt:
      if (ports[0] < 65535) out.push_back(range(ports[0] + 1u, 65535));
      break;
    case PortOperator::lt:
      if (ports[0] > 0) out.push_back(range(0, ports[0] - 1u));
      break;
    case PortOperator::range:
      out.push_back(range(std::min(ports.front(), ports.back()), std::max(ports.front(), ports.back())));
      break;
  }
  return out;
}

/// The line without the number with which it may have been typed.
std::string text_without_number(const AccessListEntry& entry, const Node& line) {
  if (!entry.numbered) return line_text(line);
  auto unnumbered = std::make_shared<AccessListEntry>(entry);
  unnumbered->numbered = false;
  Node copy;
  copy.command = line.command;
  copy.value = std::move(unnumbered);
  return line_text(copy);
}

void append_pairs(std::vector<engine::SelectorLine>& out, const AccessListEntry& entry, engine::Family family,
                  const std::string& text, const std::string& where, CompileContext& context) {
  const auto messages = icmp_messages(entry, family);
  if (entry.has_options() || entry.names_group() || !messages) {
    context.warn(where, "\"" + text + "\" selects by more than addresses, protocol, ports and ICMP types; the line is left out");
    return;
  }
  const auto source = network_of(entry.source, family);
  const auto destination = network_of(entry.destination, family);
  if (!source || !destination) {
    context.warn(where, "the wildcard of \"" + text + "\" is not contiguous; the line is left out" +
                            (is_netmask(entry.source) || is_netmask(entry.destination)
                                 ? " (it reads as a netmask: the wildcard of a /24 is 0.0.0.255)"
                                 : ""));
    return;
  }
  const auto action = entry.verb == AclVerb::permit ? engine::AclAction::permit : engine::AclAction::deny;
  if (!messages->is_any()) {
    out.push_back({action,
                   {engine::TrafficSelector::of(*source, entry.protocol, *messages),
                    engine::TrafficSelector::of(*destination, entry.protocol, *messages)},
                   text});
    return;
  }
  const auto source_ports = ports_of(entry.source);
  const auto destination_ports = ports_of(entry.destination);
  if (source_ports.empty() || destination_ports.empty())
    context.warn(where, "\"" + text + "\" selects no port; the line is left out");
  for (const PortRange& from : source_ports)
    for (const PortRange& to : destination_ports)
      out.push_back({action,
                     {engine::TrafficSelector::of(*source, entry.protocol, from),
                      engine::TrafficSelector::of(*destination, entry.protocol, to)},
                     text});
}

}  // namespace

std::vector<engine::SelectorLine> compile_access_list(const Node& list, CompileContext& context) {
  const auto* v4 = list.as<AccessList>();
  const auto* v6 = list.as<Ipv6AccessList>();
  const engine::Family family = v4 ? engine::Family::v4 : engine::Family::v6;
  const std::string where = "access list " + (v4 ? v4->name : v6 ? v6->name : std::string());
  std::vector<engine::SelectorLine> out;
  list.each<AccessListEntry>([&](const AccessListEntry& entry, const Node& line) {
    if (entry.verb != AclVerb::remark) append_pairs(out, entry, family, text_without_number(entry, line), where, context);
  });
  return out;
}

}  // namespace parser
