// ip access-list {extended | standard} NAME, ipv6 access-list NAME, and access-list N.
#include "parser/merge.hpp"
#include "parser/modes/access_list_words.hpp"
#include "parser/modes/common.hpp"

namespace parser {
namespace {

auto match_flags() {
  using A = AccessListEntry;
  const auto bits = [] { return each<&A::matched_bits>(symbols(signed_flags()), 1, 6); };
  return -(is<&A::match, FlagMatch::all>(kw("match-all", "Match if all specified flags are present") >> bits()) |
           is<&A::match, FlagMatch::any>(kw("match-any", "Match if any specified flag is present") >> bits()));
}
auto flags(const WordNames& names) { return each<&AccessListEntry::flags>(symbols(names), 0, 8); }
auto icmp_options(const WordNames& names) {
  using A = AccessListEntry;
  return -(f<&A::icmp_name>(symbols(names)) |
           (f<&A::icmp_type>(number(0, 255, "ICMP message type")) >> -f<&A::icmp_code>(number(0, 255, "ICMP message code"))));
}

auto group_kw() { return kw("object-group", "Object group"); }
auto name_group() {
  using E = AclEndpoint;
  return is<&E::target, AclTarget::fqdn_group>(kw("fqdn-group", "FQDN group") >> f<&E::group>(word("Name of an FQDN group"))) |
         is<&E::target, AclTarget::geo_group>(kw("geo-group", "Geo group") >> f<&E::group>(word("Name of a geo group")));
}
auto any_kw() { return is<&AclEndpoint::target, AclTarget::any>(kw("any", "Any host")); }

auto endpoint4(const char* side) {
  using E = AclEndpoint;
  return any_kw() | is<&E::target, AclTarget::host>(kw("host", "A single host") >> f<&E::address>(ipv4("Host address"))) |
         is<&E::target, AclTarget::group>(group_kw() >> f<&E::group>(word("Name of a network object group"))) | name_group() |
         is<&E::target, AclTarget::network>(f<&E::address>(ipv4(side)) >> f<&E::wildcard>(ipv4("Wildcard bits")));
}

auto endpoint6(const char* side) {
  using E = AclEndpoint;
  return any_kw() | is<&E::target, AclTarget::host>(kw("host", "A single host") >> f<&E::address>(ipv6("Host address"))) |
         is<&E::target, AclTarget::group>(group_kw() >> f<&E::group>(word("Name of a network object group"))) |
         is<&E::target, AclTarget::network>(split<&E::address, &E::length>(ipv6_prefix(side)));
}

/// A port by name or number, as one terminal.
struct Port : x3::parser<Port>, ValueTraits {
  using value_type = std::uint16_t;
  const PortNames* names;
  explicit Port(const PortNames& n) : names(&n) {}
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R& object, std::uint16_t& value) const {
    return Symbols<std::uint16_t>(*names).parse(first, last, context, object, value) ||
           number<std::uint16_t>(0, 65535, "Port number").parse(first, last, context, object, value);
  }
  bool fits(std::uint16_t) const { return true; }
  std::string text(std::uint16_t value) const {
    const auto* row = Symbols<std::uint16_t>(*names).row(value);
    return row ? row->keyword : std::to_string(value);
  }
  void generate(Generator& g) const { g.token(text(static_cast<std::uint16_t>(g.roll(2) ? g.roll(600) : g.roll(65536)))); }
};

auto ports(const PortNames& names) {
  using E = AclEndpoint;
  const auto list = [&](std::size_t least, std::size_t most) { return each<&E::ports>(Port(names), least, most, Repeats::kept); };
  return -(is<&E::op, PortOperator::eq>(kw("eq", "Match only packets on a given port number") >> list(1, 10)) |
           is<&E::op, PortOperator::neq>(kw("neq", "Match only packets not on a given port number") >> list(1, 10)) |
           is<&E::op, PortOperator::gt>(kw("gt", "Match only packets with a greater port number") >> list(1, 1)) |
           is<&E::op, PortOperator::lt>(kw("lt", "Match only packets with a lower port number") >> list(1, 1)) |
           is<&E::op, PortOperator::range>(kw("range", "Match only packets in the range of port numbers") >> list(2, 2)));
}

/// PROTOCOL SOURCE [PORT] DESTINATION [PORT] and what only some protocols have; ports only where there are some.
template <std::uint8_t Icmp, class Endpoint>
auto flows(Endpoint endpoint, const Vocabulary& words) {
  using A = AccessListEntry;
  const auto side = [&](const char* help) { return group<AclEndpoint>(endpoint(help)); };
  const auto sides = f<&A::source>(side("Source address")) >> f<&A::destination>(side("Destination address"));
  const auto with_ports = [&](const char* help, const PortNames& names) {
    return group<AclEndpoint>((endpoint(help)) >> ports(names));
  };
  const auto pair = [&](const PortNames& names) {
    return f<&A::source>(with_ports("Source address", names)) >> f<&A::destination>(with_ports("Destination address", names));
  };
  constexpr auto tcp = std::uint8_t{6}, udp = std::uint8_t{17}, sctp = std::uint8_t{132};
  const auto usual =
      (is<&A::protocol, tcp>(kw("tcp", "Transmission Control Protocol")) >> pair(tcp_ports()) >> match_flags() >>
       flags(words.tcp_flags)) |
      (is<&A::protocol, udp>(kw("udp", "User Datagram Protocol")) >> pair(udp_ports()) >> flags(words.flags)) |
      (is<&A::protocol, sctp>(kw("sctp", "Stream Control Transmission Protocol")) >> pair(no_port_names()) >>
       flags(words.flags)) |
      (is<&A::protocol, Icmp>(kw("icmp", "Internet Control Message Protocol")) >> sides >> icmp_options(words.icmp) >>
       flags(words.flags)) |
      (group_kw() >> f<&A::service>(word("Name of a service object group")) >> sides >> flags(words.flags)) |
      ((f<&A::protocol>(symbols(words.protocols)) | f<&A::protocol>(number<std::uint8_t>(0, 255, "An IP protocol number"))) >>
       sides >> flags(words.flags));
  // Protocol 0 by its name, which only IPv6 has: as a number it means any.
  if constexpr (Icmp == 58)
    return (flag<&A::hop_by_hop>(kw("hbh", "Hop by Hop options header")) >> sides >> flags(words.flags)) | usual;
  else
    return usual;
}

auto ttl_match() {
  using A = AccessListEntry;
  const auto values = [](std::size_t count) { return each<&A::ttl>(number(0, 255, "TTL value"), count, count, Repeats::kept); };
  return kw("ttl", "Match packets with given TTL value") >>
         (is<&A::ttl_op, PortOperator::eq>(kw("eq", "Match only packets on a given TTL number") >> values(1)) |
          is<&A::ttl_op, PortOperator::neq>(kw("neq", "Match only packets not on a given TTL number") >> values(1)) |
          is<&A::ttl_op, PortOperator::gt>(kw("gt", "Match only packets with a greater TTL number") >> values(1)) |
          is<&A::ttl_op, PortOperator::lt>(kw("lt", "Match only packets with a lower TTL number") >> values(1)) |
          is<&A::ttl_op, PortOperator::range>(kw("range", "Match only packets in the range of TTLs") >> values(2)));
}

/// What narrows a line beyond its flow; each at most once, printed in this order.
auto narrowing() {
  using A = AccessListEntry;
  return -(kw("dscp", "Match packets with given dscp value") >> f<&A::dscp>(word("Differentiated services codepoint"))) >>
         -(kw("precedence", "Match packets with given precedence value") >> f<&A::precedence>(word("Precedence value"))) >>
         -(kw("tos", "Match packets with given TOS value") >> f<&A::tos>(word("Type of service value"))) >> -ttl_match() >>
         -(kw("option", "Match packets with given IP Options value") >> f<&A::ip_option>(word("IP Options value"))) >>
         -(kw("flow-label", "Flow label") >> f<&A::flow_label>(number(0, 1048575, "Flow label value"))) >>
         -(kw("time-range", "Specify a time-range") >> f<&A::time_range>(word("Time-range entry name")));
}

template <class Flows>
auto rule(const Flows& flows) {
  using A = AccessListEntry;
  const auto timeout = [] { return number(1, 2147483, "Maximum time to live in seconds"); };
  const auto reflexive = [] { return f<&A::reflect>(word("IP reflexive access list name")); };
  return (is<&A::verb, AclVerb::evaluate>(kw("evaluate", "Evaluate an access list") >> reflexive())) |
         (is<&A::verb, AclVerb::remark>(kw("remark", "Access list entry comment")) >>
          f<&A::remark>(rest_of_line("Comment up to 100 characters"))) |
         (-(kw("dynamic", "Specify a DYNAMIC list of PERMITs or DENYs") >> f<&A::dynamic>(word("Name of a Dynamic list")) >>
            -(kw("timeout", "Maximum time for dynamic ACL to live") >> f<&A::dynamic_timeout>(number(1, 9999, "Minutes")))) >>
          (is<&A::verb, AclVerb::permit>(kw("permit", "Specify packets to forward")) |
           is<&A::verb, AclVerb::deny>(kw("deny", "Specify packets to reject", 2))) >>
          flows >> narrowing() >> -(kw("reflect", "Create reflexive access list entry") >> reflexive() >>
                                    -(kw("timeout", "Maximum time to live") >> f<&A::reflect_timeout>(timeout()))) >>
          -((flag<&A::log>(kw("log", "Log matches against this entry")) >> -f<&A::log_cookie>(word("User defined cookie"))) |
            flag<&A::log_input>(kw("log-input", "Log matches against this entry, including input interface"))));
}

auto standard_rule() {
  using A = AccessListEntry;
  using E = AclEndpoint;
  const auto source = group<E>(
      any_kw() | is<&E::target, AclTarget::host>(kw("host", "A single host address") >> f<&E::address>(ipv4("Host address"))) |
      is<&E::target, AclTarget::network>(f<&E::address>(ipv4("Address to match")) >> -f<&E::wildcard>(ipv4("Wildcard bits"))));
  return (is<&A::verb, AclVerb::remark>(kw("remark", "Access list entry comment")) >>
          f<&A::remark>(rest_of_line("Comment up to 100 characters"))) |
         ((is<&A::verb, AclVerb::permit>(kw("permit", "Specify packets to forward")) |
           is<&A::verb, AclVerb::deny>(kw("deny", "Specify packets to reject", 2))) >>
          f<&A::source>(source) >> -flag<&A::log>(kw("log", "Log matches against this entry")));
}

/// The canonical form: hosts and any by name, nothing below the wildcard.
void canonical(AclEndpoint& e) {
  if (e.target != AclTarget::network) return;
  if (e.wildcard) {
    const std::uint32_t wildcard = e.wildcard->v4_host_order();
    e.address = engine::IpAddress::v4(e.address.v4_host_order() & ~wildcard);
    if (wildcard == 0) e.target = AclTarget::host;
    if (wildcard == ~std::uint32_t{0}) e.target = AclTarget::any;
  } else if (e.length) {
    e.address = engine::Prefix::of(e.address, *e.length).address;
    if (*e.length == 128) e.target = AclTarget::host;
    if (*e.length == 0) e.target = AclTarget::any;
  }
  if (e.target == AclTarget::network) return;
  if (e.target == AclTarget::any) e.address = {};
  e.wildcard.reset();
  e.length.reset();
}

std::string settle(AccessListEntry& entry) {
  for (AclEndpoint* e : {&entry.source, &entry.destination}) {
    canonical(*e);
    if (e->op == PortOperator::range && e->ports[0] > e->ports[1])
      return "% Invalid port range: " + std::to_string(e->ports[0]) + " is greater than " + std::to_string(e->ports[1]);
  }
  return {};
}

/// Warns of a netmask typed where a wildcard belongs.
std::string netmask_warning(const AccessListEntry& entry) {
  for (const AclEndpoint* e : {&entry.source, &entry.destination}) {
    if (!e->wildcard) continue;
    const auto length = mask_length(*e->wildcard);
    if (length && *length > 0 && *length < 32)
      return "% Warning: " + ios_text(*e->wildcard) + " is a netmask; the wildcard for it is " +
             ios_text(engine::IpAddress::v4(~e->wildcard->v4_host_order()));
  }
  return {};
}

constexpr unsigned last_sequence = 2147483647;

const AccessListEntry& entry_of(const std::shared_ptr<const Node>& line) { return *line->as<AccessListEntry>(); }

/// Lines are printed without numbers unless typed with them, and must come back in the same order: where a line without
/// number would move behind a numbered one, all are numbered.
void number_if_needed(const Command& command, Lines& lines) {
  unsigned last = 0;
  bool moves = false;
  for (const auto& line : lines) {
    const AccessListEntry& entry = entry_of(line);
    const unsigned next = entry.numbered ? *entry.sequence : last + 10;
    moves = moves || next <= last || next > last_sequence;
    last = next;
  }
  if (!moves) return;
  for (auto& line : lines) {
    AccessListEntry entry = entry_of(line);
    entry.numbered = true;
    line = make_line(command, std::move(entry));
  }
}

Answer add(const Command& command, Lines& lines, const AccessListEntry& given) {
  const auto same = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return entry_of(l).same_rule(given); });
  if (same != lines.end() && (!given.numbered || entry_of(*same).sequence == given.sequence)) {
    if (given.numbered && !entry_of(*same).numbered) *same = make_line(command, given);
    return {};
  }
  if (same != lines.end() && given.verb != AclVerb::remark)
    return {true, "% Duplicate of line " + std::to_string(*entry_of(*same).sequence)};
  AccessListEntry entry = given;
  if (!entry.numbered) {
    const unsigned last = lines.empty() ? 0 : *entry_of(lines.back()).sequence;
    if (last > last_sequence - 10) return {true, "% Sequence numbers are exhausted"};
    entry.sequence = last + 10;
  }
  const auto place =
      std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return *entry_of(l).sequence >= *entry.sequence; });
  if (place != lines.end() && entry_of(*place).sequence == entry.sequence) return {true, "% Duplicate sequence number"};
  Answer answer{false, netmask_warning(entry)};
  lines.insert(place, make_line(command, std::move(entry)));
  number_if_needed(command, lines);
  return answer;
}

