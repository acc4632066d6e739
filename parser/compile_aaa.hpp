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
  /// `tls`: what EAP-TLS would be done with; null: nothing. `tls_alone`: passwords are of no use, as in EAP both have to show who
  /// they are (RFC 5998).
  std::shared_ptr<const engine::EapServer> eap_server(const Node& profile, const std::string& where,
                                                      std::shared_ptr<const engine::TlsSettings> tls, bool tls_alone);
  /// `authentication local eap ...`; null: the profile has none, or with a warning an incomplete one. `tls` likewise.
  std::shared_ptr<const engine::EapClient> eap_client(const Node& profile, const std::string& where,
                                                      std::shared_ptr<const engine::TlsSettings> tls);
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

/// Only clients that have an address and a key.
RadiusOrderers compile_radius_orders(CompileContext& context);

/// The password of a kept line, in clear; nullopt: it has none, or it cannot be opened, which is warned of.
std::optional<engine::Secret> password_of(const Kept& line, const std::string& where, CompileContext& context);

}  // namespace parser
