// What crypto map entries and protected tunnels refer to by name, and the limits that both have.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "parser/compile_context.hpp"

namespace parser {

using SelectorLines = std::vector<engine::SelectorLine>;

/// Everything that is referred to by name, made once for all who refer to it.
class Referents {
 public:
  using Profiles = std::vector<std::shared_ptr<const engine::IkeProfile>>;
  /// `profiles`: the complete ones, which must stay where they are.
  Referents(CompileContext& context, const Profiles& profiles);

  /// Null with a warning when not defined or incomplete.
  std::shared_ptr<const engine::IkeProfile> profile(const std::string& name, const std::string& user);
  /// Null with a warning when not defined or not usable.
  std::shared_ptr<const engine::TransformSet> transform_set(const std::string& name, const std::string& user);
  /// The same set in tunnel mode, whatever it says itself.
  std::shared_ptr<const engine::TransformSet> in_tunnel_mode(std::shared_ptr<const engine::TransformSet> set);
  /// The lines of the list, which is looked for first in the family of the map; null with a warning when it is not defined
  /// or permits nothing.
  const SelectorLines* access_list(const std::string& name, bool ipv6_map, const std::string& user);

 private:
  void take(const TransformSet& line, const Node& block);
  void name_profiles();
  void name_lists();
  const Node* find_list(const std::string& name, bool v6);

  CompileContext& context_;
  const Profiles& usable_;
  // Asked by name only where something is not as it was: the maps are made when more than a few names are.
  std::unordered_map<std::string, std::shared_ptr<const engine::IkeProfile>> profiles_;          // null: not usable
  std::unordered_map<std::string, std::shared_ptr<const engine::TransformSet>> transform_sets_;  // null: not usable
  std::unordered_map<std::string, const Node*> lists_[2];                                        // IPv4, IPv6
  bool profiles_named_ = false, lists_named_ = false;
  unsigned profile_searches_ = 0, list_searches_ = 0;
  std::unordered_map<const Node*, SelectorLines> lines_;
};

/// PFS, lifetimes, replay window and granularity of a crypto map entry or IPsec profile; `user` is who gets the warnings. False:
/// it requires a key exchange that is not available.
bool read_limits(engine::CryptoMapEntry& entry, const std::string& user, const Node& block, CompileContext& context);

/// The Virtual-Templates that clients' interfaces can be copies of (parser/compile_tunnel.cpp).
std::vector<std::shared_ptr<const engine::VirtualTemplate>> compile_templates(Referents& referents, CompileContext& context);

/// The interfaces with `tunnel protection` that are complete and not shut down (parser/compile_tunnel.cpp).
std::vector<engine::ProtectedInterface> compile_tunnels(Referents& referents, CompileContext& context);

}  // namespace parser