Answer remove(const Command& command, Lines& lines, const AccessListEntry& given, bool bare) {
  std::erase_if(lines, [&](const auto& line) {
    const AccessListEntry& entry = entry_of(line);
    return (!given.numbered || entry.sequence == given.sequence) && (bare || entry.same_rule(given));
  });
  number_if_needed(command, lines);
  return {};
}

/// A host of a standard list is a bare address, `network` without wildcard.
std::string settle_standard(AccessListEntry& entry) {
  if (entry.source.target == AclTarget::network && !entry.source.wildcard) entry.source.target = AclTarget::host;
  canonical(entry.source);
  if (entry.source.target == AclTarget::host) entry.source.target = AclTarget::network;
  return {};
}

std::string_view note_of(const AccessListEntry& entry) {
  if (entry.names_group()) return no_effect::object_groups;
  return entry.has_options() ? no_effect::acl_option : std::string_view();
}

const Rules<AccessListEntry> rules = {.note_for = note_of, .settle = settle, .add = add, .remove = remove};
const Rules<AccessListEntry> standard_rules = {
    .note = no_effect::standard_list, .settle = settle_standard, .add = add, .remove = remove};

auto sequence() { return f<&AccessListEntry::sequence>(number(1, last_sequence, "Sequence Number")); }
auto extended_rule() { return rule(flows<1>(endpoint4, ipv4_words())); }

