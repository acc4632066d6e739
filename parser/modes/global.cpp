// Global configuration, put together of its parts. The order is that of `show running-config`; a command with a keyword where
// another has a name stands before it.
#include "parser/modes/common.hpp"

namespace parser {
namespace {

struct EndOfConfiguration {
  friend bool operator==(const EndOfConfiguration&, const EndOfConfiguration&) = default;
};

std::string keep_interface(const Node&, const Interface& interface) {
  for (std::string_view type : {"Loopback", "Tunnel", "Virtual-Template", "Vlan", "BDI", "Port-channel", "Dialer", "Multilink",
                                "Bundle", "nve", "Virtual-PPP", "VirtualPortGroup"})
    if (interface.name.starts_with(type)) return {};
  return interface.name.find('.') == std::string::npos ? "% Removal of physical interfaces is not permitted" : "";
}

std::string_view note_of(const Interface& interface) {
  const bool other = interface.name.starts_with("Virtual-Template") && interface.kind != InterfaceKind::type_tunnel;
  return other ? no_effect::virtual_access : std::string_view();
}

auto interface_line() {
  using I = Interface;
  return kw("interface", "Select an interface to configure") >> f<&I::name>(interface_name()) >>
         -(is<&I::kind, InterfaceKind::point_to_point>(kw("point-to-point", "Treat as a point-to-point link")) |
           is<&I::kind, InterfaceKind::multipoint>(kw("multipoint", "Treat as a multipoint link")) |
           is<&I::kind, InterfaceKind::type_tunnel>(kw("type", "Virtual-Template interface type") >>
                                                    kw("tunnel", "Tunnel type")));
}

/// Interfaces of one kind of command at a time, as names.
struct InterfaceRanges : x3::parser<InterfaceRanges>, ValueTraits {
  using value_type = std::vector<std::string>;
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, value_type& value) const {
    Session& session = session_of(context);
    const It p = Session::skip(first, last);
    std::size_t at = 0;
    auto names = interface_range({p, static_cast<std::size_t>(last - p)}, at);
    if (session.help_at && session.help_at <= p + at) names.reset();
    if (!names) {
      for (const InterfaceType& t : interface_types()) session.expect(p + at, Expect::Kind::type_name, t.name, t.help);
      return false;
    }
    value = std::move(*names);
    first = p + at;
    return true;
  }
  bool fits(const value_type& value) const { return !value.empty(); }
  std::string text(const value_type& value) const {
    std::string out;
    for (const std::string& name : value) out += (out.empty() ? "" : " , ") + name;
    return out;
  }
  void generate(Generator& g) const { g.token("GigabitEthernet0/" + std::to_string(1 + g.roll(4)) + "-7,Loopback2"); }
};

bool good_hostname(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return name.size() <= 63 && letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
         });
}

auto service_timestamps() {
  using T = ServiceTimestamps;
  return service() >> kw("timestamps", "Timestamp debug/log messages") >>
         (is<&T::kind, TimestampKind::debug>(kw("debug", "Timestamp debug messages")) |
          is<&T::kind, TimestampKind::log>(kw("log", "Timestamp log messages"))) >>
         -((flag<&T::datetime>(kw("datetime", "Timestamp with date and time")) >>
            -any_order(flag<&T::msec>(kw("msec", "Include milliseconds in timestamp")),
                       flag<&T::localtime>(kw("localtime", "Use local time zone for timestamps")),
                       flag<&T::show_timezone>(kw("show-timezone", "Add time zone information to timestamp")),
                       flag<&T::year>(kw("year", "Include year in timestamp")))) |
           flag<&T::uptime>(kw("uptime", "Timestamp with system uptime")));
}

Commands system_lines() {
  return table(
      accepted<Version>(kw("version", "Software version") >> f<&Version::text>(rest_of_line("Version of the configuration"))),
      many<ServiceTimestamps>(
          service_timestamps(),
          {.no_effect = true,
           .same = [](const ServiceTimestamps& old, const ServiceTimestamps& given, bool) { return old.kind == given.kind; },
           .before = [](const ServiceTimestamps& a, const ServiceTimestamps& b) { return a.kind < b.kind; }}),
      once<Hostname>(kw("hostname", "Set system's network name") >> tail(f<&Hostname::name>(word("This system's network name"))),
                     {.absent = "hostname Router",
                      .settle = [](Hostname& h) -> std::string {
                        return good_hostname(h.name) ? "" : "% Hostname contains one or more illegal characters.";
                      },
                      .is_default = [](const Hostname& h) { return h.name == "Router"; }}));
}

Commands interfaces() {
  return table(
      acting<InterfaceRange>(kw("interface", "Select an interface to configure") >> kw("range", "interface range command") >>
                                 f<&InterfaceRange::names>(InterfaceRanges{}),
                             {.no_form = false, .act = [](Editor&, const InterfaceRange&, Form) { return Answer{}; }}),
      block<Interface>(interface_line(),
                       {.opens = interface_mode,
                        .note_for = note_of,
                        .same = [](const Interface& old, const Interface& given, bool) { return old.name == given.name; },
                        .before = [](const Interface& a, const Interface& b) { return interface_before(a.name, b.name); },
                        .ordered_by_key = true,
                        .default_empties = true,
                        .keeps = keep_interface,
                        .prompt = [](const Interface& i) -> std::string {
                          return i.name.find('.') == std::string::npos ? "" : "config-subif";
                        }}));
}

Commands leaving() {
  return table(leave("Exit from configure mode"),
               command<EndOfConfiguration>(Merge::finish, kw("end", "Exit from configure mode"), {.no_form = false}));
}

}  // namespace

const Mode& global_mode() {
  static const Mode mode("global", "config",
                         joined(system_lines(), global_vrfs(), global_enable(), global_aaa(), global_names(), other_head(),
                                global_pki(), global_users(), global_ikev2(), other_middle(), global_isakmp(), global_ipsec(),
                                interfaces(), other_routing(), global_object_groups(), global_routes(), global_lists(),
                                global_tacacs(), other_tail(), global_logging(), global_radius(), leaving()));
  return mode;
}

}  // namespace parser
