#include "kernel/loopbacks.hpp"

#include <algorithm>

namespace kernel {
namespace {

constexpr std::uint32_t loopback_mtu = 1514;  // as on IOS; nothing is ever sent into it

}  // namespace

engine::Result<Loopbacks> Loopbacks::open(unsigned instance) {
  TRY(auto links, TunnelLinks::open(instance, "loopback"));
  return Loopbacks(std::move(links));
}

Loopbacks::~Loopbacks() {
  for (const auto& [name, made] : made_) made.device.set_lasting(false);
}

std::vector<std::string> Loopbacks::set(const std::vector<TunnelSpec>& wanted) {
  std::vector<std::string> out;
  const auto is_wanted = [&](const std::string& device) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const TunnelSpec& spec) { return spec.device == device; });
  };
  std::erase_if(made_, [&](const auto& item) {
    if (is_wanted(item.first)) return false;
    item.second.device.set_lasting(false);
    return true;
  });
  links_.for_ours([&](const std::string& device) {
    if (!is_wanted(device)) links_.remove(device);
  });
  for (const TunnelSpec& spec : wanted)
    if (const auto made = make(spec); !made.ok()) out.push_back("interface " + spec.interface + ": " + made.failure().why);
  return out;
}

engine::Status Loopbacks::make(const TunnelSpec& spec) {
  const auto known = made_.find(spec.device);
  if (known != made_.end() && known->second.spec == spec && !known->second.device.is_gone()) return engine::Done{};
  if (known == made_.end() || known->second.device.is_gone()) {
    CHECK_OK(links_.may_have(spec.device));
    made_.erase(spec.device);
    TRY(auto device, TunDevice::create_bare(spec.device));
    made_.emplace(spec.device, Made{{}, std::move(device)});
  }
  CHECK_OK(links_.configure(spec, loopback_mtu));
  Made& made = made_.find(spec.device)->second;
  made.device.set_carrier(!spec.shut_down);
  made.device.set_lasting(true);
  made.spec = spec;
  return engine::Done{};
}

}  // namespace kernel
