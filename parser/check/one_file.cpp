// What can be wrong with one file as a whole. Each check is a function; the table at the end names them.
#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "parser/check/subject.hpp"
#include "parser/text.hpp"

namespace parser {
namespace {

using Findings = std::vector<Finding>;

void add(Findings& findings, std::string text, std::vector<Place> places) {
  findings.push_back({{}, std::move(text), std::move(places)});
}

/// The block that the words in front of a warning of the compiler name: "crypto ikev2 keyring K peer P".
const Node* block_named(const Node& block, std::string_view words) {
  const Node* best = nullptr;
  for (const auto& child : block.children) {
    const std::string text = line_text(*child);
    if (!opens_block(*child)) continue;
    if (text == words || (text.starts_with(words) && text[words.size()] == ' ')) return child.get();
    if (words.starts_with(text + " "))
      if (const Node* inner = block_named(*child, words.substr(text.size() + 1))) best = inner;
    // "access list A" of the compiler is "ip access-list extended A" of the file.
    if (words.starts_with("access list ") && text.ends_with(" " + std::string(words.substr(12))) &&
        text.find("access-list") != std::string::npos)
      return child.get();
  }
  return best;
}

/// The line of the block that ends with a word of the warning, as one that names something does; otherwise the block.
const Node* line_meant(const Node& block, const std::string& what) {
  for (const auto& child : block.children) {
    const std::string text = line_text(*child);
    const std::string last = text.substr(text.find_last_of(' ') + 1);
    if (what.find(" " + last + " ") != std::string::npos) return child.get();
  }
  return &block;
}

/// What keeps parts from taking effect: undefined names, missing pieces, lines that no selector can express.
void without_effect(const Subject& subject, Findings& findings) {
  for (const std::string& warning : subject.compiled().warnings) {
    if (warning.find(" is weak: ") != std::string::npos) continue;  // it has effect; weak() tells the line
    const std::size_t colon = warning.find(": ");
    const Node* block = colon == std::string::npos ? nullptr : block_named(subject.root(), warning.substr(0, colon));
    std::vector<Place> places{{subject.file(), 0}};
    if (block) places = {subject.place(*line_meant(*block, warning.substr(colon + 1) + " "))};
    add(findings, warning, std::move(places));
  }
}

/// Names that lines of type `User` below the blocks refer to.
class Used {
 public:
  explicit Used(const Node& root) { collect(root); }
  bool proposal(const std::string& name) const { return proposals_.contains(name); }
  bool keyring(const std::string& name) const { return keyrings_.contains(name); }
  bool profile(const std::string& name) const { return profiles_.contains(name); }
  bool transform_set(const std::string& name) const { return sets_.contains(name); }
  bool access_list(const std::string& name) const { return lists_.contains(name); }
  bool map(const std::string& name) const { return maps_.contains(name); }
  bool ipsec_profile(const std::string& name) const { return ipsec_profiles_.contains(name); }
  bool any_profile_reference() const { return !profiles_.empty(); }

