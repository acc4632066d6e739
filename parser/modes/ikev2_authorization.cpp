// What an IKEv2 hub hands out and a spoke asks for: authorization policies, name manglers, the FlexVPN client, clusters.
#include "parser/modes/common.hpp"
#include "parser/modes/texts.hpp"

namespace parser {
namespace {

constexpr std::string_view config_mode = no_effect::config_mode;

auto route() { return kw("route", "Routes of the session"); }
auto route_set() { return route() >> kw("set", "Routes to send to the peer"); }
auto network4() {
  return kw("ipv4", "IPv4 prefix") >> arg(Ipv4Network(MaskStyle::required, "Destination prefix", "Destination prefix mask"));
}
auto network6() { return kw("ipv6", "IPv6 prefix") >> arg(ipv6_prefix("IPv6 prefix")); }
auto servers(const char* first, const char* second) { return arg(ipv4(first)) >> -arg(ipv4(second)); }

Commands addresses() {
  return table(
      kept(kw("aaa", "AAA attributes") >> kw("attribute", "AAA attributes") >> kw("list", "Attribute list") >>
               tail(name_arg("Name of the attribute list")),
           {.note = no_effect::aaa}),
      kept(kw("pool", "Local IPv4 address pool") >> tail(name_arg("Pool name")), {.effective = in_force}),
      kept(kw("ipv6", "IPv6 of the client") >> kw("pool", "Local IPv6 address pool") >> tail(name_arg("Pool name")),
           {.effective = in_force}),
      kept(kw("ipv6", "IPv6 of the client") >> kw("prefix", "Length of the assigned prefix") >>
               tail(arg(number(1, 128, "Prefix length"))),
           {.note = config_mode}),
      kept(kw("ipv6", "IPv6 of the client") >> kw("dns", "IPv6 DNS servers") >>
               tail(arg(ipv6("Address of primary DNS server")) >> -arg(ipv6("Address of secondary DNS server"))),
           {.effective = in_force}),
      kept(kw("dhcp", "DHCP for the client's address") >>
               tail((kw("server", "DHCP server") >> (arg(ipv4("Address of the server")) | name_arg("Name of the server"))) |
                    (kw("giaddr", "Gateway address") >> arg(ipv4("Gateway address"))) |
                    (kw("timeout", "How long to wait") >> arg(number(4, 30, "Seconds")))),
           {.note = config_mode}),
      kept(kw("dns", "DNS servers") >> tail(servers("Address of primary DNS server", "Address of secondary DNS server")),
           {.effective = in_force}),
      kept(kw("wins", "WINS servers") >> tail(servers("Address of primary WINS server", "Address of secondary WINS server")),
           {.effective = in_force}),
      kept(kw("netmask", "Netmask for the client's address") >> tail(arg(ipv4("Netmask"))), {.effective = in_force}),
      kept(kw("banner", "Banner for the client") >> tail(banner_text()), client_banner_rules({}, in_force)),
      kept(kw("def-domain", "Default domain of the client") >> tail(name_arg("Domain name")), {.effective = in_force}),
      kept_many(kw("split-dns", "Domains the tunnel's DNS servers resolve") >> tail(name_arg("Domain name")),
                {.effective = in_force}));
}

Commands others() {
  return table(kept_many(kw("backup-gateway", "Gateway to turn to when this one fails") >>
                             tail(arg(ipv4("Address of the gateway")) | name_arg("Name of the gateway")),
                         {.effective = in_force}),
               kept(kw("configuration", "Configuration of the client") >> kw("url", "Where it is") >> tail(name_arg("URL")),
                    {.note = config_mode}),
               kept(kw("configuration", "Configuration of the client") >> kw("version", "Its version") >>
                        tail(arg(number(1, 32767, "Version"))),
                    {.note = config_mode}),
               kept(kw("include-local-lan", "The client may reach its own network"), {.note = config_mode}),
               kept(kw("pfs", "The client shall use PFS"), {.note = config_mode}),
               kept(kw("smartcard-removal-disconnect", "The client goes when its card goes"), {.note = config_mode}),
               kept(kw("session-lifetime", "How long a session lasts") >> tail(arg(number(120, 25920000, "Seconds"))),
                    {.effective = in_force}),
               kept(kw("ipsec", "IPsec of the session") >> kw("flow-limit", "Number of IPsec SAs") >>
                        tail(arg(number(0, 50000, "Number of SAs"))),
                    {.note = config_mode}));
}

Commands routes() {
  return table(
      kept(route_set() >> kw("interface", "Address of the interface") >> repeat(interface_arg(), 0, 8), {.effective = in_force}),
      kept(route_set() >> kw("access-list", "Networks of an access list") >> kw("ipv6", "IPv6 access list") >>
               tail(name_arg("Access-list name")),
           {.effective = in_force}),
      kept(route_set() >> kw("access-list", "Networks of an access list") >> tail(name_arg("Access-list name or number")),
           {.effective = in_force}),
      kept_many(route_set() >> kw("remote", "Networks of this side") >> tail(network4() | network6()), {.effective = in_force}),
      kept_many(route_set() >> kw("local", "Networks behind the peer") >>
                    tail(((network4() >> -arg(ipv4("Next hop"))) | (network6() >> -arg(ipv6("Next hop")))) >>
                         -(kw("vrf", "VRF of the route") >> name_arg("Name of the VRF")) >>
                         -(kw("tag", "Tag of the route") >> arg(number(1, 4294967295, "Tag"))) >>
                         -(kw("distance", "Distance of the route") >> arg(number(1, 255, "Distance")))),
                {.effective = in_force}),
      kept(route() >> kw("accept", "Routes from the peer") >> kw("any", "Accept any route") >>
               -(kw("tag", "Tag of the routes") >> arg(number(1, 497777, "Tag"))) >>
               -(kw("distance", "Distance of the routes") >> arg(number(1, 255, "Distance"))),
           {.effective = in_force, .negation = Negation::kept_both, .hidden = "route accept any", .no_bare = true}),
      leave("Exit from crypto ikev2 authorization policy sub mode"));
}

auto dn_field() {
  return kw("common-name", "Common name") | kw("country", "Country") | kw("domain", "Domain") | kw("locality", "Locality") |
         kw("organization", "Organization") | kw("organization-unit", "Organization unit") | kw("state", "State");
}

auto up_or_down() { return kw("up", "While the object is up") | kw("down", "While the object is down"); }
auto track() { return kw("track", "Tracked object") >> arg(number(1, 1000, "Number of the object")); }
auto peer() { return kw("peer", "Peer to connect to"); }
/// Objects are not tracked.
bool is_untracked(const Kept& line) { return !line.keyword("track"); }

auto cluster_role(const char* name, const char* other, const char* help) { return kw(name, help) | alias(other, name); }

}  // namespace

const Mode& ikev2_authorization_policy_mode() {
  static const Mode mode("ikev2_authorization_policy", "config-ikev2-author-policy", joined(addresses(), others(), routes()));
  return mode;
}

const Mode& ikev2_name_mangler_mode() {
  const auto delimiter = [] { return kw(".", "Full stop") | kw("@", "At sign") | kw("\\", "Backslash") | kw("/", "Slash"); };
  static const Mode mode(
      "ikev2_name_mangler", "config-ikev2-mangler",
      table(kept(kw("eap", "From the EAP identity") >>
                     tail((kw("dn", "Distinguished name") >> dn_field()) |
                          ((kw("all", "The whole of it") | kw("prefix", "What is before the delimiter") |
                            kw("suffix", "What is behind the delimiter")) >>
                           -(kw("delimiter", "Delimiter") >> delimiter()))),
                 {.effective = in_force}),
            kept(kw("fqdn", "From an FQDN") >>
                     tail(kw("all", "The whole of it") | kw("domain", "The domain") | kw("hostname", "The host name")),
                 {.effective = in_force}),
            kept(kw("email", "From an email address") >>
                     tail(kw("all", "The whole of it") | kw("domain", "The domain") | kw("username", "The user name")),
                 {.effective = in_force}),
            kept(kw("dn", "From a distinguished name") >> tail(dn_field()), {.effective = in_force}),
            leave("Exit from name mangler sub mode")));
  return mode;
}

const Mode& ikev2_client_mode() {
  constexpr std::string_view why = no_effect::flexvpn;
  static const Mode mode(
      "ikev2_client", "config-ikev2-flexvpn",
      table(kept_many(peer() >> selector(number(1, 255, "Sequence number")) >>
                          tail(((kw("fqdn", "Name of the peer") >> name_arg("FQDN") >> -kw("dynamic", "Resolve it each time") >>
                                 -kw("ipv6", "Resolve it to an IPv6 address")) |
                                any_address_arg("IPv4 address of the peer", "IPv6 address of the peer")) >>
                               -(track() >> -up_or_down())),
                      {.note = why, .effective = is_untracked}),
            kept(peer() >> kw("reactivate", "Go back to the best peer"), {.effective = in_force}),
            kept_many(kw("source", "Source of the tunnel") >> selector(number(1, 255, "Sequence number")) >>
                          tail(interface_arg() >> -track()),
                      {.note = why, .effective = is_untracked}),
            kept(kw("backup", "Backup group") >> kw("group", "Backup group") >>
                     tail(kw("default", "The default group") | arg(number(1, 255, "Number of the group"))),
                 {.note = why}),
            kept(kw("connect", "When to connect") >>
                     tail(kw("auto", "Always") | kw("manual", "On command") | (track() >> -up_or_down())),
                 {.note = why, .effective = is_untracked, .hidden = "connect auto"}),
            kept_many(kw("client", "This client") >> kw("inside", "Inside interface") >> tail(interface_arg()), {.note = why}),
            kept(kw("client", "This client") >> kw("connect", "Tunnel interface") >> tail(interface_arg()),
                 {.effective = in_force}),
            leave("Exit from FlexVPN client sub mode")));
  return mode;
}

const Mode& ikev2_cluster_mode() {
  constexpr std::string_view why = no_effect::cluster;
  static const Mode mode(
      "ikev2_cluster", "config-ikev2-cluster",
      table(kept(kw("port", "Port of the cluster") >> tail(arg(number(1, 65535, "Port"))), {.note = why}),
            kept(kw("holdtime", "Hold time") >> tail(arg(number(100, 120000, "Milliseconds"))), {.note = why}),
            kept(kw("standby-group", "HSRP group") >> tail(name_arg("Name of the group")), {.note = why}),
            kept_many(cluster_role("primary", "master", "Primary gateway") >>
                          tail((kw("overload-limit", "Limit of the load") >> arg(number(50, 99, "Per cent"))) |
                               (kw("weight", "Weight of the load") >>
                                (kw("crypto-load", "Load of crypto") | kw("system-load", "Load of the system")) >>
                                arg(number(0, 100, "Weight")))),
                      {.note = why}),
            kept_many(cluster_role("secondary", "slave", "Secondary gateway") >>
                          tail((kw("hello", "Hello interval") >> arg(number(100, 30000, "Milliseconds"))) |
                               (kw("max-session", "Number of sessions") >> arg(number(1, 100000, "Sessions"))) |
                               (kw("priority", "Priority") >> arg(number(1, 100, "Priority"))) |
                               (kw("update", "Update interval") >> arg(number(100, 60000, "Milliseconds"))) |
                               (kw("load-normalization", "Normalisation of the load") >> arg(number(1, 100, "Factor")))),
                      {.note = why}),
            kept(kw("fqdn", "Name of the gateway") >> tail(name_arg("FQDN")), {.note = why}),
            kept(kw("shutdown", "Shutdown the cluster"), {.note = why, .negation = Negation::kept_both}),
            leave("Exit from cluster sub mode")));
  return mode;
}

const Mode& skip_client_mode() {
  constexpr std::string_view why = no_effect::ppk;
  static const Mode mode(
      "skip_client", "config-crypto-skip-client",
      table(kept(kw("server", "SKIP server") >> tail(((kw("fqdn", "Name of the server") >> name_arg("FQDN")) |
                                                      (kw("ipv4", "IPv4 address of the server") >> arg(ipv4("IPv4 address"))) |
                                                      (kw("ipv6", "IPv6 address of the server") >> arg(ipv6("IPv6 address")))) >>
                                                     kw("port", "Port of the server") >> arg(number(443, 65535, "Port"))),
                 {.note = why}),
            kept(kw("psk", "Key of TLS") >>
                     tail(kw("id", "Identity") >> name_arg("Identity") >> kw("key", "Key") >>
                          ((kw("hex", "Key entered in hex string") >> arg(hex_key("Key in hexadecimal digits"))) | key_arg())),
                 {.note = why}),
            leave("Exit from SKIP client sub mode")));
  return mode;
}

}  // namespace parser
