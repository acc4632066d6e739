// Address pools, authorization policies, and which of them the clients of a profile get.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/access.hpp"
#include "parser/compile_context.hpp"

namespace parser {

class AccessParts {
 public:
  explicit AccessParts(CompileContext& context) : context_(context) {}

  /// What `virtual-template`, `aaa authorization` and `config-exchange` of the profile say; null: neither of the first two.
  /// `accounting` makes what `aaa accounting` says.
  std::shared_ptr<const engine::RemoteAccess> read(const Node& profile, const std::string& where,
                                                   const std::function<std::shared_ptr<const engine::RadiusGroup>()>& accounting);

 private:
  const std::vector<std::shared_ptr<const engine::AddressPool>>& pools();
  std::shared_ptr<const engine::AddressPool> pool(std::string_view name, bool ipv6, const std::string& where);
  /// Never null: without a policy of that name, with a warning, an empty one.
  std::shared_ptr<const engine::AuthorizationPolicy> policy(const std::string& name, const std::string& where);
  /// `aaa authorization {group | user}`: the name it gives, or how it is made.
  engine::PolicyChoice choice(std::string_view rest, const std::string& where);
  void read_authorization(engine::RemoteAccess& out, const Node& profile, const std::string& where);
  engine::AuthorizationPolicy read_policy(const std::string& name, const Node& block);
  void read_list(engine::AuthorizationPolicy& out, std::string_view name, bool ipv6, const std::string& where);

  CompileContext& context_;
  bool pools_read_ = false;
  std::vector<std::shared_ptr<const engine::AddressPool>> pools_;
  std::map<std::string, std::shared_ptr<const engine::AuthorizationPolicy>> policies_;
};

/// `ip local pool` and `ipv6 local pool`, by name; a name has one family.
std::vector<std::shared_ptr<const engine::AddressPool>> compile_pools(const Node& root);

}  // namespace parser
