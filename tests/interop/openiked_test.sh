#!/usr/bin/env bash
# openiked as site B, as responder and as initiator, with short lifetimes of its own. On Linux it programs the kernel by
# PF_KEY, which has no SHA-2 of full length for it: the Child SAs are AES-CBC with SHA-1, or AES-GCM.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/openiked.sh"

two_routers

begin() { # begin TEXT OPENIKED-SITE-ARGUMENTS...; a.cfg stands already
  say "  $1"
  shift
  rm -rf "$WORK/state-a"
  start_daemon a
  paste_config a "$WORK/a.cfg"
  openiked_site "$@"
  openiked_start b
  capture a b
}
end() {
  end_capture
  expect_encrypted "$1"
  stop_daemon a
  openiked_stop b
}
ready() { ios a -c "show crypto ikev2 sa" | matches READY; }

TRANSFORM="esp-aes 256 esp-sha-hmac" site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/a.cfg"
IKED_ESP="enc aes-256 auth hmac-sha1" begin "openiked answers" 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24 passive
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer from openiked's LAN"
ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer from sallyport's LAN"
end 20

PROPOSAL="aes-cbc-256 sha512 31" TRANSFORM="esp-aes 128 esp-sha-hmac" \
  site 2001:db8:ffff::20 "6 permit ipv6 2001:db8:a::/64 2001:db8:b::/64" >"$WORK/a.cfg"
IKED_IKE="enc aes-256 prf hmac-sha2-512 auth hmac-sha2-512 group curve25519" IKED_ESP="enc aes-128 auth hmac-sha1" \
  begin "openiked asks, curve25519, IPv6 inside and outside" 2001:db8:ffff::20 2001:db8:ffff::10 2001:db8:b::/64 2001:db8:a::/64 active
wait_until 20 ready || fail "openiked could not bring the SA up"
ping_lan a 2001:db8:a::1 2001:db8:b::1 || fail "no answer, IPv6"
end 10

TRANSFORM="esp-aes 256 esp-sha-hmac" site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/a.cfg"
IKED_MORE="ikelifetime 11 lifetime 5" IKED_ESP="enc aes-256 auth hmac-sha1" \
  begin "openiked rekeys every few seconds" 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24 passive
ping_lan a 192.168.1.1 10.0.0.1 2 || fail "no answer before the rekeys"
steady_pings a 192.168.1.1 10.0.0.1
say "    $(grep -c 'send CREATE_CHILD_SA req' "$WORK/iked-b.log") rekeys begun by openiked"
end 30
say "openiked ($DATAPLANE): fine"
