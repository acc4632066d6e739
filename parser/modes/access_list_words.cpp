#include "parser/modes/access_list_words.hpp"

namespace parser {
namespace {

PortNames port_table(std::initializer_list<std::pair<const char*, unsigned>> names) {
  PortNames out;
  for (const auto& [name, port] : names) out.push_back({name, static_cast<std::uint16_t>(port), "Port " + std::to_string(port)});
  return out;
}

const ProtocolNames& ipv4_protocols() {
  static const ProtocolNames protocols = {{"ahp", 51, "Authentication Header Protocol"},
                                          {"eigrp", 88, "Cisco's EIGRP routing protocol"},
                                          {"esp", 50, "Encapsulation Security Payload"},
                                          {"gre", 47, "Cisco's GRE tunneling"},
                                          {"igmp", 2, "Internet Gateway Message Protocol"},
                                          {"ip", 0, "Any Internet Protocol"},
                                          {"ipinip", 4, "IP in IP tunneling"},
                                          {"nos", 94, "KA9Q NOS compatible IP over IP tunneling"},
                                          {"ospf", 89, "OSPF routing protocol"},
                                          {"pcp", 108, "Payload Compression Protocol"},
                                          {"pim", 103, "Protocol Independent Multicast"}};
  return protocols;
}

const ProtocolNames& ipv6_protocols() {
  static const ProtocolNames protocols = {{"ahp", 51, "Authentication Header Protocol"},
                                          {"esp", 50, "Encapsulation Security Payload"},
                                          {"ipv6", 0, "Any IPv6"},
                                          {"pcp", 108, "Payload Compression Protocol"}};
  return protocols;
}

const WordNames& icmp_types() {
  static const WordNames names = [] {
    WordNames out;
    for (const char* name : {"administratively-prohibited",
                             "alternate-address",
                             "conversion-error",
                             "dod-host-prohibited",
                             "dod-net-prohibited",
                             "echo",
                             "echo-reply",
                             "general-parameter-problem",
                             "host-isolated",
                             "host-precedence-unreachable",
                             "host-redirect",
                             "host-tos-redirect",
                             "host-tos-unreachable",
                             "host-unknown",
                             "host-unreachable",
                             "information-reply",
                             "information-request",
                             "mask-reply",
                             "mask-request",
                             "mobile-redirect",
                             "net-redirect",
                             "net-tos-redirect",
                             "net-tos-unreachable",
                             "net-unreachable",
                             "network-unknown",
                             "no-room-for-option",
                             "option-missing",
                             "packet-too-big",
                             "parameter-problem",
                             "port-unreachable",
                             "precedence-unreachable",
                             "protocol-unreachable",
                             "reassembly-timeout",
                             "redirect",
                             "router-advertisement",
                             "router-solicitation",
                             "source-quench",
                             "source-route-failed",
                             "time-exceeded",
                             "timestamp-reply",
                             "timestamp-request",
                             "traceroute",
                             "ttl-exceeded",
                             "unreachable"})
      out.push_back({name, name, "ICMP messages of that kind"});
    return out;
  }();
  return names;
}
const WordNames& icmp6_types() {
  static const WordNames names = [] {
    WordNames out;
    for (const char* name : {"beyond-scope",
                             "destination-unreachable",
                             "echo-reply",
                             "echo-request",
                             "header",
                             "hop-limit",
                             "mld-query",
                             "mld-reduction",
                             "mld-report",
                             "nd-na",
                             "nd-ns",
                             "next-header",
                             "no-admin",
                             "no-route",
                             "packet-too-big",
                             "parameter-option",
                             "parameter-problem",
                             "port-unreachable",
                             "reassembly-timeout",
                             "renum-command",
                             "renum-result",
                             "renum-seq-number",
                             "router-advertisement",
                             "router-renumbering",
                             "router-solicitation",
                             "time-exceeded",
                             "unreachable"})
      out.push_back({name, name, "ICMP messages of that kind"});
    return out;
  }();
  return names;
}

const WordNames& tcp_flags() {
  static const WordNames names = {
      {"ack", "ack", "Match on the ACK bit"}, {"established", "established", "Match established connections"},
      {"fin", "fin", "Match on the FIN bit"}, {"fragments", "fragments", "Check non-initial fragments"},
      {"psh", "psh", "Match on the PSH bit"}, {"rst", "rst", "Match on the RST bit"},
      {"syn", "syn", "Match on the SYN bit"}, {"urg", "urg", "Match on the URG bit"}};
  return names;
}
const WordNames& other_flags() {
  static const WordNames names = {{"fragments", "fragments", "Check non-initial fragments"}};
  return names;
}
const WordNames& tcp6_flags() {
  static const WordNames names = [] {
    WordNames out = tcp_flags();
    out.push_back({"routing", "routing", "Packets with routing header"});
    return out;
  }();
  return names;
}
const WordNames& other6_flags() {
  static const WordNames names = {{"fragments", "fragments", "Check non-initial fragments"},
                                  {"routing", "routing", "Packets with routing header"}};
  return names;
}

}  // namespace

const PortNames& tcp_ports() {
  static const PortNames ports = port_table(
      {{"bgp", 179},      {"chargen", 19}, {"cmd", 514},         {"daytime", 13},       {"discard", 9},      {"domain", 53},
       {"echo", 7},       {"exec", 512},   {"finger", 79},       {"ftp", 21},           {"ftp-data", 20},    {"gopher", 70},
       {"hostname", 101}, {"ident", 113},  {"irc", 194},         {"klogin", 543},       {"kshell", 544},     {"login", 513},
       {"lpd", 515},      {"msrpc", 135},  {"nntp", 119},        {"pop2", 109},         {"pop3", 110},       {"smtp", 25},
       {"sunrpc", 111},   {"tacacs", 49},  {"talk", 517},        {"telnet", 23},        {"time", 37},        {"uucp", 540},
       {"whois", 43},     {"www", 80},     {"pim-auto-rp", 496}, {"onep-plain", 15001}, {"onep-tls", 15002}, {"syslog", 514}});
  return ports;
}

const PortNames& udp_ports() {
  static const PortNames ports =
      port_table({{"biff", 512},        {"bootpc", 68},      {"bootps", 67},      {"discard", 9},          {"dnsix", 195},
                  {"domain", 53},       {"echo", 7},         {"isakmp", 500},     {"mobile-ip", 434},      {"nameserver", 42},
                  {"netbios-dgm", 138}, {"netbios-ns", 137}, {"netbios-ss", 139}, {"non500-isakmp", 4500}, {"ntp", 123},
                  {"pim-auto-rp", 496}, {"rip", 520},        {"ripv6", 521},      {"snmp", 161},           {"snmptrap", 162},
                  {"sunrpc", 111},      {"syslog", 514},     {"tacacs", 49},      {"talk", 517},           {"tftp", 69},
                  {"time", 37},         {"who", 513},        {"xdmcp", 177}});
  return ports;
}

const PortNames& no_port_names() {
  static const PortNames ports;
  return ports;
}

const WordNames& signed_flags() {
  static const WordNames names = [] {
    WordNames out;
    for (const std::string sign : {"+", "-"})
      for (const char* flag : {"ack", "fin", "psh", "rst", "syn", "urg"})
        out.push_back(
            {sign + flag, sign + flag, sign == "+" ? "Match on the bit if it is set" : "Match on the bit if it is not set"});
    return out;
  }();
  return names;
}

const Vocabulary& ipv4_words() {
  static const Vocabulary words = {ipv4_protocols(), icmp_types(), tcp_flags(), other_flags()};
  return words;
}
const Vocabulary& ipv6_words() {
  static const Vocabulary words = {ipv6_protocols(), icmp6_types(), tcp6_flags(), other6_flags()};
  return words;
}

}  // namespace parser
