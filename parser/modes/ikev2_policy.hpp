// crypto ikev2 policy NAME; MatchFvrf and MatchAddressLocal are in parser/modes/shared.hpp.
#pragma once

#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct Ikev2Policy {
  std::string name;
  friend bool operator==(const Ikev2Policy&, const Ikev2Policy&) = default;
};
struct PolicyProposal {  // multi, in order
  std::string proposal;
  friend bool operator==(const PolicyProposal&, const PolicyProposal&) = default;
};

}  // namespace parser
