#!/usr/bin/env bash
# libreswan as site B, as responder and as initiator, IPv4 and IPv6, with rekeys of its own every few seconds, killed and
# started again.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/libreswan.sh"

two_routers

begin() { # begin TEXT LIBRESWAN-SITE-ARGUMENTS...; a.cfg stands already
  say "  $1"
  shift
  rm -rf "$WORK/state-a" "$WORK/lsw-b"
  start_daemon a
  paste_config a "$WORK/a.cfg"
  libreswan_site b "$@"
  libreswan_start b
  capture a b
}
end() {
  end_capture
  expect_encrypted "$1"
  stop_daemon a
  libreswan_stop b
}
has_no_sa() { ! ios a -c "show crypto ikev2 sa" | matches READY; }

site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/a.cfg"
begin "libreswan answers" 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer from libreswan's LAN"
ping_lan b 10.0.0.1 192.168.1.1 || fail "no answer from sallyport's LAN"
ios a -c "clear crypto ikev2 sa" >/dev/null
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer after a clear"
end 30

PROPOSAL="aes-cbc-128 sha512 19" TRANSFORM="esp-gcm 256" \
  site 2001:db8:ffff::20 "6 permit ipv6 2001:db8:a::/64 2001:db8:b::/64" >"$WORK/a.cfg"
LSW_IKE='aes128-sha2_512;dh19' LSW_ESP=aes_gcm256 \
  begin "libreswan asks, AES-GCM, group 19, IPv6 inside and outside" 2001:db8:ffff::20 2001:db8:ffff::10 2001:db8:b::/64 2001:db8:a::/64
whack b --initiate --name site || fail "libreswan could not bring the connection up"
ping_lan a 2001:db8:a::1 2001:db8:b::1 || fail "no answer, IPv6"
whack b --terminate --name site
wait_until 10 has_no_sa || fail "the SA outlives libreswan's delete"
end 10

site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" >"$WORK/a.cfg"
LSW_MORE='  salifetime=8s
  ikelifetime=13s
  rekeymargin=4s
  rekeyfuzz=0%' begin "libreswan rekeys every few seconds; killed, it comes back" 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
ping_lan a 192.168.1.1 10.0.0.1 2 || fail "no answer before the rekeys"
steady_pings a 192.168.1.1 10.0.0.1
say "    $(grep -c 'initiating rekey\|rekeyed' "$WORK/pluto-b.log") rekeys begun by libreswan"
kill -9 "$pluto_b"
wait "$pluto_b" 2>/dev/null || true
at b ip xfrm state flush
at b ip xfrm policy flush
rm -f "$WORK/lsw-b/pluto.ctl" "$WORK/lsw-b/pluto.pid"
libreswan_start b
whack b --initiate --name site || fail "libreswan did not come back"
ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer after libreswan was killed and started again"
end 30
say "libreswan ($DATAPLANE): fine"
