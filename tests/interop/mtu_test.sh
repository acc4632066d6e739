#!/usr/bin/env bash
# A narrow link on the way: what does not fit is told to its sender, and TCP gets through, over IPv4 and IPv6, native and
# in UDP. The link's own router says "too big" to the tunnel's end, never to the inner sender.
source "$(dirname "$0")/topology.sh"

#   LAN a -- [a] 203.0.113.10 --- .1 [m] 198.51.100.1 ==1400== .20 [b] -- LAN b
make_router a
make_router m
make_router b
cable a eth0 203.0.113.10/24,2001:db8:ffff::10/64 m eth0 203.0.113.1/24,2001:db8:ffff::1/64
cable m eth1 198.51.100.1/24,2001:db8:fffe::1/64 b eth0 198.51.100.20/24,2001:db8:fffe::20/64
at m ip link set eth1 mtu 1400
at b ip link set eth0 mtu 1400
add_lan a 192.168.1.1/24,2001:db8:a::1/64
add_lan b 10.0.0.1/24,2001:db8:b::1/64
for family in -4 -6; do
  gateway_a=203.0.113.1 gateway_b=198.51.100.1
  [ $family = -6 ] && gateway_a=2001:db8:ffff::1 gateway_b=2001:db8:fffe::1
  ip -n "$RUN-a" $family route add default via $gateway_a
  ip -n "$RUN-b" $family route add default via $gateway_b
done

# fetch NAME SOURCE DESTINATION: a million octets from a service on port 7000.
serve() { # serve NAME
  in_background "$WORK/serve.log" "$1" python3 -c "
import socket
s = socket.socket(socket.AF_INET6); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('::', 7000)); s.listen(8)
while True:
    c, _ = s.accept(); c.sendall(b'x' * 1000000); c.close()"
  wait_until 10 at "$1" sh -c "ss -ltn | grep -q ':7000 '" || fail "no service"
}
fetch() { at "$1" timeout 20 python3 -c "
import socket
c = socket.create_connection(('$3', 7000), 15, ('$2', 0)); c.settimeout(15); n = 0
while (got := c.recv(65536)): n += len(got)
assert n == 1000000, n" 2>>"$WORK/fetch.log"; }
serve a
serve b

run_over() { # run_over OUTER WAN-A WAN-B
  local name inner
  say "  over $1"
  rm -rf "$WORK/state-a" "$WORK/state-b"
  for name in a b; do at "$name" sh -c "ip route flush cache; ip -6 route flush cache"; start_daemon "$name"; done
  configure a "$3" "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" "6 permit ipv6 2001:db8:a::/64 2001:db8:b::/64"
  configure b "$2" "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255" "6 permit ipv6 2001:db8:b::/64 2001:db8:a::/64"
  for inner in 4 6; do
    local from=192.168.1.1 to=10.0.0.1
    [ $inner = 6 ] && from=2001:db8:a::1 to=2001:db8:b::1
    ping_lan a $from $to || fail "no answer, IPv$inner over $1"
    fetch a $from $to || fail "TCP towards the wide end stops, IPv$inner over $1"
    fetch b $to $from || fail "TCP through the narrow link stops, IPv$inner over $1"
    # The first packets teach the path's MTU to the router, a later one is told it.
    at a ping -n -c 4 -i 0.3 -W 1 -M do -s $((inner == 4 ? 1370 : 1350)) -I $from $to >"$WORK/ping-do.log" 2>&1 && fail "a packet larger than the path came through"
    grep -qiE 'mtu[ =:]+1[23][0-9][0-9]' "$WORK/ping-do.log" || { cat "$WORK/ping-do.log" >&2; fail "the sender was not told the MTU, IPv$inner over $1"; }
  done
  stop_daemon a
  stop_daemon b
}
run_over IPv4 203.0.113.10 198.51.100.20
run_over IPv6 2001:db8:ffff::10 2001:db8:fffe::20
at a nft -f - <<'NFT'
table ip moved {
  chain raw { type filter hook output priority raw; udp sport 500 accept; notrack; }
  chain nat { type nat hook postrouting priority srcnat; udp sport 500 masquerade to :1500; }
}
NFT
run_over "IPv4, in UDP" 203.0.113.10 198.51.100.20
say "path MTU ($DATAPLANE): fine"
