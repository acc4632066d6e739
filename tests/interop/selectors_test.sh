#!/usr/bin/env bash
# What the tun plane captures: a packet that the host would route out of the map's interface is protected if a permit
# covers it, otherwise it leaves in clear unchanged; forwarded and local alike, under every rp_filter.
source "$(dirname "$0")/topology.sh"

#   [ha] 192.168.1.100 -- [a] === [b] -- 10.0.0.100 [hb]
make_router a
make_router b
cable a eth0 203.0.113.10/24 b eth0 203.0.113.20/24
add_host ha a 192.168.1.100/24 192.168.1.1/24
add_host hb b 10.0.0.100/24 10.0.0.1/24
add_route a 10.0.0.0/24 203.0.113.20
add_route b 192.168.1.0/24 203.0.113.10

serve() { # serve NAME PORT: a TCP service that greets.
  in_background "$WORK/serve.log" "$1" python3 -c "
import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', $2)); s.listen(8)
while True:
    c, _ = s.accept(); c.sendall(b'greetings'); c.close()"
  wait_until 10 at "$1" sh -c "ss -ltn | grep -q ':$2 '" || fail "no service on port $2"
}
greet() { at "$1" timeout 15 python3 -c "
import socket
c = socket.create_connection(('$2', $3), 12); assert c.recv(100) == b'greetings'" 2>>"$WORK/greet.log"; }
begin() {
  say "  $1"
  rm -rf "$WORK/state-a" "$WORK/state-b"
  start_daemon a
  start_daemon b
}
end() {
  stop_daemon a
  stop_daemon b
}
esp_and_clear() { # esp_and_clear ESP-AT-LEAST CLEAR-AT-LEAST: of the last capture; 0 means none at all.
  local esp clear
  esp=$(packets "$ESP")
  clear=$(packets "$BETWEEN_LANS")
  if [ "$1" -eq 0 ]; then [ "$esp" -eq 0 ] || fail "$esp ESP packets, expected none"; else [ "$esp" -ge "$1" ] || fail "$esp ESP packets, expected $1"; fi
  if [ "$2" -eq 0 ]; then [ "$clear" -eq 0 ] || fail "$clear packets in clear, expected none"; else [ "$clear" -ge "$2" ] || fail "$clear packets in clear, expected $2"; fi
}
serve hb 80
serve hb 22

begin "deny inside permit"
configure a 203.0.113.20 "deny icmp 192.168.1.0 0.0.0.255 host 10.0.0.1" "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
configure b 203.0.113.10 "deny icmp host 10.0.0.1 192.168.1.0 0.0.0.255" "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
capture a b
ping_lan a 192.168.1.1 10.0.0.1 3 || fail "no answer to what is denied: it must leave in clear"
end_capture
esp_and_clear 0 6
capture a b
ping_lan ha 192.168.1.100 10.0.0.100 || fail "no answer to what is permitted"
end_capture
esp_and_clear 10 0
end

begin "a TCP port"
configure a 203.0.113.20 "permit tcp 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255 eq 80"
configure b 203.0.113.10 "permit tcp 10.0.0.0 0.0.0.255 eq 80 192.168.1.0 0.0.0.255"
capture a b
greet ha 10.0.0.100 80 || fail "no greeting on the protected port"
end_capture
esp_and_clear 6 0
capture a b
greet ha 10.0.0.100 22 || fail "no greeting on the other port"
end_capture
esp_and_clear 0 6
end

begin "the source only"
configure a 203.0.113.20 "permit ip host 192.168.1.100 any"
configure b 203.0.113.10 "permit ip any host 192.168.1.100"
capture a b
ping_lan ha 192.168.1.100 10.0.0.100 || fail "no answer to the selected source"
end_capture
esp_and_clear 10 0
capture a b
ping_lan a 192.168.1.1 10.0.0.100 3 || fail "no answer to the other source"
end_capture
esp_and_clear 0 6
end

for rp_filter in 0 1 2; do
  begin "any to any, the peer inside, rp_filter $rp_filter"
  for router in a b; do at "$router" sysctl -qw "net.ipv4.conf.all.rp_filter=$rp_filter" "net.ipv4.conf.default.rp_filter=$rp_filter" "net.ipv4.conf.eth0.rp_filter=$rp_filter" "net.ipv4.conf.eth1.rp_filter=$rp_filter"; done
  configure a 203.0.113.20 "permit ip any any"
  configure b 203.0.113.10 "permit ip any any"
  capture a b
  ping_lan ha 192.168.1.100 10.0.0.100 || fail "no answer, forwarded"
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer, local"
  greet ha 10.0.0.100 80 || fail "no greeting, forwarded"
  end_capture
  esp_and_clear 26 0
  end
done
say "selectors ($DATAPLANE): fine"