 private:
  void collect(const Node& block) {
    block.each<PolicyProposal>([&](const PolicyProposal& line, const Node&) { proposals_.insert(line.proposal); });
    block.each<ProfileKeyring>([&](const ProfileKeyring& line, const Node&) { keyrings_.insert(line.keyring); });
    block.each<ProfilePpkKeyring>([&](const ProfilePpkKeyring& line, const Node&) { keyrings_.insert(line.keyring); });
    block.each<TunnelProtection>([&](const TunnelProtection& line, const Node&) { ipsec_profiles_.insert(line.profile); });
    block.each<TunnelPolicy>([&](const TunnelPolicy& line, const Node&) { lists_.insert(line.acl); });
    block.each<SetIkev2Profile>([&](const SetIkev2Profile& line, const Node&) { profiles_.insert(line.profile); });
    block.each<MatchAddress>([&](const MatchAddress& line, const Node&) { lists_.insert(line.acl); });
    block.each<InterfaceCryptoMap>([&](const InterfaceCryptoMap& line, const Node&) { maps_.insert(line.map); });
    block.each<InterfaceIpv6CryptoMap>([&](const InterfaceIpv6CryptoMap& line, const Node&) { maps_.insert(line.map); });
    block.each<SetTransformSet>(
        [&](const SetTransformSet& line, const Node&) { sets_.insert(line.transform_sets.begin(), line.transform_sets.end()); });
    for (const auto& child : block.children)
      if (!child->children.empty()) collect(*child);
    mention_in_text(block);
  }
  /// A line of a part that is kept without effect may name something too: then that is used.
  void mention_in_text(const Node& block) {
    for (const auto& child : block.children) {
      if (opens_block(*child) || child->as<MatchAddress>()) continue;
      const std::string text = line_text(*child);
      const std::string last = text.substr(text.find_last_of(' ') + 1);
      if (text.find("access-list") != std::string::npos || text.find("access-group") != std::string::npos) lists_.insert(last);
      if (text.find("ikev2-profile ") != std::string::npos) profiles_.insert(last);
    }
  }
  std::set<std::string> proposals_, keyrings_, profiles_, sets_, lists_, maps_, ipsec_profiles_;
};

void unused(const Subject& subject, Findings& findings) {
  const Used used(subject.root());
  const auto report = [&](const char* what, const std::string& name, const Node& line, const char* by) {
    add(findings, std::string(what) + " " + name + " is not used by any " + by, {subject.place(line)});
  };
  const Node& root = subject.root();
  root.each<Ikev2Proposal>([&](const Ikev2Proposal& each, const Node& line) {
    if (each.name != "default" && !used.proposal(each.name)) report("IKEv2 proposal", each.name, line, "IKEv2 policy");
  });
  root.each<Ikev2Keyring>([&](const Ikev2Keyring& each, const Node& line) {
    if (!used.keyring(each.name)) report("IKEv2 keyring", each.name, line, "IKEv2 profile");
  });
  root.each<Ikev2Profile>([&](const Ikev2Profile& each, const Node& line) {
    if (each.name != "default" && !used.profile(each.name))
      report("IKEv2 profile", each.name, line, "crypto map or IPsec profile");
  });
  root.each<TransformSet>([&](const TransformSet& each, const Node& line) {
    if (each.name != "default" && !used.transform_set(each.name))
      report("transform set", each.name, line, "crypto map or IPsec profile");
  });
  root.each<IpsecProfile>([&](const IpsecProfile& each, const Node& line) {
    if (each.name != "default" && !used.ipsec_profile(each.name)) report("IPsec profile", each.name, line, "tunnel interface");
  });
  root.each<AccessList>([&](const AccessList& each, const Node& line) {
    if (!used.access_list(each.name)) report("access list", each.name, line, "crypto map");
  });
  root.each<Ipv6AccessList>([&](const Ipv6AccessList& each, const Node& line) {
    if (!used.access_list(each.name)) report("IPv6 access list", each.name, line, "crypto map");
  });
  std::set<std::string> told;
  root.each<CryptoMap>([&](const CryptoMap& each, const Node& line) {
    if (!used.map(each.map) && told.insert(each.map).second) report("crypto map", each.map, line, "interface");
  });
}

/// Whether some peer may call itself what both rules match.
bool overlap(const engine::IdentityMatch& a, const engine::IdentityMatch& b) {
  if (std::holds_alternative<engine::MatchAny>(a) || std::holds_alternative<engine::MatchAny>(b)) return true;
  const auto* network_a = std::get_if<engine::Prefix>(&a);
  const auto* network_b = std::get_if<engine::Prefix>(&b);
  if (network_a && network_b) return network_a->contains(network_b->address) || network_b->contains(network_a->address);
  if (const auto* identity = std::get_if<engine::Identity>(&b)) return engine::matches(a, *identity);
  if (const auto* identity = std::get_if<engine::Identity>(&a)) return engine::matches(b, *identity);
  const auto* domain_a = std::get_if<engine::MatchDomain>(&a);
  const auto* domain_b = std::get_if<engine::MatchDomain>(&b);
  if (!domain_a || !domain_b || domain_a->type != domain_b->type) return false;
  return domain_a->domain.ends_with(domain_b->domain) || domain_b->domain.ends_with(domain_a->domain);
}

bool locals_meet(const engine::IkeProfile& a, const engine::IkeProfile& b) {
  if (a.match_local.empty() || b.match_local.empty()) return true;
  return std::any_of(a.match_local.begin(), a.match_local.end(), [&](const engine::IpAddress& each) {
    return std::find(b.match_local.begin(), b.match_local.end(), each) != b.match_local.end();
  });
}

/// The line of the profile that says the rule, as far as it can be told by its text.
Place place_of_rule(const Subject& subject, const std::string& profile, const engine::IdentityMatch& rule) {
  const Node* block = subject.find_named<Ikev2Profile>(profile);
  if (!block) return {subject.file(), 0};
  std::vector<const Node*> lines;
  block->each<MatchIdentityRemote>([&](const MatchIdentityRemote&, const Node& line) { lines.push_back(&line); });
  for (const auto& each : subject.compiled().config->profiles)
    if (each->name == profile)
      for (std::size_t i = 0; i < lines.size() && i < each->match_remote.size(); ++i)
        if (each->match_remote[i] == rule) return subject.place(*lines[i]);
  return subject.place(*block);
}

/// A peer that two profiles match gets the first one, whatever the other says.
void two_profiles(const Subject& subject, Findings& findings) {
  const auto& profiles = subject.compiled().config->profiles;
  for (std::size_t i = 0; i < profiles.size(); ++i)
    for (std::size_t j = i + 1; j < profiles.size(); ++j) {
      if (!locals_meet(*profiles[i], *profiles[j])) continue;
      const auto first_overlap = [&] {
        for (const auto& a : profiles[i]->match_remote)
          for (const auto& b : profiles[j]->match_remote)
            if (overlap(a, b)) {
              add(findings,
                  "a peer may match both profile " + profiles[i]->name + " (" + engine::to_string(a) + ") and profile " +
                      profiles[j]->name + " (" + engine::to_string(b) + "): the first one is taken",
                  {place_of_rule(subject, profiles[i]->name, a), place_of_rule(subject, profiles[j]->name, b)});
              return;
            }
      };
      first_overlap();
    }
}

/// Entries of crypto access lists that a peer cannot have as a mirror image, or that never take effect.
void access_lists(const Subject& subject, Findings& findings) {
  std::set<std::string> seen;
  for (const auto& interface : subject.compiled().config->interfaces)
    for (const auto& entry : interface.entries) {
      if (!seen.insert(entry->acl).second) continue;
      const Node* list = subject.find_named<AccessList>(entry->acl);
      if (!list) list = subject.find_named<Ipv6AccessList>(entry->acl);
      if (!list) continue;
      const auto place = [&](const engine::SelectorLine& line) {
        for (const auto& child : list->children)
          if (line_text(*child) == line.text || line_text(*child).ends_with(" " + line.text)) return subject.place(*child);
        return subject.place(*list);
      };
      const auto& lines = entry->lines;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& own = lines[i].selectors;
        const auto covering = std::find_if(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i),
                                           [&](const auto& earlier) { return earlier.selectors.contains(own); });
        if (covering != lines.begin() + static_cast<std::ptrdiff_t>(i) && covering->text != lines[i].text)
          add(findings,
              "access list " + entry->acl + ": \"" + lines[i].text + "\" is never reached, \"" + covering->text + "\" covers it",
              {place(lines[i]), place(*covering)});
      }
    }
}

