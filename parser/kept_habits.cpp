#include "parser/kept_habits.hpp"

#include <algorithm>

namespace parser {
namespace {

// "*" stands for any word.

constexpr std::string_view singles[] = {
    // global configuration
    "clock timezone", "clock summer-time", "logging buffered", "logging console", "logging monitor", "logging facility",
    "logging origin-id", "ntp source", "ntp master", "ntp authentication-key *", "ip ssh version", "ip ssh time-out",
    "ip ssh authentication-retries", "ip ssh source-interface", "ip http port", "ip http secure-port", "ip http access-class",
    "ip http max-connections", "snmp-server location", "snmp-server contact", "snmp-server chassis-id", "snmp-server community *",
    "ip ftp username", "ip ftp password", "ip ftp source-interface", "ip tftp source-interface", "ip tacacs source-interface",
    "ip radius source-interface", "spanning-tree mode", "vtp mode", "vtp domain", "license boot level", "login block-for",
    "login delay", "tacacs-server key", "tacacs-server timeout", "cdp timer", "cdp holdtime", "lldp timer", "lldp holdtime",
    "scheduler allocate", "alias exec *", "event manager environment *", "ip sla schedule *",
    // lines
    "exec-timeout", "session-timeout", "absolute-timeout", "transport input", "transport output", "transport preferred", "login",
    "privilege level", "length", "width", "history size", "stopbits", "speed", "rxspeed", "txspeed", "databits", "parity",
    "flowcontrol", "escape-character", "authorization exec", "accounting exec", "location", "session-limit", "autocommand",
    // archive
    "path", "maximum", "time-period", "logging size", "notify syslog",
    // interfaces
    "duplex", "media-type", "load-interval", "arp timeout", "keepalive", "carrier-delay", "mac-address", "service-policy input",
    "service-policy output", "channel-group", "switchport mode", "switchport access vlan", "standby version", "standby * ip",
    "standby * priority", "vrrp * ip", "vrrp * priority", "zone-member security", "dialer pool", "ppp authentication",
    "ppp chap hostname", "ppp chap password", "ip ospf cost", "ip ospf network", "ip ospf priority", "ip ospf hello-interval",
    "ip ospf dead-interval", "ip nhrp network-id", "ip nhrp authentication", "ip nhrp holdtime", "ip policy route-map",
    "clock rate", "spanning-tree portfast",
    // routing
    "router-id", "bgp router-id", "version", "maximum-paths", "default-metric", "auto-cost", "variance", "is-type",
    "neighbor * remote-as", "neighbor * description", "neighbor * update-source", "neighbor * timers", "neighbor * password",
    "neighbor * ebgp-multihop", "description",
    // keys, probes, pools, applets
    "cryptographic-algorithm", "accept-lifetime", "send-lifetime", "frequency", "timeout", "threshold", "tag", "tos",
    "default-router", "dns-server", "domain-name", "lease", "action *"};

constexpr std::string_view switches[] = {"ip http server",
                                         "ip http secure-server",
                                         "ip source-route",
                                         "ip bootp server",
                                         "ip gratuitous-arps",
                                         "ip finger",
                                         "ip identd",
                                         "ip classless",
                                         "ip subnet-zero",
                                         "ip cef",
                                         "ipv6 cef",
                                         "ip forward-protocol nd",
                                         "cdp run",
                                         "cdp enable",
                                         "lldp run",
                                         "lldp transmit",
                                         "lldp receive",
                                         "service pad",
                                         "service dhcp",
                                         "service password-recovery",
                                         "service config",
                                         "logging console",
                                         "logging monitor",
                                         "logging buffered",
                                         "logging on",
                                         "mop enabled",
                                         "mop sysid",
                                         "ip route-cache",
                                         "ip route-cache cef",
                                         "ip directed-broadcast",
                                         "ip split-horizon",
                                         "ipv6 redirects",
                                         "ipv6 unreachables",
                                         "snmp trap link-status",
                                         "logging event link-status",
                                         "switchport",
                                         "keepalive",
                                         "autostate",
                                         "auto-summary",
                                         "synchronization",
                                         "bgp log-neighbor-changes",
                                         "bgp default ipv4-unicast",
                                         "neighbor * activate",
                                         "passive-interface *",
                                         "login",
                                         "exec",
                                         "clock rate",
                                         "aaa new-model"};

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

/// How much of `text` the pattern covers, in octets; npos where it does not fit.
std::size_t covered(std::string_view pattern, std::string_view text) {
  std::string_view left = text;
  while (!pattern.empty()) {
    const std::string_view wanted = take_word(pattern), word = take_word(left);
    if (word.empty() || (wanted != "*" && wanted != word)) return std::string_view::npos;
    if (pattern.empty()) return static_cast<std::size_t>(word.data() + word.size() - text.data());
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string_view> single_valued(const std::vector<std::string>& lead) {
  std::vector<std::string_view> out;
  for (std::string_view pattern : singles) {
    std::string_view left = pattern;
    const bool may =
        std::all_of(lead.begin(), lead.end(), [&](const std::string& word) { return left.empty() || take_word(left) == word; });
    if (may && !lead.empty()) out.push_back(pattern);
  }
  return out;
}

std::string_view single_part(std::string_view text, const std::vector<std::string_view>& patterns) {
  for (std::string_view pattern : patterns)
    if (const std::size_t end = covered(pattern, text); end != std::string_view::npos) return text.substr(0, end);
  return {};
}

bool names_same(std::string_view a, std::string_view b) {
  const auto name_of = [](std::string_view text) {
    for (std::string_view left = text;;) {
      const std::string_view word = take_word(left);
      if (word == "type")
        take_word(left);
      else if (word != "match-any" && word != "match-all")
        return text;
      text = left;
    }
  };
  const std::string_view keyword = take_word(a);
  return keyword == take_word(b) && (keyword == "class-map" || keyword == "policy-map") && !a.empty() && name_of(a) == name_of(b);
}

bool is_switch(std::string_view text) {
  return std::any_of(std::begin(switches), std::end(switches),
                     [&](std::string_view pattern) { return covered(pattern, text) == text.size(); });
}

}  // namespace parser
