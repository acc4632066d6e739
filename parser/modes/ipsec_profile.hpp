// crypto ipsec profile NAME; its lines are in parser/modes/crypto_map.hpp and parser/modes/shared.hpp.
#pragma once

#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct IpsecProfile {
  std::string name;
  friend bool operator==(const IpsecProfile&, const IpsecProfile&) = default;
};
/// The end does not begin negotiations.
struct ResponderOnly {
  friend bool operator==(const ResponderOnly&, const ResponderOnly&) = default;
};

}  // namespace parser
