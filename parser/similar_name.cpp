#include "parser/similar_name.hpp"

#include "parser/edit_distance.hpp"

namespace parser {
namespace {

constexpr std::string_view undefined = " is not defined";

/// What warnings call something, and how the lines begin that define one.
struct Kind {
  std::string_view called, defined_by;
};
constexpr Kind kinds[] = {{"IKEv2 profile ", "crypto ikev2 profile "},  {"keyring ", "crypto ikev2 keyring "},
                          {"proposal ", "crypto ikev2 proposal "},      {"transform set ", "crypto ipsec transform-set "},
                          {"IPsec profile ", "crypto ipsec profile "},  {"crypto map ", "crypto map "},
                          {"crypto map ", "crypto map ipv6 "},          {"access list ", "ip access-list extended "},
                          {"access list ", "ip access-list standard "}, {"access list ", "ipv6 access-list "},
                          {"trustpoint ", "crypto pki trustpoint "},    {"certificate map ", "crypto pki certificate map "}};

}  // namespace

std::string similar_name(const Node& root, std::string_view warning) {
  if (!warning.ends_with(undefined)) return {};
  warning.remove_suffix(undefined.size());
  const std::size_t blank = warning.rfind(' ') + 1;
  const std::string_view before = warning.substr(0, blank), name = warning.substr(blank);
  std::string best;
  std::size_t least = 1 + name.size() / 4;
  for (const Kind& kind : kinds) {
    if (!before.ends_with(kind.called)) continue;
    for (const auto& line : root.children) {
      const std::string text = line_text(*line);
      if (!text.starts_with(kind.defined_by)) continue;
      const std::size_t from = kind.defined_by.size();
      const std::string other = text.substr(from, text.find(' ', from) - from);
      const std::size_t far = edit_distance(name, other);
      if (far == 0 || far > least) continue;
      if (far == least && !best.empty()) continue;
      best = other;
      least = far;
    }
  }
  return best;
}

}  // namespace parser
