// The objects of IPsec that are there without a line, named `default`: what a crypto map entry, IPsec profile or tunnel uses that
// names none. A line of the same name takes its place, `no ... default` switches it off.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/configuration.hpp"

namespace parser {

inline constexpr std::string_view default_transform_set_text =
    "crypto ipsec transform-set default esp-aes esp-sha-hmac \n mode transport\n!\n";
inline constexpr std::string_view default_ipsec_profile_text = "crypto ipsec profile default\n set transform-set default \n!\n";

/// The blocks of the built-in objects, as they would be typed; null where the configuration switches it off.
const Node* default_transform_set(const Node& root);
const Node* default_ipsec_profile(const Node& root);

/// The transform sets of a crypto map entry or IPsec profile: those that it names, otherwise the built-in one, if it is in force.
std::vector<std::string> transform_sets_of(const Node& root, const Node& block);
/// The IPsec profile of that name, or null.
const Node* find_ipsec_profile(const Node& root, const std::string& name);
/// The IKEv2 profile that the IPsec profile names; the one named `default` for the IPsec profile of that name. Empty: none.
std::string ikev2_profile_of(const Node& root, const Node& ipsec_profile);

}  // namespace parser
