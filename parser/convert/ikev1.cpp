#include "parser/convert/ikev1.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "parser/text.hpp"

namespace parser::ikev1 {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view line) {
  Words out;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    out.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

/// Words from `first` on, joined with blanks.
std::string rest(const Words& words, std::size_t first) {
  std::string out;
  for (std::size_t i = first; i < words.size(); ++i) out += (i > first ? " " : "") + words[i];
  return out;
}

unsigned number(const std::string& word) {
  unsigned out = 0;
  std::from_chars(word.data(), word.data() + word.size(), out);
  return out;
}

std::string word(const Words& words, std::size_t i) { return i < words.size() ? words[i] : std::string(); }

/// True where the line begins with these words; IOS keywords may be in any case.
bool begins(const Words& words, std::initializer_list<std::string_view> expected) {
  std::size_t i = 0;
  for (std::string_view each : expected) {
    const std::string& have = word(words, i++);
    if (have.size() != each.size() ||
        !std::equal(have.begin(), have.end(), each.begin(), [](char a, char b) { return (a | 0x20) == (b | 0x20); }))
      return false;
  }
  return true;
}

class Reader {
 public:
  Configuration read(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      ++line_;
      take(clean(text.substr(at, end - at)).text);
      at = end + 1;
    }
    for (User& user : out_.users)
      for (const Tunnel& tunnel : tunnels_)
        if (user.header == "crypto ipsec profile " + tunnel.profile && !tunnel.destination.empty())
          user.peers.push_back(tunnel.destination);
    for (User& user : out_.users)
      if (const auto of_map = map_profiles_.find(user.map); user.isakmp_profile.empty() && of_map != map_profiles_.end())
        user.isakmp_profile = of_map->second;
    return std::move(out_);
  }

 private:
  /// What takes the lines below an opener; returns false for a line that is none of its own.
  using Block = bool (Reader::*)(const Words&, const std::string&);

  void take(const std::string& text) {
    const Words words = split(text);
    if (words.empty() || words[0][0] == '!') return;
    if (block_ && (this->*block_)(words, text)) return;
    if (!global(words)) block_ = nullptr;
  }

  bool global(const Words& w) {
    block_ = nullptr;
    if (begins(w, {"hostname"})) out_.hostname = word(w, 1);
    if (begins(w, {"ip", "domain", "name"})) out_.domain = word(w, 3);
    if (begins(w, {"ip", "domain-name"})) out_.domain = word(w, 2);
    if (begins(w, {"interface"})) {
      tunnels_.emplace_back();
      block_ = &Reader::in_interface;
    }
    if (begins(w, {"crypto", "keyring"})) return keyring_opener(w);
    if (begins(w, {"crypto", "isakmp"})) return isakmp(w);
    if (begins(w, {"crypto", "ipsec", "profile"})) return user(rest(w, 0), {}, 0);
    if (begins(w, {"crypto", "dynamic-map"})) return user(rest(w, 0), word(w, 2), number(word(w, 3)));
    if (begins(w, {"crypto", "map"})) return map_line(w);
    if (begins(w, {"crypto", "ipsec", "transform-set"})) transform_set(w);
    return true;
  }

  bool isakmp(const Words& w) {
    const std::string what = word(w, 2);
    if (what == "policy") {
      policy_ = number(word(w, 3));
      out_.policies[policy_].line = line_;
      block_ = &Reader::in_policy;
    } else if (what == "key") {
      out_.keys.push_back(key(w, 3));
    } else if (what == "profile") {
      out_.profiles.emplace_back(word(w, 3), Profile{});
      out_.profiles.back().second.line = line_;
      block_ = &Reader::in_profile;
    } else if (what == "identity") {
      out_.identity = word(w, 3);
    } else if (what == "keepalive") {
      out_.keepalive = rest(w, 3);
    } else if (what == "nat") {
      out_.nat_keepalive = word(w, 4);
    } else if (what == "fragmentation") {
      out_.fragmentation = true;
    } else {
      isakmp_remark(w);
    }
    return true;
  }

  void isakmp_remark(const Words& w) {
    if (begins(w, {"crypto", "isakmp", "client", "configuration", "group"})) {
      remark("client group " + word(w, 5) + " has no IKEv2 equivalent with group keys: use EAP and an authorization policy",
             true);
      block_ = &Reader::in_foreign;
    } else if (begins(w, {"crypto", "isakmp", "aggressive-mode"})) {
      remark("\"" + rest(w, 0) + "\": IKEv2 has no aggressive mode; dropped", false);
    } else if (begins(w, {"crypto", "isakmp", "invalid-spi-recovery"})) {
      remark("\"crypto isakmp invalid-spi-recovery\" is kept as it is", false);
    } else if (begins(w, {"crypto", "isakmp", "peer"})) {
      remark("\"" + rest(w, 0) + "\" sets aggressive mode attributes, which IKEv2 has not; not converted", true);
      block_ = &Reader::in_foreign;
    } else {
      remark("\"crypto isakmp " + word(w, 2) + "\" has no meaning in IKEv2; dropped", false);
    }
  }

