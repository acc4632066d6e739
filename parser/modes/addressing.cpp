// VRFs, names, address pools, routes and object groups: understood and kept.
#include "parser/modes/common.hpp"
#include "parser/tunnel_route.hpp"

namespace parser {
namespace {

auto rest(const char* help) { return arg(rest_of_line(help)); }

/// "/24" behind an address.
struct SlashLength : Token<SlashLength, std::string> {
  std::string_view help = "Length of the mask";
  std::string_view placeholder() const { return "/nn"; }
  bool read(std::string_view token, std::string& value) const {
    unsigned length = 0;
    if (token.front() != '/' || !number(0, 32, "").read(token.substr(1), length)) return false;
    value = "/" + std::to_string(length);
    return true;
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token("/" + std::to_string(g.roll(33))); }
};

/// The network of the line has bits below its mask.
std::string settle_route(Kept& line) {
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    const std::string_view word = line.word(i);
    const std::size_t blank = word.find(' ');
    if (blank == std::string_view::npos) continue;
    const auto network = engine::IpAddress::parse(word.substr(0, blank));
    const auto mask = engine::IpAddress::parse(word.substr(blank + 1));
    if (!network || !mask || !network->is_v4()) continue;
    return (network->v4_host_order() & ~mask->v4_host_order()) == 0 ? "" : "%Inconsistent address and mask";
  }
  return {};
}

std::string settle_pool(Kept& line) {
  std::vector<engine::IpAddress> ends;
  for (std::size_t i = 0; i < line.words.size(); ++i)
    if (const auto address = engine::IpAddress::parse(line.word(i)); address && address->is_v4()) ends.push_back(*address);
  if (ends.size() == 2 && ends[0].v4_host_order() > ends[1].v4_host_order())
    return "%Bad IP range, " + ios_text(ends[0]) + " - " + ios_text(ends[1]);
  return {};
}

std::string no_route(const Kept&) { return "%No matching route to delete"; }

auto vrf() { return kw("vrf", "Configure static route for a VPN Routing/Forwarding instance"); }

auto ip_route() {
  const auto next_hop = [] { return arg(ipv4("Forwarding router's address")); };
  const auto dhcp = [] { return kw("dhcp", "Default gateway obtained from DHCP"); };
  const auto distance = [] { return arg(number(1, 255, "Distance metric for this route")); };
  return ip_word() >> kw("route", "Establish static routes") >> -(vrf() >> name_arg("VPN Routing/Forwarding instance name")) >>
         arg(Ipv4Network(MaskStyle::required, "Destination prefix", "Destination prefix mask")) >>
         tail(
             (dhcp() | (arg(interface_name()) >> -(dhcp() | next_hop())) | next_hop()) >> -distance() >>
             -kw("global", "Next hop address is global") >> -distance() >>
             -any_order(kw("tag", "Set tag for this route") >> arg(number<std::uint64_t>(1, 4294967295, "Tag value")),
                        kw("name", "Specify name of the next hop") >> name_arg("Name of the next hop"),
                        kw("permanent", "permanent route"), kw("multicast", "multicast route"),
                        kw("track", "Install route depending on tracked item") >> arg(number(1, 1000, "tracked object number"))));
}

auto ipv6_route() {
  const auto next_hop = [] { return arg(ipv6("IPv6 address of next-hop")); };
  return ipv6_word() >> kw("route", "Configure static routes") >> -(vrf() >> name_arg("VPN Routing/Forwarding instance name")) >>
         arg(ipv6_prefix("IPv6 prefix")) >>
         tail(((arg(interface_name()) >> -next_hop()) | next_hop()) >> -arg(number(1, 254, "Administrative distance")) >>
              -(kw("tag", "Tag value") >> arg(number<std::uint64_t>(1, 4294967295, "Tag value"))) >>
              -(kw("name", "Specify name for route") >> name_arg("Name for this route")) >>
              -(kw("track", "Install route depending on tracked item") >> arg(number(1, 1000, "tracked object number"))));
}

const Mode& vrf_family_mode() {
  static const Mode mode(
      "vrf_address_family", "config-vrf-af",
      table(
          kept_many(kw("route-target", "Specify Target VPN Extended Communities") >>
                        tail(-(kw("both", "Both import and export") | kw("export", "Export") | kw("import", "Import")) >>
                             name_arg("Target VPN Extended Community") >> -kw("stitching", "VXLAN")),
                    {.note = no_effect::vrf}),
          kept_many((kw("import", "VRF import") | kw("export", "VRF export") | kw("maximum", "Set a limit") | kw("bgp", "BGP")) >>
                        rest("Parameters"),
                    {.note = no_effect::vrf}),
          leave("Exit from VRF address-family configuration mode"),
          command<Leave>(Merge::leave, kw("exit-address-family", "Exit from VRF address-family configuration mode"),
                         {.no_form = false})));
  return mode;
}

Commands vrf_commands() {
  return table(
      description(),
      kept(kw("rd", "Specify Route Distinguisher") >> tail(name_arg("VPN Route Distinguisher")), {.note = no_effect::vrf}),
      kept_many(kw("route-target", "Specify Target VPN Extended Communities") >>
                    tail(-(kw("both", "Both import and export") | kw("export", "Export") | kw("import", "Import")) >>
                         name_arg("Target VPN Extended Community") >> -kw("stitching", "VXLAN")),
                {.note = no_effect::vrf}),
      kept_many((kw("import", "VRF import") | kw("export", "VRF export") | kw("maximum", "Set a limit") |
                 kw("vnet", "Virtual NETworking configuration") | kw("vpn", "VPN ID as specified in RFC 2685")) >>
                    rest("Parameters"),
                {.note = no_effect::vrf}),
      kept_block(kw("address-family", "Enter Address Family command mode") >>
                     (kw("ipv4", "Address family") | kw("ipv6", "Address family")) >> -kw("unicast", "Unicast"),
                 {.note = no_effect::vrf, .opens = vrf_family_mode}),
      leave("Exit from VRF configuration mode"));
}

const Mode& vrf_mode() {
  static const Mode mode("vrf", "config-vrf", vrf_commands());
  return mode;
}

auto service_ports() {
  const auto port = [] { return arg(word("Port number or name")); };
  return (kw("eq", "Match only packets on a given port number") >> port()) |
         (kw("gt", "Match only packets with a greater port number") >> port()) |
         (kw("lt", "Match only packets with a lower port number") >> port()) |
         (kw("range", "Match only packets in the range of port numbers") >> port() >> port());
}

const Mode& network_group_mode() {
  constexpr std::string_view why = no_effect::object_groups;
  static const Mode mode(
      "network_group", "config-network-group",
      table(description(),
            kept_many(
                kw("host", "Host address of the object-group member") >> tail(any_address_arg("Host address", "Host address")),
                {.note = why}),
            kept_many(kw("range", "Range of host addresses") >> tail(arg(ipv4("First address")) >> arg(ipv4("Last address"))),
                      {.note = why}),
            kept(kw("any", "Any host"), {.note = why}),
            kept_many(kw("group-object", "Nested object group") >> tail(name_arg("Name of the group")), {.note = why}),
            kept_many((arg(ipv4("Network address of the group members")) >> arg(SlashLength{})) |
                          arg(Ipv4Network(MaskStyle::required, "Network address of the group members", "Network mask")),
                      {.note = why}),
            leave("Exit from object-group configuration mode")));
  return mode;
}

const Mode& service_group_mode() {
  constexpr std::string_view why = no_effect::object_groups;
  const auto transport = [](const char* name, const char* help) {
    return kept_many(Words({kw(name, help)}) >> -(kw("source", "Source port") >> service_ports()) >> -service_ports(),
                     {.note = no_effect::object_groups});
  };
  const auto protocol = [](const char* name, const char* help) {
    return kept_many(Words({kw(name, help)}), {.note = no_effect::object_groups});
  };
  static const Mode mode(
      "service_group", "config-service-group",
      table(description(), transport("tcp", "TCP protocol"), transport("udp", "UDP protocol"),
            transport("tcp-udp", "TCP or UDP protocol"),
            kept_many(kw("icmp", "ICMP protocol") >> -name_arg("ICMP type"), {.note = why}),
            protocol("ip", "Any Internet protocol"), protocol("esp", "Encapsulation Security Payload"),
            protocol("ahp", "Authentication Header Protocol"), protocol("gre", "Cisco's GRE tunneling"),
            protocol("ospf", "OSPF routing protocol"), protocol("eigrp", "Cisco's EIGRP routing protocol"),
            protocol("igmp", "Internet Gateway Message Protocol"), protocol("ipinip", "IP in IP tunneling"),
            protocol("pim", "Protocol Independent Multicast"),
            kept_many(kw("group-object", "Nested object group") >> tail(name_arg("Name of the group")), {.note = why}),
            kept_many(arg(number(0, 255, "An IP protocol number")), {.note = why}),
            leave("Exit from object-group configuration mode")));
  return mode;
}

}  // namespace

