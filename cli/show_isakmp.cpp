// `show crypto isakmp ...`: IKEv1 is not spoken (RFC 9395), so its tables of SAs are empty, and what is configured for it is
// shown as it stands.
#include <map>

#include "cli/show.hpp"
#include "parser/configuration.hpp"

namespace cli {
namespace {

using Settings = std::map<std::string, std::string>;

std::string named(const std::map<std::string, std::string>& names, const std::string& value) {
  const auto known = names.find(value);
  return known == names.end() ? value : known->second;
}

/// A policy's lines, by their keyword; what is not said is IOS's default.
Settings settings_of(const parser::Node& policy) {
  Settings out = {{"encr", "des"}, {"hash", "sha"}, {"authentication", "rsa-sig"}, {"group", "1"}, {"lifetime", "86400"}};
  for (const auto& line : policy.children) {
    const std::string text = parser::line_text(*line);
    const std::size_t blank = text.find(' ');
    if (blank != std::string::npos) out[text.substr(0, blank)] = text.substr(blank + 1);
  }
  return out;
}

std::string suite(const Settings& settings) {
  static const Settings ciphers = {{"des", "DES - Data Encryption Standard (56 bit keys)."},
                                   {"3des", "Three key triple DES"},
                                   {"aes", "AES - Advanced Encryption Standard (128 bit keys)."},
                                   {"aes 192", "AES - Advanced Encryption Standard (192 bit keys)."},
                                   {"aes 256", "AES - Advanced Encryption Standard (256 bit keys)."}};
  static const Settings hashes = {{"sha", "Secure Hash Standard"},
                                  {"md5", "Message Digest 5"},
                                  {"sha256", "Secure Hash Standard 2 (256 bit)"},
                                  {"sha384", "Secure Hash Standard 2 (384 bit)"},
                                  {"sha512", "Secure Hash Standard 2 (512 bit)"}};
  static const Settings methods = {{"pre-share", "Pre-Shared Key"},
                                   {"rsa-sig", "Rivest-Shamir-Adleman Signature"},
                                   {"rsa-encr", "Rivest-Shamir-Adleman Encryption"},
                                   {"ecdsa-sig", "Elliptic Curve Digital Signature Algorithm"}};
  static const Settings groups = {
      {"1", "768 bit"},   {"2", "1024 bit"}, {"5", "1536 bit"}, {"14", "2048 bit"}, {"15", "3072 bit"},
      {"16", "4096 bit"}, {"19", "256 bit"}, {"20", "384 bit"}, {"21", "521 bit"},  {"24", "2048 bit, 256 bit subgroup"}};
  return "\tencryption algorithm:\t" + named(ciphers, settings.at("encr")) + "\n\thash algorithm:\t\t" +
         named(hashes, settings.at("hash")) + "\n\tauthentication method:\t" + named(methods, settings.at("authentication")) +
         "\n\tDiffie-Hellman group:\t#" + settings.at("group") + " (" + named(groups, settings.at("group")) +
         ")\n\tlifetime:\t\t" + settings.at("lifetime") + " seconds, no volume limit\n";
}

/// Calls `visit(what follows the words, block)` for every line of global configuration that begins so.
template <class Visit>
void each_line(const parser::Configuration& configuration, const std::string& words, Visit&& visit) {
  for (const auto& line : configuration.data().root.children)
    if (const std::string text = parser::shown_text(*line); !line->negated && text.starts_with(words))
      visit(text.substr(words.size()), *line);
}

std::string policies(const parser::Configuration& configuration) {
  std::string out = "\nGlobal IKE policy\n";
  each_line(configuration, "crypto isakmp policy ", [&](const std::string& priority, const parser::Node& policy) {
    out += "Protection suite of priority " + priority + "\n" + suite(settings_of(policy));
  });
  return out;
}

std::string keys(const parser::Configuration& configuration) {
  std::string out = padded("Keyring", 20) + padded("Hostname/Address", 41) + "Preshared Key\n\n";
  const auto row = [&](const std::string& keyring, const std::string& peer) {
    out += padded(keyring, 20) + padded(peer, 41) + "******\n";
  };
  const auto behind = [](const std::string& text, const std::string& words) {
    const std::size_t at = text.find(words);
    return at == std::string::npos ? std::string() : text.substr(at + words.size());
  };
  each_line(configuration, "crypto isakmp key ", [&](const std::string& text, const parser::Node&) {
    const std::string address = behind(text, " address ");
    row("default", address.empty() ? behind(text, " hostname ") : address);
  });
  each_line(configuration, "crypto keyring ", [&](const std::string& name, const parser::Node& keyring) {
    for (const auto& line : keyring.children) {
      const std::string text = parser::shown_text(*line), peer = text.substr(0, text.find(" key "));
      for (const char* words : {"pre-shared-key address ", "pre-shared-key hostname "})
        if (peer.starts_with(words)) row(name, behind(peer, words));
    }
  });
  return out;
}

std::string profiles(const parser::Configuration& configuration) {
  std::string out;
  each_line(configuration, "crypto isakmp profile ", [&](const std::string& name, const parser::Node& profile) {
    std::string identities, keyrings;
    for (const auto& line : profile.children) {
      const std::string text = parser::shown_text(*line);
      if (text.starts_with("match identity ")) identities += "    " + text.substr(15) + "\n";
      if (text.starts_with("keyring ")) keyrings += " " + text.substr(8);
    }
    out += "ISAKMP PROFILE " + name + "\n  Identities matched are:\n" + identities +
           "  Certificate maps matched are:\n  keyring(s):" + (keyrings.empty() ? " <none>" : keyrings) +
           "\n  trustpoint(s): <all>\n";
  });
  return out;
}

}  // namespace

std::string show_isakmp(const parser::Configuration& configuration, const parser::ShowIsakmp& options) {
  switch (options.table) {
    case parser::IsakmpTable::sa:
      return "IPv4 Crypto ISAKMP SA\ndst             src             state          conn-id status\n\nIPv6 Crypto ISAKMP SA\n\n";
    case parser::IsakmpTable::sa_detail:
      return "Codes: C - IKE configuration mode, D - Dead Peer Detection\n"
             "       K - Keepalives, N - NAT-traversal\n"
             "       T - cTCP encapsulation, X - IKE Extended Authentication\n"
             "       psk - Preshared key, rsig - RSA signature\n"
             "       renc - RSA encryption\n"
             "IPv4 Crypto ISAKMP SA\n\n"
             "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.\n\n"
             "IPv6 Crypto ISAKMP SA\n\n";
    case parser::IsakmpTable::sa_count:
      return "Active ISAKMP SA's: 0\n\nStandby ISAKMP SA's: 0\n\nCurrently being negotiated ISAKMP SA's: 0\n\n"
             "Dead ISAKMP SA's: 0\n\n";
    case parser::IsakmpTable::policy:
      return policies(configuration);
    case parser::IsakmpTable::default_policy:
      return "\nDefault protection suite of priority 65507\n" +
             suite({{"encr", "aes"}, {"hash", "sha"}, {"authentication", "pre-share"}, {"group", "14"}, {"lifetime", "86400"}});
    case parser::IsakmpTable::key:
      return keys(configuration);
    case parser::IsakmpTable::profile:
      return profiles(configuration);
    case parser::IsakmpTable::peers:
      break;
  }
  return {};
}

}  // namespace cli