  bool keyring_opener(const Words& w) {
    out_.keyrings.emplace_back(word(w, 2), Keyring{});
    out_.keyrings.back().second.line = line_;
    if (word(w, 3) == "vrf") out_.keyrings.back().second.vrf = word(w, 4);
    block_ = &Reader::in_keyring;
    return true;
  }

  /// `crypto map NAME SEQ ipsec-isakmp [dynamic D]`, and the lines for the whole map.
  bool map_line(const Words& w) {
    const std::size_t name = word(w, 2) == "ipv6" ? 3 : 2;
    const unsigned sequence = number(word(w, name + 1));
    if (word(w, name + 1) == "client" || (word(w, name + 1) == "isakmp" && word(w, name + 2) == "authorization")) {
      out_.client_lines.push_back(rest(w, 0));
      remark("\"" + rest(w, 0) + "\": xauth and mode configuration are IKEv1's; use EAP and an authorization policy", true);
      return true;
    }
    if (word(w, name + 1) == "isakmp-profile") {
      out_.client_lines.push_back(rest(w, 0));
      map_profiles_[word(w, name)] = word(w, name + 2);
      remark("\"" + rest(w, 0) + "\" is for the whole map, which IKEv2 has no line for: its entries name the profile each",
             false);
      return true;
    }
    if (sequence == 0) return true;
    const bool dynamic = word(w, name + 3) == "dynamic";
    std::string header;
    for (std::size_t i = 0; i <= std::min(name + 2, w.size() - 1); ++i) header += (i ? " " : "") + w[i];
    user(header, word(w, name), sequence, dynamic);
    if (dynamic) {
      out_.users.back().dynamic_map = word(w, name + 4);
      block_ = nullptr;
    }
    return true;
  }

  bool user(std::string header, std::string map, unsigned sequence, bool dynamic = false) {
    // A block may be entered again: then it is the same one.
    for (std::size_t i = 0; i < out_.users.size(); ++i) {
      if (out_.users[i].header != header) continue;
      std::rotate(out_.users.begin() + static_cast<std::ptrdiff_t>(i), out_.users.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  out_.users.end());
      block_ = &Reader::in_user;
      return true;
    }
    User fresh;
    fresh.line = line_;
    fresh.header = std::move(header);
    fresh.map = std::move(map);
    fresh.sequence = sequence;
    fresh.dynamic = dynamic;
    fresh.of_dynamic_map = fresh.header.starts_with("crypto dynamic-map ");
    out_.users.push_back(std::move(fresh));
    block_ = &Reader::in_user;
    return true;
  }

  void transform_set(const Words& w) {
    const std::string name = word(w, 3);
    for (std::size_t i = 4; i < w.size(); ++i) {
      if (w[i] == "comp-lzs")
        remark("transform set " + name + ": comp-lzs (IPComp) is not supported here; compression is dropped", true);
      if (w[i].starts_with("ah-")) remark("transform set " + name + " uses AH: kept as it is", false);
      for (const char* weak : {"esp-des", "esp-3des", "esp-md5-hmac", "esp-null"})
        if (w[i] == weak) remark("transform set " + name + ": " + w[i] + " is weak", false);
    }
  }

  bool in_policy(const Words& w, const std::string&) {
    Policy& policy = out_.policies[policy_];
    if (w[0] == "encr" || w[0] == "encryption")
      policy.encryption = rest(w, 1);
    else if (w[0] == "hash")
      policy.hash = word(w, 1);
    else if (w[0] == "authentication")
      policy.authentication = word(w, 1);
    else if (w[0] == "group")
      policy.group = word(w, 1);
    else if (w[0] == "lifetime")
      policy.lifetime = number(word(w, 1));
    else
      return w[0] == "exit";
    return true;
  }

  /// "[0 | 6] KEY address A [MASK] | address ipv6 P | hostname N [no-xauth]" from word `at` on; the key may follow the peer.
  Key key(const Words& w, std::size_t at) {
    Key out;
    out.line = line_;
    const auto take_key = [&] {
      if ((word(w, at) == "0" || word(w, at) == "6") && at + 1 < w.size() && w[at + 1] != "address" && w[at + 1] != "hostname") {
        out.text = (w[at] == "6" ? "6 " : "") + w[at + 1];
        at += 2;
      } else {
        out.text = word(w, at++);
      }
    };
    if (word(w, at) != "address" && word(w, at) != "hostname") take_key();
    if (word(w, at) == "hostname") {
      out.hostname = word(w, at + 1);
      at += 2;
    } else if (word(w, at) == "address") {
      at += word(w, at + 1) == "ipv6" ? 2 : 1;
      out.address = word(w, at++);
      if (mask_length(engine::IpAddress::parse(word(w, at)).value_or(engine::IpAddress{})) &&
          word(w, at).find('.') != std::string::npos)
        out.address += " " + w[at++];
    }
    if (word(w, at) == "key") {
      ++at;
      take_key();
    }
    out.no_xauth = word(w, at) == "no-xauth";
    return out;
  }

