// Two tunnel interfaces as the ends of one tunnel: what of them shows in no negotiation.
#include <algorithm>

#include "parser/check/subject.hpp"

namespace parser {
namespace {

using Findings = std::vector<Finding>;

struct TunnelEnd {
  const Subject& subject;
  const Node& interface;
  template <class T>
  Place line() const {
    return subject.place_of<T>(interface);
  }
  std::string name() const { return line_text(interface) + " of " + subject.file(); }
};

void told(Findings& findings, const char* check, std::string text, std::vector<Place> places) {
  findings.push_back({check, std::move(text), std::move(places)});
}

template <class T>
const Node* node_of(const Node& block) {
  for (const auto& child : block.children)
    if (child->as<T>()) return child.get();
  return nullptr;
}

void tunnel_modes(const TunnelEnd& a, const TunnelEnd& b, Findings& findings) {
  const auto *of_a = a.interface.find<TunnelMode>(), *of_b = b.interface.find<TunnelMode>();
  if (!of_a || !of_b || *of_a == *of_b) return;
  told(findings, "mode",
       line_text(*node_of<TunnelMode>(a.interface)) + " against " + line_text(*node_of<TunnelMode>(b.interface)),
       {a.line<TunnelMode>(), b.line<TunnelMode>()});
}

template <class Mtu>
void tunnel_mtu(const TunnelEnd& a, const TunnelEnd& b, Findings& findings) {
  const auto *of_a = a.interface.find<Mtu>(), *of_b = b.interface.find<Mtu>();
  if (!of_a || !of_b || of_a->bytes == of_b->bytes) return;
  told(findings, "mtu",
       line_text(*node_of<Mtu>(a.interface)) + " against " + line_text(*node_of<Mtu>(b.interface)) +
           ": what one end sends whole may be too large for the other",
       {a.line<Mtu>(), b.line<Mtu>()});
}

const InterfaceAddress* primary(const Node& interface) {
  const auto* address = interface.find<InterfaceAddress>();
  return address && address->source == AddressSource::typed ? address : nullptr;
}

void tunnel_addresses(const TunnelEnd& a, const TunnelEnd& b, Findings& findings) {
  const auto *of_a = primary(a.interface), *of_b = primary(b.interface);
  if (!of_a || !of_b) return;
  const engine::IpAddress &first = of_a->network.address, &second = of_b->network.address;
  const std::vector<Place> places = {a.line<InterfaceAddress>(), b.line<InterfaceAddress>()};
  if (first == second)
    told(findings, "addresses", "both ends of the tunnel have the address " + first.to_string(), places);
  else if (!of_a->network.prefix().contains(second) && !of_b->network.prefix().contains(first) && of_a->network.length < 32 &&
           of_b->network.length < 32)
    told(findings, "addresses",
         first.to_string() + " and " + second.to_string() + " are in no subnet together: the ends do not reach each other",
         places);
}

const Node* responder_only(const TunnelEnd& end) {
  const auto* protection = end.interface.find<TunnelProtection>();
  const Node* profile = protection ? end.subject.find_named<IpsecProfile>(protection->profile) : nullptr;
  return profile ? node_of<ResponderOnly>(*profile) : nullptr;
}

void nobody_begins(const TunnelEnd& a, const TunnelEnd& b, Findings& findings) {
  const Node *of_a = responder_only(a), *of_b = responder_only(b);
  if (of_a && of_b)
    told(findings, "responder-only", "both ends are responder-only: nobody begins",
         {a.subject.place(*of_a), b.subject.place(*of_b)});
}

std::vector<engine::IpAddress> addresses_of_source(const TunnelEnd& end) {
  const auto* source = end.interface.find<TunnelSource>();
  if (!source) return {};
  if (source->address) return {*source->address};
  std::vector<engine::IpAddress> out;
  if (const Node* block = source->interface ? end.subject.find_named<Interface>(*source->interface) : nullptr) {
    block->each<InterfaceAddress>([&](const InterfaceAddress& each, const Node&) { out.push_back(each.network.address); });
    block->each<InterfaceIpv6Address>(
        [&](const InterfaceIpv6Address& each, const Node&) { out.push_back(each.network.address); });
  }
  return out;
}

bool leads_to(const TunnelEnd& from, const TunnelEnd& to) {
  const auto* destination = from.interface.find<TunnelDestination>();
  if (!destination || !destination->address) return false;
  const auto addresses = addresses_of_source(to);
  return std::find(addresses.begin(), addresses.end(), *destination->address) != addresses.end();
}

void shut_towards(const Subject& shut, const Subject& other, Findings& findings) {
  for (const auto& block : shut.root().children) {
    const Node* line = block->as<Interface>() && block->find<TunnelProtection>() ? node_of<Shutdown>(*block) : nullptr;
    if (!line) continue;
    const TunnelEnd end{shut, *block};
    for (const auto& candidate : other.root().children) {
      const TunnelEnd far{other, *candidate};
      if (!candidate->as<Interface>() || !candidate->find<TunnelProtection>() || !leads_to(far, end) || !leads_to(end, far))
        continue;
      told(findings, "shutdown", end.name() + " is shut down: the tunnel to " + far.name() + " does not come up",
           {shut.place(*line), far.line<TunnelDestination>()});
    }
  }
}

}  // namespace

void compare_tunnels(const Subject& a, const Node& interface_a, const Subject& b, const Node& interface_b, Findings& findings) {
  const TunnelEnd first{a, interface_a}, second{b, interface_b};
  tunnel_modes(first, second, findings);
  tunnel_mtu<IpMtu>(first, second, findings);
  tunnel_mtu<Ipv6Mtu>(first, second, findings);
  tunnel_addresses(first, second, findings);
  nobody_begins(first, second, findings);
}

void shut_tunnels(const Subject& a, const Subject& b, Findings& findings) {
  shut_towards(a, b, findings);
  shut_towards(b, a, findings);
}

}  // namespace parser
