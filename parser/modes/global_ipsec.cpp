// Global configuration: what begins with `crypto ipsec`, crypto maps and dynamic maps.
#include "parser/modes/built_in.hpp"
#include "parser/modes/ipsec_user.hpp"

namespace parser {
namespace {

const char map_advice[] =
    "% NOTE: This new crypto map will remain disabled until a peer\n        and a valid access list have been configured.";
std::string advise_map(const Node&, const Node&, bool created) { return created ? map_advice : ""; }

std::string keep_transform_set(const Node& root, const TransformSet& set) {
  const std::string user = ipsec_user<SetTransformSet>(root, [&](const SetTransformSet& line) {
    return std::find(line.transform_sets.begin(), line.transform_sets.end(), set.name) != line.transform_sets.end();
  });
  return user.empty() ? "" : "% Transform set is in use by " + user;
}

std::string keep_ipsec_profile(const Node& root, const IpsecProfile& profile) {
  std::string user;
  root.each<Interface>([&](const Interface& interface, const Node& block) {
    const auto* protection = block.find<TunnelProtection>();
    if (protection && protection->profile == profile.name) user = interface.name;
  });
  return user.empty() ? "" : "% IPsec profile is in use by " + user;
}

/// An entry may go, the whole map not.
std::string keep_map(const Node& root, const CryptoMap& map) {
  std::string users;
  root.each<Interface>([&](const Interface& interface, const Node& block) {
    const auto* v4 = block.find<InterfaceCryptoMap>();
    const auto* v6 = block.find<InterfaceIpv6CryptoMap>();
    if (map.ipv6 ? v6 && v6->map == map.map : v4 && v4->map == map.map) users += (users.empty() ? "" : ", ") + interface.name;
  });
  return map.sequence != 0 || users.empty() ? "" : "% Crypto map " + map.map + " is in use by interface " + users;
}

auto security_association() { return ipsec() >> kw("security-association", "Security association parameters"); }
auto lifetime_kw() { return kw("lifetime", "security association lifetime"); }
auto crypto_map() { return crypto() >> kw("map", "Enter a crypto map"); }

auto call_admission_limit() {
  using L = CallAdmissionLimit;
  const auto count = [](std::uint32_t most) { return tail(f<&L::count>(number<std::uint32_t>(1, most, "Number of SAs"))); };
  const auto negotiating = [] { return kw("in-negotiation-sa", "Number of IKE SAs in negotiation"); };
  return crypto() >> kw("call", "Configure Crypto Call Admission Control") >> kw("admission", "Call admission") >>
         kw("limit", "Limits") >>
         (is<&L::what, Admitted::ike_sa>(kw("ike", "IKE") >> kw("sa", "Number of IKE SAs") >> count(99999)) |
          is<&L::what, Admitted::ike_in_negotiation>(kw("ike", "IKE") >> negotiating() >> count(99999)) |
          is<&L::what, Admitted::ipsec_sa>(kw("ipsec", "IPsec") >> kw("sa", "Number of IPsec SAs") >> count(2147483647)) |
          is<&L::what, Admitted::all_in_negotiation>(kw("all", "All of them") >> negotiating() >> count(99999)));
}

auto transform_set_head() { return ipsec() >> kw("transform-set", "Define transform and settings"); }
auto ipsec_profile_head() { return ipsec() >> kw("profile", "Configure an ipsec policy profile"); }

auto transform_set() {
  using T = TransformSet;
  static const SymbolTable<unsigned> sizes = {
      {"128", 128, "128 bit keys."}, {"192", 192, "192 bit keys."}, {"256", 256, "256 bit keys."}};
  static const SymbolTable<std::string> ah = {{"ah-md5-hmac", "ah-md5-hmac", "AH-HMAC-MD5 transform"},
                                              {"ah-sha-hmac", "ah-sha-hmac", "AH-HMAC-SHA transform"},
                                              {"ah-sha256-hmac", "ah-sha256-hmac", "AH-HMAC-SHA256 transform"},
                                              {"ah-sha384-hmac", "ah-sha384-hmac", "AH-HMAC-SHA384 transform"},
                                              {"ah-sha512-hmac", "ah-sha512-hmac", "AH-HMAC-SHA512 transform"}};
  const auto bits = -f<&T::key_bits>(symbols(sizes));
  const auto cipher = [](EspCiphers which) { return f<&T::family>(symbols(esp_ciphers(which))); };
  const auto aead = (cipher({.aead = true, .sized = true}) >> bits) | cipher({.aead = true, .sized = false});
  const auto other = (cipher({.aead = false, .sized = true}) >> bits) | cipher({.aead = false, .sized = false});
  const auto compression = flag<&T::compression>(kw("comp-lzs", "IP Compression using LZS compression algorithm"));
  const auto header = f<&T::ah>(symbols(ah));
  return transform_set_head() >> f<&T::name>(word("Transform set tag")) >>
         tail((-header >> ((aead >> -compression) | any_order(other, f<&T::hmac>(symbols(esp_hmacs())), compression))) |
              header) >>
         pad;
}

std::string settle_transform_set(TransformSet& set) {
  if (set.key_bits == 128u) set.key_bits.reset();
  return set.cipher() || (set.ah && !set.hmac) ? "" : "Proposal with ESP is missing cipher";
}

std::string_view note_of(const TransformSet& set) {
  if (set.ah && set.cipher()) return "IKEv2 negotiates AH or ESP, not both (RFC 7296, 3.3)";
  if (set.family && !exists(*set.family)) return no_effect::cipher;
  return set.compression ? std::string_view("IP compression does not exist") : std::string_view();
}

auto crypto_map_entry() {
  using T = CryptoMap;
  static const SymbolTable<std::string> others = {{"gdoi", "gdoi", "GDOI"},
                                                  {"ipsec-manual", "ipsec-manual", "IPSEC w/manual keying"}};
  return crypto_map() >> -flag<&T::ipv6>(kw("ipv6", "Crypto map for IPv6")) >> f<&T::map>(word("Crypto map tag")) >>
         tail(f<&T::sequence>(number(1, 65535, "Sequence to insert into crypto map entry")) >>
              -((flag<&T::typed>(kw("ipsec-isakmp", "IPSEC w/ISAKMP")) >>
                 -((kw("dynamic", "Enter a crypto dynamic-map") >> f<&T::dynamic>(word("Dynamic map template tag")) >>
                    -flag<&T::discover>(kw("discover", "Enable Tunnel Endpoint Discovery"))) |
                   (kw("profile", "Crypto map profile") >> f<&T::profile>(word("Profile name"))))) |
                flag<&T::typed>(f<&T::other_kind>(symbols(others)))) >>
              pad);
}

std::string_view note_of_map(const CryptoMap& m) {
  if (m.other_kind) return *m.other_kind == "gdoi" ? no_effect::gdoi : no_effect::manual_keys;
  return m.dynamic ? no_effect::dynamic_map : std::string_view();
}
bool same_map(const CryptoMap& old, const CryptoMap& given, bool bare) {
  return old.ipv6 == given.ipv6 && old.map == given.map && (bare || old.sequence == given.sequence);
}
bool map_before(const CryptoMap& a, const CryptoMap& b) {
  return std::tie(a.map, a.ipv6, a.sequence) < std::tie(b.map, b.ipv6, b.sequence);
}

auto bounded(std::uint64_t low, std::uint64_t high, const char* help) { return arg(number<std::uint64_t>(low, high, help)); }

Commands associations() {
  return table(
      once<LifetimeSeconds>(security_association() >> lifetime_kw() >> lifetime_seconds(86400),
                            {.is_default = [](const LifetimeSeconds& l) { return l.seconds == 3600; }}),
      once<LifetimeKilobytes>(
          security_association() >> lifetime_kw() >> lifetime_kilobytes(),
          {.is_default = [](const LifetimeKilobytes& l) { return l.kilobytes == 4608000u; }, .usual = {.kilobytes = 4608000}}),
      kept(security_association() >> lifetime_kw() >> kw("days", "Time-based key duration in days") >>
               tail(bounded(1, 30, "Days")),
           {.note = no_effect::ipsec_knob}),
      once<IdleTime>(security_association() >> kw("idle-time", "Automatically delete IPSec SAs after a given idle period.") >>
                     tail(f<&IdleTime::seconds>(number(60, 86400, "Idle time in seconds")))),
      once<ReplayWindow>(security_association() >> replay_window(),
                         {.is_default = [](const ReplayWindow& r) { return r.size == 64u; }, .usual = {.size = 64}}),
      kept(security_association() >> kw("ecn", "Handling of ECN bits") >> tail(ecn()),
           {.note = no_effect::ipsec_knob, .hidden = "crypto ipsec security-association ecn discard"}),
      kept_many(security_association() >> kw("dummy", "Dummy packets") >>
                    tail((kw("pps", "Packets per second") >> bounded(0, 25, "Packets")) |
                         (kw("seconds", "Seconds between packets") >> bounded(1, 3600, "Seconds"))),
                {.note = no_effect::ipsec_knob}),
      kept(security_association() >> kw("multi-sn", "Several sequence number spaces"), {.note = no_effect::ipsec_knob}),
      built_in<TransformSet>(transform_set_head()),
      block<TransformSet>(transform_set(), {.opens = ipsec_transform_set_mode,
                                            .note_for = note_of,
                                            .settle = settle_transform_set,
                                            .same = [](const TransformSet& old, const TransformSet& given,
                                                       bool) { return old.name == given.name; },
                                            .keeps = keep_transform_set,
                                            .keeps_no = is_built_in<TransformSet>}));
}

Commands knobs() {
  return table(
      kept(ipsec() >> kw("df-bit", "Handling of encapsulated DF bit.") >> tail(df_bit()),
           {.note = no_effect::ipsec_knob, .hidden = "crypto ipsec df-bit copy"}),
      kept(ipsec() >> kw("fragmentation", "Handling of fragmentation of near-MTU sized packets") >>
               tail(kw("before-encryption", "Fragment before encryption") | kw("after-encryption", "Fragment after encryption")),
           {.note = no_effect::ipsec_knob, .hidden = "crypto ipsec fragmentation before-encryption"}),
      kept_many(ipsec() >> kw("nat-transparency", "IPsec NAT transparency model") >>
                    tail(kw("udp-encapsulation", "UDP encapsulation") | kw("spi-matching", "Match inbound SPI to outbound SPI")),
                {.note = no_effect::ipsec_knob,
                 .negation = Negation::kept_both,
                 .hidden = "crypto ipsec nat-transparency udp-encapsulation"}),
      kept(ipsec() >> kw("optional", "Enable optional encryption for IPSec") >>
               -(kw("retry", "Interval to retry") >> bounded(60, 86400, "Seconds")),
           {.note = no_effect::ipsec_knob}),
      kept(ipsec() >> kw("ipv4-deny", "What deny lines do") >>
               tail(kw("jump", "On to the next entry") | kw("clear", "Pass in clear") | kw("drop", "Drop")),
           {.note = no_effect::ipsec_knob}),
      kept(ipsec() >> kw("ike", "IKE") >> kw("sa-strength-enforcement", "IPsec not stronger than IKE"),
           {.note = no_effect::ike_knob}),
      kept_many(crypto() >> kw("mib", "Configure Crypto-related MIB Parameters") >> kw("ipsec", "IPsec MIB") >>
                    kw("flowmib", "IPsec flow MIB") >> kw("history", "History") >>
                    (kw("tunnel", "History of tunnels") | kw("failure", "History of failures")) >>
                    tail(kw("size", "Size of the history") >> bounded(2, 200, "Number of entries")),
                {.note = no_effect::other_ios}),
      many<CallAdmissionLimit>(call_admission_limit(), {.same = [](const CallAdmissionLimit& old, const CallAdmissionLimit& given,
                                                                   bool) { return old.what == given.what; }}),
      once<OpenMetrics>(crypto() >> own_kw("openmetrics", "Figures for a collector, on this host alone") >>
                        tail((kw("port", "At a TCP port of 127.0.0.1") >>
                              f<&OpenMetrics::port>(number<std::uint16_t>(1024, 65535, "TCP port"))) |
                             flag<&OpenMetrics::socket>(kw("socket", "At the Unix socket 'metrics' in the state directory")))),
      kept(crypto() >> kw("engine", "Enter a crypto engine configurable menu") >> kw("compliance", "Compliance") >>
               kw("shield", "What keeps weak algorithms out") >> tail(kw("disable", "Disable it")),
           {.note = no_effect::ike_knob}));
}

Commands maps() {
  return table(
      built_in<IpsecProfile>(ipsec_profile_head()),
      block<IpsecProfile>(ipsec_profile_head() >> f<&IpsecProfile::name>(word("Profile name")),
                          {.opens = ipsec_profile_mode, .keeps = keep_ipsec_profile, .keeps_no = is_built_in<IpsecProfile>}),
      block<DynamicMap>(crypto() >> kw("dynamic-map", "Specify a dynamic crypto map template") >>
                            f<&DynamicMap::map>(word("Dynamic crypto map template tag")) >>
                            tail(f<&DynamicMap::sequence>(number(1, 65535, "Sequence to insert into dynamic-map entry"))),
                        {.opens = dynamic_map_mode,
                         .note = no_effect::dynamic_map,
                         .same = [](const DynamicMap& old, const DynamicMap& given,
                                    bool bare) { return old.map == given.map && (bare || old.sequence == given.sequence); },
                         .before = [](const DynamicMap& a,
                                      const DynamicMap& b) { return std::tie(a.map, a.sequence) < std::tie(b.map, b.sequence); },
                         .ordered_by_key = true}),
      many<CryptoMapLocalAddress>(crypto_map() >> -flag<&CryptoMapLocalAddress::ipv6>(kw("ipv6", "Crypto map for IPv6")) >>
                                      f<&CryptoMapLocalAddress::map>(word("Crypto map tag")) >>
                                      kw("local-address", "Interface to use for local address for this crypto map") >>
                                      tail(f<&CryptoMapLocalAddress::interface>(interface_name())),
                                  {.same = [](const CryptoMapLocalAddress& old, const CryptoMapLocalAddress& given,
                                              bool) { return old.ipv6 == given.ipv6 && old.map == given.map; }}),
      kept_many(crypto_map() >> selector(word("Crypto map tag")) >>
                    kw("isakmp-profile", "Specify isakmp profile to use for this crypto map") >> tail(name_arg("Profile name")),
                {.note = no_effect::isakmp}),
      kept_many(crypto_map() >> name_arg("Crypto map tag") >> kw("client", "Specify client configuration settings") >>
                    ((kw("authentication", "Use Extended Authentication") >> kw("list", "Use authentication list") >>
                      tail(name_arg("Name of the list"))) |
                     (kw("accounting", "Accounting of clients") >> kw("list", "Use accounting list") >>
                      tail(name_arg("Name of the list"))) |
                     (kw("configuration", "Configuration of clients") >> kw("address", "Address of clients") >>
                      tail(kw("initiate", "Offer an address") | kw("respond", "Give an address when asked")))),
                {.note = no_effect::ezvpn}),
      kept_many(crypto_map() >> name_arg("Crypto map tag") >> kw("isakmp", "Specify isakmp configuration settings") >>
                    kw("authorization", "Authorization parameters.") >> kw("list", "Use authorization list") >>
                    tail(name_arg("Name of the list")),
                {.note = no_effect::ezvpn}),
      kept_many(crypto_map() >> selector(word("Crypto map tag")) >> kw("redundancy", "High availability options for this map") >>
                    kw("replay-interval", "How often counters are passed on") >>
                    tail(kw("inbound", "Inbound") >> bounded(0, 10000, "Packets") >> kw("outbound", "Outbound") >>
                         bounded(1, 10000, "Packets in thousands")),
                {.note = no_effect::other_ios}),
      block<CryptoMap>(crypto_map_entry(),
                       {.opens = crypto_map_mode,
                        .note_for = note_of_map,
                        .same = same_map,
                        .before = map_before,
                        .ordered_by_key = true,
                        .advice = advise_map,
                        .keeps = keep_map,
                        .enters = [](const CryptoMap& m) { return !m.dynamic; },
                        .refuses_new = [](const CryptoMap& m) -> std::string { return m.typed ? "" : "% Incomplete command."; }}),
      kept_block(crypto() >> kw("identity", "Enter a crypto identity list") >> name_arg("Identity tag"),
                 {.note = no_effect::crypto_identity, .opens = crypto_identity_mode}));
}

}  // namespace

Commands global_ipsec() { return joined(associations(), knobs(), maps()); }

const Mode& crypto_identity_mode() {
  static const Mode mode(
      "crypto_identity", "config-crypto-identity",
      table(description(),
            kept_many(kw("dn", "Distinguished name of the peer") >> tail(arg(rest_of_line("DN list"))),
                      {.note = no_effect::crypto_identity}),
            kept_many(kw("fqdn", "FQDN of the peer") >> tail(name_arg("FQDN")), {.note = no_effect::crypto_identity}),
            leave("Exit from crypto identity sub mode")));
  return mode;
}

}  // namespace parser