  bool in_keyring(const Words& w, const std::string&) {
    Keyring& keyring = out_.keyrings.back().second;
    if (w[0] == "pre-shared-key")
      keyring.keys.push_back(key(w, 1));
    else if (w[0] == "local-address")
      keyring.local_address = word(w, 1);
    else if (w[0] == "rsa-pubkey")
      remark("keyring " + out_.keyrings.back().first + ": rsa-pubkey (RSA encrypted nonces) is IKEv1's; use certificates", true);
    else
      return w[0] == "description" || w[0] == "exit" || w[0] == "no" || is_of_public_key(w[0]);
    return true;
  }

  /// What stands below `rsa-pubkey`.
  static bool is_of_public_key(const std::string& word) {
    return word == "address" || word == "serial-number" || word == "key-string" || word == "quit" ||
           word.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  }

  bool in_profile(const Words& w, const std::string& text) {
    Profile& profile = out_.profiles.back().second;
    if (w[0] == "description")
      profile.description = text.substr(std::min(text.size(), text.find(' ') + 1));
    else if (w[0] == "keyring")
      profile.keyrings.insert(profile.keyrings.end(), w.begin() + 1, w.end());
    else if (w[0] == "local-address")
      profile.local_address = word(w, 1);
    else if (w[0] == "vrf")
      profile.vrf = word(w, 1);
    else if (w[0] == "ca")
      profile.trustpoint = word(w, 2);
    else if (w[0] == "keepalive")
      profile.keepalive = word(w, 1) + " " + (word(w, 2) == "retry" ? word(w, 3) : "2") + " on-demand";
    else if (w[0] == "self-identity")
      std::tie(profile.self_kind, profile.self_value) = std::pair(word(w, 1), word(w, 2));
    else if (w[0] == "match")
      profile.matches.push_back(match(w));
    else if (w[0] == "client" || (w[0] == "isakmp" && word(w, 1) == "authorization"))
      profile.client = true;
    else if (w[0] == "virtual-template")
      profile.virtual_template = word(w, 1);
    else if (w[0] == "initiate")
      profile.aggressive = word(w, 2) == "aggressive";
    else
      return w[0] == "exit" || w[0] == "no" || w[0] == "accounting" || w[0] == "qos-group";
    return true;
  }

  Match match(const Words& w) const {
    Match out;
    out.line = line_;
    if (word(w, 1) == "certificate") {
      out.kind = "certificate";
      out.value = word(w, 2);
      return out;
    }
    std::size_t at = 2;
    out.kind = word(w, at++);
    if (word(w, at) == "domain") {
      out.kind += " domain";
      ++at;
    }
    if (word(w, at) == "ipv6") ++at;
    out.value = word(w, at);
    if (out.kind == "address" && word(w, at + 1).find('.') != std::string::npos) out.value += " " + w[at + 1];
    return out;
  }

  bool in_user(const Words& w, const std::string&) {
    User& user = out_.users.back();
    if (begins(w, {"set", "isakmp-profile"}))
      user.isakmp_profile = word(w, 2);
    else if (begins(w, {"set", "ikev2-profile"}))
      user.has_ikev2 = true;
    else if (begins(w, {"set", "peer"}))
      user.peers.push_back(word(w, 2));
    else
      return w[0] == "set" || w[0] == "match" || w[0] == "description" || w[0] == "exit" || w[0] == "no" ||
             w[0] == "reverse-route" || w[0] == "qos" || w[0] == "responder-only";
    return true;
  }

  /// A block that is not converted: its lines are its own until another command of global configuration comes.
  bool in_foreign(const Words& w, const std::string&) { return w[0] != "crypto" && w[0] != "interface" && w[0] != "ip"; }

  bool in_interface(const Words& w, const std::string&) {
    if (begins(w, {"tunnel", "destination"})) tunnels_.back().destination = word(w, 2);
    if (begins(w, {"tunnel", "protection", "ipsec", "profile"})) tunnels_.back().profile = word(w, 4);
    const bool own_map = begins(w, {"crypto", "map"}) && w.size() == 3;
    const bool names = begins(w, {"hostname"}) || begins(w, {"ip", "domain"}) || begins(w, {"ip", "domain-name"});
    return own_map || (w[0] != "crypto" && w[0] != "interface" && !names);
  }

  void remark(std::string text, bool undone) { out_.remarks.push_back({line_, std::move(text), undone}); }

  struct Tunnel {
    std::string profile, destination;
  };

  Configuration out_;
  std::vector<Tunnel> tunnels_;
  std::map<std::string, std::string> map_profiles_;  // of `crypto map NAME isakmp-profile P`
  Block block_ = nullptr;
  unsigned policy_ = 0;
  std::size_t line_ = 0;
};

}  // namespace

Configuration read(std::string_view text) { return Reader().read(text); }

}  // namespace parser::ikev1
