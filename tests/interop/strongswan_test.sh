#!/usr/bin/env bash
# strongSwan as site B, as responder and as initiator. On the host its plane is kernel-libipsec, which speaks UDP
# encapsulation only; where the kernel has ESP (tests/lab), SWAN_PLANE=kernel-netlink makes it native ESP.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}
SAMPLE=$TOP/samples/two-sites/site-a.cfg
SAMPLE_KEY=$(awk '$1 == "pre-shared-key" {print $2}' "$SAMPLE")
two_routers

both_ways() {
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer from strongSwan's LAN"
  ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer from sallyport's LAN"
}
begin() { # begin TEXT SITE-A.CFG SWAN-SITE-ARGUMENTS...
  say "  $1"
  rm -rf "$WORK/state-a" "$WORK/swan-b"
  start_daemon a
  paste_config a "$2"
  shift 2
  swan_site b 203.0.113.20 203.0.113.10 "$@"
  strongswan_start b "$SWAN_PLANE"
  capture a b
}
end() {
  stop_daemon a
  strongswan_stop b
}
ready() { ios a -c "show crypto ikev2 sa" | matches READY; }
not_ready() { ! ready; }

begin "strongSwan answers" "$SAMPLE" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
both_ways
end_capture
expect_encrypted 20
if [ "$SWAN_PLANE" = kernel-netlink ]; then
  [ "$(packets 'ip proto 50')" -ge 20 ] || fail "ESP is encapsulated although there is no NAT"
else
  [ "$(packets 'ip proto 50')" -eq 0 ] || fail "native ESP to a peer that speaks UDP encapsulation only"
fi
ready || fail "show crypto ikev2 sa has no READY"
strongswan_is_up b || fail "strongSwan has no SA"
ios a -c "clear crypto ikev2 sa" >/dev/null
wait_until 10 strongswan_is_down b || fail "strongSwan did not learn of the delete"
end

# With reverse-route the way to the peer's LAN is there as long as the SA is.
sed 's/^ match address .*/&\n reverse-route/' "$SAMPLE" >"$WORK/reverse.cfg"
routed() { ip -n "$RUN-a" route show 10.0.0.0/24 | matches 'via 203.0.113.20 dev eth0 proto 91'; }
ip -n "$RUN-a" route del 10.0.0.0/24
begin "strongSwan asks, and the route comes with the SA" "$WORK/reverse.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
wait_until 5 routed || fail "reverse-route makes no route"
both_ways
end_capture
expect_encrypted 20
swanctl_of b --terminate --ike site --timeout 15 >"$WORK/terminate.log" 2>&1 || fail "strongSwan's delete was not answered"
wait_until 10 not_ready || fail "the SA outlives strongSwan's delete"
wait_until 5 not routed || fail "the route outlives its SA"
end
add_route a 10.0.0.0/24 203.0.113.20

# AH (RFC 4302), which strongSwan's kernel-libipsec has not.
if [ "$DATAPLANE" = xfrm ]; then
  TRANSFORM=ah-sha256-hmac site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/ah.cfg"
  for asks in sallyport strongSwan; do
    SWAN_CHILD="ah_proposals = sha256" begin "AH, $asks asks" "$WORK/ah.cfg" 10.0.0.0/24 192.168.1.0/24
    if [ $asks = strongSwan ]; then
      swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring AH up"
    fi
    both_ways
    end_capture
    [ "$(packets 'ip proto 51')" -ge 20 ] || fail "no AH on the wire"
    [ "$(packets "$BETWEEN_LANS")" -eq 0 ] || fail "packets crossed without AH"
    expect_text "transform: ah-sha256-hmac" ios a -c "show crypto ipsec sa"
    end
  done
fi

PROPOSAL="aes-cbc-128 sha256 19" TRANSFORM="esp-gcm 256" site 203.0.113.20 "6 permit ipv6 2001:db8:a::/64 2001:db8:b::/64" >"$WORK/gcm.cfg"
SWAN_IKE=aes128-sha256-ecp256 SWAN_ESP=aes256gcm16 begin "AES-GCM, group 19, IPv6 inside" "$WORK/gcm.cfg" 2001:db8:b::/64 2001:db8:a::/64
ping_lan a 2001:db8:a::1 2001:db8:b::1 || fail "no answer, IPv6 inside"
end_capture
expect_encrypted 10
end

