#!/usr/bin/env bash
# Router A behind a NAT: NAT detection, the float to port 4500, ESP in UDP, keepalives.
source "$(dirname "$0")/topology.sh"

router_behind_nat
start_daemon a
start_daemon b
configure a 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
MATCH=any KEY_ADDRESS="0.0.0.0 0.0.0.0" configure b 203.0.113.30 "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
capture n b
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer from LAN b"
ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer from LAN a"
sleep 25
end_capture
expect_encrypted 20
[ "$(packets 'ip proto 50')" -eq 0 ] || fail "native ESP through a NAT"
[ "$(packets 'udp dst port 4500 and udp[4:2] = 9 and udp[8] = 0xff')" -ge 1 ] || fail "no keepalive within 25 s"
expect_text 4500 ios b -c "show crypto ikev2 sa"
ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer from LAN a after a pause"
say "NAT ($DATAPLANE): fine"
