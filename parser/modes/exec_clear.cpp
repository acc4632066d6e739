// EXEC commands that end SAs and set counters back.
#include "parser/modes/exec.hpp"

namespace parser {
namespace {

auto clear_crypto() { return kw("clear", "Reset functions") >> kw("crypto", "Encryption subsystem"); }
auto clear_ikev2() { return clear_crypto() >> kw("ikev2", "Clear IKEv2 related info"); }

template <auto M>
auto any_address(const char* help) {
  return f<M>(ipv4(help)) | f<M>(ipv6(help));
}

auto ikev2_sa() {
  using T = ClearIkev2Sa;
  return clear_ikev2() >> kw("sa", "Clear IKEv2 SAs") >>
         -((kw("local", "Clear IKEv2 SAs by local address") >> any_address<&T::local>("Local address")) |
           (kw("remote", "Clear IKEv2 SAs by remote address") >> any_address<&T::remote>("Remote address")));
}

auto ipsec_sa() {
  using T = ClearIpsecSa;
  const auto spi = [] { return f<&T::spi>(number<std::uint32_t>(256, 4294967295U, "SPI")); };
  return clear_crypto() >> kw("sa", "Clear all crypto SAs") >>
         -(flag<&T::counters>(kw("counters", "Reset the SA counters")) |
           (kw("map", "Clear all SAs for a given crypto map") >> f<&T::map>(word("Crypto map name"))) |
           (kw("peer", "Clear all SAs for a given crypto peer") >> any_address<&T::peer>("Peer address")) |
           (kw("entry", "Clear a single SA") >> any_address<&T::peer>("Destination address") >>
            (kw("esp", "Encapsulation Security Payload") |
             flag<&T::other_protocol>(kw("ah", "Authentication Header Protocol"))) >>
            spi()) |
           (kw("spi", "Clear SA by SPI") >> spi()));
}

auto session() {
  using T = ClearCryptoSession;
  const auto port = [] {
    return -(kw("port", "Port of the peer") >> f<&T::port>(number<std::uint16_t>(1, 65535, "Port number")));
  };
  return clear_crypto() >> kw("session", "Clear crypto sessions") >>
         -((kw("local", "Clear crypto sessions for a local crypto endpoint") >> any_address<&T::local>("Local address")) |
           (kw("remote", "Clear crypto sessions for a remote IKE peer") >> any_address<&T::remote>("Remote address") >> port()) |
           (kw("interface", "Clear crypto sessions on an interface") >> f<&T::interface>(interface_name())));
}

auto ike_stats() {
  using T = ClearIkeStats;
  return (clear_ikev2() >> kw("stats", "Clear IKEv2 statistics")) |
         (clear_crypto() >> flag<&T::admission>(kw("call", "Crypto call admission") >> kw("admission", "Call admission") >>
                                                kw("statistics", "Call admission statistics")));
}

auto kept() {
  using T = ClearKept;
  return is<&T::what, Forgotten::diagnoses>(clear_ikev2() >> kw("diagnose", "Clear IKEv2 diagnostics") >>
                                            kw("error", "Clear the error history")) |
         is<&T::what, Forgotten::nothing>(clear_ikev2() >>
                                          (kw("certificate-cache", "Clear certificates that were looked up") |
                                           (kw("client", "Clear client state") >> kw("flexvpn", "FlexVPN client") >>
                                            -f<&T::client>(word("Name of the client"))))) |
         is<&T::what, Forgotten::log>(kw("clear", "Reset functions") >> kw("logging", "Clear logging buffer"));
}

}  // namespace

Commands clearing_commands() {
  return table(exec<ClearIkev2Sa>(ikev2_sa()), exec<ClearIpsecSa>(ipsec_sa()), exec<ClearCryptoSession>(session()),
               exec<ClearIkeStats>(ike_stats()), exec<ClearKept>(kept()));
}

}  // namespace parser
