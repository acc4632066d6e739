#!/usr/bin/env bash
# The seven things that most often keep a tunnel from coming up, each broken against strongSwan: what `show` says of it must
# name the cause, and the line of configuration that mends it.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}
two_routers
LINE="permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"

begin() { # begin TEXT [SITE-A.CFG]
  say "  $1"
  rm -rf "$WORK/state-a" "$WORK/swan-b"
  start_daemon a
  if [ -n "${2:-}" ]; then paste_config a "$2"; else configure a 203.0.113.20 "$LINE"; fi
  swan_site b 203.0.113.20 203.0.113.10 "${SWAN_TS:-10.0.0.0/24}" 192.168.1.0/24 "${SWAN_PSK:-cisco123!}"
  strongswan_start b "$SWAN_PLANE"
}
end() {
  stop_daemon a
  strongswan_stop b
}
traffic() { at a ping -q -c 1 -W 1 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 || true; }
swan_asks() { swanctl_of b --initiate --child net --timeout 5 >"$WORK/initiate.log" 2>&1 || true; }
says() { ios a -c "show crypto ikev2 diagnose" | matches -E -- "$1"; }
# finds PATTERN...: each of them, within ten seconds, in what diagnose says.
finds() {
  local pattern
  for pattern in "$@"; do
    wait_until 10 says "$pattern" || { ios a -c "show crypto ikev2 diagnose" >&2; fail "diagnose does not say '$pattern'"; }
  done
}

SWAN_IKE=aes128-sha512-ecp256 begin "1. proposals"
traffic
finds peer-refused-proposal "on the peer" "crypto ikev2 proposal" "encryption aes-cbc-256"
swan_asks
finds proposal-mismatch "encryption: theirs AES-CBC-128, ours AES-CBC-256: DIFFERS" "on this router" "encryption aes-cbc-256 aes-cbc-128"
end

SWAN_PSK=another-key begin "2. pre-shared keys"
traffic
finds peer-refused-authentication "on the peer" "pre-shared-key KEY"
swan_asks
finds " authentication-failed" "on this router" "crypto ikev2 keyring MY-KEYS" "peer OTHER"
ios a -c "show crypto ikev2 diagnose" | matches -E "another-key|cisco123" && fail "a key is shown"
end

SWAN_LOCAL_ID=other.example.net begin "3. identities"
traffic
finds identity-mismatch "other.example.net" "match identity remote fqdn other.example.net"
swan_asks
finds no-matching-profile
end

SWAN_TS=10.5.0.0/24 begin "4. access lists that do not mirror"
traffic
finds peer-refused-selectors "on the peer" "permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
swan_asks
finds " selectors-unacceptable" "the remote side DIFFERS" "permit ip 192.168.1.0 0.0.0.255 10.5.0.0 0.0.0.255"
end

begin "5. nobody there, or a firewall in between"
strongswan_stop b
traffic
finds no-response "ICMP from 203.0.113.20" "nothing listens at that port"
strongswan_start b "$SWAN_PLANE"
ios a -c "clear crypto ikev2 sa" >/dev/null
at b nft add table inet wall
at b nft add chain inet wall in '{ type filter hook input priority 0; }'
at b nft add rule inet wall in udp dport 500 drop
traffic
finds no-response "none received from there" "permit udp host 203.0.113.10 host 203.0.113.20 eq 500"
ios a -c "show crypto ikev2 ladder peer 203.0.113.20" | matches "no answer" || fail "the ladder shows no unanswered request"
ios a -c "clear crypto ikev2 sa" >/dev/null
if [ "$SWAN_PLANE" = kernel-libipsec ]; then # it always encapsulates
  at b nft flush chain inet wall in
  at b nft add rule inet wall in udp dport 4500 drop
  traffic
  finds "port 500 is answered and port 4500 is not" "eq 4500"
fi
at b nft delete table inet wall
end

site 203.0.113.20 "$LINE" | sed 's/^ set transform-set .*/&\n set pfs group19/' >"$WORK/pfs.cfg"
begin "6. PFS at the rekey" "$WORK/pfs.cfg"
ping_lan a 192.168.1.1 10.0.0.1 || fail "the first SA, which has no PFS yet, does not come up"
ios a -c "clear crypto sa" >/dev/null
traffic
finds peer-refused-child-proposal "on the peer" "set pfs group19"
end

begin "7. MTU"
ping_lan a 192.168.1.1 10.0.0.1 || fail "no tunnel"
ios a -c "show crypto packet-drop peer 203.0.113.20" | matches -E "above 1[34][0-9][0-9] octets do not fit" || fail "packet-drop says nothing of the MTU"
ios a -c "show crypto packet-drop" | matches "ip tcp adjust-mss" || fail "packet-drop says nothing of the MSS"
ios a -c "test crypto selector 192.168.1.1 10.0.0.1" | matches "takes the IPsec SA to 203.0.113.20" || fail "test crypto selector"
end
say "why not ($DATAPLANE, $SWAN_PLANE): fine"
