// The lines of crypto map entries, dynamic map entries and IPsec profiles, which share most of them.
#include "parser/modes/common.hpp"

namespace parser {
namespace {

enum class Owner : std::uint8_t { map, dynamic_map, profile };

auto set_kw() { return kw("set", "Set values for encryption/decryption"); }
auto set_sa() { return set_kw() >> kw("security-association", "Security association parameters"); }
auto set_lifetime() { return set_sa() >> kw("lifetime", "security association lifetime"); }

Commands peers() {
  return table(many<SetPeer>(
      set_kw() >> kw("peer", "Allowed Encryption/Decryption peer.") >>
          tail((f<&SetPeer::address>(ipv4("IP address of peer")) | f<&SetPeer::address>(ipv6("IPv6 address of peer")) |
                (f<&SetPeer::host>(word("Host name of the peer")) >>
                 -flag<&SetPeer::dynamic>(kw("dynamic", "Resolve the name each time")))) >>
               -flag<&SetPeer::is_default>(kw("default", "The peer to go back to"))),
      {.same = [](const SetPeer& old, const SetPeer& given, bool bare) {
        return bare || (old.address == given.address && old.host == given.host);
      }}));
}

Commands associations(std::string_view why) {
  return table(
      once<LifetimeSeconds>(set_lifetime() >> lifetime_seconds(2592000), {.note = why}),
      once<LifetimeKilobytes>(set_lifetime() >> lifetime_kilobytes(), {.note = why}),
      kept(set_lifetime() >> kw("days", "Time-based key duration in days") >> tail(arg(number(1, 30, "Days"))),
           {.note = no_effect::ipsec_knob}),
      once<IdleTime>(set_sa() >> kw("idle-time", "Automatically delete IPSec SAs after a given idle period.") >>
                         tail(f<&IdleTime::seconds>(number(60, 86400, "Idle time in seconds")) >>
                              -flag<&IdleTime::to_default>(kw("default", "Go back to the default peer then"))),
                     {.note = why}),
      once<ReplayWindow>(set_sa() >> replay_window(), {.note = why}),
      kept(set_sa() >> kw("dfbit", "Handling of encapsulated DF bit.") >> tail(df_bit()), {.note = no_effect::ipsec_knob}),
      kept(set_sa() >> kw("ecn", "Handling of ECN bits") >> tail(ecn()), {.note = no_effect::ipsec_knob}),
      kept_many(set_sa() >> kw("dummy", "Dummy packets") >>
                    tail((kw("pps", "Packets per second") >> arg(number(0, 25, "Packets"))) |
                         (kw("seconds", "Seconds between packets") >> arg(number(1, 3600, "Seconds")))),
                {.note = no_effect::ipsec_knob}),
      once<SaPerHost>(set_sa() >> kw("level", "specify a security association granularity level for identities") >>
                          tail(kw("per-host", "per-host level")),
                      {.note = why}));
}

Commands choices(std::string_view why) {
  return table(
      kept(set_kw() >> kw("security-policy", "Security policy parameters") >> kw("limit", "Number of security associations") >>
               tail(arg(number(0, 50000, "Number"))),
           {.note = no_effect::ipsec_knob}),
      once<SetTransformSet>(set_kw() >> kw("transform-set", "Specify list of transform sets in priority order") >>
                                tail(each<&SetTransformSet::transform_sets>(word("Proposal tag"), 1, 9) >> pad),
                            {.note = why, .remove = remove_from_list<&SetTransformSet::transform_sets, SetTransformSet>}),
      once<SetPfs>(set_kw() >> kw("pfs", "Specify pfs settings") >> -f<&SetPfs::group>(symbols(pfs_groups())) >>
                       -(kw("pqc", "Set the post-quantum key exchange(s)") >>
                         each<&SetPfs::pqc>(symbols(post_quantum_exchanges()), 1, 3) >>
                         -flag<&SetPfs::optional>(kw("optional", "A peer may leave it out"))),
                   {.note = why}),
      many<SetAdditional>(
          set_kw() >> own_kw("additional-key-exchange", "Set a further key exchange (RFC 9370)") >>
              f<&SetAdditional::number>(number(1, engine::max_additional_key_exchanges, "Its place")) >>
              tail(each<&SetAdditional::groups>(symbols(additional_exchanges()), 1, 16) >>
                   -flag<&SetAdditional::optional>(kw("optional", "A peer may leave it out"))),
          {.note = why,
           .same = [](const SetAdditional& old, const SetAdditional& given, bool) { return old.number == given.number; },
           .before = [](const SetAdditional& a, const SetAdditional& b) { return a.number < b.number; }}),
      once<SetIkev2Profile>(
          set_kw() >> kw("ikev2-profile", "Specify ikev2 Profile") >> tail(f<&SetIkev2Profile::profile>(word("Profile name"))),
          {.note = why}),
      kept(set_kw() >> kw("isakmp-profile", "Specify isakmp Profile") >> tail(name_arg("Profile name")),
           {.note = no_effect::isakmp}),
      many<SetReverseRoute>(
          set_kw() >> kw("reverse-route", "Reverse Route Injection.") >>
              ((kw("distance", "Distance of the routes") >> tail(f<&SetReverseRoute::distance>(number(1, 255, "Distance")))) |
               (kw("gateway", "Gateway of the routes") >>
                tail(f<&SetReverseRoute::gateway>(ipv4("IPv4 address")) | f<&SetReverseRoute::gateway>(ipv6("IPv6 address"))))),
          {.note = why,
           .same = [](const SetReverseRoute& old, const SetReverseRoute& given,
                      bool) { return old.distance.has_value() == given.distance.has_value(); }}),
      kept(set_kw() >> kw("reverse-route", "Reverse Route Injection.") >> kw("tag", "Tag of the routes") >>
               tail(arg(number(1, 4294967295, "Tag"))),
           {.note = no_effect::route_tag}),
      kept(set_kw() >> kw("identity", "Identity restriction.") >> tail(name_arg("Identity tag")),
           {.note = no_effect::crypto_identity}));
}

Commands reverse_route(std::string_view why) {
  using R = ReverseRouteLine;
  const auto stays = [] { return flag<&R::is_static>(kw("static", "The routes stay")); };
  return table(once<R>(kw("reverse-route", "Reverse Route Injection.") >>
                           -((kw("remote-peer", "Route to the peer") >>
                              (f<&R::remote_peer>(ipv4("IPv4 address")) | f<&R::remote_peer>(ipv6("IPv6 address"))) >>
                              -flag<&R::gateway>(kw("gateway", "The address is a gateway")) >> -stays()) |
                             stays()),
                       {.note = why}));
}

auto session_keys() {
  const auto spi = [] { return arg(number(256, 4294967295, "SPI")); };
  const auto key = [] { return arg(hex_key("Key in hexadecimal digits")); };
  return set_kw() >> kw("session-key", "Set session-key for manual keying") >>
         tail((kw("inbound", "Inbound traffic") | kw("outbound", "Outbound traffic")) >>
              ((kw("ah", "AH") >> spi() >> key()) | (kw("esp", "ESP") >> spi() >> kw("cipher", "Cipher key") >> key() >>
                                                     -(kw("authenticator", "Authenticator key") >> key()))));
}

/// Of entries whose keys are not made by IKEv2.
Commands other_kinds() {
  return table(kept_many(session_keys(), {.note = no_effect::manual_keys}),
               kept(set_kw() >> kw("group", "GDOI group") >> tail(name_arg("Name of the group")), {.note = no_effect::gdoi}));
}

Commands map_only() {
  return table(
      kept(set_kw() >> kw("nat", "NAT") >> kw("demux", "Tell peers behind one address apart"), {.note = no_effect::ipsec_knob}),
      kept_many(set_kw() >> kw("ip", "Interface Internet Protocol config commands") >>
                    kw("access-group", "Access list for the clear text") >>
                    tail(name_arg("Access-list name or number") >> (kw("in", "Inbound packets") | kw("out", "Outbound packets"))),
                {.note = no_effect::host_filter}));
}

Commands map_end(Owner owner) {
  const std::string_view why = owner == Owner::dynamic_map ? no_effect::dynamic_map : std::string_view();
  return joined(
      table(once<MatchAddress>(match_kw() >> kw("address", "Match address of packets to encrypt.") >>
                                   tail(f<&MatchAddress::acl>(word("Access-list name or number"))),
                               {.note = why})),
      reverse_route(why),
      table(kept(kw("qos", "Quality of Service class") >> kw("pre-classify", "Enable QoS classification before encryption"),
                 {.note = no_effect::host_qos}),
            kept(kw("dialer", "Dialer related commands") >> kw("pre-classify", "Classify packets for dialing before encryption"),
                 {.note = no_effect::other_ios}),
            leave("Exit from crypto map configuration mode")));
}

Commands profile_end() {
  return joined(
      table(kept(set_kw() >> kw("mixed-mode", "Traffic selectors of both families"), {.note = no_effect::ipsec_knob}),
            once<ResponderOnly>(kw("responder-only", "Do not initiate SAs from this device"))),
      reverse_route({}),
      table(kept(kw("rri-dvti-disable", "No routes on virtual-access interfaces"), {.note = no_effect::reverse_route}),
            kept(kw("redundancy", "Configure HA") >>
                     tail(name_arg("Redundancy group name") >> -kw("stateful", "Stateful failover")),
                 {.note = no_effect::other_ios}),
            kept(kw("dialer", "Dialer related commands") >> kw("pre-classify", "Classify packets for dialing before encryption"),
                 {.note = no_effect::other_ios}),
            leave("Exit from crypto ipsec profile sub mode")));
}

}  // namespace

const Mode& crypto_map_mode() {
  static const Mode mode(
      "crypto_map", "config-crypto-map",
      joined(table(description()), peers(), associations({}), choices({}), other_kinds(), map_only(), map_end(Owner::map)));
  return mode;
}

const Mode& dynamic_map_mode() {
  constexpr std::string_view why = no_effect::dynamic_map;
  static const Mode mode(
      "dynamic_map", "config-crypto-map",
      joined(table(description()), peers(), associations(why), choices(why), map_only(), map_end(Owner::dynamic_map)));
  return mode;
}

const Mode& ipsec_profile_mode() {
  static const Mode mode("ipsec_profile", "ipsec-profile",
                         joined(table(description()), associations({}), choices({}), profile_end()));
  return mode;
}

}  // namespace parser
