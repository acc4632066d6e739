#!/usr/bin/env bash
# Two sallyportd with the configurations of samples/two-sites: the tunnel comes up by traffic, nothing crosses in clear
# from the moment the daemon answers, and a daemon that is killed leaves the host's routes alone and comes back.
source "$(dirname "$0")/topology.sh"

tables() { at a ip route show table main; at a ip -6 route show table main; }

# Packets both ways all the time, so that a gap in the protection would show.
sending=()
traffic() {
  in_background "$WORK/traffic.log" a ping -q -i 0.05 -c "$1" -I 192.168.1.1 10.0.0.1
  sending+=("$started")
  in_background "$WORK/traffic.log" b ping -q -i 0.05 -c "$1" -I 10.0.0.1 192.168.1.1
  sending+=("$started")
}
traffic_ends() {
  wait "${sending[@]}" || true
  sending=()
}

run_pair() {
  local folder=$1
  say "  $folder"
  rm -rf "$WORK/state-a" "$WORK/state-b"
  start_daemon a
  start_daemon b
  traffic 100
  paste_config a "$folder/site-a.cfg"
  paste_config b "$folder/site-b.cfg"
  capture a b
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer from LAN b"
  ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer from LAN a"
  end_capture
  expect_encrypted 20
  expect_text READY ios a -c "show crypto ikev2 sa"
  expect_text READY ios b -c "show crypto ikev2 sa"
  [ "$(packets 'ip proto 50')" -ge 20 ] || fail "ESP is encapsulated although there is no NAT"
  ios a -c "show crypto ipsec sa" | matches -E '#pkts encaps: [1-9][0-9]+' || fail "show crypto ipsec sa counts nothing sent"
  ios a -c "show crypto ipsec sa" | matches -E '#pkts decaps: [1-9][0-9]+' || fail "show crypto ipsec sa counts nothing received"
}

two_routers
before=$(tables)
folders=("$TOP/samples/two-sites")
[ -d "$TOP/../shared/seed" ] && folders+=("$TOP/../shared/seed")
for folder in "${folders[@]}"; do
  run_pair "$folder"
  [ "$DATAPLANE" != tun ] || [ "$(tables)" = "$before" ] || fail "the main routing table has changed"

  say "  killed and started again"
  capture a b
  stop_daemon a KILL
  [ "$DATAPLANE" != tun ] || [ "$(tables)" = "$before" ] || fail "the main routing table has changed after kill -9"
  if [ "$DATAPLANE" = tun ]; then
    at a ping -q -c 2 -i 0.2 -W 1 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "an answer without a daemon"
  fi
  traffic 40
  start_daemon a
  expect_text "$(grep '^crypto map ' "$folder/site-a.cfg")" ios a -c "show running-config"
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer after the restart of a"
  end_capture
  expect_encrypted 10

  if [ "$DATAPLANE" = tun ]; then
    say "  killed, and the peer goes on sending what nobody knows any more"
    traffic_ends
    stop_daemon a KILL
    start_daemon a
    wait_until 10 at b ping -q -c 1 -W 1 -I 10.0.0.1 192.168.1.1 || fail "no answer after the restart of a, which sent nothing"
    expect_text RECVD_PKT_INV_SPI ios a -c "show logging"
  fi

  say "  cleared"
  capture a b
  ios a -c "clear crypto ikev2 sa" >/dev/null
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer after clearing"
  end_capture
  expect_encrypted 10
  [ "$(packets "$IKE")" -ge 6 ] || fail "INFORMATIONAL, IKE_SA_INIT and IKE_AUTH are not in the capture"
  stop_daemon a
  stop_daemon b
  [ "$(tables)" = "$before" ] || fail "the main routing table has changed after the end"
done

say "  a peer by name"
rm -rf "$WORK/state-a" "$WORK/state-b"
hosts a
start_daemon a
start_daemon b
NETWORK="203.0.113.0 255.255.255.0"
KEY_ADDRESS=$NETWORK MATCH="address $NETWORK" \
  configure a "b.example.net dynamic" "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
configure b 203.0.113.10 "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
capture a b
at a ping -q -c 1 -W 1 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "an answer from a peer that nobody knows"
unresolved() { ios a -c "show crypto ikev2 diagnose" | matches "name-not-resolved"; }
wait_until 30 unresolved || fail "nobody says that the name is not known"
expect_text "Peer = b.example.net (dynamic)" ios a -c "show crypto map"
expect_text "Current peer: b.example.net (not resolved)" ios a -c "show crypto map"
expect_text "NEG_ABORT" ios a -c "show logging"
hosts a "203.0.113.20 b.example.net"
wait_until 30 ping_lan a 192.168.1.1 10.0.0.1 1 || fail "no answer when the name is known"
expect_text "Current peer: 203.0.113.20" ios a -c "show crypto map"
expect_text "Peer name: b.example.net" ios a -c "show crypto session"

say "  and it moves"
set_addresses b eth0 203.0.113.21/24
ip -n "$RUN-b" address del 203.0.113.20/24 dev eth0
ip -n "$RUN-b" address show dev eth0 | matches 203.0.113.21 || set_addresses b eth0 203.0.113.21/24
ip -n "$RUN-a" route replace 10.0.0.0/24 via 203.0.113.21
ip -n "$RUN-b" route replace 192.168.1.0/24 via 203.0.113.10
hosts a "203.0.113.21 b.example.net"
ios a -c "clear crypto ikev2 sa" >/dev/null
wait_until 30 ping_lan a 192.168.1.1 10.0.0.1 1 || fail "no answer from where the name leads now"
expect_text "Current peer: 203.0.113.21" ios a -c "show crypto map"
end_capture
expect_encrypted 2
say "two sites ($DATAPLANE): fine"