# A tunnel interface of the kernel's (on the tun plane tunnel_interface_test.sh has more).
if [ "$DATAPLANE" = xfrm ]; then
  {
    site 203.0.113.20 | sed '/^interface/,$d'
    cat <<'EOF'
crypto ipsec profile TUNNEL
 set transform-set AES-SHA
 set ikev2-profile OTHER-PROFILE
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 tunnel source 203.0.113.10
 tunnel mode ipsec ipv4
 tunnel destination 203.0.113.20
 tunnel protection ipsec profile TUNNEL
ip route 10.0.0.0 255.255.255.0 Tunnel0
EOF
  } >"$WORK/tunnel.cfg"
  ip -n "$RUN-a" route del 10.0.0.0/24
  begin "a tunnel interface, strongSwan narrows" "$WORK/tunnel.cfg" 10.0.0.0/24 192.168.1.0/24
  tunnel_is() { [ "$(ios a -c 'show ip interface brief' | awk '$1 == "Tunnel0" {print $NF}')" = "$1" ]; }
  wait_until 15 tunnel_is up || fail "the line protocol is not up without traffic"
  both_ways
  end_capture
  expect_encrypted 20
  strongswan_stop b
  wait_until 15 tunnel_is down || fail "the line protocol is up although strongSwan has gone"
  stop_daemon a
  add_route a 10.0.0.0/24 203.0.113.20
fi

# Postquantum keys (RFC 8784). strongSwan says in its log whether it used one.
with_ppk() { # with_ppk [required]: the sample with one
  sed "s/^  pre-shared-key .*/&\n  ppk manual id gate-1 key quantum-proof $*/; s/^ keyring local .*/&\n keyring ppk OFFICE-KEYS/" "$SAMPLE"
}
SWAN_PPK="ppk {
    id = gate-1
    secret = quantum-proof
  }"
with_ppk required >"$WORK/ppk.cfg"
with_ppk >"$WORK/ppk-optional.cfg"
mixed() { ios a -c "show crypto ikev2 sa detailed" | matches "Quantum Resistance Enabled"; }
for site in ppk ppk-optional; do
  SWAN_SECRETS=$SWAN_PPK SWAN_CONNECTION=$'ppk_id = gate-1\n ppk_required = yes' \
    begin "a postquantum key, strongSwan answers ($site)" "$WORK/$site.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
  both_ways
  end_capture
  mixed || fail "the SA has no postquantum key"
  end
  SWAN_SECRETS=$SWAN_PPK SWAN_CONNECTION=$'ppk_id = gate-1\n ppk_required = yes' \
    begin "a postquantum key, strongSwan asks ($site)" "$WORK/$site.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
  swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
  both_ways
  end_capture
  mixed || fail "the SA has no postquantum key"
  end
done
begin "an optional postquantum key that strongSwan has not" "$WORK/ppk-optional.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
both_ways
end_capture
mixed && fail "a postquantum key that the peer has not"
end
SWAN_SECRETS=$SWAN_PPK SWAN_CONNECTION=$'ppk_id = gate-1\n ppk_required = no' \
  begin "an optional postquantum key that only strongSwan has" "$SAMPLE" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
both_ways
end_capture
end
begin "a required postquantum key that strongSwan has not" "$WORK/ppk.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
at a ping -q -c 2 -W 2 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "an answer without the postquantum key"
end_capture
not_ready || fail "an SA without the required postquantum key"
end

# Childless (RFC 6023), which ours announces where a profile has it: the Child SA is made by CREATE_CHILD_SA.
sed "s/^ keyring local .*/&\n childless/" "$SAMPLE" >"$WORK/childless.cfg"
SWAN_CONNECTION="childless = allow" begin "no Child SA in IKE_AUTH" "$WORK/childless.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
both_ways
end_capture
end
SWAN_CONNECTION="childless = force" begin "strongSwan asks for none in IKE_AUTH" "$WORK/childless.cfg" 10.0.0.0/24 192.168.1.0/24 "$SAMPLE_KEY"
swanctl_of b --initiate --child net --timeout 15 >"$WORK/initiate.log" 2>&1 || fail "strongSwan could not bring the child up"
both_ways
end_capture
end

begin "another pre-shared key" "$SAMPLE" 10.0.0.0/24 192.168.1.0/24 other-key
at a ping -q -c 2 -W 2 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "an answer in spite of another key"
end_capture
expect_text "Auth exchange failed" ios a -c "show crypto ikev2 diagnose error"
end
say "strongSwan ($DATAPLANE, $SWAN_PLANE): fine"
