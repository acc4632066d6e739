// EXEC commands, before and after `enable`.
#include "parser/modes/exec.hpp"

namespace parser {
namespace {

using Address = engine::IpAddress;

auto show_crypto() { return show() >> kw("crypto", "Encryption module"); }
auto ikev2() { return show_crypto() >> kw("ikev2", "Show IKEv2 parameters"); }
auto ipsec() { return show_crypto() >> kw("ipsec", "Show IPSEC policy"); }
auto terminal() { return kw("terminal", "Set terminal line parameters"); }

template <auto M>
auto any_address(const char* help) {
  return f<M>(ipv4(help)) | f<M>(ipv6(help));
}

template <auto M>
auto detailed(const char* help) {
  return flag<M>(kw("detailed", help)) | flag<M>(alias("detail"));
}

// Scripts put `detail` behind the address as well as in front of it.

auto ikev2_sa() {
  using T = ShowIkev2Sa;
  return ikev2() >> kw("sa", "Shows IKEv2 SAs") >>
         -any_order(detailed<&T::detailed>("Show detailed information of IKEv2 SAs"),
                    (kw("local", "Show IKEv2 SAs by local address") >> any_address<&T::local>("Local address")) |
                        (kw("remote", "Show IKEv2 SAs by remote address") >> any_address<&T::remote>("Remote address")));
}

auto ipsec_sa() {
  using T = ShowIpsecSa;
  return ipsec() >> kw("sa", "IPSEC SA table") >>
         -any_order(detailed<&T::detail>("Show counters in detail"), flag<&T::ipv6>(kw("ipv6", "Show IPv6 crypto IPSec SAs")),
                    is<&T::form, IpsecSaForm::identity>(kw("identity", "IPSec SAs by identity")) |
                        is<&T::form, IpsecSaForm::address>(kw("address", "IPSec SAs by destination address")) |
                        is<&T::form, IpsecSaForm::whole>(kw("active", "IPSec SAs that are in use")),
                    (kw("map", "IPSec SA for a map") >> f<&T::map>(word("Crypto map tag"))) |
                        (kw("peer", "Show all existing SAs of a peer") >> any_address<&T::peer>("Peer address")) |
                        (kw("interface", "Show info for specific interface") >> f<&T::interface>(interface_name())));
}

auto crypto_objects() {
  using T = ShowCryptoObjects;
  using O = CryptoObject;
  return (ikev2() >> (is<&T::kind, O::ikev2_policy>(kw("policy", "Show policies")) |
                      is<&T::kind, O::ikev2_profile>(kw("profile", "Shows ikev2 profiles")) |
                      is<&T::kind, O::ikev2_proposal>(kw("proposal", "Show proposals"))) >>
          -f<&T::name>(ObjectName("Name"))) |
         (ipsec() >> (is<&T::kind, O::ipsec_profile>(kw("profile", "Show ipsec profile information")) |
                      is<&T::kind, O::transform_set>(kw("transform-set", "Crypto transform sets"))) >>
          -((kw("tag", "Show the one with the given tag") >> f<&T::name>(word("Tag"))) |
            f<&T::name>(ObjectName("Tag", ObjectName::Keywords::win)))) |
         (ipsec() >>
          is<&T::kind, O::security_association>(kw("security-association", "Show parameters for IPSec security associations")));
}

auto access_lists() {
  using T = ShowAccessLists;
  using F = AccessListFamily;
  return (is<&T::family, F::all>(show() >> kw("access-lists", "List access lists")) |
          is<&T::family, F::ipv4>(show() >> kw("ip", "IP information") >> kw("access-lists", "List IP access lists")) |
          is<&T::family, F::ipv6>(show() >> kw("ipv6", "IPv6 information") >> kw("access-list", "Summary of access lists"))) >>
         -f<&T::name>(ObjectName("Name or number of the access list"));
}

auto crypto_session() {
  using T = ShowCryptoSession;
  return show_crypto() >> kw("session", "Show crypto sessions (tunnels)") >>
         -(flag<&T::brief>(kw("brief", "Show brief output")) |
           any_order(
               flag<&T::detail>(kw("detail", "Show detail information")),
               (kw("local", "Show crypto sessions for a local crypto endpoint") >> any_address<&T::local>("Local address")) |
                   (kw("remote", "Show crypto sessions for a particular remote IKE endpoint") >>
                    any_address<&T::remote>("Remote address")) |
                   (kw("interface", "Show crypto sessions on an interface") >> f<&T::interface>(interface_name()))));
}

auto crypto_map() {
  using T = ShowCryptoMap;
  return show_crypto() >> kw("map", "Crypto maps") >>
         -((kw("tag", "Crypto maps with the given tag") >> f<&T::tag>(word("Crypto map tag"))) |
           (kw("interface", "Crypto maps for an interface") >> f<&T::interface>(interface_name())));
}

template <class T>
auto debug_word() {
  return is<&T::on, true>(kw("debug", "Debugging functions (see also 'undebug')")) |
         is<&T::on, false>(kw("undebug", "Disable debugging functions (see also 'debug')")) |
         is<&T::on, false>(kw("no", "Disable debugging functions") >> kw("debug", "Disable debugging functions"));
}

auto debug() {
  using D = Debug;
  using T = DebugTopic;
  const auto packet = [] {
    return kw("packet", "IKEv2 Packet debugging") >>
           (is<&D::topic, T::ikev2_hexdump>(kw("hexdump", "Also hexdumps the packet")) | is<&D::topic, T::ikev2_packet>(x3::eps));
  };
  return debug_word<D>() >> (is<&D::topic, T::all>(kw("all", "All debugging")) |
                             (kw("crypto", "Cryptographic subsystem") >>
                              ((kw("ikev2", "IKEv2 debugging") >>
                                (packet() | is<&D::topic, T::ikev2_error>(kw("error", "IKEv2 Error debugging")) |
                                 is<&D::topic, T::ikev2_internal>(kw("internal", "IKEv2 Internal debugging")) |
                                 is<&D::topic, T::ikev2_client>(kw("client", "Client")) |
                                 is<&D::topic, T::ikev2_cluster>(kw("cluster", "IKEv2 Cluster load-balancer debugging")) |
                                 is<&D::topic, T::ikev2>(x3::eps))) |
                               is<&D::topic, T::ipsec>(kw("ipsec", "IPSEC processing")))));
}

auto debug_condition() {
  using C = DebugCondition;
  using K = DebugConditionKind;
  const auto peer = [] {
    return kw("peer", "Apply conditions to peers") >>
           ((is<&C::kind, K::subnet>(kw("subnet", "IP subnet of the peers")) >> f<&C::address>(ipv4("Subnet address")) >>
             f<&C::mask>(ipv4("Subnet mask"))) |
            (kw("ipv4", "IPv4 address") >> f<&C::address>(ipv4("Address of the peer"))) |
            (kw("ipv6", "IPv6 address") >> f<&C::address>(ipv6("Address of the peer"))));
  };
  return debug_word<C>() >> kw("crypto", "Cryptographic subsystem") >> kw("condition", "Debug condition filters") >>
         (peer() | is<&C::kind, K::username>(kw("username", "IKE identity of the peer") >> f<&C::name>(word("User name"))) |
          is<&C::kind, K::fvrf>(kw("fvrf", "Front door VRF") >> f<&C::name>(word("VRF name"))) |
          is<&C::kind, K::unmatched>(kw("unmatched", "Output debugs even if no context is available")) |
          is<&C::kind, K::reset>(kw("reset", "Remove all conditions and turn off debugging")));
}

/// An address of either family, kept as text.
struct AddressText : Token<AddressText, std::string> {
  std::string_view help = "Source address";
  std::string_view placeholder() const { return "A.B.C.D or X:X:X:X::X"; }
  bool read(std::string_view token, std::string& value) const {
    const auto address = Address::parse(token);
    if (address) value = address->to_string();
    return address.has_value();
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token(g.random_address(engine::Family::v4).to_string()); }
};

auto ping_source() { return f<&Ping::source>(interface_name()) | f<&Ping::source>(AddressText{}); }

auto ping() {
  return kw("ping", "Send echo messages") >> -(kw("ip", "IP echo") | kw("ipv6", "IPv6 echo")) >>
         any_address<&Ping::destination>("Ping destination address") >>
         -any_order(
             kw("source", "specify source address or name") >> ping_source(),
             kw("repeat", "specify repeat count") >> f<&Ping::repeat>(number(1, 2147483647, "Repeat count")),
             kw("size", "specify datagram size") >> f<&Ping::size>(number(36, 18024, "Datagram size")),
             kw("timeout", "specify timeout interval") >> f<&Ping::timeout_seconds>(number(0, 3600, "Timeout in seconds")));
}

auto diagnose() {
  using T = ShowDiagnose;
  return ikev2() >> kw("diagnose", "Shows ikev2 diagnostic") >>
         -(flag<&T::error>(kw("error", "Shows ikev2 exit path info")) |
           (kw("peer", "Diagnose one peer") >> any_address<&T::peer>("Peer address")));
}

auto isakmp() {
  using T = ShowIsakmp;
  using I = IsakmpTable;
  return show_crypto() >> kw("isakmp", "Show ISAKMP parameters") >>
         (is<&T::table, I::default_policy>(kw("default", "Show ISAKMP default parameters") >>
                                           kw("policy", "Show ISAKMP default protection suite")) |
          is<&T::table, I::key>(kw("key", "Show ISAKMP preshared keys")) |
          is<&T::table, I::peers>(kw("peers", "Show ISAKMP peer structures")) |
          is<&T::table, I::policy>(kw("policy", "Show ISAKMP protection suite policy")) |
          is<&T::table, I::profile>(kw("profile", "Show ISAKMP profiles")) |
          is<&T::table, I::sa_count>(kw("sa", "Show ISAKMP Security Associations") >> kw("count", "Number of SAs")) |
          is<&T::table, I::sa_detail>(kw("sa", "Show ISAKMP Security Associations") >> kw("detail", "Show in detail")) |
          is<&T::table, I::sa>(kw("sa", "Show ISAKMP Security Associations")));
}

auto filter() {
  using M = Modifier;
  return (is<&M::kind, ModifierKind::begin>(kw("begin", "Begin with the line that matches")) |
          is<&M::kind, ModifierKind::count>(kw("count", "Count number of lines which match regexp")) |
          is<&M::kind, ModifierKind::exclude>(kw("exclude", "Exclude lines that match")) |
          is<&M::kind, ModifierKind::include>(kw("include", "Include lines that match")) |
          (is<&M::kind, ModifierKind::section>(kw("section", "Filter a section of output")) >>
           -(kw("include", "Include lines that match") | flag<&M::others>(kw("exclude", "Exclude lines that match"))))) >>
             f<&M::pattern>(rest_of_line("Regular Expression")) |
         is<&M::kind, ModifierKind::json>(own_kw("json", "One JSON document of the values"));
}

/// Into a file: for those alone who may write as the daemon does.
auto into_file() {
  using M = Modifier;
  const auto file = [] { return f<&M::file>(word("File: flash:NAME, or an absolute path")); };
  return is<&M::kind, ModifierKind::append>(kw("append", "Append redirected output to URL")) >> file() |
         is<&M::kind, ModifierKind::redirect>(kw("redirect", "Redirect output to URL")) >> file() |
         is<&M::kind, ModifierKind::tee>(kw("tee", "Copy output to URL")) >>
             -flag<&M::to_end>(kw("/append", "Append redirected output to URL")) >> file();
}

Commands user_commands() {
  return table(
      exec<Enable>(kw("enable", "Turn on privileged commands") >> -f<&Enable::level>(number(1, 15, "Enable level"))),
      exec<Disable>(kw("disable", "Turn off privileged commands")),
      exec<ExitShell>(kw("exit", "Exit from the EXEC") | kw("quit", "Exit from the EXEC") | kw("logout", "Exit from the EXEC")),
      exec<Ping>(ping()), shows<ShowIkev2Sa>(ikev2_sa()),
      shows<ShowIkev2Session>(ikev2() >> kw("session", "Shows IKEv2 sessions") >>
                              -detailed<&ShowIkev2Session::detailed>("Show detailed information of IKEv2 sessions")),
      shows<ShowIpsecSa>(ipsec_sa()),
      shows<ShowIpsecSaCount>(ipsec() >> kw("sa", "IPSEC SA table") >> kw("count", "Show number of IPSec SAs")),
      shows<ShowCryptoObjects>(crypto_objects()), shows<ShowAccessLists>(access_lists()),
      shows<ShowInterfaces>(show() >> kw("interfaces", "Interface status and configuration") >>
                            -f<&ShowInterfaces::interface>(interface_name()) >>
                            -flag<&ShowInterfaces::description>(kw("description", "Show interface description"))),
      shows<ShowPrivilege>(show() >> kw("privilege", "Show current privilege level")),
      shows<ShowVersion>(show() >> kw("version", "System hardware and software status")),
      shows<ShowCryptoSession>(crypto_session()), shows<ShowCryptoMap>(crypto_map()), shows<ShowDiagnose>(diagnose()),
      shows<ShowIsakmp>(isakmp()),
      shows<ShowIpInterfaceBrief>(
          show() >> kw("ip", "IP information") >> kw("interface", "IP interface status and configuration") >>
          kw("brief", "Brief summary of IP status and configuration") >> -f<&ShowIpInterfaceBrief::interface>(interface_name())),
      shows<ShowClock>(show() >> kw("clock", "Display the system clock")),
      shows<ShowHistory>(show() >> kw("history", "Display the session command history")),
      exec<TerminalLength>(terminal() >> kw("length", "Set number of lines on a screen") >>
                           f<&TerminalLength::lines>(number(0, 512, "Number of lines on screen (0 for no pausing)"))),
      exec<TerminalWidth>(terminal() >> kw("width", "Set width of the display terminal") >>
                          f<&TerminalWidth::columns>(number(0, 512, "Number of characters on a screen line"))),
      exec<TerminalMonitor>(terminal() >>
                            (is<&TerminalMonitor::on, true>(kw("monitor", "Copy debug output to the current terminal line")) |
                             is<&TerminalMonitor::on, false>(kw("no", "Negate a command or set its defaults") >>
                                                             kw("monitor", "Copy debug output to the current terminal line")))));
}

Commands privileged_commands() {
  return table(
      exec<WriteMemory>(kw("write", "Write running configuration to memory, network, or terminal") >>
                        usual(kw("memory", "Write to NV memory"))),
      exec<Reload>(kw("reload", "Halt and perform a cold restart") >>
                   -(kw("reason", "Reload reason") >> f<&Reload::reason>(rest_of_line("Reason for reload")))),
      shows<ShowRunningConfig>(
          (show() >> kw("running-config", "Current operating configuration") >>
           -(flag<&ShowRunningConfig::all>(kw("all", "Configuration with defaults")) |
             flag<&ShowRunningConfig::all>(kw("full", "full configuration")) |
             (kw("interface", "Show interface configuration") >> f<&ShowRunningConfig::interface>(interface_name())))) |
          (kw("write", "Write running configuration to memory, network, or terminal") >> kw("terminal", "Write to terminal"))),
      exec<CopyRunningStartup>(kw("copy", "Copy from one file to another") >>
                               kw("running-config", "Copy from current system configuration") >>
                               kw("startup-config", "Copy to startup configuration")),
      shows<ShowConversion>(show_crypto() >> kw("isakmp", "Show ISAKMP parameters") >>
                            kw("conversion", "The IKEv2 configuration that does the same")),
      shows<ShowStartupConfig>(show() >> kw("startup-config", "Contents of startup configuration")),
      shows<ShowImpact>(show_crypto() >> own_kw("impact", "What applying a file would do to the SAs that are up") >>
                        f<&ShowImpact::file>(word("File with configuration lines"))),
      shows<ShowTechSupport>(show() >> kw("tech-support", "Show system information for Tech-Support") >>
                             kw("crypto", "Everything about IKE and IPsec, without secrets")),
      shows<ShowDebugging>(show() >> kw("debugging", "State of each debugging option")),
      shows<ShowLogging>(show() >> kw("logging", "Show the contents of logging buffers")),
      exec<DebugCondition>(debug_condition()), exec<Debug>(debug()),
      shows<ShowDebugCondition>(show_crypto() >> kw("debug-condition", "Debug condition filters")));
}

auto bar() { return kw("|", "Output modifiers"); }

Commands unprivileged_commands() {
  Commands all = user_commands();
  for (auto& command : observing_commands()) all.push_back(std::move(command));
  for (auto& command : pki_shows()) all.push_back(std::move(command));
  return all;
}

}  // namespace

const Mode& user_exec_mode() {
  static const Mode mode("exec", "", unprivileged_commands(), command<Modifier>(Merge::accepted, bar() >> filter()));
  return mode;
}

const Mode& privileged_exec_mode() {
  static const Mode mode(
      "exec", "",
      [] {
        Commands all = unprivileged_commands();
        for (auto& command : privileged_commands()) all.push_back(std::move(command));
        for (auto& command : clearing_commands()) all.push_back(std::move(command));
        for (auto& command : archive_commands()) all.push_back(std::move(command));
        for (auto& command : capture_commands()) all.push_back(std::move(command));
        for (auto& command : file_commands()) all.push_back(std::move(command));
        return all;
      }(),
      command<Modifier>(Merge::accepted, bar() >> (filter() | into_file())));
  return mode;
}

}  // namespace parser
