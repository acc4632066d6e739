#include <algorithm>
#include <array>
#include <tuple>

#include "cli/configured.hpp"
#include "cli/show.hpp"

namespace cli {
namespace {

using parser::AccessListEntry;
using parser::Node;

/// The line as configured, without a number and the blanks that align it there.
std::string rule_text(const AccessListEntry& entry, const Node& line) {
  std::string text = parser::line_text(line);
  if (entry.numbered) text.erase(0, text.find(' ') + 1);
  const auto verb = std::min(text.find(' '), text.size());
  const auto rest = std::min(text.find_first_not_of(' ', verb), text.size());
  return text.substr(0, verb) + (rest == text.size() ? "" : " ") + text.substr(rest);
}

/// "permit 192.0.2.0, wildcard bits 0.0.0.127"
std::string standard_text(const AccessListEntry& entry) {
  std::string out = padded(entry.verb == parser::AclVerb::permit ? "permit" : "deny", 6) + " ";
  if (entry.source.target == parser::AclTarget::any) return out + "any";
  out += ios_address(entry.source.address);
  if (entry.source.target == parser::AclTarget::network && entry.source.wildcard)
    out += ", wildcard bits " + ios_address(*entry.source.wildcard);
  return out;
}

enum class Kind : std::uint8_t { standard, extended, ipv6 };

std::string single_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string matches(const AccessListHits& hits, const std::string& name, const std::string& rule) {
  const auto found = hits.find({name, single_blanks(rule)});
  if (found == hits.end() || found->second == 0) return {};
  return found->second == 1 ? " (1 match)" : " (" + std::to_string(found->second) + " matches)";
}

void put_list(std::string& out, Kind kind, const std::string& name, const Node& block, const AccessListHits& hits) {
  constexpr std::array<std::string_view, 3> titles{"Standard IP access list ", "Extended IP access list ", "IPv6 access list "};
  out += std::string(titles[static_cast<std::size_t>(kind)]) + name + "\n";
  block.each<AccessListEntry>([&](const AccessListEntry& entry, const Node& line) {
    if (entry.verb == parser::AclVerb::remark) return;
    const std::string number = std::to_string(entry.sequence.value_or(0));
    const std::string rule = rule_text(entry, line);
    if (kind == Kind::ipv6)
      out += "    " + rule + matches(hits, name, rule) + " sequence " + number + "\n";
    else if (kind == Kind::standard)
      out += "    " + number + " " + standard_text(entry) + (entry.log ? " log" : "") + "\n";
    else
      out += "    " + number + " " + rule + matches(hits, name, rule) + "\n";
  });
}

}  // namespace

/// The lines of an entry on an interface are those of its access list, one for one and in its order.
AccessListHits access_list_hits(const ShowFacts& facts) {
  AccessListHits out;
  if (!facts.config) return out;
  std::map<std::tuple<std::string_view, std::string_view, std::uint32_t>, std::vector<engine::PolicyLineId>> lines;
  for (const auto& line : facts.view.lines) lines[{line.interface, line.map, line.sequence}].push_back(line.id);
  for (const auto& interface : facts.config->interfaces)
    for (const auto& entry : interface.entries) {
      const auto& ids = lines[{interface.name.text(), entry->map, entry->sequence}];
      if (ids.size() != entry->lines.size()) continue;  // the configuration changed a moment ago
      for (std::size_t i = 0; i < ids.size(); ++i)
        if (const auto traffic = facts.traffic.find(ids[i]); traffic != facts.traffic.end())
          out[{entry->acl, single_blanks(entry->lines[i].text)}] += traffic->second.packets_out;
    }
  return out;
}

std::string show_access_lists(const parser::Configuration& configuration, const AccessListHits& hits,
                              const parser::ShowAccessLists& options) {
  std::string out;
  const auto wanted = [&](Kind kind, const std::string& name) {
    const bool family = options.family == parser::AccessListFamily::all ||
                        (options.family == parser::AccessListFamily::ipv6) == (kind == Kind::ipv6);
    return family && (!options.name || *options.name == name);
  };
  for (const auto& line : configuration.data().root.children) {
    const auto put = [&](Kind kind, const auto* list) {
      if (list && wanted(kind, list->name)) put_list(out, kind, list->name, *line, hits);
    };
    put(Kind::standard, line->as<parser::StandardAccessList>());
    put(Kind::extended, line->as<parser::AccessList>());
    put(Kind::ipv6, line->as<parser::Ipv6AccessList>());
  }
  return out;
}

}  // namespace cli
