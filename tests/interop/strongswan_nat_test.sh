#!/usr/bin/env bash
# strongSwan behind a NAT that forgets its mappings after three seconds of silence and gives a new port each time. What it
# sends next comes from a stranger's port, authenticated: our ESP follows it there.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

router_behind_nat # a is strongSwan
at n sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3 net.netfilter.nf_conntrack_udp_timeout_stream=3
start_daemon b
MATCH=any KEY_ADDRESS="0.0.0.0 0.0.0.0" configure b 203.0.113.30 "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
swan_site a 192.168.100.2 203.0.113.20 192.168.1.0/24 10.0.0.0/24
sed -i 's/id = 203.0.113.20$/id = %any/' "$WORK/swan-a/swanctl.conf"
strongswan_start a kernel-libipsec
capture n b
swanctl_of a --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer through the NAT"
peer_port() { ios b -c "show crypto ikev2 sa" | grep -o '203\.0\.113\.30/[0-9]*'; }
before=$(peer_port)
for round in 1 2 3; do
  sleep 5
  at a ping -q -c 1 -W 1 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 || true # its answer may still go to the old mapping
  ping_lan a 192.168.1.1 10.0.0.1 || fail "round $round: no answer after the mapping changed"
  ping_lan b 10.0.0.1 192.168.1.1 || fail "round $round: no way back after the mapping changed"
done
[ "$(peer_port)" != "$before" ] || fail "the NAT gave no new port: the test tests nothing"
end_capture
expect_encrypted 40
say "strongSwan behind a forgetful NAT ($DATAPLANE): fine"
