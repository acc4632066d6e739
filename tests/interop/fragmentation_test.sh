#!/usr/bin/env bash
# A path of the smallest MTU (576 octets over IPv4, 1280 over IPv6) on which fragments of IP are lost: IKE cuts its own
# messages (RFC 7383) with strongSwan at the other end, in both roles. Long identities make IKE_AUTH too large, and a
# large group of PFS CREATE_CHILD_SA. Ours is not told the size: it finds out that nothing larger arrives.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

#   LAN a -- [a] 203.0.113.10 --- .1 [m] 198.51.100.1 ==small== .20 [b] -- LAN b
make_router a
make_router m
make_router b
cable a eth0 203.0.113.10/24,2001:db8:ffff::10/64 m eth0 203.0.113.1/24,2001:db8:ffff::1/64
cable m eth1 198.51.100.1/24,2001:db8:fffe::1/64 b eth0 198.51.100.20/24,2001:db8:fffe::20/64
add_lan a 192.168.1.1/24
add_lan b 10.0.0.1/24
ip -n "$RUN-a" route add default via 203.0.113.1
ip -n "$RUN-b" route add default via 198.51.100.1
ip -n "$RUN-a" -6 route add default via 2001:db8:ffff::1
ip -n "$RUN-b" -6 route add default via 2001:db8:fffe::1
for name in m b; do
  at $name nft -f - <<'RULES'
table inet lossy {
  chain in {
    type filter hook prerouting priority -450; # before fragments are put together
    ip frag-off & 0x3fff != 0 counter drop
    exthdr frag exists counter drop
  }
}
RULES
done

name_of() { printf '%s' "$1"; printf '.%s' {a,b,c,d}{0,1,2,3,4}{p,q,r,s,t}; } # some 400 octets
OURS=$(name_of ours)
THEIRS=$(name_of theirs)

# Fragments of IKE messages: next payload 53 behind the non-ESP marker.
FRAGMENT='(udp port 4500 and udp[8:4] = 0 and udp[28] = 53)'
FRAGMENT6='(ip6 proto 17 and (ip6[40:2] = 4500 or ip6[42:2] = 4500) and ip6[48:4] = 0 and ip6[68] = 53)'
# fragments_from NAME: how many of them that router sent.
fragments_from() {
  tcpdump -nr "$WORK/$1-wire.pcap" "$FRAGMENT or $FRAGMENT6" 2>/dev/null | wc -l
}
# expect_fragments FROM-A FROM-B WHEN
expect_fragments() {
  local a b
  a=$(fragments_from a) b=$(fragments_from b)
  [ "$a" -ge "$1" ] || fail "$a fragments of ours, expected $1: $3"
  [ "$b" -ge "$2" ] || fail "$b fragments of strongSwan's, expected $2: $3"
}

run_over() { # run_over FAMILY MTU GROUP MODP-BITS WAN-A WAN-B
  say "  IPv$1, at most $2 octets"
  at m ip link set eth1 mtu "$2"
  at b ip link set eth0 mtu "$2"
  rm -rf "$WORK/state-a" "$WORK/charon-b.log"
  PROPOSAL="aes-cbc-256 sha256 19" MATCH="fqdn $THEIRS" site "$6" "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/a.cfg"
  sed -i "s/^ keyring local MY-KEYS/&\n identity local fqdn $OURS/; s/^ set ikev2-profile.*/&\n set pfs group$3/" "$WORK/a.cfg"
  SWAN_IKE=aes256-sha256-ecp256 SWAN_ESP=aes256-sha256-modp$4 SWAN_LOCAL_ID=$THEIRS SWAN_REMOTE_ID=$OURS \
    swan_site b "$6" "$5" 10.0.0.0/24 192.168.1.0/24
  SWAN_SETTINGS=$(printf "fragment_size = %d\n  retransmit_timeout = 1" "$2") strongswan_start b kernel-libipsec
  start_daemon a
  paste_config a "$WORK/a.cfg"

  capture a b
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer: ours begins"
  end_capture
  if [ "$1" = 4 ]; then expect_fragments 2 2 "IKE_AUTH, ours began"; fi
  capture a b
  ios a -c "clear crypto sa" >/dev/null
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer: ours begins a Child SA with PFS"
  end_capture
  expect_fragments 2 2 "CREATE_CHILD_SA, ours began"
  capture a b
  swanctl_of b --rekey --child net >"$WORK/rekey.log" 2>&1 || fail "strongSwan does not rekey"
  wait_until 20 grep -q 'parsed CREATE_CHILD_SA response' "$WORK/charon-b.log" || fail "strongSwan's rekey has no answer"
  ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer after strongSwan's rekey"
  end_capture
  expect_fragments 2 2 "CREATE_CHILD_SA, strongSwan began"

  ios a -c "clear crypto ikev2 sa" >/dev/null
  wait_until 15 strongswan_is_down b || fail "strongSwan keeps an SA that was cleared"
  capture a b
  swanctl_of b --initiate --child net --timeout 30 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
  ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer: strongSwan begins"
  end_capture
  if [ "$1" = 4 ]; then expect_fragments 2 2 "IKE_AUTH, strongSwan began"; fi
  strongswan_stop b
  stop_daemon a
}

run_over 6 1280 18 8192 2001:db8:ffff::10 2001:db8:fffe::20
run_over 4 576 16 4096 203.0.113.10 198.51.100.20
at b nft list ruleset | matches 'counter packets [1-9]' || fail "no fragment of IP was ever lost: the test tests nothing"
say "fragments of IKE over small MTUs ($DATAPLANE): fine"