/// Whatever else keeps the entry from taking effect.
void everything(const Subject& subject, Findings& findings) {
  std::set<std::string> seen;
  subject.root().each<CryptoMap>([&](const CryptoMap&, const Node& entry) {
    const auto* match = entry.find<MatchAddress>();
    if (!match || !seen.insert(match->acl).second) return;
    const Node* list = subject.find_named<AccessList>(match->acl);
    if (!list) list = subject.find_named<Ipv6AccessList>(match->acl);
    if (!list) return;
    list->each<AccessListEntry>([&](const AccessListEntry& line, const Node& node) {
      const bool all = line.source.target == AclTarget::any && line.destination.target == AclTarget::any;
      if (line.verb == AclVerb::permit && line.protocol == 0 && all && !line.has_options())
        add(findings,
            "access list " + match->acl + ": \"" + line_text(node) +
                "\" takes all traffic into the tunnel; its mirror image at the peer does the same there",
            {subject.place(node)});
    });
  });
}

/// Where an interface routes what comes from it: IOS refuses the second address of a network there.
std::string table_of(const Node& interface) {
  for (const auto& line : interface.children) {
    const std::string text = line_text(*line);
    if (text.starts_with("vrf forwarding ") || text.starts_with("ip vrf forwarding ")) return text.substr(text.rfind(' '));
  }
  return {};
}

