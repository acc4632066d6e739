#!/usr/bin/env bash
# Protected tunnel interfaces (static virtual tunnel interfaces): up without traffic, what is routed into them and nothing
# else is protected, line protocol follows the SAs, nothing leaks while a daemon is dead, and it comes back by itself.
# All four pairs of address families, inside and outside; then strongSwan as the other end.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

make_router a
make_router b
cable a eth0 203.0.113.10/24,2001:db8:ffff::10/64 b eth0 203.0.113.20/24,2001:db8:ffff::20/64
add_lan a 192.168.1.1/24,2001:db8:a::1/64
add_lan b 10.0.0.1/24,2001:db8:b::1/64

# tunnel NAME MODE SOURCE DESTINATION LINE...: a router's configuration with Tunnel0.
tunnel() {
  local name=$1 mode=$2 source=$3 destination=$4 length=/128
  shift 4
  case $destination in *:*) ;; *) length= ;; esac
  cat <<EOF
crypto ikev2 proposal P
 encryption aes-gcm-256
 prf sha256
 group 19
crypto ikev2 policy P
 proposal P
crypto ikev2 keyring K
 peer OTHER
  address $destination$length
  pre-shared-key cisco123!
crypto ikev2 profile V
 match identity remote address $destination$length
 authentication remote pre-share
 authentication local pre-share
 keyring local K
 dpd 10 2 periodic
crypto ipsec transform-set TS ${TRANSFORM:-esp-gcm 256}
 mode tunnel
crypto ipsec profile IPSEC-P
 set transform-set TS
 set pfs group19
 set ikev2-profile V
interface Tunnel0
$(printf ' %s\n' "$@")
 tunnel source $source
 tunnel mode ipsec $mode
 tunnel destination $destination
 tunnel protection ipsec profile IPSEC-P
EOF
}
start_with() { # start_with NAME: and the configuration in $WORK/NAME.cfg
  rm -rf "$WORK/state-$1"
  start_daemon "$1"
  paste_config "$1" "$WORK/$1.cfg"
}
line_protocol() { # line_protocol NAME STATE
  [ "$(ios "$1" -c 'show ip interface brief' | awk '$1 == "Tunnel0" {print $NF}')" = "$2" ]
}
up_both() {
  wait_until 15 line_protocol a up || { ios a -c "show log" >&2; fail "line protocol of a is not up"; }
  wait_until 15 line_protocol b up || fail "line protocol of b is not up"
}
no_line_protocol() { at "$1" cat /sys/class/net/Tunnel0/operstate | matches -x -e down -e dormant; }
device_shows() { at a ip address show dev Tunnel0 | matches -F "$1"; }
route_lans() {
  ip -n "$RUN-a" route replace 10.0.0.0/24 dev Tunnel0
  ip -n "$RUN-b" route replace 192.168.1.0/24 dev Tunnel0
  ip -n "$RUN-a" route replace 2001:db8:b::/64 dev Tunnel0
  ip -n "$RUN-b" route replace 2001:db8:a::/64 dev Tunnel0
}
ping_inside() { # ping_inside v4|v6 [NAME]
  if [ "$1" = v4 ]; then
    ping_lan a 192.168.1.1 10.0.0.1 && ping_lan b 10.0.0.1 192.168.1.1
  else
    ping_lan a 2001:db8:a::1 2001:db8:b::1 && ping_lan b 2001:db8:b::1 2001:db8:a::1
  fi
}

pair() { # pair TEXT MODE SOURCE-A DESTINATION-A SOURCE-B DESTINATION-B INSIDE...
  say "  $1"
  tunnel a "$2" "$3" "$4" "ip address 172.16.0.1 255.255.255.252" "ipv6 address 2001:db8:c::1/64" >"$WORK/a.cfg"
  tunnel b "$2" "$5" "$6" "ip address 172.16.0.2 255.255.255.252" "ipv6 address 2001:db8:c::2/64" >"$WORK/b.cfg"
  shift 6
  start_with a
  start_with b
  up_both
  route_lans
  capture a b
  local family
  for family in "$@"; do ping_inside "$family" || fail "no answer inside, $family"; done
  end_capture
  expect_encrypted 20
}
stop_both() {
  stop_daemon a
  stop_daemon b
  at a ip link show Tunnel0 >/dev/null 2>&1 && fail "Tunnel0 is still there after an ordered end"
  true
}

