// crypto ikev2 keyring NAME, and its peers.
#include "parser/modes/common.hpp"

namespace parser {
namespace {

auto ppk() { return kw("ppk", "specify the post-quantum preshared key"); }

}  // namespace

const Mode& ikev2_keyring_mode() {
  static const Mode mode("ikev2_keyring", "config-ikev2-keyring",
                         table(block<KeyringPeer>(kw("peer", "Configure a Peer and associated keys") >>
                                                      f<&KeyringPeer::name>(word("Name of the peer block")),
                                                  {.opens = ikev2_keyring_peer_mode}),
                               leave("Exit from crypto ikev2 keyring sub mode")));
  return mode;
}

const Mode& ikev2_keyring_peer_mode() {
  static const Mode mode(
      "ikev2_keyring_peer", "config-ikev2-keyring-peer",
      table(
          description(), once<PeerHostname>(kw("hostname", "Hostname of peer") >> tail(f<&PeerHostname::name>(word("Hostname")))),
          many<PeerAddress>(
              kw("address", "Specify IPv4/IPv6 address of peer") >>
                  tail(f<&PeerAddress::network>(Ipv4Network(MaskStyle::host_hidden, "IPv4 Address", "IP subnet mask")) |
                       f<&PeerAddress::network>(ipv6_prefix("IPv6 address/prefix"))),
              {.same = [](const PeerAddress& old, const PeerAddress& given,
                          bool bare) { return bare || old.network.address.family == given.network.address.family; }}),
          once<PeerIdentity>(kw("identity", "Specify IKE identity to use") >>
                             tail(f<&PeerIdentity::identity>(identity_name<Domains::yes>()))),
          many<PreSharedKey>(
              kw("pre-shared-key", "specify the pre-shared key") >>
                  -(is<&PreSharedKey::side, KeySide::local>(kw("local", "specify signing key")) |
                    is<&PreSharedKey::side, KeySide::remote>(kw("remote", "specify verifying key"))) >>
                  tail(f<&PreSharedKey::key>(group<KeyText>(
                      flag<&KeyText::hex>(kw("hex", "Key entered in hex string") >>
                                          f<&KeyText::text>(hex_key("Key in hexadecimal digits"))) |
                      key_text()))),
              {.same = [](const PreSharedKey& old, const PreSharedKey& given,
                          bool) { return old.side == given.side || old.side == KeySide::both || given.side == KeySide::both; }}),
          once<PeerPpk>(
              ppk() >> kw("manual", "Key that is configured by hand") >> kw("id", "Identity of the key") >>
              f<&PeerPpk::id>(word("PPK identity")) >> kw("key", "Specify the key") >>
              tail(f<&PeerPpk::key>(group<KeyText>(flag<&KeyText::hex>(kw("hex", "Key entered in hex string") >>
                                                                       f<&KeyText::text>(hex_key("Key in hexadecimal digits"))) |
                                                   key_text())) >>
                   -flag<&PeerPpk::required>(kw("required", "No SA without this key")))),
          kept(ppk() >> kw("dynamic", "PPK from a SKIP server") >>
                   tail(name_arg("Name of the SKIP client") >> -kw("required", "The peer must use the PPK")),
               {.note = no_effect::ppk}),
          leave("Exit from crypto ikev2 keyring peer sub mode")));
  return mode;
}

}  // namespace parser
