// crypto ikev2 proposal NAME
#pragma once

#include <string>
#include <vector>

#include "parser/modes/shared.hpp"

namespace parser {

struct Ikev2Proposal {
  std::string name;
  friend bool operator==(const Ikev2Proposal&, const Ikev2Proposal&) = default;
};
/// Rows of engine::algorithms() in order of preference; never null, never empty.
struct ProposalEncryption {
  std::vector<const engine::Algorithm*> algorithms;
  friend bool operator==(const ProposalEncryption&, const ProposalEncryption&) = default;
};
struct ProposalIntegrity {
  std::vector<const engine::Algorithm*> algorithms;
  friend bool operator==(const ProposalIntegrity&, const ProposalIntegrity&) = default;
};
struct ProposalPrf {
  std::vector<const engine::Algorithm*> algorithms;
  friend bool operator==(const ProposalPrf&, const ProposalPrf&) = default;
};
struct ProposalGroup {
  std::vector<const engine::Algorithm*> groups;
  friend bool operator==(const ProposalGroup&, const ProposalGroup&) = default;
};
/// `pqc K... [optional]`: the first additional key exchange.
struct ProposalPqc {
  std::vector<const engine::Algorithm*> groups;
  bool optional = false;
  friend bool operator==(const ProposalPqc&, const ProposalPqc&) = default;
};
/// `additional-key-exchange N K... [optional]`, at most one of each number.
struct ProposalAdditional {
  unsigned number = 1;
  std::vector<const engine::Algorithm*> groups;
  bool optional = false;
  friend bool operator==(const ProposalAdditional&, const ProposalAdditional&) = default;
};

}  // namespace parser