/// The command of a mode that takes entries.
const Command& entry_command(const Mode& mode) { return *mode.commands().front(); }

/// The place of the list in the configuration, in front of which it is made where there is none.
template <class List>
Answer into_list(Editor& editor, const Command& opener, const Mode& mode, const std::string& name, const AccessListEntry& entry,
                 Form form) {
  const auto header = std::make_shared<List>(List{name});
  if (form != Form::set) return editor.merge({}, {&opener, header, form, false, {}, {}}).answer;
  const Editor::Change list = editor.merge({}, {&opener, header, Form::set, false, {}, {}});
  return editor.merge({list.entered}, {&entry_command(mode), std::make_shared<AccessListEntry>(entry), Form::set, false, {}, {}})
      .answer;
}

const Command& opener_of(const std::type_info& type) {
  for (const auto& command : global_mode().commands())
    if (command->type() == type) return *command;
  throw std::logic_error("no command opens access lists");
}

Answer add_numbered(Editor& editor, const NumberedEntry& given, Form form) {
  const std::string name = std::to_string(given.list);
  const bool standard = given.list <= 99 || (given.list >= 1300 && given.list <= 1999);
  if (standard)
    return into_list<StandardAccessList>(editor, opener_of(typeid(StandardAccessList)), standard_access_list_mode(), name,
                                         given.entry, form);
  return into_list<AccessList>(editor, opener_of(typeid(AccessList)), access_list_mode(), name, given.entry, form);
}

