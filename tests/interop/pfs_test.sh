#!/usr/bin/env bash
# PFS with strongSwan at the other end shows a moment after the SA came up, in either way: the same group, another one, none.
# Meanwhile the Child SA that is up carries on.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}
two_routers
begin() { # begin TEXT ESP-PROPOSAL-OF-STRONGSWAN: ours has group 19 and begins
  say "  $1"
  rm -rf "$WORK/state-a" "$WORK/swan-b" "$WORK/charon-b.log"
  site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/a.cfg"
  sed -i "s/^ set ikev2-profile.*/&\n set pfs group19/" "$WORK/a.cfg"
  SWAN_ESP=$2 swan_site b 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
  strongswan_start b "$SWAN_PLANE"
  start_daemon a
  paste_config a "$WORK/a.cfg"
  ping_lan a 192.168.1.1 10.0.0.1 2 || fail "no answer"
  at a ping -q -i 0.1 -W 3 -c 50 -I 192.168.1.1 10.0.0.1 >"$WORK/steady.log" 2>&1 || true
  grep -q ' 0% packet loss' "$WORK/steady.log" || fail "pings were lost: $(grep loss "$WORK/steady.log")"
}
end() {
  stop_daemon a
  strongswan_stop b
}
shows() { ios a -c "$1" | matches -F -- "$2"; }

begin "the same group" aes256-sha256-ecp256
wait_until 10 shows "show crypto ipsec sa" "PFS (Y/N): Y" || fail "no PFS: $(ios a -c 'show crypto ipsec sa')"
shows "show crypto ikev2 diagnose" pfs-mismatch && fail "a mismatch where there is none"
swanctl_of b --list-sas | matches ECP_256 || fail "strongSwan has no PFS"
end

for theirs in aes256-sha256-ecp384 aes256-sha256; do
  begin "strongSwan has $theirs" "$theirs"
  wait_until 10 shows "show crypto ikev2 diagnose" "has 'set pfs group19'" || fail "no word of it: $(ios a -c 'show crypto ikev2 diagnose')"
  ping_lan a 192.168.1.1 10.0.0.1 || fail "the SA did not stay"
  end
done
say "PFS ($DATAPLANE, $SWAN_PLANE): fine"
