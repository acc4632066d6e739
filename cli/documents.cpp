#include "cli/documents.hpp"

#include <algorithm>

#include "parser/commands.hpp"

namespace cli {
namespace {

template <class Wanted>
ServedLines served(const ShowFacts& facts, Wanted wanted) {
  std::unordered_map<engine::PolicyLineId, std::vector<CountedChild>> by_line;
  for (const auto& ike : facts.view.ike_sas)
    for (const auto& child : ike.children)
      by_line[child.line].push_back({ike.local.ip, ike.remote.ip, child, counted(facts, child.id)});
  ServedLines out{{}, facts.unknown_spi};
  for (const auto& line : facts.view.lines)
    if (line.action == engine::AclAction::permit && wanted(line)) {
      const auto children = by_line.find(line.id);
      out.lines.push_back({line, children == by_line.end() ? std::vector<CountedChild>() : children->second});
    }
  return out;
}

}  // namespace

IkeSas ike_sas(const engine::View& view, const parser::ShowIkev2Sa& options) {
  IkeSas out;
  for (const auto& sa : view.ike_sas)
    if (wanted(sa, options)) out.ike_sas.push_back(sa);
  return out;
}

ServedLines served_lines(const ShowFacts& facts, const parser::ShowIpsecSa& options) {
  return served(facts, [&](const engine::PolicyLineView& line) { return wanted(line, options); });
}

ServedLines sessions(const ShowFacts& facts, const parser::ShowCryptoSession& options) {
  return served(facts, [&](const engine::PolicyLineView& line) {
    return (!options.local || *options.local == line.local) && (!options.remote || *options.remote == line.peer) &&
           (!options.interface || *options.interface == line.interface);
  });
}

ConfigLines crypto_objects(const parser::Configuration& configuration, const parser::ShowCryptoObjects& options) {
  using O = parser::CryptoObject;
  switch (options.kind) {
    case O::ikev2_proposal:
      return objects_of<parser::Ikev2Proposal>(configuration, options.name);
    case O::ikev2_policy:
      return objects_of<parser::Ikev2Policy>(configuration, options.name);
    case O::ikev2_profile:
      return objects_of<parser::Ikev2Profile>(configuration, options.name);
    case O::transform_set:
      return objects_of<parser::TransformSet>(configuration, options.name);
    case O::ipsec_profile:
      return objects_of<parser::IpsecProfile>(configuration, options.name);
    case O::security_association:
      break;
  }
  return config_lines(configuration, [](const parser::Node& line) {
    return line.as<parser::LifetimeSeconds>() || line.as<parser::LifetimeKilobytes>();
  });
}

AccessLists access_lists(const parser::Configuration& configuration, const AccessListHits& hits,
                         const parser::ShowAccessLists& options) {
  using F = parser::AccessListFamily;
  AccessLists out;
  switch (options.family) {
    case F::ipv4:
      out.configured = objects_of<parser::StandardAccessList, parser::AccessList>(configuration, options.name);
      break;
    case F::ipv6:
      out.configured = objects_of<parser::Ipv6AccessList>(configuration, options.name);
      break;
    case F::all:
      out.configured =
          objects_of<parser::StandardAccessList, parser::AccessList, parser::Ipv6AccessList>(configuration, options.name);
  }
  const auto is_of = [](const std::string& name) {
    return [&name](const auto& line) {
      const auto named = [&](const auto* list) { return list && list->name == name; };
      return named(line->template as<parser::AccessList>()) || named(line->template as<parser::Ipv6AccessList>());
    };
  };
  const auto& lines = out.configured.lines;
  for (const auto& [line, packets] : hits)
    if (packets != 0 && std::any_of(lines.begin(), lines.end(), is_of(line.first)))
      out.matches.push_back({line.first, line.second, packets});
  return out;
}

}  // namespace cli
