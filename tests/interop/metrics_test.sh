#!/usr/bin/env bash
# What a collector, a support engineer and `sallyport status` are told of a tunnel that is down and then up. The figures are read
# by the strict parser of another project.
source "$(dirname "$0")/topology.sh"

LINE_A="permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
LINE_B="permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"

# figure NAME WHERE: the sum of its samples. WHERE is a port of the router's loopback, or the path of a socket.
figure() {
  at a /usr/bin/python3 - "$1" "$2" <<'PYTHON'
import http.client, socket, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
name, where = sys.argv[1:]
connection = http.client.HTTPConnection("127.0.0.1", int(where) if where.isdigit() else 80, timeout=10)
if not where.isdigit():
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(where)
connection.request("GET", "/metrics")
answer = connection.getresponse()
assert answer.status == 200 and answer.headers["Content-Type"].startswith("application/openmetrics-text"), answer.status
samples = [s for f in text_string_to_metric_families(answer.read().decode()) for s in f.samples if s.name == name]
assert samples, "there is no " + name
print(int(sum(s.value for s in samples)))
PYTHON
}
expect_figure() { # expect_figure NAME WHERE VALUE
  local found
  found=$(figure "$1" "$2") || fail "no $1"
  [ "$found" -eq "$3" ] || fail "$1 is $found, expected $3"
}

two_routers
start_daemon a
start_daemon b
configure a 203.0.113.20 "$LINE_A"
configure b 203.0.113.10 "$LINE_B"
SOCKET=$WORK/state-a/metrics
[ ! -e "$SOCKET" ] || fail "figures are served unasked"
at a ss -lnt | matches 127.0.0.1 && fail "something listens on loopback"
printf 'crypto openmetrics socket\n' | ios a
[ "$(stat -c %a "$SOCKET")" = 600 ] || fail "others may read the socket"
expect_figure sallyport_tunnel_up "$SOCKET" 0
expect_text "0 of 1 tunnels up" ios a status
expect_text "no packet has asked for it" ios a status --all
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer"
printf 'crypto openmetrics port 9464\n' | ios a
[ ! -e "$SOCKET" ] || fail "the socket stays"
expect_figure sallyport_tunnel_up 9464 1
expect_figure sallyport_setup_seconds_count 9464 1
before=$(figure sallyport_tunnel_sent_bytes_total 9464)
[ "$before" -gt 0 ] || fail "no octets are counted"
expect_text "1 of 1 tunnels up" ios a status
ios a -c "show access-lists" | matches -E '10 permit ip 192\.168\.1\.0 .* \([1-9][0-9]* matches\)$' || fail "no hits: $(ios a -c 'show access-lists')"
ios a -c "clear crypto sa" >/dev/null
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer on another SA"
[ "$(figure sallyport_tunnel_sent_bytes_total 9464)" -gt "$before" ] || fail "a counter went back with its SA"
# A packet of b's is on the wire five times more: counted, logged, explained.
at b /usr/bin/python3 - >"$WORK/replayer.log" 2>&1 <<'PYTHON' &
import socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
wire.bind(("eth0", 0))
wire.settimeout(10)
while True:
    frame, where = wire.recvfrom(65535)
    if where[2] == socket.PACKET_OUTGOING and frame[12:14] == b"\x08\x00" and frame[23] == 50:
        break
for _ in range(5):
    wire.send(frame)
PYTHON
replayer=$!
sleep 0.5
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer beside a replay"
wait "$replayer" || fail "nothing was sent again: $(cat "$WORK/replayer.log")"
ios a -c "show crypto packet-drop" | matches "203.0.113.20, replay, 5 packets" || fail "replays are not explained"
replay_is_logged() { ios a -c "show logging" | matches "%IPSEC-3-REPLAY_ERROR: .* src_addr 203.0.113.20, .* 5 packets"; }
wait_until 10 replay_is_logged || fail "replays are not logged"
ios a -c "show tech-support crypto" >"$WORK/support.log"
for part in "show running-config" "pre-shared-key \*" "show crypto ikev2 ladder" "#pkts encaps" READY; do
  matches -- "$part" <"$WORK/support.log" || fail "'$part' is not in the support's text"
done
matches -F "cisco123!" <"$WORK/support.log" && fail "the key is in the support's text"
printf 'no crypto openmetrics port 9464\n' | ios a
at a ss -lnt | matches 127.0.0.1 && fail "figures are served after 'no'"
say "figures ($DATAPLANE): fine"