# In the lab, where time is dear, the kernel's part of it is lab_tests'.
whole() { [ "$DATAPLANE" = tun ] || [ -n "${WHOLE:-}" ]; }
if whole; then
  pair "IPv6 in IPv6" ipv6 2001:db8:ffff::10 2001:db8:ffff::20 2001:db8:ffff::20 2001:db8:ffff::10 v6
  stop_both
  pair "IPv6 in IPv4" "ipv4 v6-overlay" 203.0.113.10 203.0.113.20 203.0.113.20 203.0.113.10 v6
  stop_both
  pair "IPv4 in IPv6" "ipv6 v4-overlay" 2001:db8:ffff::10 2001:db8:ffff::20 GigabitEthernet0/0 2001:db8:ffff::10 v4
  stop_both
  pair "both in IPv4" dual-overlay 203.0.113.10 203.0.113.20 GigabitEthernet0/0 203.0.113.10 v4 v6
  stop_both
fi
pair "IPv4 in IPv4" ipv4 GigabitEthernet0/0 203.0.113.20 203.0.113.20 203.0.113.10 v4

say "  what shows and what is real"
expect_text "Tunnel0-head-0" ios a -c "show crypto ipsec sa interface Tunnel0"
expect_text "local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)" ios a -c "show crypto ipsec sa interface Tunnel0"
expect_text "Interface: Tunnel0" ios a -c "show crypto session"
expect_text "UP-ACTIVE" ios a -c "show crypto session"
expect_text "172.16.0.1" ios a -c "show ip interface brief"
at a ping -q -c 3 -i 0.2 -W 5 172.16.0.2 >/dev/null || fail "no answer from the other end of the tunnel"
# 1500 without IP header, SPI, sequence number, IV, ICV, padding length and next header, of 4 octets each time.
[ "$(at a cat /sys/class/net/Tunnel0/mtu)" = 1446 ] || fail "the MTU is $(at a cat /sys/class/net/Tunnel0/mtu), not 1446"
at a ping -q -c 2 -i 0.2 -W 5 -M do -s 1418 172.16.0.2 >/dev/null || fail "a packet of the MTU does not get through"
printf 'interface Tunnel0\n ip mtu 1380\n ip tcp adjust-mss 1200\n ip address 172.16.1.1 255.255.255.252\n' | ios a >/dev/null
wait_until 10 device_shows 'mtu 1380' || fail "ip mtu changes nothing"
wait_until 10 device_shows 172.16.1.1/30 || fail "the new address is not there"
wait_until 10 not device_shows 172.16.0.1/30 || fail "the old address is still there"
# What somebody else takes away comes back.
if [ "$DATAPLANE" = tun ]; then
  ip -n "$RUN-a" address flush dev Tunnel0
  wait_until 10 device_shows 172.16.1.1/30 || fail "an address that was taken away does not come back"
fi
ip -n "$RUN-a" link del Tunnel0
wait_until 10 device_shows 172.16.1.1/30 || fail "the device that was removed does not come back"
up_both
route_lans
in_background "$WORK/serve.log" b python3 -c "
import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('10.0.0.1', 7000)); s.listen(1)
c, _ = s.accept(); print('MSS', c.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG), flush=True); c.sendall(b'x' * 1000000)"
wait_until 10 at b sh -c "ss -ltn | grep -q ':7000 '" || fail "no service"
at a timeout 20 python3 -c "
import socket
c = socket.create_connection(('10.0.0.1', 7000), 15, ('192.168.1.1', 0)); n = 0
while (got := c.recv(65536)): n += len(got)
assert n == 1000000, n" || fail "TCP does not get through"
mss=$(awk '$1 == "MSS" {print $2}' "$WORK/serve.log")
[ "$DATAPLANE" = xfrm ] || [ "${mss:-9999}" -le 1200 ] || fail "the MSS is $mss, above ip tcp adjust-mss 1200"

