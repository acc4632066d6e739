#!/usr/bin/env bash
# IPv4 and IPv6, inside and outside, in all four combinations.
source "$(dirname "$0")/topology.sh"

two_routers
for outer in 4 6; do
  wan_a=203.0.113.10 wan_b=203.0.113.20
  [ $outer = 6 ] && wan_a=2001:db8:ffff::10 wan_b=2001:db8:ffff::20
  rm -rf "$WORK/state-a" "$WORK/state-b"
  start_daemon a
  start_daemon b
  PROPOSAL="aes-cbc-256 sha256 19" configure a $wan_b "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" \
    "6 permit ipv6 2001:db8:a::/64 2001:db8:b::/64"
  PROPOSAL="aes-cbc-256 sha256 19" configure b $wan_a "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255" \
    "6 permit ipv6 2001:db8:b::/64 2001:db8:a::/64"
  capture a b
  say "  IPv4 in IPv$outer"
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer, IPv4 in IPv$outer"
  say "  IPv6 in IPv$outer"
  ping_lan a 2001:db8:a::1 2001:db8:b::1 || fail "no answer, IPv6 in IPv$outer"
  end_capture
  expect_encrypted 20
  stop_daemon a
  stop_daemon b
done
say "families ($DATAPLANE): fine"
