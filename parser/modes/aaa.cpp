// AAA, RADIUS, TACACS+ and users: understood and kept.
#include <algorithm>
#include <map>

#include "parser/modes/common.hpp"
#include "parser/modes/other.hpp"

namespace parser {
namespace {

constexpr std::string_view why = no_effect::aaa;

auto list_name() { return kw("default", "The default list.") | selector(word("Named list.")); }
auto group() {
  return kw("group", "Use Server-group") >>
         (whole(kw("radius", "Use list of all Radius hosts.")) | whole(kw("tacacs+", "Use list of all Tacacs+ hosts.")) |
          name_arg("Server-group name"));
}
auto methods() {
  return repeat((kw("cache", "Use Cached-group") >> name_arg("Server-group name")) | kw("enable", "Use enable password.") |
                    kw("if-authenticated", "Succeed if user has authenticated.") |
                    kw("if-needed", "Only if it was not done at login.") | kw("line", "Use line password.") |
                    kw("local-case", "Use case-sensitive local username.") | kw("local", "Use local username.") |
                    kw("none", "NO check.") | group(),
                1, 4);
}
auto authentication() { return aaa() >> kw("authentication", "Authentication configurations parameters."); }
auto authorization() { return aaa() >> kw("authorization", "Authorization configurations parameters."); }
auto accounting() { return aaa() >> kw("accounting", "Accounting configurations parameters."); }
auto record() {
  return kw("start-stop", "Record start and stop without waiting") | kw("stop-only", "Record stop when service terminates.") |
         kw("wait-start", "Same as start-stop but wait for start-record commit.");
}

auto parameters() { return arg(rest_of_line("Parameters")); }

/// Profiles authenticate users of EAP by such a list.
bool names_local(const Kept& line) {
  return line.text.find(" local") != std::string::npos || line.text.find(" group ") != std::string::npos;
}

/// The user has a password that EAP can be held against.
bool has_password(const Kept& line) { return line.first(Kept::Use::password).has_value(); }

template <class What>
auto checked(What what) {
  return kept_many(what >> list_name() >> tail(methods()) >> pad, {.note = why});
}

Commands lists() {
  return table(
      kept(aaa() >> kw("new-model", "Enable NEW access control commands and functions.(Disables OLD commands.)"),
           {.note = why, .negation = Negation::kept_both}),
      kept_many(authentication() >> kw("login", "Set authentication lists for logins.") >> list_name() >> tail(methods()) >> pad,
                {.note = no_effect::host_users, .effective = names_local}),
      checked(authentication() >> kw("enable", "Set authentication list for enable.")),
      checked(authentication() >> kw("ppp", "Set authentication lists for ppp.")),
      checked(authentication() >> kw("dot1x", "Set authentication lists for IEEE 802.1x.")),
      checked(authorization() >> kw("exec", "For starting an exec (shell).")),
      checked(authorization() >> kw("network", "For network services. (PPP, SLIP, ARAP)")),
      kept(authorization() >> kw("console", "For enabling console authorization"), {.note = why}),
      kept_many(authentication() >> (kw("attempts", "Set the maximum number of login attempts") |
                                     kw("banner", "Message to use when starting login/authentication.") |
                                     kw("fail-message", "Message to use for failed login/authentication.") |
                                     kw("password-prompt", "Text to use when prompting for a password") |
                                     kw("suppress", "Do not send access request for a specific type of user.") |
                                     kw("username-prompt", "Text to use when prompting for a username")) >>
                    tail(parameters()),
                {.note = why}),
      kept_many(authorization() >>
                    (kw("auth-proxy", "For Authentication Proxy Services") | kw("cache", "For AAA cache configuration") |
                     kw("config-commands", "For configuration mode commands.") |
                     kw("configuration", "For downloading configurations from AAA server") |
                     kw("credential-download", "For downloading EAP credential from Local/RADIUS/LDAP") |
                     kw("reverse-access", "For reverse access connections")) >>
                    -parameters(),
                {.note = why}),
      kept_many(accounting() >> (kw("auth-proxy", "For authentication proxy events.") |
                                 kw("connection", "For outbound connections. (telnet, rlogin)") |
                                 kw("delay-start", "Delay PPP Network start record until peer IP address is known.") |
                                 kw("dot1x", "For dot1x sessions.") | kw("identity", "For identity events.") |
                                 kw("nested", "When starting PPP from EXEC, generate NETWORK records") |
                                 kw("send", "Send records to accounting server.") |
                                 kw("suppress", "Do not generate accounting records for a specific type of user.") |
                                 kw("system", "For system events.") | kw("update", "Enable accounting update records.")) >>
                    -parameters(),
                {.note = why}),
      kept_many(authorization() >> kw("commands", "For exec (shell) commands.") >>
                    tail(arg(number(0, 15, "Enable level")) >> list_name() >> methods()),
                {.note = why}),
      kept_many(accounting() >> kw("exec", "For starting an exec (shell).") >> list_name() >> tail(record() >> group()),
                {.note = why}),
      kept_many(accounting() >> kw("commands", "For exec (shell) commands.") >>
                    tail(arg(number(0, 15, "Enable level")) >> list_name() >> record() >> group()),
                {.note = why}));
}

const Mode& accounting_mode() {
  static const Mode mode(
      "aaa_accounting", "cfg-acct-mlist",
      table(kept(kw("action-type", "Action type") >> tail(record() | kw("none", "No accounting.")), {.note = why}),
            kept_many(group(), {.effective = in_force}), leave("Exit from accounting method list configuration mode")));
  return mode;
}

const Mode& radius_group_mode() {
  const auto ports = [] {
    return -(kw("auth-port", "UDP port for RADIUS authentication server") >> arg(number(0, 65535, "Port number"))) >>
           -(kw("acct-port", "UDP port for RADIUS accounting server") >> arg(number(0, 65535, "Port number")));
  };
  static const Mode mode(
      "radius_group", "config-sg-radius",
      table(kept_many(kw("server", "Specify a RADIUS server") >> kw("name", "radius server configuration name") >>
                          tail(name_arg("Name of the server")),
                      {.effective = in_force}),
            kept_many(kw("server", "Specify a RADIUS server") >> tail(arg(ipv4("IP address of RADIUS server")) >> ports()),
                      {.note = why}),
            kept_many(kw("server-private", "Define private RADIUS server") >>
                          tail(selector(ipv4("IP address of RADIUS server")) >> ports() >>
                               -(kw("timeout", "Time to wait") >> arg(number(1, 1000, "Seconds"))) >>
                               -(kw("retransmit", "How often") >> arg(number(0, 100, "Times"))) >>
                               -(kw("key", "Key of the server") >> password_arg())),
                      {.note = why}),
            kept(kw("ip", "Internet Protocol config commands") >> kw("vrf", "VRF") >> kw("forwarding", "Forwarding table") >>
                     tail(name_arg("Name of the VRF")),
                 {.note = why}),
            kept(kw("ip", "Internet Protocol config commands") >> kw("radius", "RADIUS configuration commands") >>
                     kw("source-interface", "Interface of the source address") >> tail(interface_arg()),
                 {.note = why}),
            kept(kw("deadtime", "Specify time in minutes to ignore an unresponsive server") >>
                     tail(arg(number(0, 1440, "Minutes"))),
                 {.note = why}),
            kept(kw("ipv6", "IPv6 config commands") >> kw("radius", "RADIUS configuration commands") >>
                     kw("source-interface", "Interface of the source address") >> tail(interface_arg()),
                 {.note = why}),
            kept(kw("load-balance", "Server group load-balancing options.") >> tail(parameters()), {.note = why}),
            kept_many(kw("attribute", "Customize selected radius attributes") >> tail(parameters()), {.note = why}),
            leave("Exit from RADIUS server-group configuration mode")));
  return mode;
}

const Mode& tacacs_group_mode() {
  static const Mode mode(
      "tacacs_group", "config-sg-tacacs+",
      table(kept_many(kw("server", "Specify a TACACS+ server") >> kw("name", "tacacs server configuration name") >>
                          tail(name_arg("Name of the server")),
                      {.note = why}),
            kept_many(
                kw("server-private", "Define private TACACS+ server") >>
                    tail(selector(ipv4("IP address of TACACS+ server")) >> -(kw("key", "Key of the server") >> password_arg())),
                {.note = why}),
            kept(kw("ip", "Internet Protocol config commands") >> kw("vrf", "VRF") >> kw("forwarding", "Forwarding table") >>
                     tail(name_arg("Name of the VRF")),
                 {.note = why}),
            kept_many(kw("server", "Specify a TACACS+ server") >> tail(arg(ipv4("IP address of TACACS+ server"))), {.note = why}),
            kept(kw("ip", "Internet Protocol config commands") >> kw("tacacs", "TACACS+ configuration commands") >>
                     kw("source-interface", "Interface of the source address") >> tail(interface_arg()),
                 {.note = why}),
            leave("Exit from TACACS+ server-group configuration mode")));
  return mode;
}

const Mode& radius_server_mode() {
  static const Mode mode(
      "radius_server", "config-radius-server",
      table(kept(kw("address", "Specify the radius server address") >>
                     tail(((kw("ipv4", "IPv4 Address") >> (arg(ipv4("IPv4 address")) | name_arg("Host name"))) |
                           (kw("ipv6", "IPv6 Address") >> (arg(ipv6("IPv6 address")) | name_arg("Host name")))) >>
                          -(kw("auth-port", "UDP port for RADIUS authentication server (default is 1645)") >>
                            arg(number(0, 65535, "Port number"))) >>
                          -(kw("acct-port", "UDP port for RADIUS accounting server (default is 1646)") >>
                            arg(number(0, 65535, "Port number")))),
                 {.effective = in_force}),
            kept(kw("automate-tester", "Configure server automated testing.") >> tail(arg(rest_of_line("Parameters"))),
                 {.note = why}),
            kept(kw("timeout", "Time to wait (in seconds) for this radius server to reply") >>
                     tail(arg(number(1, 1000, "Seconds"))),
                 {.effective = in_force}),
            kept(kw("retransmit", "Number of retries to active server (overrides default)") >> tail(arg(number(0, 100, "Times"))),
                 {.effective = in_force}),
            kept(kw("pac", "Protected Access Credential key") >> kw("key", "Key") >> tail(password_arg()), {.note = why}),
            kept(kw("key", "Per-server encryption key") >> tail(password_arg()), {.effective = in_force}),
            kept(kw("backoff", "Retry backoff pattern (Default is retransmits with constant delay)") >> tail(parameters()),
                 {.note = why}),
            kept(kw("non-standard", "Non-standard attributes to be parsed"), {.note = why}),
            leave("Exit from RADIUS server configuration mode")));
  return mode;
}

const Mode& tacacs_server_mode() {
  static const Mode mode(
      "tacacs_server", "config-server-tacacs",
      table(kept(kw("address", "Specify the tacacs server address") >>
                     tail((kw("ipv4", "IPv4 Address") >> (arg(ipv4("IPv4 address")) | name_arg("Host name"))) |
                          (kw("ipv6", "IPv6 Address") >> (arg(ipv6("IPv6 address")) | name_arg("Host name")))),
                 {.note = why}),
            kept(kw("timeout", "Time to wait for this server to reply") >> tail(arg(number(1, 1000, "Seconds"))), {.note = why}),
            kept(kw("key", "Per-server encryption key") >> tail(password_arg()), {.note = why}),
            kept(kw("port", "TCP port for TACACS+ server") >> tail(arg(number(1, 65535, "Port number"))), {.note = why}),
            kept(kw("single-connection", "Multiplex all packets over a single tcp connection"), {.note = why}),
            leave("Exit from TACACS+ server configuration mode")));
  return mode;
}

const Mode& dynamic_author_mode() {
  static const Mode mode(
      "radius_dynamic_author", "config-locsvr-da-radius",
      table(kept_many(kw("client", "Specify a RADIUS client") >>
                          tail(selector(word("Address or name of the client")) >>
                               -(kw("vrf", "VRF of the client") >> name_arg("Name of the VRF")) >>
                               -(kw("server-key", "Key of the client") >> password_arg())),
                      {.effective = in_force}),
            kept(kw("port", "Port to listen on") >> tail(arg(number(0, 65535, "Port number"))), {.effective = in_force}),
            kept(kw("auth-type", "Authorization type") >>
                     tail(kw("all", "All attributes") | kw("any", "Any attribute") | kw("session-key", "The session key")),
                 {.note = why}),
            kept(kw("server-key", "Key of clients") >> tail(password_arg()), {.effective = in_force}),
            kept_many(kw("ignore", "Override what CoA packets say") >>
                          (kw("server-key", "Keys of clients") | kw("session-key", "The session key")),
                      {.note = why}),
            leave("Exit from dynamic author configuration mode")));
  return mode;
}

const Mode& attribute_list_mode() {
  static const Mode mode(
      "aaa_attribute_list", "config-attr-list",
      table(kept_many(kw("attribute", "Define an attribute") >> kw("type", "Type of the attribute") >>
                          tail(name_arg("Name of the attribute") >> arg(rest_of_line("Value, service, protocol"))),
                      {.note = why}),
            leave("Exit from attribute list configuration mode")));
  return mode;
}

Commands servers() {
  const auto groups = [] {
    return aaa() >> kw("group", "AAA group definitions") >> kw("server", "AAA Server group definitions");
  };
  return table(kept_block(accounting() >> kw("network", "For network services. (PPP, SLIP, ARAP)") >> list_name() >>
                              -((record() >> group()) | kw("none", "No accounting.")),
                          {.opens = accounting_mode, .effective = in_force}),
               kept_block(groups() >> kw("radius", "RADIUS server-group definition") >> name_arg("Server-group name"),
                          {.opens = radius_group_mode, .effective = in_force}),
               kept_block(groups() >> kw("tacacs+", "TACACS+ server-group definition") >> name_arg("Server-group name"),
                          {.note = why, .opens = tacacs_group_mode}),
               kept_block(groups() >> kw("ldap", "LDAP server-group definition") >> name_arg("Server-group name"),
                          {.note = why, .opens = other_part_mode}),
               kept_block(aaa() >> kw("server", "Local AAA server") >> kw("radius", "RADIUS") >>
                              kw("dynamic-author", "Local server profile for RFC 3576 support"),
                          {.opens = dynamic_author_mode, .effective = in_force}),
               kept_block(aaa() >> kw("common-criteria", "AAA Common Criteria") >> kw("policy", "Policy of passwords") >>
                              name_arg("Name of the policy"),
                          {.note = why, .opens = criteria_policy_mode}),
               kept_many(aaa() >> (kw("intercept", "Perform Lawful Intercept.") | kw("local", "AAA Local method options") |
                                   kw("max-sessions", "Adjust initial hash size for estimated max sessions") |
                                   kw("memory", "Memory parameters") | kw("nas", "NAS specific configuration") |
                                   kw("pod", "POD processing") | kw("traceroute", "Traceroute")) >>
                             -parameters(),
                         {.note = why}),
               kept(aaa() >> kw("session-id", "AAA Session ID") >> tail(kw("common", "Generate the same session id for all") |
                                                                        kw("unique", "Generate different session id for each")),
                    {.note = why}),
               kept_block(aaa() >> kw("attribute", "AAA attribute definitions") >> kw("list", "AAA attribute list definitions") >>
                              name_arg("Name of the attribute list"),
                          {.note = why, .opens = attribute_list_mode}));
}

auto hashed(const char* plain_help) {
  const auto text = [plain_help] { return typed_secret<Kept::Use::hashed>(key_word(plain_help)); };
  return (kw("0", "Specifies an UNENCRYPTED secret will follow") >> text()) |
         (kw("4", "Specifies a SHA256 ENCRYPTED secret will follow") >> text()) |
         (kw("5", "Specifies a MD5 HASHED secret will follow") >> text()) |
         (kw("8", "Specifies a PBKDF2 HASHED secret will follow") >> text()) |
         (kw("9", "Specifies a SCRYPT HASHED secret will follow") >> text()) | text();
}

/// Says how the secret behind it is hashed; gone once it is.
auto algorithm() {
  return kw("algorithm-type", "Algorithm to use for hashing the plaintext secret") >>
         (kw("md5", "Encode by MD5") | kw("scrypt", "Encode by SCRYPT") | kw("sha256", "Encode by PBKDF2"));
}

/// What a line about a user says, by the words that begin each part; whatever is about the password has one place.
std::map<std::size_t, std::string> user_parts(const Kept& line) {
  constexpr std::string_view order[] = {"one-time",       "privilege",     "view",
                                        "access-class",   "user-maxlinks", "aaa",
                                        "nohangup",       "noescape",      "common-criteria-policy",
                                        "algorithm-type", "secret",        "password",
                                        "nopassword",     "autocommand"};
  constexpr std::size_t first_of_password = 9, last_of_password = 12;
  std::map<std::size_t, std::string> out;
  std::size_t part = 0;
  for (std::size_t i = 2; i < line.words.size(); ++i) {
    const auto head = std::find(std::begin(order), std::end(order), line.word(i));
    if (line.words[i].use == Kept::Use::keyword && head != std::end(order)) {
      part = static_cast<std::size_t>(head - std::begin(order));
      if (part > first_of_password && part <= last_of_password) part = first_of_password;
    }
    out[part] += " " + std::string(line.word(i));
  }
  return out;
}

/// Lines about one user add up.
std::string joined_user(const Kept& old, const Kept& given) {
  std::map<std::size_t, std::string> parts = user_parts(given);
  parts.merge(user_parts(old));
  std::string out = "username " + std::string(given.word(1));
  for (const auto& [place, text] : parts) out += text;
  return out;
}

/// What parser/operators.hpp reads: how far a user may go, and what opens the privileged commands.
bool has_privilege(const Kept& line) { return line.keyword("privilege").has_value(); }
/// Without password: somebody whose certificate EAP-TLS takes.
bool counts_here(const Kept& line) { return has_privilege(line) || has_password(line) || line.keyword("nopassword"); }

}  // namespace

Commands global_aaa() { return joined(lists(), servers()); }

Commands global_enable() {
  const auto enable = [] { return kw("enable", "Modify enable password parameters"); };
  return table(
      kept_many(enable() >> tail(-algorithm() >> kw("secret", "Assign the privileged level secret (MAX of 25 characters)") >>
                                 -(kw("level", "Set exec level password") >> selector(number(1, 15, "Level number"))) >>
                                 hashed("The UNENCRYPTED (cleartext) 'enable' secret")),
                {.note = no_effect::host_users, .effective = in_force}),
      kept_many(enable() >> kw("password", "Assign the privileged level password (MAX of 25 characters)") >>
                    tail(-(kw("level", "Set exec level password") >> selector(number(1, 15, "Level number"))) >> password_arg()),
                {.note = no_effect::host_users, .effective = in_force}));
}

Commands global_users() {
  const auto what = [](const char* help) { return name_arg(help); };
  return table(kept_many(
      kw("username", "Establish User Name Authentication") >> selector(word("User name")) >>
          tail(-kw("one-time", "Specify that the username/password is valid for only one time") >>
               -(kw("privilege", "Set user privilege level") >> arg(number(0, 15, "User privilege level"))) >>
               -(kw("view", "Set view name") >> what("View name")) >>
               -(kw("access-class", "Restrict access by access-class") >> what("Access list")) >>
               -(kw("user-maxlinks", "Limit the user's number of inbound links") >> arg(number(1, 255, "Number of links"))) >>
               -(kw("aaa", "AAA directive") >> kw("attribute", "AAA attribute") >> kw("list", "AAA attribute list") >>
                 what("Name of the list")) >>
               -kw("nohangup", "Do not disconnect after an automatic command") >>
               -kw("noescape", "Prevent the user from using an escape character") >>
               -(kw("common-criteria-policy", "Enter the common-criteria policy name") >> what("Policy name")) >> -algorithm() >>
               -((kw("secret", "Specify the secret for the user") >> hashed("The UNENCRYPTED (cleartext) user secret")) |
                 (kw("password", "Specify the password for the user") >> password_arg()) |
                 kw("nopassword", "No password is required for the user to log in")) >>
               -(kw("autocommand", "Automatically issue a command after the user logs in") >>
                 arg(rest_of_line("Command to be automatically issued")))),
      {.note = no_effect::host_users, .effective = counts_here, .joined = joined_user}));
}

Commands global_tacacs() {
  const auto tacacs = [] { return kw("tacacs-server", "Modify TACACS query parameters"); };
  return table(
      kept_many(tacacs() >> kw("host", "Specify a TACACS server") >>
                    tail(selector(word("Address or name of the server")) >>
                         -any_order(kw("single-connection", "One connection for all sessions"),
                                    kw("port", "TCP port of the server") >> arg(number(1, 65535, "Port number")),
                                    kw("timeout", "Time to wait") >> arg(number(1, 1000, "Seconds")),
                                    kw("key", "Key of the server") >> password_arg())),
                {.note = why}),
      kept(tacacs() >> kw("key", "encryption key shared with the TACACS+ servers") >> tail(password_arg()), {.note = why}));
}

Commands global_radius() {
  const auto old = [] { return kw("radius-server", "Modify RADIUS query parameters"); };
  return table(
      kept_many(old() >> kw("attribute", "Customize selected radius attributes") >> tail(arg(rest_of_line("Attribute"))),
                {.note = why}),
      kept_many(old() >> (kw("load-balance", "Radius load-balancing options.") |
                          kw("source-ports", "source ports used for sending out RADIUS requests") |
                          kw("accounting", "Accounting information configuration") |
                          kw("domain-stripping", "Strip the domain from the username")) >>
                    tail(parameters()),
                {.note = why}),
      kept_many(old() >> kw("dead-criteria", "Set the criteria used to decide when a radius server is marked dead") >>
                    tail(arg(rest_of_line("Criteria"))),
                {.note = why}),
      kept(old() >> kw("deadtime", "Time to stop using a server that doesn't respond") >> tail(arg(number(0, 1440, "Minutes"))),
           {.note = why}),
      kept_many(
          old() >> kw("host", "Specify a RADIUS server") >>
              tail(selector(word("Address or name of the server")) >>
                   -(kw("auth-port", "UDP port for RADIUS authentication server") >> arg(number(0, 65535, "Port number"))) >>
                   -(kw("acct-port", "UDP port for RADIUS accounting server") >> arg(number(0, 65535, "Port number"))) >>
                   -(kw("timeout", "Time to wait") >> arg(number(1, 1000, "Seconds"))) >>
                   -(kw("retransmit", "How often") >> arg(number(0, 100, "Times"))) >>
                   -(kw("key", "Key of the server") >> password_arg())),
          {.note = why}),
      kept(old() >> kw("key", "encryption key shared with the radius servers") >> tail(password_arg()), {.note = why}),
      kept(old() >> kw("timeout", "Time to wait for a RADIUS server to reply") >> tail(arg(number(1, 1000, "Seconds"))),
           {.note = why}),
      kept(old() >> kw("retransmit", "Specify the number of retries to active server") >> tail(arg(number(0, 100, "Times"))),
           {.note = why}),
      kept(old() >> kw("vsa", "Vendor specific attribute configuration") >> tail(arg(rest_of_line("Parameters"))), {.note = why}),
      kept_block(
          kw("radius", "RADIUS server configuration command") >> kw("server", "RADIUS server") >> name_arg("Name of the server"),
          {.opens = radius_server_mode, .effective = in_force}),
      kept_block(kw("ldap", "LDAP server configuration command") >> kw("server", "LDAP server") >> name_arg("Name of the server"),
                 {.note = why, .opens = other_part_mode}),
      kept_block(kw("tacacs", "TACACS+ server configuration command") >> kw("server", "TACACS+ server") >>
                     name_arg("Name of the server"),
                 {.note = why, .opens = tacacs_server_mode}));
}

}  // namespace parser
