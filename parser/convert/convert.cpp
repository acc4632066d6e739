#include "parser/convert/convert.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "parser/convert/ikev1.hpp"
#include "parser/parser.hpp"
#include "parser/redact.hpp"

namespace parser {
namespace {

using ikev1::Key;
using ikev1::Policy;
using ikev1::Profile;
using ikev1::User;

constexpr unsigned usual_lifetime = 86400;
constexpr const char* policy_name = "FROM-V1";
constexpr const char* global_keyring = "V1-GLOBAL-KEYS";

bool weak(std::string_view word) {
  constexpr std::array words = {"des", "3des", "md5", "1", "2", "5", "24"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Converter {
 public:
  explicit Converter(const ikev1::Configuration& old) : old_(old) {}

  Conversion convert() {
    out_.found = old_.found();
    if (!out_.found) return std::move(out_);
    for (const auto& remark : old_.remarks) note(remark.line, remark.text, remark.undone);
    proposals();
    keyrings();
    profiles();
    globals();
    users();
    note(0, "the remote end must be changed too: IKEv1 and IKEv2 do not interwork", false);
    std::stable_sort(out_.notes.begin(), out_.notes.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_.configuration += text + "\n"; }
  void note(std::size_t where, std::string text, bool undone) { out_.notes.push_back({where, std::move(text), undone}); }

  static std::string cipher(const std::string& encryption) {
    if (encryption == "aes" || encryption == "aes 128") return "aes-cbc-128";
    if (encryption.starts_with("aes ")) return "aes-cbc-" + encryption.substr(4);
    return encryption;
  }

  /// One proposal for each distinct combination, in order of priority; only what authenticates by keys can be converted.
  void proposals() {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& [priority, policy] : old_.policies) {
      const std::string name = "V1-POLICY-" + std::to_string(priority), number = "policy " + std::to_string(priority);
      if (policy.authentication != "pre-share") {
        note(policy.line,
             number + " authenticates by " + policy.authentication +
                 (policy.authentication == "rsa-sig" ? ", IOS's default where nothing is said" : "") + ", with hash " +
                 policy.hash + ": not converted, there is no certificate to go with it",
             true);
        continue;
      }
      const std::string hash = policy.hash == "sha" ? "sha1" : policy.hash;
      for (const std::string& word : {policy.encryption, policy.hash, policy.group})
        if (weak(word)) {
          note(policy.line,
               number + " is weak (" + policy.encryption + ", " + policy.hash + ", group " + policy.group +
                   "): converted as it is",
               false);
          break;
        }
      if (names.empty())
        lifetime_ = policy.lifetime;
      else if (policy.lifetime != lifetime_)
        note(policy.line,
             number + " has lifetime " + std::to_string(policy.lifetime) +
                 "; IKEv2 has it in the profile, which takes that of the first policy, " + std::to_string(lifetime_),
             false);
      const std::string lines = " encryption " + cipher(policy.encryption) + "\n integrity " + hash + "\n group " + policy.group;
      if (!seen.insert(lines).second) {
        note(policy.line, number + " says the same as one before it: one proposal is enough", false);
        continue;
      }
      line("crypto ikev2 proposal " + name + "\n" + lines);
      names.push_back(name);
    }
    if (names.empty()) return;
    line(std::string("crypto ikev2 policy ") + policy_name);
    for (const std::string& name : names) line(" proposal " + name);
    line("!");
  }

  void keyrings() {
    bool any = false;
    for (const auto& [name, keyring] : old_.keyrings) {
      any = true;
      if (only_joined(name)) continue;
      line("crypto ikev2 keyring " + name);
      if (!keyring.vrf.empty())
        note(keyring.line, "keyring " + name + " is of VRF " + keyring.vrf + ": the profiles that use it get match fvrf", false);
      if (!keyring.local_address.empty())
        note(keyring.line,
             "keyring " + name + " is for local address " + keyring.local_address +
                 ": in IKEv2 the profile says so; profiles with a local-address of their own have it",
             false);
      peers(keyring.keys, name + "-");
    }
    for (const auto& [name, profile] : old_.profiles)
      if (profile.keyrings.size() > 1) joined_keyring(name, profile);
    if (!old_.keys.empty()) {
      any = true;
      line(std::string("crypto ikev2 keyring ") + global_keyring);
      peers(old_.keys, "V1-KEY-");
    }
    if (any) line("!");
  }

  static bool uses(const Profile& profile, const std::string& keyring) {
    return std::find(profile.keyrings.begin(), profile.keyrings.end(), keyring) != profile.keyrings.end();
  }

  /// Every profile that uses the keyring uses others too.
  bool only_joined(const std::string& keyring) const {
    bool used = false, alone = false;
    for (const auto& each : old_.profiles)
      if (uses(each.second, keyring)) (each.second.keyrings.size() > 1 ? used : alone) = true;
    return used && !alone;
  }

  static std::string joined_name(const std::string& profile) { return "V1-KEYS-" + profile; }

  /// An IKEv2 profile has one local keyring, an ISAKMP profile may have several.
  void joined_keyring(const std::string& name, const Profile& profile) {
    line("crypto ikev2 keyring " + joined_name(name));
    for (const auto& [keyring_name, keyring] : old_.keyrings)
      if (uses(profile, keyring_name)) peers(keyring.keys, keyring_name + "-");
    note(profile.line,
         "ISAKMP profile " + name + " uses several keyrings, an IKEv2 profile has one: their keys are in " + joined_name(name),
         false);
  }

  std::string keyring_of(const std::string& name, const Profile& profile) const {
    if (profile.keyrings.empty()) return old_.keys.empty() ? "" : global_keyring;
    return profile.keyrings.size() == 1 ? profile.keyrings[0] : joined_name(name);
  }

  void peers(const std::vector<Key>& keys, const std::string& prefix) {
    std::size_t number = 0;
    for (const Key& key : keys) {
      line(" peer " + prefix + std::to_string(++number));
      if (!key.hostname.empty()) line("  hostname " + key.hostname + "\n  identity fqdn " + key.hostname);
      const bool everyone = key.address == "0.0.0.0" || key.address == "0.0.0.0 0.0.0.0";
      if (!key.address.empty()) line("  address " + (everyone ? "0.0.0.0 0.0.0.0" : host(key.address)));
      line("  pre-shared-key " + key.text);
      if (everyone)
        note(key.line, "a key for 0.0.0.0 was for anyone; in IKEv2 only peers that a profile matches may use it", false);
      if (key.text.starts_with("6 "))
        note(key.line,
             "a key of type 6 is sealed by the master key of the router that printed it, and of no use here: type the key itself",
             true);
      if (key.no_xauth) note(key.line, "no-xauth has no meaning in IKEv2; dropped", false);
    }
  }

  /// Without the mask of a single host, as keyrings have it.
  static std::string host(const std::string& address) {
    constexpr std::string_view mask = " 255.255.255.255";
    return address.ends_with(mask) ? address.substr(0, address.size() - mask.size()) : address;
  }

  std::string own_name() const { return old_.hostname + (old_.domain.empty() ? "" : "." + old_.domain); }

  /// What the router called itself, as `identity local ...`; empty: its address, which is IKEv2's default too.
  std::string identity(const Profile* profile) {
    if (profile && profile->self_kind == "fqdn")
      return "fqdn " + (profile->self_value.empty() ? own_name() : profile->self_value);
    if (profile && profile->self_kind == "user-fqdn") return "email " + profile->self_value;
    if (profile && profile->self_kind == "address") return {};
    if (profile && !profile->self_kind.empty()) return "address " + profile->self_kind;
    if (old_.identity == "hostname") return "fqdn " + own_name();
    return old_.identity == "dn" ? "dn" : "";
  }

  void authentication(const Profile* profile, const std::string& keyring) {
    if (const std::string own = identity(profile); !own.empty()) line(" identity local " + own);
    line(" authentication remote pre-share\n authentication local pre-share");
    if (!keyring.empty()) line(" keyring local " + keyring);
    if (lifetime_ != usual_lifetime) line(" lifetime " + std::to_string(lifetime_));
  }

  std::string global_dpd() const {
    if (old_.keepalive.empty()) return {};
    const bool periodic = old_.keepalive.ends_with(" periodic");
    std::string numbers = old_.keepalive.substr(0, old_.keepalive.find_first_not_of("0123456789 "));
    while (!numbers.empty() && numbers.back() == ' ') numbers.pop_back();
    if (numbers.find(' ') == std::string::npos) numbers += " 2";
    return numbers + (periodic ? " periodic" : " on-demand");
  }

  bool match(const ikev1::Match& match) {
    if (match.kind == "address")
      line(" match identity remote address " + match.value +
           (match.value.find_first_of(" /:") == std::string::npos && match.value != "0.0.0.0" ? " 255.255.255.255" : ""));
    else if (match.kind == "host")
      line(" match identity remote fqdn " + match.value);
    else if (match.kind == "host domain")
      line(" match identity remote fqdn domain " + match.value);
    else if (match.kind == "user" || match.kind == "user-fqdn")
      line(" match identity remote email " + match.value);
    else if (match.kind == "user domain")
      line(" match identity remote email domain " + match.value);
    else
      return false;
    return true;
  }

  void profiles() {
    for (const auto& [name, profile] : old_.profiles) {
      const bool group =
          std::any_of(profile.matches.begin(), profile.matches.end(), [](const auto& m) { return m.kind == "group"; });
      if (group || profile.client) {
        note(profile.line,
             "ISAKMP profile " + name +
                 " uses a client group or xauth, which IKEv2 has not: not converted; use EAP and an authorization policy",
             true);
        continue;
      }
      converted_.insert(name);
      line("crypto ikev2 profile " + name);
      if (!profile.description.empty()) line(" description " + profile.description);
      fvrf(profile);
      if (!profile.local_address.empty()) line(" match address local " + local_address(profile.local_address));
      for (const auto& each : profile.matches)
        if (!match(each))
          note(each.line, "match " + each.kind + " of ISAKMP profile " + name + " needs certificates: not converted", true);
      authentication(&profile, keyring_of(name, profile));
      const std::string dpd = profile.keepalive.empty() ? global_dpd() : profile.keepalive;
      if (!dpd.empty()) line(" dpd " + dpd);
      if (!profile.vrf.empty()) line(" ivrf " + profile.vrf);
      if (!profile.virtual_template.empty()) {
        line(" virtual-template " + profile.virtual_template);
        note(profile.line,
             "virtual-template " + profile.virtual_template + " of ISAKMP profile " + name +
                 " goes to the IKEv2 profile, which wants one of type tunnel",
             false);
      }
      if (!profile.trustpoint.empty()) line(" pki trustpoint " + profile.trustpoint);
      if (profile.aggressive)
        note(profile.line, "initiate mode aggressive of ISAKMP profile " + name + " has no meaning in IKEv2; dropped", false);
    }
    for (const User& user : old_.users)
      if (needs_own_profile(user)) own_profile(user);
    line("!");
  }

  void fvrf(const Profile& profile) {
    for (const auto& [name, keyring] : old_.keyrings)
      if (uses(profile, name) && !keyring.vrf.empty()) line(" match fvrf " + keyring.vrf);
  }

  static std::string local_address(const std::string& text) {
    const bool is_address = text.find(':') != std::string::npos || (!text.empty() && text[0] >= '0' && text[0] <= '9');
    return is_address ? text : "interface " + text;
  }

  bool needs_own_profile(const User& user) const {
    if (!user.isakmp_profile.empty() || user.has_ikev2 || user.dynamic) return false;
    if (user.of_dynamic_map) return for_sites(user);
    return !(is_map(user) && user.peers.empty());
  }
  /// Some crypto map takes the entry of a dynamic map for peers of unknown address, which are no clients with xauth.
  bool for_sites(const User& entry) const {
    return std::any_of(old_.users.begin(), old_.users.end(), [&](const User& user) {
      return user.dynamic && user.dynamic_map == entry.map && user.isakmp_profile.empty() && !has_clients(user.map);
    });
  }
  bool has_clients(const std::string& map) const {
    return std::any_of(old_.client_lines.begin(), old_.client_lines.end(), [&](const std::string& each) {
      return each.starts_with("crypto map " + map + " ") && !each.starts_with("crypto map " + map + " isakmp-profile");
    });
  }
  static bool is_map(const User& user) { return !user.map.empty(); }
  static std::string own_profile_name(const User& user) {
    if (is_map(user)) return "V1-MAP-" + user.map + "-" + std::to_string(user.sequence);
    return "V1-PROFILE-" + user.header.substr(user.header.rfind(' ') + 1);
  }

  /// The peers of an IPsec profile whose tunnels have no destination: whoever has a global key.
  void match_owners_of_keys() {
    for (const Key& key : old_.keys) {
      if (!key.hostname.empty()) line(" match identity remote fqdn " + key.hostname);
      if (key.address == "0.0.0.0" || key.address == "0.0.0.0 0.0.0.0")
        line(" match identity remote address 0.0.0.0");
      else if (!key.address.empty())
        match({key.line, "address", key.address});
    }
  }

  /// A crypto map entry or IPsec profile without an ISAKMP profile used the global keys; IKEv2 wants a profile.
  void own_profile(const User& user) {
    line("crypto ikev2 profile " + own_profile_name(user));
    for (const std::string& peer : user.peers) {
      const bool v6 = peer.find(':') != std::string::npos, address = v6 || (peer[0] >= '0' && peer[0] <= '9');
      line(" match identity remote " + (v6        ? "address " + peer + "/128"
                                        : address ? "address " + peer + " 255.255.255.255"
                                                  : "fqdn " + peer));
    }
    if (user.peers.empty()) match_owners_of_keys();
    authentication(nullptr, global_keyring);
    note(user.line, user.header + " has no ISAKMP profile: IKEv2 needs one, " + own_profile_name(user) + " matches its peers",
         false);
  }

  void globals() {
    const std::size_t before = out_.configuration.size();
    if (const std::string dpd = global_dpd(); !dpd.empty()) line("crypto ikev2 dpd " + dpd);
    if (!old_.nat_keepalive.empty()) line("crypto ikev2 nat keepalive " + old_.nat_keepalive);
    if (old_.fragmentation) line("crypto ikev2 fragmentation");
    if (out_.configuration.size() != before) line("!");
    if (old_.identity == "hostname")
      note(0, "\"crypto isakmp identity hostname\" became \"identity local fqdn " + own_name() + "\"", false);
    if (lifetime_ != usual_lifetime)
      note(0, "the lifetime of the first policy, " + std::to_string(lifetime_) + ", goes to the profiles", false);
  }

  void users() {
    for (const User& user : old_.users) {
      if (user.of_dynamic_map) continue;
      if (user.dynamic) {
        dynamic_entry(user);
      } else if (needs_own_profile(user)) {
        line(user.header + "\n set ikev2-profile " + own_profile_name(user));
      } else if (converted_.contains(user.isakmp_profile)) {
        line(user.header + "\n no set isakmp-profile\n set ikev2-profile " + user.isakmp_profile);
      } else if (!user.isakmp_profile.empty()) {
        note(user.line, user.header + " uses ISAKMP profile " + user.isakmp_profile + ", which is not converted", true);
      }
    }
    for (const std::string& each : old_.client_lines) line("no " + each);
  }

  /// What a dynamic entry stands for are the entries of its dynamic map: each names a profile of its own, or that of the map.
  void dynamic_entry(const User& user) {
    bool any = false;
    for (const User& entry : old_.users) {
      if (!entry.of_dynamic_map || entry.map != user.dynamic_map) continue;
      const std::string& profile = entry.isakmp_profile.empty() ? user.isakmp_profile : entry.isakmp_profile;
      const bool own = needs_own_profile(entry);
      if (!own && !converted_.contains(profile)) continue;
      any = true;
      line(entry.header + (entry.isakmp_profile.empty() ? "" : "\n no set isakmp-profile") + "\n set ikev2-profile " +
           (own ? own_profile_name(entry) : profile));
      note(entry.line, entry.header + ": dynamic crypto maps have no effect here, on a router they have", true);
    }
    if (any) return;
    line("no crypto map " + user.map + " " + std::to_string(user.sequence));
    note(user.line, user.header + " is for clients that IKEv2 has no counterpart of: taken away; use EAP", true);
  }

  const ikev1::Configuration& old_;
  Conversion out_;
  unsigned lifetime_ = usual_lifetime;
  std::set<std::string> converted_;
};

}  // namespace

Conversion convert(std::string_view text) {
  // What no router takes is no part of the old configuration, and is told rather than guessed at.
  const ApplyResult applied = parser::apply({}, text);
  std::istringstream in{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  std::vector<ConversionNote> notes;
  for (const LineReport& report : applied.lines) {
    if (report.verdict != Verdict::refused || report.number > lines.size()) continue;
    lines[report.number - 1].clear();
    notes.push_back({report.number, "refused, so not converted: " + without_key_lengths(report.text), true});
  }
  std::string understood;
  for (const std::string& line : lines) understood += line + "\n";
  Conversion out = Converter(ikev1::read(understood)).convert();
  for (const LineReport& report : parser::apply(applied.configuration, out.configuration).lines)
    if (report.verdict == Verdict::refused)
      notes.push_back({0, "what it became is refused, see `sallyport check`: " + without_key_lengths(report.text), true});
  out.notes.insert(out.notes.end(), notes.begin(), notes.end());
  std::stable_sort(out.notes.begin(), out.notes.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  return out;
}

}  // namespace parser
