// Who uses a transform set or a profile, so that it cannot be taken away.
#pragma once

#include <string>

#include "parser/modes/common.hpp"

namespace parser {

/// The crypto map entry, dynamic map entry or IPsec profile whose block has a line T that `uses` it; the last, or nothing.
template <class T, class Uses>
std::string ipsec_user(const Node& root, Uses&& uses) {
  std::string user;
  const auto look = [&](const Node& block, const std::string& name) {
    const T* line = block.find<T>();
    if (line && uses(*line)) user = name;
  };
  root.each<CryptoMap>([&](const CryptoMap& entry, const Node& block) {
    look(block, "crypto map " + entry.map + " " + std::to_string(entry.sequence));
  });
  root.each<DynamicMap>([&](const DynamicMap& entry, const Node& block) {
    look(block, "crypto dynamic-map " + entry.map + " " + std::to_string(entry.sequence));
  });
  root.each<IpsecProfile>(
      [&](const IpsecProfile& user_profile, const Node& block) { look(block, "IPsec profile " + user_profile.name); });
  return user;
}

}  // namespace parser
