// What IKE makes of interfaces (engine::SetInterface), put together with what the configuration says of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "kernel/interfaces.hpp"
#include "kernel/tunnel_spec.hpp"
#include "parser/compile.hpp"

namespace cli {

/// Linux device of a client's interface: "Vi1" of Virtual-Access1.
std::string client_device(const std::string& interface);

/// A device of ours as the configuration has it.
kernel::TunnelSpec spec_of(const parser::TunnelDevice& device);

class IkeInterfaces {
 public:
  void take(engine::SetInterface said);
  /// The tunnels of the configuration with what they were assigned, and the copies that stand for clients.
  std::vector<kernel::TunnelSpec> tunnels(const parser::Compiled& compiled) const;
  /// The names and devices of the configuration, and of clients.
  std::vector<kernel::InterfaceBinding> bindings(const parser::Compiled& compiled) const;

 private:
  std::map<std::string, engine::SetInterface> said_;
};

}  // namespace cli
