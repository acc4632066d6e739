#include "parser/compile_access.hpp"

#include <algorithm>
#include <charconv>

#include "parser/kept_lines.hpp"
#include "parser/text.hpp"
#include "parser/tunnel_route.hpp"

namespace parser {
namespace {

constexpr std::string_view policy_head = "crypto ikev2 authorization policy ";
constexpr std::string_view mangler_head = "crypto ikev2 name-mangler ";

unsigned number_in(std::string_view text) {
  unsigned out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

void read_addresses(std::string_view text, std::vector<engine::IpAddress>& out) {
  for (const std::string& word : words_of(text))
    if (const auto address = engine::IpAddress::parse(word)) out.push_back(*address);
}

/// What stands between the delimiters.
std::string banner_in(std::string_view text) {
  if (text.starts_with("^C")) {
    text.remove_prefix(2);
    text = text.substr(0, text.rfind("^C"));
  }
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  constexpr std::size_t most = 1024;  // of one configuration attribute that a client shows
  return std::string(text.substr(0, most));
}

/// The addresses of the list's permits: of an extended or IPv6 list, its sources.
void networks_of(const Node& list, std::vector<engine::Prefix>& out) {
  list.each<AccessListEntry>([&](const AccessListEntry& entry, const Node&) {
    if (entry.verb != AclVerb::permit) return;
    const AclEndpoint& source = entry.source;
    if (source.target == AclTarget::host) out.push_back(engine::Prefix::host(source.address));
    if (source.target != AclTarget::network) return;
    if (source.length) return out.push_back(engine::Prefix::of(source.address, *source.length));
    if (!source.wildcard) return out.push_back(engine::Prefix::host(source.address));
    if (const auto length = mask_length(engine::IpAddress::v4(~source.wildcard->v4_host_order())))
      out.push_back(engine::Prefix::of(source.address, *length));
  });
}

/// The attribute of a distinguished name that a keyword means, as engine::x500_text() calls it.
std::string dn_attribute(std::string_view keyword) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"common-name", "cn"},       {"country", "c"}, {"domain", "dc"}, {"locality", "l"}, {"organization", "o"},
      {"organization-unit", "ou"}, {"state", "st"}};
  for (const auto& [word, attribute] : known)
    if (word == keyword) return std::string(attribute);
  return {};
}

/// "hostname", "domain", "username", "prefix delimiter @", "dn common-name"
engine::NameMangler::Rule mangler_rule(const std::vector<std::string>& words, char delimiter) {
  using Part = engine::NameMangler::Part;
  engine::NameMangler::Rule out{Part::none, delimiter, {}};
  const std::string& what = words.at(0);
  if (words.size() > 2 && words[1] == "delimiter") out.delimiter = words[2].front();
  if (what == "all") out.part = Part::whole;
  if (what == "hostname" || what == "username" || what == "prefix") out.part = Part::first;
  if (what == "domain" || what == "suffix") out.part = Part::rest;
  if (what == "dn" && words.size() > 1) out = {Part::dn, delimiter, dn_attribute(words[1])};
  return out;
}

std::optional<engine::NameMangler> read_mangler(const Node& root, const std::string& name) {
  std::optional<engine::NameMangler> out;
  root.each<Kept>([&](const Kept& line, const Node& block) {
    if (line.text != std::string(mangler_head) + name) return;
    out = engine::NameMangler{.name = name};
    const auto rule = [&](std::string_view kind, engine::NameMangler::Rule& to, char delimiter) {
      each_behind(block, kind, [&](std::string_view rest) { to = mangler_rule(words_of(rest), delimiter); });
    };
    rule("fqdn ", out->fqdn, '.');
    rule("email ", out->email, '@');
    rule("eap ", out->eap, '@');
    each_behind(block, "dn ", [&](std::string_view rest) {
      out->dn = {engine::NameMangler::Part::dn, ',', dn_attribute(words_of(rest).front())};
    });
  });
  return out;
}

/// `no` and these words stand in the block.
bool is_off(const Node& block, std::string_view text) {
  return std::any_of(block.children.begin(), block.children.end(), [&](const auto& line) {
    const auto* kept = line->template negated_as<Kept>();
    return kept && kept->text.starts_with(text);
  });
}

}  // namespace

