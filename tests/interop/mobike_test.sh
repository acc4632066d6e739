#!/usr/bin/env bash
# MOBIKE with strongSwan: our address changes (we began), strongSwan's changes (it began), from IPv4 to IPv6, and a path that
# dies. The SAs stay: the same SPIs, and pings go on.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

two_routers
LANS_A="permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
LANS_B="permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"

# spi NAME: of the IKE SA as strongSwan sees it.
spi() { swanctl_of "$1" --list-sas | grep -o '[0-9a-f]\{16\}_[ir]' | tr -d '\n'; }
# goes_between NAME LOCAL REMOTE: strongSwan's IKE SA does.
goes_between() {
  local sas
  sas=$(swanctl_of "$1" --list-sas)
  grep -q "local .*@ $2\[4500\]" <<<"$sas" && grep -q "remote .*@ $3\[4500\]" <<<"$sas"
}
ping_both() { ping_lan a 192.168.1.1 10.0.0.1 && ping_lan b 10.0.0.1 192.168.1.1; }
answers() { at "$1" ping -q -c 1 -W 1 -I "$2" "$3"; }
carries_between() { goes_between b "$1" "$2" && answers a 192.168.1.1 10.0.0.1 && answers b 10.0.0.1 192.168.1.1; }
stays() { # stays TEXT LOCAL REMOTE: at strongSwan's end b, with the SAs as they were, and traffic goes on within two seconds or so
  wait_until 3 carries_between "$2" "$3" || { swanctl_of b --list-sas >&2; fail "$1: no traffic there after two seconds"; }
  ping_both || { swanctl_of b --list-sas >&2; ios a -c "show log" >&2; fail "$1: no answer"; }
  [ "$(spi b)" = "$before" ] || fail "$1: another SA"
}

say "  we begin"
start_daemon a
configure a 203.0.113.20 "$LANS_A"
printf 'crypto ikev2 profile OTHER-PROFILE\n dpd 10 2 periodic\n' | ios a >/dev/null
swan_site b 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
sed -i 's/remote_addrs = .*/remote_addrs = %any/' "$WORK/swan-b/swanctl.conf"
strongswan_start b kernel-libipsec
capture a b
ping_both || fail "no answer"
before=$(spi b)
[ -n "$before" ] || fail "strongSwan has no SA"
grep -q "peer supports MOBIKE" "$WORK/charon-b.log" || fail "strongSwan does not see that we have MOBIKE"
ip -n "$RUN-a" address add 203.0.113.11/24 dev eth0
ip -n "$RUN-a" address del 203.0.113.10/24 dev eth0
ip -n "$RUN-a" address show dev eth0 | matches 203.0.113.11 || set_addresses a eth0 203.0.113.11/24
add_route a 10.0.0.0/24 203.0.113.20 2>/dev/null || true
ip -n "$RUN-b" route replace 192.168.1.0/24 via 203.0.113.11
stays "another address" 203.0.113.20 203.0.113.11

say "  a path that dies"
# strongSwan has named the addresses of its LAN, too.
at b nft -f - <<'RULES'
table inet dead {
  chain in {
    type filter hook input priority 0;
    meta l4proto udp ip daddr { 203.0.113.20, 10.0.0.1 } drop
    meta l4proto udp ip6 daddr 2001:db8:b::1 drop
  }
}
RULES
wait_until 40 goes_between b 2001:db8:ffff::20 2001:db8:ffff::10 || fail "a dead path: we stay on it"
stays "a dead path" 2001:db8:ffff::20 2001:db8:ffff::10
at b nft delete table inet dead
ip -n "$RUN-a" address del 2001:db8:ffff::10/64 dev eth0
stays "back to IPv4" 203.0.113.20 203.0.113.11
end_capture
[ "$(packets "$ESP")" -ge 20 ] && [ "$(packets "$ESP6")" -ge 10 ] || fail "too few ESP packets crossed"
[ "$(packets "icmp and $BETWEEN_LANS")" -eq 0 ] || fail "pings crossed in clear"
strongswan_stop b
stop_daemon a

say "  strongSwan begins"
ip -n "$RUN-a" address flush dev eth0
set_addresses a eth0 203.0.113.10/24,2001:db8:ffff::10/64
add_route a 10.0.0.0/24 203.0.113.20
ip -n "$RUN-b" route replace 192.168.1.0/24 via 203.0.113.10
rm -rf "$WORK/state-a"
start_daemon a
configure a 203.0.113.20 "$LANS_A"
strongswan_start b kernel-libipsec
sed -i 's/remote_addrs = .*/remote_addrs = 203.0.113.10/; s/local_addrs = .*/local_addrs = %any/' "$WORK/swan-b/swanctl.conf"
swanctl_of b --load-all --file "$WORK/swan-b/swanctl.conf" >"$WORK/swanctl-b.log" 2>&1 || fail "swanctl --load-all"
swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
ping_both || fail "no answer, strongSwan began"
before=$(spi b)
ip -n "$RUN-b" address add 203.0.113.21/24 dev eth0
ip -n "$RUN-b" address del 203.0.113.20/24 dev eth0
ip -n "$RUN-b" address show dev eth0 | matches 203.0.113.21 || set_addresses b eth0 203.0.113.21/24
ip -n "$RUN-b" route replace 192.168.1.0/24 via 203.0.113.10
ip -n "$RUN-a" route replace 10.0.0.0/24 via 203.0.113.21
stays "strongSwan moved" 203.0.113.21 203.0.113.10
expect_text 203.0.113.21 ios a -c "show crypto ikev2 sa"

say "  our address changes, and strongSwan decides"
ip -n "$RUN-a" address add 203.0.113.11/24 dev eth0
ip -n "$RUN-a" address del 203.0.113.10/24 dev eth0
ip -n "$RUN-a" address show dev eth0 | matches 203.0.113.11 || set_addresses a eth0 203.0.113.11/24
ip -n "$RUN-a" route replace 10.0.0.0/24 via 203.0.113.21
ip -n "$RUN-b" route replace 192.168.1.0/24 via 203.0.113.11
stays "our address as responder" 203.0.113.21 203.0.113.11
strongswan_stop b
stop_daemon a
say "MOBIKE with strongSwan ($DATAPLANE): fine"