say "  shut down and up again"
printf 'interface Tunnel0\n shutdown\n' | ios a >/dev/null
expect_text "administratively down" ios a -c "show ip interface brief"
wait_until 10 line_protocol b down || fail "the line protocol of b stays up although a deleted the SAs"
wait_until 10 no_line_protocol b || fail "b has carrier without SAs"
printf 'interface Tunnel0\n no shutdown\n' | ios a >/dev/null
up_both
route_lans
ping_inside v4 || fail "no answer after no shutdown"

say "  killed: nothing in clear, and it comes back without traffic"
capture a b
stop_daemon a KILL
at a ip route get 10.0.0.1 | matches Tunnel0 || fail "the route into the tunnel is gone with the daemon"
if [ "$DATAPLANE" = tun ]; then
  no_line_protocol a || fail "the device of a dead daemon has carrier"
  at a ping -q -c 2 -i 0.2 -W 1 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "an answer without a daemon"
else
  ping_lan a 192.168.1.1 10.0.0.1 2 || fail "the kernel's SAs do not outlive the daemon"
fi
start_daemon a
up_both
ping_inside v4 || fail "no answer after the restart of a"
end_capture
expect_encrypted 10
stop_both

say "  strongSwan at the other end, narrower selectors"
tunnel a ipv4 203.0.113.10 203.0.113.20 "ip address 172.16.0.1 255.255.255.252" >"$WORK/a.cfg"
sed -i 's/ encryption aes-gcm-256/ encryption aes-cbc-256/; s/ prf sha256/ integrity sha256/' "$WORK/a.cfg"
SWAN_IKE=aes256-sha256-ecp256 SWAN_ESP=aes256gcm16-ecp256 swan_site b 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
strongswan_start b "${SWAN_PLANE:-kernel-libipsec}"
start_with a
wait_until 15 line_protocol a up || fail "line protocol is not up with strongSwan"
ip -n "$RUN-a" route replace 10.0.0.0/24 dev Tunnel0
ip -n "$RUN-b" route replace 192.168.1.0/24 via 203.0.113.10
capture a b
ping_inside v4 || fail "no answer from strongSwan"
end_capture
expect_encrypted 20
swanctl_of b --terminate --ike site --timeout 15 >"$WORK/terminate.log" 2>&1 || fail "strongSwan's delete was not answered"
wait_until 15 line_protocol a up || fail "the tunnel does not come back after strongSwan's delete"
ping_inside v4 || fail "no answer after strongSwan's delete"
strongswan_stop b
stop_daemon a
ip -n "$RUN-b" route del 192.168.1.0/24

if whole; then
  say "  the samples, with routes of their own"
  for site in a b; do
    cp "$TOP/samples/tunnel-interface/site-$site.cfg" "$WORK/$site.cfg"
    start_with "$site"
  done
  up_both
  capture a b
  ping_inside v4 || fail "no answer, IPv4"
  ping_inside v6 || fail "no answer, IPv6"
  end_capture
  expect_encrypted 20
  stop_daemon a KILL
  at a ip route get 10.0.0.1 | matches Tunnel0 || fail "the route is gone with the daemon"
  start_daemon a
  up_both
  printf 'no ip route 10.0.0.0 255.255.255.0 Tunnel0\n' | ios a >/dev/null
  wait_until 10 not sh -c "ip -n $RUN-a route show 10.0.0.0/24 | grep -q Tunnel0" || fail "the route stays though it was taken away"
  ping_inside v6 || fail "no answer after the restart, IPv6"
  stop_both
fi
say "tunnel interfaces ($DATAPLANE): fine"