Commands global_vrfs() {
  return table(kept_block(kw("vrf", "VRF commands") >> kw("definition", "VRF definition") >> name_arg("VRF name"),
                          {.note = no_effect::vrf, .opens = vrf_mode}),
               kept_block(ip_word() >> kw("vrf", "Configure an IP VPN Routing/Forwarding instance") >>
                              name_arg("VPN Routing/Forwarding instance name"),
                          {.note = no_effect::vrf, .opens = vrf_mode}));
}

Commands global_names() {
  constexpr std::string_view why = no_effect::host_names;
  const auto domain = [] { return ip_word() >> kw("domain", "IP DNS Resolver"); };
  return table(
      kept_many(domain() >> kw("list", "Domain name to complete unqualified host names.") >> tail(name_arg("A domain name")),
                {.note = why}),
      kept((domain() >> kw("lookup", "Enable IP Domain Name System hostname translation")) |
               (ip_word() >> alias("domain-lookup", "domain lookup")),
           {.note = why, .negation = Negation::kept_alone}),
      kept(domain() >> kw("lookup", "Enable IP Domain Name System hostname translation") >>
               kw("source-interface", "Interface of the source address") >> tail(interface_arg()),
           {.note = why}),
      kept_many(domain() >> kw("name", "Define the default domain name") >> kw("vrf", "Domain name of a VRF") >>
                    tail(selector(word("Name of the VRF")) >> name_arg("Default domain name")),
                {.note = why}),
      once<DomainName>(
          ((domain() >> kw("name", "Define the default domain name")) | (ip_word() >> alias("domain-name", "domain name"))) >>
          tail(f<&DomainName::name>(word("Default domain name")))),
      kept_many(ip_word() >> kw("name-server", "Specify address of name server to use") >>
                    tail(-(kw("vrf", "Servers of a VRF") >> name_arg("Name of the VRF")) >>
                         repeat(any_address_arg("Domain server IP address", "Domain server IPv6 address"), 1, 6)),
                {.note = why}),
      kept_many(ip_word() >> kw("host", "Add an entry to the ip hostname table") >>
                    -(kw("vrf", "Host of a VRF") >> selector(word("Name of the VRF"))) >> selector(word("Name of host")) >>
                    tail(repeat(any_address_arg("Host IP address", "Host IPv6 address"), 1, 8)),
                {.note = why}));
}

