// Names that a file uses and does not define, where the compiler has nothing to say: parts that nothing uses, and what has no
// effect here but has on the router that the file came from.
#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

#include "parser/built_ins.hpp"
#include "parser/check/subject.hpp"
#include "parser/tunnel_route.hpp"

namespace parser {
namespace {

using Findings = std::vector<Finding>;

/// A line `words` NAME below a block that begins with `block` (empty: global configuration) names what lines that begin with one
/// of `defined`, and NAME, make.
struct Reference {
  std::string_view block, words, what;
  std::array<std::string_view, 2> defined;
};
constexpr std::string_view authorization = "crypto ikev2 authorization policy ", profile = "crypto ikev2 profile ",
                           interface = "interface ", line = "line ";
constexpr std::array<std::string_view, 2> any_list = {"ip access-list extended ", "ip access-list standard "},
                                          any_vrf = {"vrf definition ", "ip vrf "};
constexpr Reference references[] = {
    {authorization, "pool ", "address pool", {"ip local pool "}},
    {authorization, "ipv6 pool ", "IPv6 address pool", {"ipv6 local pool "}},
    {authorization, "route set access-list ipv6 ", "IPv6 access list", {"ipv6 access-list "}},
    {authorization, "route set access-list ", "access list", any_list},
    {authorization, "aaa attribute list ", "AAA attribute list", {"aaa attribute list "}},
    {profile, "match certificate ", "certificate map", {"crypto pki certificate map "}},
    {profile, "pki trustpoint ", "trustpoint", {"crypto pki trustpoint "}},
    {profile, "virtual-template ", "Virtual-Template", {"interface Virtual-Template"}},
    {profile, "ivrf ", "VRF", any_vrf},
    {profile, "match fvrf ", "VRF", any_vrf},
    {interface, "ip access-group ", "access list", any_list},
    {interface, "ipv6 traffic-filter ", "IPv6 access list", {"ipv6 access-list "}},
    {interface, "vrf forwarding ", "VRF", any_vrf},
    {interface, "ip vrf forwarding ", "VRF", any_vrf},
    {interface, "tunnel vrf ", "VRF", any_vrf},
    {interface, "tunnel protection ipsec profile ", "IPsec profile", {"crypto ipsec profile "}},
    {line, "access-class ", "access list", any_list},
    {"crypto ipsec profile ", "set ikev2-profile ", "IKEv2 profile", {profile}},
    {"crypto ipsec profile ", "set isakmp-profile ", "ISAKMP profile", {"crypto isakmp profile "}},
    {"crypto dynamic-map ", "set ikev2-profile ", "IKEv2 profile", {profile}},
    {"crypto dynamic-map ", "set isakmp-profile ", "ISAKMP profile", {"crypto isakmp profile "}},
    {"crypto dynamic-map ", "match address ", "access list", {"ip access-list extended ", "ipv6 access-list "}},
    {"crypto map ", "set isakmp-profile ", "ISAKMP profile", {"crypto isakmp profile "}},
};

/// Named `default` and in force without a line, or a word of the command that is no name.
bool needs_no_line(const Node& root, const Reference& reference, std::string_view name) {
  if (name == "default" && reference.what == "IPsec profile") return default_ipsec_profile(root);
  return name == "any" && reference.words == "match fvrf ";
}

class Names {
 public:
  Names(const Subject& subject, Findings& findings) : subject_(subject), root_(subject.root()), findings_(findings) {}

  void look() {
    for (const auto& block : root_.children) {
      const std::string header = line_text(*block);
      for (const auto& each : block->children) {
        if (each->negated) continue;
        look_up(header, *each);
        transform_sets(header, *each);
        if (header.starts_with(interface)) other_interface(header, *each);
      }
      if (const auto* kept = block->as<Kept>())
        if (const auto route = tunnel_route(*kept); route && !exists(route->interface))
          missing("", "interface " + route->interface, *block, " is not defined: the route leads nowhere");
      if (const auto* map = block->as<CryptoMapLocalAddress>()) needs_interface("crypto map " + map->map, map->interface, *block);
    }
  }

 private:
  void look_up(const std::string& header, const Node& each) {
    const std::string text = line_text(each);
    for (const Reference& reference : references) {
      if (!header.starts_with(reference.block) || !text.starts_with(reference.words)) continue;
      const std::size_t end = std::min(text.find(' ', reference.words.size()), text.size());
      const std::string name = text.substr(reference.words.size(), end - reference.words.size());
      const auto& defined = reference.defined;
      if (!needs_no_line(root_, reference, name) && std::none_of(defined.begin(), defined.end(), [&](std::string_view words) {
            return !words.empty() && defines(words, name);
          }))
        missing(header, std::string(reference.what) + " " + name, each, " is not defined");
      return;
    }
  }

  void transform_sets(const std::string& header, const Node& each) {
    const auto* sets = each.as<SetTransformSet>();
    if (!sets || header.starts_with("crypto map ")) return;
    for (const std::string& name : sets->transform_sets)
      if (!(name == "default" && default_transform_set(root_)) && !defines("crypto ipsec transform-set ", name))
        missing(header, "transform set " + name, each, " is not defined");
  }

  void other_interface(const std::string& header, const Node& each) {
    if (const auto* source = each.as<TunnelSource>(); source && source->interface)
      needs_interface(header, *source->interface, each);
    if (const auto* lender = each.as<IpUnnumbered>()) needs_interface(header, lender->interface, each);
  }

  /// What is made by configuration must be in it; of the others a file with such interfaces has those that are used.
  void needs_interface(const std::string& header, const std::string& name, const Node& each) {
    if (!exists(name) && (is_made(name) || has_ports())) missing(header, "interface " + name, each, " is not defined");
  }
  /// Some line of global configuration begins with `words` and the name.
  bool defines(std::string_view words, const std::string& name) {
    const auto [place, fresh] = defined_.try_emplace(words);
    for (std::size_t i = 0; fresh && i < root_.children.size(); ++i) {
      if (root_.children[i]->negated) continue;
      const std::string text = line_text(*root_.children[i]);
      if (text.starts_with(words)) place->second.insert(text.substr(words.size(), text.find(' ', words.size()) - words.size()));
    }
    return place->second.contains(name);
  }
  bool exists(const std::string& name) { return defines(interface, name); }
  static bool is_made(std::string_view name) {
    for (const std::string_view type : {"Loopback", "Tunnel", "Virtual-Template", "Vlan", "BDI", "Dialer", "Port-channel"})
      if (name.starts_with(type)) return true;
    return false;
  }
  bool has_ports() const {
    bool found = false;
    root_.each<Interface>([&](const Interface& each, const Node&) { found = found || !is_made(each.name); });
    return found;
  }

  /// Unless the compiler has said it.
  void missing(const std::string& header, const std::string& what, const Node& each, const char* why) {
    const std::string text = (header.empty() ? "" : header + ": ") + what + why;
    if (std::none_of(findings_.begin(), findings_.end(), [&](const Finding& known) { return known.text.starts_with(text); }))
      findings_.push_back({{}, text, {subject_.place(each)}});
  }

  const Subject& subject_;
  const Node& root_;
  Findings& findings_;
  std::map<std::string_view, std::unordered_set<std::string>> defined_;
};

}  // namespace

void undefined_names(const Subject& subject, Findings& findings) { Names(subject, findings).look(); }

}  // namespace parser
