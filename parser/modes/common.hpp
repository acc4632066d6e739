// Expressions and help texts that several modes share, so that a keyword has one help wherever it stands.
#pragma once

#include "parser/kept_command.hpp"
#include "parser/modes/tables.hpp"

namespace parser {

// the first words of lines

inline auto crypto() { return kw("crypto", "Encryption module"); }
inline auto ikev2() { return crypto() >> kw("ikev2", "Configure IKEv2 Options"); }
inline auto ipsec() { return crypto() >> kw("ipsec", "Configure IPSEC policy"); }
inline auto isakmp() { return crypto() >> kw("isakmp", "Configure ISAKMP policy"); }
inline auto pki() { return crypto() >> (kw("pki", "Public Key components") | alias("ca", "pki")); }
inline auto ip_word() { return kw("ip", "Global IP configuration subcommands"); }
inline auto ipv6_word() { return kw("ipv6", "Global IPv6 configuration commands"); }
inline auto aaa() { return kw("aaa", "Authentication, Authorization and Accounting."); }
inline auto access_list_word() { return kw("access-list", "Named access-list"); }
inline auto service() { return kw("service", "Modify use of network based services"); }

/// A name, one word.
inline auto name_arg(std::string_view help) { return arg(word(help)); }
inline auto any_address_arg(std::string_view v4, std::string_view v6) { return arg(ipv4(v4)) | arg(ipv6(v6)); }
inline auto interface_arg() { return arg(interface_name()); }

/// `[0 | 6] KEY`, of a line that is kept; a digit alone is the key.
inline auto key_arg() {
  const auto any = typed_secret<Kept::Use::key>(key_word("The UNENCRYPTED (cleartext) user password"));
  return (kw("6", "Specifies an ENCRYPTED password will follow") >> any) |
         (kw("0", "Specifies an UNENCRYPTED password will follow") >> any) | any;
}

/// `[0 | 6 | 7] PASSWORD`
inline auto password_arg() {
  const auto any = typed_secret<Kept::Use::password>(key_word("The UNENCRYPTED (cleartext) user password"));
  return (kw("6", "Specifies an ENCRYPTED password will follow") >> any) |
         (kw("7", "Specifies a HIDDEN password will follow") >> any) |
         (kw("0", "Specifies an UNENCRYPTED password will follow") >> any) | any;
}

// lines of several modes

inline auto description() {
  return once<Description>(kw("description", "Description") >>
                           tail(f<&Description::text>(rest_of_line("Up to 200 characters describing this entry"))));
}

inline auto match_kw() { return kw("match", "Match values of"); }

inline auto match_fvrf() {
  return once<MatchFvrf>(match_kw() >> kw("fvrf", "Front door VRF") >>
                         tail(flag<&MatchFvrf::any>(kw("any", "Any fvrf")) | f<&MatchFvrf::vrf>(word("Name of the fvrf"))));
}

inline auto dpd_values() {
  return f<&Dpd::interval>(number(10, 3600, "DPD R-U-THERE interval")) >>
         f<&Dpd::retry>(number(2, 60, "DPD Retry Interval (in seconds)")) >>
         (is<&Dpd::mode, DpdMode::on_demand>(kw("on-demand", "Sends DPD queries only as required")) |
          is<&Dpd::mode, DpdMode::periodic>(kw("periodic", "Sends DPD queries at regular intervals")));
}

inline auto nat_keepalive_value() {
  return kw("keepalive", "NAT keepalive") >>
         tail(f<&NatKeepalive::seconds>(number(5, 3600, "NAT keepalive interval in seconds")));
}

inline auto lifetime_seconds(unsigned most) {
  return kw("seconds", "Time-based key duration in seconds") >>
         tail(f<&LifetimeSeconds::seconds>(number(120, most, "Security association duration in seconds")));
}

inline auto lifetime_kilobytes() {
  return kw("kilobytes", "Volume-based key duration in kilobytes") >>
         tail(flag<&LifetimeKilobytes::disable>(kw("disable", "Disable the volume-based rekey")) |
              f<&LifetimeKilobytes::kilobytes>(
                  number<std::uint64_t>(2560, 4294967295, "Security association duration in kilobytes encrypted")));
}

inline auto replay_window() {
  static const SymbolTable<unsigned> sizes = {{"64", 64, "Window size of 64 (default)"},
                                              {"128", 128, "Window size of 128"},
                                              {"256", 256, "Window size of 256"},
                                              {"512", 512, "Window size of 512"},
                                              {"1024", 1024, "Window size of 1024"}};
  return kw("replay", "Set replay checking") >>
         tail((kw("window-size", "Set replay window size") >> f<&ReplayWindow::size>(symbols(sizes))) |
              flag<&ReplayWindow::disable>(kw("disable", "Disable replay checking")));
}

inline auto df_bit() {
  return kw("clear", "Clear DF bit in outer header") | kw("set", "Set DF bit in outer header") |
         kw("copy", "Copy DF bit from inner header");
}
inline auto ecn() { return kw("discard", "Do not copy the ECN bits") | kw("propagate", "Copy the ECN bits"); }

/// `address X`, `fqdn [domain] N`, `email [domain] N`, `key-id S` into an IdentityName.
enum class Domains : std::uint8_t { no, yes };
template <Domains D>
auto identity_name() {
  using I = IdentityName;
  const auto name = [](const char* help) {
    if constexpr (D == Domains::yes) {
      return flag<&I::domain>(kw("domain", "Domain name") >> f<&I::name>(word("Domain name"))) | f<&I::name>(word(help));
    } else {
      return f<&I::name>(word(help));
    }
  };
  return group<I>(is<&I::kind, IdentityKind::address>(
                      kw("address", "address") >> (f<&I::address>(ipv4("IPv4 address")) | f<&I::address>(ipv6("IPv6 address")))) |
                  is<&I::kind, IdentityKind::fqdn>(kw("fqdn", "Fully qualified domain name string") >> name("FQDN string")) |
                  is<&I::kind, IdentityKind::email>(kw("email", "Fully qualified email string") >> name("Email string")) |
                  is<&I::kind, IdentityKind::key_id>(kw("key-id", "key-id opaque string - proprietary types of identification") >>
                                                     f<&I::name>(word("key-id string"))));
}

/// `[0 | 6] KEY` into a KeyText; a digit alone is the key. 0 is printed only where the key alone would be taken for a keyword.
inline auto key_text() {
  const auto zero = [] { return kw("0", "Specifies an UNENCRYPTED password will follow"); };
  const auto any = f<&KeyText::text>(key_word("The UNENCRYPTED (cleartext) user password"));
  const auto plain = f<&KeyText::text>(key_word("The UNENCRYPTED (cleartext) user password", KeyWord::Printed::unless_reserved));
  return is<&KeyText::encryption, 6u>(kw("6", "Specifies an ENCRYPTED password will follow") >> any) | (-zero() >> plain) |
         (zero() >> any) | plain;
}

/// The rows of engine::algorithms() that `crypto ikev2 proposal` offers for one type, under their keywords there.
const SymbolTable<const engine::Algorithm*>& ike_algorithms(engine::TransformType type);
/// What `pqc` takes, and what `additional-key-exchange` takes: the groups as well.
const SymbolTable<const engine::Algorithm*>& post_quantum_exchanges();
const SymbolTable<const engine::Algorithm*>& additional_exchanges();
/// Groups as `set pfs` has them: group14.
const SymbolTable<const engine::Algorithm*>& pfs_groups();
/// The ciphers of `crypto ipsec transform-set`: in each table those of one kind, by their row with the smallest key.
struct EspCiphers {
  bool aead, sized;  // sized: a key size may follow
};
const SymbolTable<const engine::Algorithm*>& esp_ciphers(EspCiphers which);
/// The integrity algorithms of `crypto ipsec transform-set`.
const SymbolTable<const engine::Algorithm*>& esp_hmacs();

/// `no` on an object that is built in is a line of its own.
template <class T>
bool is_built_in(const T& object) {
  return object.name == "default";
}
/// True where the block of an IKEv2 proposal has an encryption, a group, and an integrity algorithm or, with AEAD alone, a
/// PRF. `default` need not name what the built-in proposal of that name has.
bool proposal_complete(const Node& proposal);

/// Takes the named elements out of a list line; `no encryption aes-cbc-128`. Bare, or nothing left: the line goes.
template <auto List, class T>
Answer remove_from_list(const Command& command, Lines& lines, const T& given, bool bare) {
  if (lines.empty()) return {};
  T left = *lines.front()->template as<T>();
  std::erase_if(left.*List,
                [&](const auto& v) { return std::find((given.*List).begin(), (given.*List).end(), v) != (given.*List).end(); });
  lines.clear();
  if (!bare && !(left.*List).empty()) lines.push_back(make_line(command, std::move(left)));
  return {};
}

}  // namespace parser