Commands global_object_groups() {
  const auto groups = [] { return kw("object-group", "Configure Object Group"); };
  return table(kept_block(groups() >> kw("network", "network group") >> name_arg("object-group name"),
                          {.note = no_effect::object_groups, .opens = network_group_mode}),
               kept_block(groups() >> kw("service", "service group") >> name_arg("object-group name"),
                          {.note = no_effect::object_groups, .opens = service_group_mode}));
}

Commands global_routes() {
  return table(
      kept_many(ip_word() >> kw("local", "Specify local options") >> kw("pool", "IP Local address pool lists") >>
                    name_arg("Create named local address pool") >>
                    tail(arg(ipv4("First IP address of range")) >> -arg(ipv4("Last IP address of range")) >>
                         -(kw("group", "Create pool group") >> name_arg("Name of the group")) >>
                         -(kw("cache-size", "Number of free entries to search") >> arg(number(0, 1000, "Entries")))),
                {.effective = in_force, .settle = settle_pool}),
      kept_many(ip_route(),
                {.note = no_effect::host_routes, .effective = is_tunnel_route, .nothing = no_route, .settle = settle_route}),
      kept(ipv6_word() >> kw("unicast-routing", "Enable unicast routing"), {.note = no_effect::host_routes}),
      kept_many(ipv6_word() >> kw("local", "Specify local options") >> kw("pool", "IPv6 local address pool lists") >>
                    name_arg("Create named local address pool") >>
                    tail(arg(ipv6_prefix("IPv6 pool prefix")) >> arg(number(1, 128, "Prefix length to assign")) >>
                         -kw("shared", "Shared between users")),
                {.effective = in_force}),
      kept_many(ipv6_route(), {.note = no_effect::host_routes, .effective = is_tunnel_route, .nothing = no_route}));
}

}  // namespace parser
