#!/usr/bin/env bash
# What does not fit does not come up, and both ends say why; a line that is no command loses nothing else of a paste.
source "$(dirname "$0")/topology.sh"

two_routers
A_LINE="permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
B_LINE="permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
begin() {
  say "  $1"
  rm -rf "$WORK/state-a" "$WORK/state-b"
  start_daemon a
  start_daemon b
  configure b 203.0.113.10 "$B_LINE"
}
no_tunnel() {
  at a ping -q -c 2 -W 2 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "an answer in spite of $1"
  expect_none "#pkts encaps: [1-9]" ios a -c "show crypto ipsec sa"
}
expect_none() {
  local unwanted=$1
  shift
  if "$@" 2>&1 | grep -E -- "$unwanted"; then fail "'$unwanted' is in the output of: $*"; fi
}
end() {
  stop_daemon a
  stop_daemon b
}

begin "another pre-shared key"
PSK=something-else configure a 203.0.113.20 "$A_LINE"
no_tunnel "another key"
expect_text "authentication data FAILED" ios b -c "show crypto ikev2 diagnose error"
expect_text "Auth exchange failed" ios a -c "show crypto ikev2 diagnose error"
expect_text "pre-shared key" ios b -c "show crypto ikev2 diagnose"
expect_text "pre-shared key" ios a -c "show crypto ikev2 diagnose"
expect_none "something-else|cisco123" ios a -c "show crypto ikev2 diagnose"
end

begin "no proposal in common"
PROPOSAL="aes-cbc-128 sha512 19" configure a 203.0.113.20 "$A_LINE"
no_tunnel "no common proposal"
expect_text "no proposal chosen" ios b -c "show crypto ikev2 diagnose error"
expect_text "AES-CBC-128" ios b -c "show crypto ikev2 diagnose"
expect_text "AES-CBC-128" ios a -c "show crypto ikev2 diagnose"
end

begin "access lists that do not mirror"
configure a 203.0.113.20 "permit ip 192.168.0.0 0.0.255.255 10.9.0.0 0.0.255.255"
at a ip route add 10.9.0.0/16 via 203.0.113.20
at a ping -q -c 2 -W 2 -I 192.168.1.1 10.9.0.1 >/dev/null 2>&1 && fail "an answer in spite of the access lists"
expect_text "no IPSEC policy found for received TS" ios b -c "show crypto ikev2 diagnose error"
expect_text "10.9.0.0" ios b -c "show crypto ikev2 diagnose"
expect_text "10.9.0.0" ios a -c "show crypto ikev2 diagnose"
expect_text READY ios a -c "show crypto ikev2 sa"
end

begin "a line that is no command"
{ site 203.0.113.20 "$A_LINE"; echo "crypto ikev3 proposal X"; echo "hostname Kept"; } >"$WORK/bad.cfg"
ios a <"$WORK/bad.cfg" >"$WORK/bad.out" 2>&1 && fail "exit status 0 for a paste with a bad line"
grep -qF '^' "$WORK/bad.out" || fail "no caret under the bad line: $(cat "$WORK/bad.out")"
expect_text "hostname Kept" ios a -c "show running-config"
ping_lan a 192.168.1.1 10.0.0.1 || fail "the rest of the paste was lost"
end
say "refusals ($DATAPLANE): fine"