std::string settle_numbered(NumberedEntry& given) {
  const bool standard = given.list <= 99 || (given.list >= 1300 && given.list <= 1999);
  return standard ? settle_standard(given.entry) : settle(given.entry);
}

bool digits_alone(const std::string& name) { return name.find_first_not_of("0123456789") == std::string::npos; }

/// A list that is named by a number is of the kind that the number says.
template <class List>
std::string settle_list(List& list) {
  if (!digits_alone(list.name)) return {};
  const unsigned long number = list.name.size() > 4 ? 0 : std::stoul(list.name);
  const auto within = [number](unsigned long low, unsigned long high) { return number >= low && number <= high; };
  const bool fits =
      std::is_same_v<List, StandardAccessList> ? within(1, 99) || within(1300, 1999) : within(100, 199) || within(2000, 2699);
  return fits ? "" : "% Invalid access list name.";
}

/// New numbers for all lines of the list.
Answer resequence(Editor& editor, const Resequence& wanted, Form) {
  const auto& lists = editor.root().children;
  for (std::size_t place = 0; place < lists.size(); ++place) {
    const auto* extended = lists[place]->as<AccessList>();
    const auto* standard = lists[place]->as<StandardAccessList>();
    if ((!extended || extended->name != wanted.list) && (!standard || standard->name != wanted.list)) continue;
    unsigned next = wanted.start;
    for (auto& line : editor.edit({place}).children) {
      AccessListEntry entry = entry_of(line);
      if (next > last_sequence) return {true, "% Sequence numbers are exhausted"};
      entry.sequence = next;
      entry.numbered = true;
      next += wanted.step;
      line = make_line(*line->command, std::move(entry));
    }
    return {};
  }
  return {true, "% Access list " + wanted.list + " does not exist"};
}