std::vector<std::shared_ptr<const engine::AddressPool>> compile_pools(const Node& root) {
  std::map<std::string, engine::AddressPool> pools;
  std::vector<std::string> order;
  const auto add = [&](const std::string& name, const engine::AddressRange& range, std::uint8_t length) {
    auto [known, fresh] = pools.try_emplace(name, engine::AddressPool{name, {}, length});
    if (fresh) order.push_back(name);
    if (fresh || known->second.ranges.front().first.family == range.first.family) known->second.ranges.push_back(range);
  };
  each_behind(root, "ip local pool ", [&](std::string_view rest) {
    const auto words = words_of(rest);
    const auto first = words.size() > 1 ? engine::IpAddress::parse(words[1]) : std::nullopt;
    const auto last = words.size() > 2 ? engine::IpAddress::parse(words[2]) : std::nullopt;
    if (first) add(words[0], {*first, last.value_or(*first)}, 32);
  });
  each_behind(root, "ipv6 local pool ", [&](std::string_view rest) {
    const auto words = words_of(rest);
    const auto network = words.size() > 2 ? read_network(words[1]) : std::nullopt;
    if (!network) return;
    const auto length = static_cast<std::uint8_t>(std::max<unsigned>(number_in(words[2]), network->length));
    engine::AddressRange range{network->first(), network->last()};
    // The first address of a subnet is every router's (RFC 4291, 2.6.1).
    if (length == 128 && network->length < 127) range.first.octets[15] |= 1;
    add(words[0], range, length);
  });
  std::vector<std::shared_ptr<const engine::AddressPool>> out;
  for (const std::string& name : order) out.push_back(std::make_shared<const engine::AddressPool>(std::move(pools[name])));
  return out;
}

const std::vector<std::shared_ptr<const engine::AddressPool>>& AccessParts::pools() {
  if (!std::exchange(pools_read_, true)) pools_ = compile_pools(context_.root);
  return pools_;
}

std::shared_ptr<const engine::AddressPool> AccessParts::pool(std::string_view name, bool ipv6, const std::string& where) {
  for (const auto& each : pools())
    if (each->name == name && each->ranges.front().first.is_v4() != ipv6) return each;
  context_.warn(where, std::string(ipv6 ? "IPv6 pool " : "pool ") + std::string(name) + " is not defined");
  return nullptr;
}

void AccessParts::read_list(engine::AuthorizationPolicy& out, std::string_view name, bool ipv6, const std::string& where) {
  bool found = false;
  for (const auto& block : context_.root.children) {
    const auto* standard = block->as<StandardAccessList>();
    const auto* extended = block->as<AccessList>();
    const auto* v6 = block->as<Ipv6AccessList>();
    if (!(ipv6 ? v6 && v6->name == name : (standard && standard->name == name) || (extended && extended->name == name))) continue;
    networks_of(*block, out.networks);
    found = true;
  }
  if (!found) context_.warn(where, "access list " + std::string(name) + " is not defined");
}

engine::AuthorizationPolicy AccessParts::read_policy(const std::string& name, const Node& block) {
  const std::string where = std::string(policy_head) + name;
  engine::AuthorizationPolicy out{.name = name, .pool = nullptr, .ipv6_pool = nullptr};
  each_behind(block, "pool ", [&](std::string_view rest) { out.pool = pool(rest, false, where); });
  each_behind(block, "ipv6 pool ", [&](std::string_view rest) { out.ipv6_pool = pool(rest, true, where); });
  each_behind(block, "netmask ", [&](std::string_view rest) { out.netmask = engine::IpAddress::parse(rest); });
  for (const std::string_view servers : {"dns ", "ipv6 dns "})
    each_behind(block, servers, [&](std::string_view rest) { read_addresses(rest, out.dns); });
  each_behind(block, "wins ", [&](std::string_view rest) { read_addresses(rest, out.wins); });
  each_behind(block, "banner ", [&](std::string_view rest) { out.banner = banner_in(rest); });
  each_behind(block, "def-domain ", [&](std::string_view rest) { out.default_domain = rest; });
  each_behind(block, "split-dns ", [&](std::string_view rest) { out.split_dns.emplace_back(rest); });
  each_behind(block, "backup-gateway ", [&](std::string_view rest) { out.backup_gateways.emplace_back(rest); });
  for (const std::string_view family : {"route set remote ipv4 ", "route set remote ipv6 "})
    each_behind(block, family, [&](std::string_view rest) {
      if (const auto network = read_network(rest)) out.networks.push_back(*network);
    });
  each_behind(block, "route set interface", [&](std::string_view) { out.tell_interface = true; });
  for (const std::string_view family : {"route set local ipv4 ", "route set local ipv6 "})
    each_behind(block, family, [&](std::string_view rest) {
      if (const auto network = read_network(rest)) out.peer_networks.push_back(*network);
    });
  out.accept_routes = !is_off(block, "route accept any");
  each_behind(block, "session-lifetime ",
              [&](std::string_view rest) { out.session_lifetime = std::chrono::seconds(number_in(rest)); });
  each_behind(block, "route set access-list ", [&](std::string_view rest) {
    const bool ipv6 = rest.starts_with("ipv6 ");
    read_list(out, ipv6 ? rest.substr(5) : rest, ipv6, where);
  });
  return out;
}

