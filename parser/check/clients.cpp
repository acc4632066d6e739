// Which of the clients that phones and laptops bring along a gateway's profile will refuse, and why (docs/clients.md).
#include <algorithm>
#include <span>

#include "engine/access.hpp"
#include "parser/check/subject.hpp"
#include "parser/commands.hpp"
#include "parser/kept_lines.hpp"

namespace parser {
namespace {

/// Of key exchanges, by the number of the group: what each of them can offer, by itself or once it is told to.
constexpr std::uint16_t windows_groups[] = {2, 14, 19, 20, 24};
constexpr std::uint16_t apple_groups[] = {14, 15, 16, 17, 18, 19, 20, 21, 31};
constexpr std::uint16_t android_groups[] = {14, 15, 16, 31};

bool any_group(const engine::Config& config, std::span<const std::uint16_t> offered) {
  for (const auto& policy : config.policies)
    for (const auto& proposal : policy->proposals)
      for (const engine::Algorithm* group : proposal->groups)
        if (std::find(offered.begin(), offered.end(), group->id) != offered.end()) return true;
  return config.policies.empty();  // the built-in one
}

/// A client that nobody has told what to call itself does so by an address that it has at home.
bool accepts_private_addresses(const Node& profile) {
  bool out = false;
  profile.each<MatchIdentityRemote>([&](const MatchIdentityRemote& rule, const Node&) {
    const auto home = engine::IpAddress::parse("192.168.1.2");
    out = out || rule.kind == IdentityKind::any || (rule.network && rule.network->prefix().contains(*home));
  });
  return out;
}

const AuthenticationRemote* eap_of(const Node& profile) {
  const AuthenticationRemote* found = nullptr;
  profile.each<AuthenticationRemote>([&](const AuthenticationRemote& line, const Node&) {
    if (line.method == AuthenticationMethod::eap) found = &line;
  });
  return found;
}

bool has_passwords(const Node& root) {
  bool out = false;
  root.each<Kept>([&](const Kept& line, const Node&) {
    out = out || (line.text.starts_with("username ") && line.first(Kept::Use::password));
  });
  return out;
}

/// Its method list goes to RADIUS, which knows more methods than passwords.
bool passes_through(const Node& root, const Node& profile) {
  const auto list = first_behind(profile, "aaa authentication eap ");
  const auto methods = list ? first_behind(root, "aaa authentication login " + *list + " ") : std::nullopt;
  return methods && methods->starts_with("group ");
}

std::string template_of(const Node& profile) {
  const auto number = first_behind(profile, "virtual-template ");
  return number ? "Virtual-Template" + words_of(*number).front() : std::string();
}

bool wants_pfs(const engine::Config& config, const std::string& name) {
  return std::any_of(config.templates.begin(), config.templates.end(),
                     [&](const auto& each) { return each->name == name && each->entry.pfs_group; });
}

struct Refusals {
  std::string windows, apple, android;  // why; empty: it comes up, as far as a configuration can tell

  void all(const std::string& why) {
    for (std::string* each : {&windows, &apple, &android}) add(*each, why);
  }
  static void add(std::string& to, const std::string& why) { to += (to.empty() ? "" : "; ") + why; }
};

Refusals refusals_of(const Subject& subject, const Node& profile, const AuthenticationRemote& eap) {
  Refusals out;
  const engine::Config& config = *subject.compiled().config;
  const auto* local = profile.find<AuthenticationLocal>();
  if (!local || (local->method != AuthenticationMethod::rsa_sig && local->method != AuthenticationMethod::ecdsa_sig))
    out.all("'authentication local rsa-sig' is missing: it takes no gateway without a certificate beside EAP");
  if (!has_passwords(subject.root()) && !passes_through(subject.root(), profile))
    out.all("no user has a password, and it knows EAP-MSCHAPv2 by itself");
  if (!eap.query_identity)
    Refusals::add(out.windows, "'query-identity' is missing: it says nothing in EAP before it was asked for its name");
  if (!accepts_private_addresses(profile))
    Refusals::add(out.windows,
                  "it calls itself by its own address, and no 'match identity remote' takes any ('any', or 'address 0.0.0.0')");
  if (!any_group(config, windows_groups)) Refusals::add(out.windows, "no policy has group 14, 19 or 20");
  const auto* identity = profile.find<IdentityLocal>();
  if (!identity || identity->identity.kind == IdentityKind::dn)
    Refusals::add(out.apple, "'identity local fqdn NAME' is missing: it insists on the name that its Remote ID says");
  if (wants_pfs(config, template_of(profile)))
    Refusals::add(out.apple, "'set pfs' is set: a profile made by hand has no PFS and dies at its first rekey");
  if (!any_group(config, apple_groups)) Refusals::add(out.apple, "no policy has group 14 or one above");
  if (!any_group(config, android_groups)) Refusals::add(out.android, "no policy has group 14, 15, 16 or 31");
  return out;
}

}  // namespace

void native_clients(const Subject& subject, std::vector<Finding>& findings) {
  subject.root().each<Ikev2Profile>([&](const Ikev2Profile& profile, const Node& block) {
    const auto* eap = eap_of(block);
    if (!eap || template_of(block).empty()) return;
    const Refusals refused = refusals_of(subject, block, *eap);
    const auto tell = [&](const char* who, const std::string& why) {
      if (why.empty()) return;
      findings.push_back(
          {{}, std::string(who) + " will not come up at profile " + profile.name + ": " + why, {subject.place(block)}});
    };
    tell("Windows' own client", refused.windows);
    tell("Apple's own client", refused.apple);
    tell("Android's own client", refused.android);
  });
}

}  // namespace parser