void overlapping_networks(const Subject& subject, Findings& findings) {
  struct Held {
    std::string table;
    std::uint32_t first, last;
    const Node *interface, *line;
  };
  std::vector<Held> held;
  for (const auto& block : subject.root().children) {
    if (!block->as<Interface>() || block->find<Shutdown>()) continue;
    block->each<InterfaceAddress>([&](const InterfaceAddress& each, const Node& line) {
      if (each.source != AddressSource::typed) return;
      const std::uint32_t mask = mask_of(each.network.length).v4_host_order(),
                          first = each.network.address.v4_host_order() & mask;
      held.push_back({table_of(*block), first, first | ~mask, block.get(), &line});
    });
  }
  std::stable_sort(held.begin(), held.end(),
                   [](const Held& a, const Held& b) { return std::tie(a.table, a.first) < std::tie(b.table, b.first); });
  for (std::size_t i = 1, widest = 0; i < held.size(); ++i) {
    const Held &before = held[widest], &each = held[i];
    const bool same_table = before.table == each.table;
    if (same_table && each.first <= before.last && each.interface != before.interface)
      add(findings,
          line_text(*each.interface) + ": \"" + line_text(*each.line) + "\" overlaps with " + line_text(*before.interface) +
              ", and is refused by IOS",
          {subject.place(*each.line), subject.place(*before.line)});
    if (!same_table || each.last > before.last) widest = i;
  }
}

constexpr std::array weak_words = {"des",          "3des",        "md5",        "sha1",     "sha",
                                   "esp-des",      "esp-3des",    "esp-null",   "esp-gmac", "esp-md5-hmac",
                                   "esp-sha-hmac", "ah-md5-hmac", "ah-sha-hmac"};
constexpr std::array weak_groups = {"1", "2", "5", "22", "23", "24"};

template <std::size_t N>
bool among(const std::array<const char*, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool names_algorithms(const std::string& line) {
  for (const char* keyword : {"encryption ", "integrity ", "prf ", "hash ", "encr ", "crypto ipsec transform-set "})
    if (line.starts_with(keyword)) return true;
  return false;
}

/// Algorithms that should not be used any more (RFC 8247, RFC 8221), wherever a line names them.
void weak_in(const Subject& subject, const Node& block, Findings& findings) {
  for (const auto& child : block.children) {
    const std::string text = line_text(*child);
    const bool algorithms = names_algorithms(text), group = text.starts_with("group ");
    for (std::size_t at = text.find(' '); (algorithms || group) && at != std::string::npos; at = text.find(' ', at + 1)) {
      const std::string word = text.substr(at + 1, text.find(' ', at + 1) - at - 1);
      if (algorithms ? among(weak_words, word) : among(weak_groups, word))
        add(findings, "\"" + text + "\": " + (group ? "group " : "") + word + " is weak", {subject.place(*child)});
    }
    if (text.starts_with("set pfs group") && among(weak_groups, std::string_view(text).substr(13)))
      add(findings, "\"" + text + "\": the group is weak", {subject.place(*child)});
    weak_in(subject, *child, findings);
  }
}
void weak(const Subject& subject, Findings& findings) { weak_in(subject, subject.root(), findings); }

/// IKEv1 was taken off the standards (RFC 9395): kept, not spoken.
void ikev1(const Subject& subject, Findings& findings) {
  for (const auto& child : subject.root().children) {
    const std::string text = line_text(*child);
    if (!text.starts_with("crypto isakmp ") && !text.starts_with("crypto keyring ")) continue;
    add(findings,
        "IKEv1 is not spoken (RFC 9395): \"sallyport convert " + subject.file() + "\" makes the IKEv2 configuration of it",
        {subject.place(*child)});
    return;
  }
}

}  // namespace

const std::vector<OneFileCheck>& one_file_checks() {
  static const std::vector<OneFileCheck> checks = {
      {"without-effect", without_effect},
      {"undefined", undefined_names},
      {"unused", unused},
      {"two-profiles", two_profiles},
      {"access-list", access_lists},
      {"access-list", everything},
      {"addresses", overlapping_networks},
      {"weak", weak},
      {"ikev1", ikev1},
      {"certificate", certificate_findings},
      {"native-clients", native_clients},
  };
  return checks;
}

}  // namespace parser
