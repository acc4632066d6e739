#include "cli/help_text.hpp"

#include <algorithm>

#include "cli/ios_text.hpp"

namespace cli {
namespace {

std::size_t widest(const std::vector<parser::HelpEntry>& entries) {
  std::size_t width = 0;
  for (const auto& entry : entries) width = std::max(width, entry.token.size());
  return width;
}

struct Title {
  std::string_view prompt, title;
};
constexpr Title titles[] = {
    {"config", "Configure"},
    {"config-if", "Interface configuration"},
    {"config-subif", "Interface configuration"},
    {"config-if-range", "Interface configuration"},
    {"config-ikev2-proposal", "IKEv2 Proposal"},
    {"config-ikev2-policy", "IKEv2 Policy"},
    {"config-ikev2-keyring", "IKEv2 Keyring"},
    {"config-ikev2-keyring-peer", "IKEv2 Keyring Peer"},
    {"config-ikev2-profile", "IKEv2 Profile"},
    {"config-ikev2-author-policy", "IKEv2 Authorization Policy"},
    {"cfg-crypto-trans", "Crypto transform configuration"},
    {"ipsec-profile", "Crypto Map configuration"},
    {"config-crypto-map", "Crypto Map configuration"},
    {"config-isakmp", "ISAKMP"},
    {"conf-isa-prof", "Crypto ISAKMP Profile configuration"},
    {"conf-keyring", "Keyring configuration"},
    {"ca-trustpoint", "CA trustpoint configuration"},
    {"config-ext-nacl", "Ext Access List configuration"},
    {"config-std-nacl", "Std Access List configuration"},
    {"config-ipv6-acl", "IPv6 Access List configuration"},
    {"config-vrf", "VPN Routing/Forwarding instance configuration"},
    {"config-line", "Line configuration"},
    {"config-router", "Router configuration"},
    {"config-archive", "Archive configuration"},
};

}  // namespace

std::string mode_title(std::string_view prompt) {
  const auto* known = std::find_if(std::begin(titles), std::end(titles), [&](const Title& t) { return t.prompt == prompt; });
  return known == std::end(titles) ? "Configuration commands:" : std::string(known->title) + " commands:";
}

std::string help_text(std::string_view text, const std::vector<parser::HelpEntry>& entries, std::string_view title,
                      unsigned columns) {
  if (entries.empty()) return "% Unrecognized command\n";
  const bool nothing_typed = text.find_first_not_of(" \t") == std::string_view::npos;
  const std::size_t width = widest(entries) + 2;
  std::string out;
  if (nothing_typed || text.back() == ' ' || text.back() == '\t') {
    if (nothing_typed && !title.empty()) out += std::string(title) + "\n";
    bool ours = false;
    for (const auto& entry : entries) {
      if (entry.extension && !ours) out += "Extensions:\n";
      ours = entry.extension;
      out += "  " + (entry.help.empty() ? entry.token : padded(entry.token, width) + entry.help) + "\n";
    }
    return out;
  }
  const std::size_t per_row = std::max<std::size_t>(1, columns / width);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool last = i + 1 == entries.size() || (i + 1) % per_row == 0;
    out += last ? entries[i].token + "\n" : padded(entries[i].token, width);
  }
  return out;
}

}  // namespace cli
