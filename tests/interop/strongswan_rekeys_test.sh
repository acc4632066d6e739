#!/usr/bin/env bash
# strongSwan rekeys Child SA and IKE SA every few seconds: not a ping is lost. Killed and started again, it comes back.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}
two_routers
start_daemon a
configure a 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
SWAN_CONNECTION='rekey_time = 9s
    over_time = 20s' SWAN_CHILD='rekey_time = 5s
        life_time = 30s
        rand_time = 1s' swan_site b 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
strongswan_start b "$SWAN_PLANE"
capture a b
ping_lan a 192.168.1.1 10.0.0.1 2 || fail "no answer before the rekeys"
steady_pings a 192.168.1.1 10.0.0.1
rekeys=$(grep -c 'creating rekey job\|establishing CHILD_SA net{.*} reqid\|initiating IKE_SA site.*to' "$WORK/charon-b.log" || true)
say "  $rekeys rekeys begun by strongSwan"
[ "$rekeys" -ge "$((${REKEY_SECONDS:-12} / 10))" ] || fail "strongSwan did not rekey"

kill -9 "$charon_b"
wait "$charon_b" 2>/dev/null || true
at b ip xfrm state flush 2>/dev/null || true
at b ip xfrm policy flush 2>/dev/null || true
strongswan_start b "$SWAN_PLANE"
swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan did not come back"
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer after strongSwan was killed and started again"
end_capture
expect_encrypted 100
say "strongSwan rekeys ($DATAPLANE, $SWAN_PLANE): fine"
