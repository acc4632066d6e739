// IKEv1: understood and kept, so that a router's configuration comes back whole.
#include "parser/modes/common.hpp"
#include "parser/modes/other.hpp"
#include "parser/modes/texts.hpp"

namespace parser {
namespace {

constexpr std::string_view v1 = no_effect::isakmp;

/// The peer of a key: another key for it replaces the first.
auto peer_network(MaskStyle style, const char* help) { return selector(Ipv4Network(style, help, "Subnet mask")); }
auto peer_prefix() { return selector(ipv6_prefix("IPv6 prefix")); }
auto nat_keepalive() { return kw("keepalive", "Set a keepalive") >> tail(arg(number(5, 3600, "Seconds"))); }
auto client() { return kw("client", "Specify client configuration settings"); }
auto list(const char* help) { return kw("list", help) >> tail(name_arg("Name of the list")); }
auto match_identity() { return match_kw() >> kw("identity", "Match a peer identity"); }

Commands keys_and_profiles() {
  return table(
      kept(crypto() >> kw("logging", "logging messages") >> kw("session", "logging up/down session"),
           {.note = no_effect::logging}),
      kept(crypto() >> kw("logging", "logging messages") >> kw("ikev2", "ikev2 messages"), {.note = no_effect::logging}),
      kept(crypto() >> kw("logging", "logging messages") >> kw("ezvpn", "ezvpn messages") >>
               -(kw("group", "Of one group") >> name_arg("Name of the group")),
           {.note = no_effect::logging}),
      kept_block(crypto() >> kw("keyring", "Key ring commands") >> name_arg("Name of the key ring") >>
                     -(kw("vrf", "VRF of the keyring") >> name_arg("Name of the VRF")) >> pad,
                 {.note = v1, .opens = isakmp_keyring_mode}),
      kept_block(
          isakmp() >> kw("policy", "Set policy for an ISAKMP protection suite") >>
              arg(number(1, 10000, "Priority of protection suite")),
          {.note = v1,
           .opens = isakmp_policy_mode,
           .before = [](const Kept& a, const Kept& b) { return std::stoul(a.text.substr(21)) < std::stoul(b.text.substr(21)); }}),
      kept_many(isakmp() >> kw("key", "Set pre-shared key for remote peer") >>
                    tail(key_arg() >> ((kw("address", "Define shared key with IP address") >>
                                        ((kw("ipv6", "Define shared key with IPv6 address") >> peer_prefix()) |
                                         (peer_network(MaskStyle::hidden, "Peer IP address") >> pad))) |
                                       (kw("hostname", "Define shared key with hostname") >> selector(word("Peer hostname")))) >>
                         -kw("no-xauth", "Bypasses XAuth for this peer")),
                {.note = v1}),
      kept(isakmp() >> kw("identity", "Set the identity which ISAKMP will use") >>
               tail(kw("address", "Use the IP address of the interface for the identity") |
                    kw("dn", "Use the distinguished name of the router cert for the identity") |
                    kw("hostname", "Use the hostname of the router for the identity")),
           {.note = v1, .hidden = "crypto isakmp identity address"}),
      kept(isakmp() >> kw("invalid-spi-recovery", "Initiate IKE and send Invalid SPI Notify"), {.note = no_effect::ike_knob}),
      kept(isakmp() >> kw("keepalive", "Set a keepalive interval for use with IOS peers") >>
               tail(arg(number(10, 3600, "Number of seconds between keep alives")) >>
                    -arg(number(2, 60, "Number of seconds between retries if keepalive fails")) >>
                    -(kw("periodic", "DPD messages sent at regular intervals") | kw("on-demand", "DPD retries sent on demand"))),
           {.note = v1}),
      kept(isakmp() >> kw("nat", "Set a nat  keepalive interval for use with IOS peers") >> nat_keepalive(), {.note = v1}),
      kept(isakmp() >> kw("fragmentation", "IKE Fragmentation enabled if required"), {.note = v1}),
      kept(isakmp() >> kw("aggressive-mode", "Disable ISAKMP aggressive mode") >>
               kw("disable", "Disable all inbound and outbound ISAKMP aggressive mode"),
           {.note = v1}),
      kept(isakmp() >> kw("enable", "Enable ISAKMP"), {.note = v1, .negation = Negation::kept_alone}),
      kept(isakmp() >> kw("default", "ISAKMP default policy") >> kw("policy", "Default policy"),
           {.note = v1, .negation = Negation::kept_alone}),
      kept(isakmp() >> kw("diagnose", "ISAKMP diagnose") >> kw("error", "Errors") >> -arg(number(1, 1000, "Number of entries")),
           {.note = v1}),
      kept(isakmp() >> kw("disconnect-revoked-peers", "Disconnect peers whose certificate is revoked"), {.note = v1}),
      kept(isakmp() >> kw("performance", "ISAKMP performance"), {.note = v1}));
}

Commands clients() {
  return table(
      kept(isakmp() >> kw("xauth", "Set Extended Authentication values") >> kw("timeout", "Set timeout for XAUTH") >>
               tail(arg(number(5, 90, "Seconds"))),
           {.note = no_effect::ezvpn}),
      kept_block(isakmp() >> kw("peer", "Set Peer Policy") >>
                     ((kw("address", "Set Peer Policy by IP address") >> any_address_arg("IPv4 address", "IPv6 address")) |
                      (kw("hostname", "Set Peer Policy by host name") >> name_arg("Host name"))),
                 {.note = v1, .opens = isakmp_peer_mode}),
      kept_block(isakmp() >> client() >> kw("configuration", "Set client configuration policy") >>
                     kw("group", "Set group profile attributes for clients") >> name_arg("Name of the group"),
                 {.note = no_effect::ezvpn, .opens = isakmp_group_mode}),
      kept(isakmp() >> client() >> kw("configuration", "Set client configuration policy") >>
               kw("address-pool", "Set network address for client") >> kw("local", "Reference local address pools") >>
               tail(name_arg("Name of the pool")),
           {.note = no_effect::ezvpn}),
      kept_block(isakmp() >> client() >> kw("firewall", "Firewall of clients") >> arg(rest_of_line("Name and parameters")),
                 {.note = no_effect::ezvpn, .opens = client_firewall_mode}),
      kept_block(isakmp() >> client() >> kw("configuration", "Set client configuration policy") >>
                     kw("browser-proxy", "Proxy of clients") >> name_arg("Name of the proxy"),
                 {.note = no_effect::ezvpn, .opens = browser_proxy_mode}),
      kept_block(isakmp() >> kw("profile", "Define ISAKMP Profiles") >> name_arg("Name of the profile"),
                 {.note = v1, .opens = isakmp_profile_mode}));
}

}  // namespace

Commands global_isakmp() { return joined(keys_and_profiles(), clients()); }

const Mode& isakmp_policy_mode() {
  static const Mode mode(
      "isakmp_policy", "config-isakmp",
      table(kept((kw("encr", "Set encryption algorithm for protection suite") | alias("encryption", "encr")) >>
                     tail(kw("des", "DES - Data Encryption Standard (56 bit keys).") | kw("3des", "Three key triple DES") |
                          (kw("aes", "AES - Advanced Encryption Standard.") >>
                           -(kw("128", "128 bit keys.") | kw("192", "192 bit keys.") | kw("256", "256 bit keys.")))),
                 {.note = v1,
                  .hidden = "encr des",
                  .settle = [](Kept& line) -> std::string {
                    if (line.text.ends_with(" 128")) line.cut(line.words.back().at);
                    return {};
                  }}),
            kept(kw("hash", "Set hash algorithm for protection suite") >>
                     tail(kw("md5", "Message Digest 5") | kw("sha256", "Secure Hash Standard 2 (256 bit)") |
                          kw("sha384", "Secure Hash Standard 2 (384 bit)") | kw("sha512", "Secure Hash Standard 2 (512 bit)") |
                          kw("sha", "Secure Hash Standard")),
                 {.note = v1, .hidden = "hash sha"}),
            kept(kw("authentication", "Set authentication method for protection suite") >>
                     tail(kw("pre-share", "Pre-Shared Key") | kw("rsa-sig", "Rivest-Shamir-Adleman Signature") |
                          kw("rsa-encr", "Rivest-Shamir-Adleman Encryption") | kw("ecdsa-sig", "ECDSA Signature")),
                 {.note = v1, .hidden = "authentication rsa-sig"}),
            kept(kw("group", "Set the Diffie-Hellman group") >>
                     tail(kw("1", "Diffie-Hellman group 1 (768 bit)") | kw("2", "Diffie-Hellman group 2 (1024 bit)") |
                          kw("5", "Diffie-Hellman group 5 (1536 bit)") | kw("14", "Diffie-Hellman group 14 (2048 bit)") |
                          kw("15", "Diffie-Hellman group 15 (3072 bit)") | kw("16", "Diffie-Hellman group 16 (4096 bit)") |
                          kw("19", "Diffie-Hellman group 19 (256 bit ecp)") | kw("20", "Diffie-Hellman group 20 (384 bit ecp)") |
                          kw("21", "Diffie-Hellman group 21 (521 bit ecp)") |
                          kw("24", "Diffie-Hellman group 24 (2048 bit, 256 bit subgroup)")),
                 {.note = v1, .hidden = "group 1"}),
            kept(kw("lifetime", "Set lifetime for ISAKMP security association") >>
                     tail(arg(number(60, 86400, "Lifetime in seconds"))),
                 {.note = v1, .hidden = "lifetime 86400"}),
            leave("Exit from ISAKMP protection suite configuration mode")));
  return mode;
}

const Mode& isakmp_keyring_mode() {
  const auto key = [] { return kw("key", "Define pre-shared key") >> key_arg(); };
  static const Mode mode(
      "isakmp_keyring", "conf-keyring",
      table(
          description(),
          kept(kw("local-address", "Local address for the keyring") >>
                   tail((any_address_arg("IPv4 address", "IPv6 address") >> -name_arg("VRF of the address")) | interface_arg()),
               {.note = v1}),
          kept_many(kw("pre-shared-key", "Pre-shared key for remote peer") >>
                        tail((kw("address", "IP address of the remote peer") >>
                              ((kw("ipv6", "IPv6 address of the remote peer") >> peer_prefix()) |
                               peer_network(MaskStyle::host_hidden, "IP address")) >>
                              key()) |
                             (kw("hostname", "Hostname of the remote peer") >> selector(word("Host name")) >> key())),
                    {.note = v1}),
          kept_block(kw("rsa-pubkey", "RSA public key for remote peer") >> tail(arg(rest_of_line("Address or name of the peer"))),
                     {.note = v1, .opens = pubkey_mode}),
          leave("Exit from keyring sub mode")));
  return mode;
}

const Mode& isakmp_profile_mode() {
  const auto domain = [] { return -kw("domain", "Match a domain"); };
  static const Mode mode(
      "isakmp_profile", "conf-isa-prof",
      table(description(), kept(kw("vrf", "Specify the VRF it is related to") >> tail(name_arg("Name of the VRF")), {.note = v1}),
            kept_many(kw("keyring", "Specify keyring to use") >> tail(name_arg("Name of the keyring")), {.note = v1}),
            kept_many(kw("ca", "Specify certificate authorities to trust") >> kw("trust-point", "A trustpoint to use") >>
                          tail(name_arg("Name of the trustpoint")),
                      {.note = v1}),
            kept(kw("self-identity", "Specify Identity to use") >>
                     tail(kw("address", "Use the address of the interface") | arg(ipv4("IP address")) |
                          (kw("fqdn", "Fully qualified domain name") >> -name_arg("FQDN")) |
                          (kw("user-fqdn", "User FQDN") >> name_arg("User FQDN"))),
                 {.note = v1}),
            kept_many(match_identity() >> tail((kw("address", "Match an IP address") >>
                                                ((kw("ipv6", "Match an IPv6 address") >> arg(ipv6_prefix("IPv6 prefix"))) |
                                                 (arg(Ipv4Network(MaskStyle::any_hidden, "IP address", "Subnet mask")) >> pad)) >>
                                                -name_arg("Name of the VRF")) |
                                               (kw("host", "Match a host name") >> domain() >> name_arg("Name")) |
                                               (kw("user", "Match a user") >> domain() >> name_arg("Name")) |
                                               (kw("user-fqdn", "Match a user FQDN") >> name_arg("User FQDN")) |
                                               (kw("group", "Match a group") >> name_arg("Name of the group"))),
                      {.note = v1}),
            kept_many(match_kw() >> kw("certificate", "Peer certificate attributes") >> tail(name_arg("Certificate map name")),
                      {.note = v1}),
            kept(client() >> kw("authentication", "Extended authentication") >> list("Use authentication list"), {.note = v1}),
            kept(kw("isakmp", "ISAKMP") >> kw("authorization", "Authorization") >> list("Use authorization list"), {.note = v1}),
            kept_many(client() >> kw("configuration", "Configuration of clients") >>
                          tail((kw("address", "Address of clients") >>
                                (kw("initiate", "Offer an address") | kw("respond", "Give an address when asked"))) |
                               (kw("group", "Group of clients") >> name_arg("Name of the group"))),
                      {.note = v1}),
            kept(kw("accounting", "Accounting") >> tail(name_arg("Name of the list")), {.note = v1}),
            kept(kw("qos-group", "QoS group") >> tail(arg(number(1, 1023, "Group"))), {.note = v1}),
            kept(kw("keepalive", "Set a keepalive interval") >>
                     tail(arg(number(10, 3600, "Seconds")) >> -(kw("retry", "Retry interval") >> arg(number(2, 60, "Seconds")))),
                 {.note = v1}),
            kept(kw("virtual-template", "Virtual template") >> tail(arg(number(1, 4095, "Number"))), {.note = v1}),
            kept(kw("local-address", "Interface or address to use") >> tail(arg(ipv4("IP address")) | interface_arg()),
                 {.note = v1}),
            kept(kw("initiate", "Initiate") >> kw("mode", "Mode") >>
                     tail(kw("aggressive", "Aggressive mode") | kw("main", "Main mode")),
                 {.note = v1}),
            leave("Exit from ISAKMP profile sub mode")));
  return mode;
}

const Mode& isakmp_group_mode() {
  constexpr std::string_view why = no_effect::ezvpn;
  const auto lines = [](const char* word_text, const char* help) {
    return kept_many(Words({kw(word_text, help)}) >> tail(-arg(rest_of_line("Parameters"))), {.note = no_effect::ezvpn});
  };
  static const Mode mode(
      "isakmp_group", "config-isakmp-group",
      table(kept(kw("key", "pre-shared key/IKE password") >> tail(key_arg()), {.note = why}), lines("dns", "DNS Addresses"),
            lines("wins", "WINS Addresses"), lines("domain", "Set default domain name to send to client"),
            lines("pool", "Set name of address pool"), lines("acl", "Specify split tunneling inclusion access-list number"),
            lines("netmask", "Netmask used by the client"), lines("split-dns", "DNS name to append for resolution"),
            lines("save-password", "Allows remote client to save XAUTH password"), lines("pfs", "The client should propose PFS"),
            lines("max-users", "Maximum number of users for this group"),
            lines("max-logins", "Maximum number of logins for this user"),
            lines("include-local-lan", "Enable Local LAN Access with no split tunnel"),
            lines("backup-gateway", "Specify backup gateway"), lines("group-lock", "Enforce group lock feature"),
            kept(kw("banner", "Banner to display") >> tail(banner_text()), client_banner_rules(why)),
            lines("auto-update", "Configure auto-upgrade"), lines("browser-proxy", "Configure browser-proxy"),
            lines("firewall", "Enforce group firewall feature"), lines("access-restrict", "Restrict clients to an interface"),
            lines("configuration", "Push configuration to the client"), lines("dhcp", "DHCP parameters"),
            kept_many(kw("crypto", "Client group crypto aaa attribute list") >> kw("aaa", "AAA attributes") >>
                          tail(arg(rest_of_line("Parameters"))),
                      {.note = why}),
            leave("Exit from ISAKMP client group policy configuration mode")));
  return mode;
}

const Mode& isakmp_peer_mode() {
  static const Mode mode("isakmp_peer", "config-isakmp-peer",
                         table(description(),
                               kept_many(kw("set", "Set values for the peer") >> kw("aggressive-mode", "Aggressive mode") >>
                                             tail(arg(rest_of_line("Parameters"))),
                                         {.note = v1}),
                               leave("Exit from ISAKMP peer sub mode")));
  return mode;
}

}  // namespace parser
