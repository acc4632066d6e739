// Users and method lists, as far as profiles authenticate peers by them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/eap/settings.hpp"
#include "parser/compile_context.hpp"
#include "parser/kept.hpp"

namespace parser {

class AaaParts {
 public:
  explicit AaaParts(CompileContext& context) : context_(context) {}

  /// `authentication remote eap`; null: the profile has none, or with a warning nobody could pass.
  std::shared_ptr<const engine::EapServer> eap_server(const Node& profile, const std::string& where);
  /// `authentication local eap ...`; null: the profile has none, or with a warning an incomplete one.
  std::shared_ptr<const engine::EapClient> eap_client(const Node& profile, const std::string& where);
  /// The servers of `aaa accounting`; null: the profile has none.
  std::shared_ptr<const engine::RadiusGroup> accounting(const Node& profile, const std::string& where);

 private:
  /// The words behind `aaa authentication login NAME`; nullopt: there is no such list.
  std::optional<std::vector<std::string>> login_methods(const std::string& name) const;
  std::shared_ptr<const engine::LocalUsers> users();
  /// `radius`: every server that is configured. Null with a warning: there is no such group, or nobody in it can be asked.
  std::shared_ptr<const engine::RadiusGroup> group(const std::string& name, const std::string& where);
  std::optional<engine::RadiusServer> server(const std::string& name, const Node& block);

  CompileContext& context_;
  std::shared_ptr<const engine::LocalUsers> users_;
};

/// The password of a kept line, in clear; nullopt: it has none, or it cannot be opened, which is warned of.
std::optional<engine::Secret> password_of(const Kept& line, const std::string& where, CompileContext& context);

}  // namespace parser
