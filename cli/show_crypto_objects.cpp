#include <algorithm>
#include <array>
#include <unordered_map>

#include "cli/configured.hpp"
#include "cli/show.hpp"
#include "engine/algorithms.hpp"
#include "engine/proposals.hpp"
#include "parser/built_ins.hpp"
#include "parser/compile.hpp"

namespace cli {
namespace {

using engine::Algorithm;
using parser::Node;

std::string names(const std::vector<const Algorithm*>& rows, std::string_view Algorithm::*name) {
  std::string out;
  for (const Algorithm* row : rows) out += (out.empty() ? "" : " ") + std::string(row->*name);
  return out;
}

void put_proposal(std::string& out, const std::string& name, const Node* block) {
  const engine::IkeProposal proposal = parser::proposal_of(name, block);
  const bool none = proposal.integrity.empty();
  out += " IKEv2 proposal: " + name + " \n";
  out += "     Encryption : " + names(proposal.encryption, &Algorithm::debug_name) + "\n";
  out += "     Integrity  : " + (none ? "none" : names(proposal.integrity, &Algorithm::show_ike)) + "\n";
  out += "     PRF        : " + names(engine::prf_rows(proposal), &Algorithm::show_ike) + "\n";
  out += "     DH Group   : " + names(proposal.groups, &Algorithm::debug_name) + "\n";
}

/// Calls `visit(name, block)` for the objects of kind T that are wanted: the built-in one first, if it is in force.
template <class T, class Visit>
void each_wanted(const Node& root, const std::optional<std::string>& wanted, Visit&& visit) {
  const auto is_wanted = [&](const std::string& name) { return !wanted || *wanted == name; };
  if (!parser::switched_off<T>(root) && !find_block<T>(root, "default") && is_wanted("default"))
    visit(std::string("default"), nullptr);
  root.each<T>([&](const T& object, const Node& block) {
    if (is_wanted(object.name)) visit(object.name, &block);
  });
}

void put_policy(std::string& out, const std::string& name, const Node* block) {
  out += " IKEv2 policy : " + name + "\n";
  if (!block) {
    out += "      Match fvrf : any\n      Match address local : any \n      Proposal    : default \n\n";
    return;
  }
  const auto* fvrf = block->find<parser::MatchFvrf>();
  out += "      Match fvrf  : " + (!fvrf ? "global" : fvrf->any ? "any" : fvrf->vrf) + "\n";
  bool anywhere = true;
  block->each<parser::MatchAddressLocal>([&](const parser::MatchAddressLocal& match, const Node&) {
    anywhere = false;
    out += "      Match address local : " + (match.address ? ios_address(*match.address) : match.interface.value_or("")) + " \n";
  });
  if (anywhere) out += "      Match address local : any \n";
  block->each<parser::PolicyProposal>(
      [&](const parser::PolicyProposal& line, const Node&) { out += "      Proposal    : " + line.proposal + " \n"; });
  out += "\n";
}

/// The line without the words it begins with.
std::string rest_of(const Node& line, std::string_view beginning) {
  const std::string text = parser::line_text(line);
  return text.starts_with(beginning) ? text.substr(beginning.size()) : text;
}

/// "none", or what `T` lines say behind `beginning`, each on a line of its own with `indent`.
template <class T>
std::string list_of(const Node& block, std::string_view beginning, const std::string& indent) {
  std::string out;
  block.each<T>([&](const T&, const Node& line) { out += "\n" + indent + rest_of(line, beginning); });
  return out.empty() ? "none" : out;
}

template <class T>
std::string methods(const Node& block) {
  constexpr std::array<std::string_view, 7> words{"pre-share", "rsa-sig",        "ecdsa-sig", "mldsa-sig",
                                                  "eap",       "anyconnect-eap", "dynamic"};
  std::string out;
  block.each<T>([&](const T& line, const Node&) {
    out += (out.empty() ? "" : " ") + std::string(words[static_cast<std::size_t>(line.method)]);
  });
  return out.empty() ? "none" : out;
}

std::string dpd_text(const parser::Dpd* usual, const Node& block) {
  const auto* dpd = block.find<parser::Dpd>();
  if (!dpd) dpd = usual;
  if (!dpd) return "disabled";
  return "interval " + std::to_string(dpd->interval) + ", retry-interval " + std::to_string(dpd->retry) + ", " +
         (dpd->mode == parser::DpdMode::periodic ? "periodic" : "on-demand");
}

/// What several profiles are shown with.
struct AroundProfiles {
  const parser::Dpd* dpd = nullptr;                         // the global line
  std::unordered_map<std::string, std::size_t> references;  // crypto map entries, IPsec profiles, tunnels, and SAs
};
AroundProfiles around_profiles(const Node& root, const engine::View& view) {
  AroundProfiles out{root.find<parser::Dpd>(), {}};
  for (const auto& sa : view.ike_sas) ++out.references[sa.profile];
  for (const auto& object : root.children) {
    const auto* named = object->find<parser::SetIkev2Profile>();
    const auto* tunnel = object->find<parser::TunnelProtection>();
    if (named) ++out.references[named->profile];
    if (tunnel && tunnel->ikev2_profile && (!named || named->profile != *tunnel->ikev2_profile))
      ++out.references[*tunnel->ikev2_profile];
  }
  return out;
}

void put_profile(std::string& out, const AroundProfiles& around, const std::string& name, const Node& block) {
  const auto references = around.references.find(name);
  const auto* fvrf = block.find<parser::MatchFvrf>();
  const auto* keyring = block.find<parser::ProfileKeyring>();
  const auto* lifetime = block.find<parser::ProfileLifetime>();
  const auto* keepalive = block.find<parser::NatKeepalive>();
  std::string local_identity = "none";
  block.each<parser::IdentityLocal>(
      [&](const parser::IdentityLocal&, const Node& line) { local_identity = rest_of(line, "identity local "); });
  out += "IKEv2 profile: " + name +
         "\n Shutdown : No\n Ref Count: " + std::to_string(references == around.references.end() ? 0 : references->second) +
         "\n Match criteria: \n  Fvrf: " +
         (!fvrf       ? "global"
          : fvrf->any ? "any"
                      : fvrf->vrf) +
         "\n  Local address/interface: " + list_of<parser::MatchAddressLocal>(block, "match address local ", "   ") +
         "\n  Identities: " + list_of<parser::MatchIdentityRemote>(block, "match identity remote ", "   ") +
         "\n  Certificate maps: " + list_of<parser::MatchCertificate>(block, "match certificate ", "   ") +
         "\n Local identity: " + local_identity +
         "\n Remote identity: none\n Local authentication method: " + methods<parser::AuthenticationLocal>(block) +
         "\n Remote authentication method(s): " + methods<parser::AuthenticationRemote>(block) +
         "\n EAP options: none\n Keyring: " + (keyring ? keyring->keyring : "none") +
         "\n Trustpoint(s): " + list_of<parser::ProfileTrustpoint>(block, "pki trustpoint ", "  ") +
         "\n Lifetime: " + std::to_string(lifetime ? lifetime->seconds : 86400) +
         " seconds\n DPD: " + dpd_text(around.dpd, block) +
         "\n NAT-keepalive: " + (keepalive ? std::to_string(keepalive->seconds) : "disabled") +
         "\n Ivrf: none\n Virtual-template: none\n mode auto: none\n"
         " AAA AnyConnect EAP authentication mlist: none\n AAA EAP authentication mlist: none\n"
         " AAA authentication mlist: none\n AAA Accounting: none\n AAA group authorization: none\n"
         " AAA user authorization: none\n\n";
}

void put_transform_set(std::string& out, const parser::TransformSet& set, const Node& block) {
  const auto* mode = block.find<parser::TransformMode>();
  const bool transport = mode && mode->mode == engine::IpsecMode::transport;
  out += "Transform set " + set.name + ": { " + transforms(set) + " } \n   will negotiate = { " +
         (transport ? mode->require ? "Transport Require" : "Transport" : "Tunnel") + ",  }, \n   \n";
}

void put_ipsec_profile(std::string& out, const Configured& configured, const std::string& name, const Node& block) {
  out += "IPSEC profile " + name + "\n";
  if (const std::string ikev2 = configured.ikev2_profile_of(block); !ikev2.empty()) out += "\tIKEv2 Profile: " + ikev2 + "\n";
  put_lifetime(out, configured, block);
  const auto* pfs = block.find<parser::SetPfs>();
  out += std::string("\tDualstack (Y/N): N\n\n\tResponder-Only (Y/N): ") + (block.find<parser::ResponderOnly>() ? "Y" : "N") +
         "\n\tPFS (Y/N): " + (pfs ? "Y\n\t\tDH group: " + std::string(parser::pfs_group(*pfs)->show_esp) : "N") +
         "\n\tMixed-mode : Disabled\n";
  put_transform_sets(out, configured, block);
  out += "\n";
}

}  // namespace

std::string show_crypto_objects(const engine::View& view, const parser::Configuration& configuration,
                                const parser::ShowCryptoObjects& options) {
  const Node& root = configuration.data().root;
  const auto wanted = [&](const std::string& name) { return !options.name || *options.name == name; };
  std::string out;
  switch (options.kind) {
    case parser::CryptoObject::ikev2_proposal:
      each_wanted<parser::Ikev2Proposal>(root, options.name,
                                         [&](const std::string& name, const Node* block) { put_proposal(out, name, block); });
      break;
    case parser::CryptoObject::ikev2_policy:
      each_wanted<parser::Ikev2Policy>(root, options.name,
                                       [&](const std::string& name, const Node* block) { put_policy(out, name, block); });
      break;
    case parser::CryptoObject::ikev2_profile: {
      const AroundProfiles around = around_profiles(root, view);
      root.each<parser::Ikev2Profile>([&](const parser::Ikev2Profile& profile, const Node& block) {
        if (wanted(profile.name)) put_profile(out, around, profile.name, block);
      });
      break;
    }
    case parser::CryptoObject::transform_set:
      each_wanted<parser::TransformSet>(root, options.name, [&](const std::string&, const Node* block) {
        if (!block) block = parser::default_transform_set(root);
        put_transform_set(out, *block->as<parser::TransformSet>(), *block);
      });
      break;
    case parser::CryptoObject::ipsec_profile: {
      const Configured configured(root);
      each_wanted<parser::IpsecProfile>(root, options.name, [&](const std::string& name, const Node* block) {
        put_ipsec_profile(out, configured, name, block ? *block : *parser::default_ipsec_profile(root));
      });
      break;
    }
    case parser::CryptoObject::security_association:
      out = "Security association lifetime: " + lifetime_text(Configured(root), root) + "\n";
      break;
  }
  return out;
}

}  // namespace cli