std::shared_ptr<const engine::AuthorizationPolicy> AccessParts::policy(const std::string& name, const std::string& where) {
  auto& known = policies_[name];
  if (known) return known;
  const std::string head = std::string(policy_head) + name;
  for (const auto& line : context_.root.children)
    if (const auto* kept = line->as<Kept>(); kept && kept->text == head)
      known = std::make_shared<const engine::AuthorizationPolicy>(read_policy(name, *line));
  if (known) return known;
  // `default` is built in.
  if (name != "default") context_.warn(where, "IKEv2 authorization policy " + name + " is not defined");
  engine::AuthorizationPolicy built_in{.name = name, .pool = nullptr, .ipv6_pool = nullptr};
  built_in.tell_interface = name == "default";
  return known = std::make_shared<const engine::AuthorizationPolicy>(std::move(built_in));
}

engine::PolicyChoice AccessParts::choice(std::string_view rest, const std::string& where) {
  const std::vector<std::string> words = words_of(rest);
  const auto list = std::find(words.begin(), words.end(), "list");
  if (words.end() - list < 3) return {};
  if (!first_behind(context_.root, "aaa authorization network " + list[1] + " "))
    context_.warn(where, "method list " + list[1] + " ('aaa authorization network') is not defined");
  if (list[2] != "name-mangler") return {list[2], std::nullopt};
  const std::string name = words.end() - list > 3 ? list[3] : std::string();
  auto mangler = read_mangler(context_.root, name);
  if (!mangler) context_.warn(where, "name mangler " + name + " is not defined");
  return {{}, std::move(mangler)};
}

void AccessParts::read_authorization(engine::RemoteAccess& out, const Node& profile, const std::string& where) {
  each_behind(profile, "aaa authorization group ", [&](std::string_view rest) {
    out.group_first = rest.starts_with("override ");
    out.group = choice(rest, where);
  });
  each_behind(profile, "aaa authorization user ", [&](std::string_view rest) {
    if (rest.ends_with(" cached"))
      out.user_cached = true;
    else
      out.user = choice(rest, where);
  });
  out.policy = policy(out.group.name.empty() ? "default" : out.group.name, where);
  if (!out.group.mangler && !out.user.mangler && out.user.name.empty()) return;
  for (const auto& line : context_.root.children)
    if (const auto* kept = line->as<Kept>(); kept && kept->text.starts_with(policy_head)) {
      const std::string name = kept->text.substr(policy_head.size());
      out.policies[name] = policy(name, where);
    }
}

std::shared_ptr<const engine::RemoteAccess> AccessParts::read(
    const Node& profile, const std::string& where,
    const std::function<std::shared_ptr<const engine::RadiusGroup>()>& accounting) {
  engine::RemoteAccess out;
  each_behind(profile, "virtual-template ",
              [&](std::string_view rest) { out.virtual_template = "Virtual-Template" + std::to_string(number_in(rest)); });
  if (out.virtual_template.empty() && !first_behind(profile, "aaa authorization group ")) return nullptr;
  read_authorization(out, profile, where);
  out.ask = !is_off(profile, "config-exchange request");
  out.send = !is_off(profile, "config-exchange set send");
  out.accept = !is_off(profile, "config-exchange set accept");
  if (out.clients()) out.accounting = accounting();
  return std::make_shared<const engine::RemoteAccess>(std::move(out));
}

}  // namespace parser