auto list_number(std::uint64_t low, std::uint64_t high, const char* help) {
  return f<&NumberedEntry::list>(number(low, high, help));
}

}  // namespace

const Mode& access_list_mode() {
  using A = AccessListEntry;
  static const Mode mode("access_list", "config-ext-nacl",
                         table(many<A>(-flag<&A::numbered>(sequence()) >> tail_after<&A::numbered>(extended_rule()), rules),
                               leave("Exit from access-list configuration mode")));
  return mode;
}

const Mode& standard_access_list_mode() {
  using A = AccessListEntry;
  static const Mode mode(
      "standard_access_list", "config-std-nacl",
      table(many<A>(-flag<&A::numbered>(sequence()) >> tail_after<&A::numbered>(standard_rule()), standard_rules),
            leave("Exit from access-list configuration mode")));
  return mode;
}

const Mode& ipv6_access_list_mode() {
  using A = AccessListEntry;
  static const Mode mode("ipv6_access_list", "config-ipv6-acl",
                         table(many<A>(-flag<&A::numbered>(kw("sequence", "Sequence number for this entry") >> sequence()) >>
                                           tail_after<&A::numbered>(rule(flows<58>(endpoint6, ipv6_words()))),
                                       rules),
                               leave("Exit from access-list configuration mode")));
  return mode;
}

Commands global_lists() {
  using N = NumberedEntry;
  const auto ip_list = [] { return ip_word() >> access_list_word(); };
  const auto standard = f<&N::entry>(group<AccessListEntry>(standard_rule()));
  const auto extended = f<&N::entry>(group<AccessListEntry>(extended_rule()));
  return table(
      block<StandardAccessList>(
          ip_list() >> kw("standard", "Standard Access List") >> f<&StandardAccessList::name>(word("Access-list name or number")),
          {.opens = standard_access_list_mode, .note = no_effect::standard_list, .settle = settle_list<StandardAccessList>}),
      block<AccessList>(
          ip_list() >> kw("extended", "Extended Access List") >> f<&AccessList::name>(word("Access-list name or number")),
          {.opens = access_list_mode, .settle = settle_list<AccessList>}),
      kept_many(ip_list() >>
                    (kw("log-update", "Control access list log updates") | kw("logging", "Control access list logging")) >>
                    tail(arg(rest_of_line("Parameters"))),
                {.note = no_effect::logging}),
      acting<Resequence>(ip_list() >> kw("resequence", "Resequence Access List") >>
                             f<&Resequence::list>(word("Access-list name or number")) >>
                             f<&Resequence::start>(number(1, last_sequence, "Starting Sequence Number")) >>
                             f<&Resequence::step>(number(1, last_sequence, "Step to increment the sequence number")),
                         {.no_form = false, .act = resequence}),
      acting<N>(kw("access-list", "Add an access list entry") >>
                    ((list_number(1, 99, "IP standard access list") >> tail(standard)) |
                     (list_number(100, 199, "IP extended access list") >> tail(extended)) |
                     (list_number(1300, 1999, "IP standard access list (expanded range)") >> tail(standard)) |
                     (list_number(2000, 2699, "IP extended access list (expanded range)") >> tail(extended))),
                {.settle = settle_numbered, .act = add_numbered}),
      block<Ipv6AccessList>(ipv6_word() >> access_list_word() >>
                                f<&Ipv6AccessList::name>(word("User selected string identifying this access list")),
                            {.opens = ipv6_access_list_mode}));
}

}  // namespace parser
