// Trustpoints and certificate maps as the profiles ask for them by name. Nothing outside parser/compile*.cpp includes this.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/pki.hpp"
#include "parser/compile_context.hpp"

namespace parser {

/// All of the configuration, read when the first one is asked for.
class Trustpoints {
 public:
  explicit Trustpoints(CompileContext& context) : context_(context) {}
  /// Null with a warning in the name of `user` where it is not defined, or has nothing to prove or check anything by.
  std::shared_ptr<const engine::Trustpoint> find(const std::string& name, const std::string& user);
  /// In the order of the configuration, those that are of use.
  const std::vector<std::shared_ptr<const engine::Trustpoint>>& all();

 private:
  void read();
  CompileContext& context_;
  bool read_ = false;
  std::vector<std::shared_ptr<const engine::Trustpoint>> usable_;
  std::map<std::string, std::shared_ptr<const engine::Trustpoint>> by_name_;  // null: of no use
};

class CertificateMaps {
 public:
  explicit CertificateMaps(CompileContext& context) : context_(context) {}
  /// Null with a warning in the name of `user` where it is not defined.
  std::shared_ptr<const engine::CertificateMap> find(const std::string& name, const std::string& user);

 private:
  CompileContext& context_;
  std::map<std::string, std::shared_ptr<const engine::CertificateMap>> made_;
};

}  // namespace parser
