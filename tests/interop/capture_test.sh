#!/usr/bin/env bash
# What `monitor capture crypto` exports is read by tshark: payloads inside IKE, packets inside ESP, of SAs made after the
# capture began, and of those alone. What `monitor replay` exports of the same life does the same when it is played.
source "$(dirname "$0")/topology.sh"

LINE_A="permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
LINE_B="permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"
FILE=$WORK/state-a/flash/cap.pcapng

# inside FILTER: how many packets of the export tshark finds, with the tables that came with it.
inside() { WIRESHARK_CONFIG_DIR=$FILE.keys tshark -r "$FILE" -Y "$1" 2>"$WORK/tshark.log" | wc -l; }
at_least() { # at_least COUNT FILTER
  local found
  found=$(inside "$2")
  [ "$found" -ge "$1" ] || { WIRESHARK_CONFIG_DIR=$FILE.keys tshark -r "$FILE" >&2; fail "tshark finds $found of '$2', expected $1"; }
}
export_capture() { ios a -c "monitor capture crypto CAP export flash:cap.pcapng" | matches "Exported Successfully" || fail "no export"; }

two_routers
for suite in "aes-cbc-256 sha256 14,esp-aes 256 esp-sha256-hmac" "aes-gcm-256 sha384 19,esp-gcm 256"; do
  say "  $suite"
  rm -rf "$WORK/state-a" "$WORK/state-b"
  export PROPOSAL=${suite%,*} TRANSFORM=${suite#*,}
  start_daemon a
  ios a -c "monitor replay start" >/dev/null
  stop_daemon a
  start_daemon a
  start_daemon b
  configure a 203.0.113.20 "$LINE_A"
  configure b 203.0.113.10 "$LINE_B"
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer"
  ios a -c "monitor capture crypto CAP start" >/dev/null
  expect_text "%BUFCAP-6-ENABLE: Capture Point CAP enabled." ios a -c "show logging"
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer"
  export_capture
  [ ! -s "$FILE.keys/esp_sa" ] && [ ! -s "$FILE.keys/ikev2_decryption_table" ] || fail "keys of an SA that was there before"
  at_least 10 esp
  [ "$(inside icmp)" -eq 0 ] || fail "read without keys"
  ios a -c "clear crypto ikev2 sa" >/dev/null
  ping_lan a 192.168.1.1 10.0.0.1 || fail "no answer after clear"
  ios a -c "monitor capture crypto CAP stop" >/dev/null
  export_capture
  at_least 10 "esp and icmp"
  at_least 2 "isakmp.enc.decrypted and isakmp.typepayload == 39 and isakmp.typepayload == 44"
  [ "$(stat -c %a "$FILE.keys/esp_sa" "$FILE.keys/ikev2_decryption_table" "$FILE" | sort -u)" = 600 ] || fail "others may read it"
  expect_text "%CRYPTO-4-KEYS_EXPORTED: User" ios a -c "show logging"
  ios a -c "monitor replay export flash:life" | matches "Exported Successfully" || fail "no recording"
  "$BIN/replay_recording" "$WORK/state-a/flash/life" >"$WORK/replay.log" || fail "played, it differs"
  matches "actions: the same" <"$WORK/replay.log" || fail "nothing was played"
  matches "cisco123" <"$WORK/state-a/flash/life" && fail "a key is in the recording"
  ios a -c "show crypto ikev2 sa history" | matches "IKE .*203.0.113.20 .*down .*cleared-by-operator" || fail "the history lacks the end of the SA"
  stop_daemon a
  stop_daemon b
done
say "captures ($DATAPLANE): fine"
