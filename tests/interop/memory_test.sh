#!/usr/bin/env bash
# The configuration's memory through a real daemon: killed at any moment it comes back with a block that was committed
# whole; a rollback that was promised comes also after a crash; a full disk changes nothing and is told; two sessions that
# write at once lose nothing; no key is in the archive, the history or the log.
source "$(dirname "$0")/topology.sh"

make_router a
make_router b
cable a eth0 203.0.113.10/24 b eth0 203.0.113.20/24

# block N: a configuration in which every part says N.
block() {
  printf 'hostname R%d\ncrypto ikev2 keyring KEYS\n' "$1"
  local i
  for i in $(seq 8); do printf ' peer P%d\n  description d%d\n  address 10.0.0.%d\n  pre-shared-key key-%d-end\n' "$i" "$1" "$i" "$1"; done
  printf 'interface Loopback%d\n description d%d\nend\n' 0 "$1"
}
# whole: the running configuration says one number everywhere; prints it.
whole() {
  local numbers
  numbers=$(ios a -c "show running-config" | grep -oE '^hostname R[0-9]+|description d[0-9]+|key-[0-9]+-end' | grep -oE '[0-9]+' | sort -u)
  [ "$(wc -w <<<"$numbers")" = 1 ] || fail "a mixture of blocks: $(tr '\n' ' ' <<<"$numbers")"
  echo "$numbers"
}

say "  killed at any moment"
start_daemon a
block 1 | ios a >/dev/null
durable=1
for round in $(seq "${ROUNDS:-12}"); do
  n=$((durable + 1))
  (block "$n" | ios a >/dev/null 2>&1) &
  writer=$!
  sleep "0.0$((RANDOM % 6))$((RANDOM % 10))"
  stop_daemon a KILL
  told=0
  wait "$writer" || told=$?
  start_daemon a
  found=$(whole)
  [ "$found" = "$durable" ] || [ "$found" = "$n" ] || fail "round $round: $durable was durable, $found came back"
  [ "$told" != 0 ] || [ "$found" = "$n" ] || fail "round $round: $n was confirmed, $found came back"
  durable=$found
done

say "  two sessions at once"
(for i in $(seq 20); do printf 'interface Loopback1\n description one%d\nend\n' "$i" | ios a >/dev/null; done) &
first=$!
(for i in $(seq 20); do printf 'interface Loopback2\n description two%d\nend\n' "$i" | ios a >/dev/null; done) &
second=$!
wait "$first" "$second"
expect_text "description one20" ios a -c "show running-config interface Loopback1"
expect_text "description two20" ios a -c "show running-config interface Loopback2"

say "  a promised rollback comes, after a crash too"
ios a -c "configure terminal revert timer 1" -c "hostname UNCONFIRMED" -c "end" >/dev/null
expect_text "hostname UNCONFIRMED" ios a -c "show running-config | include hostname"
expect_text "Timer value: 1 min" ios a -c "show archive config rollback timer"
stop_daemon a KILL
start_daemon a
expect_text "hostname UNCONFIRMED" ios a -c "show running-config | include hostname"
ios a -c "configure revert now" >/dev/null
expect_text "hostname R$durable" ios a -c "show running-config | include hostname"
ios a -c "configure terminal revert timer 1" -c "hostname TIMED" -c "end" >/dev/null
stop_daemon a KILL
sqlite3 "$WORK/state-a/sallyport.db" "update meta set value = strftime('%s', 'now') where name = 'revert_deadline'"
start_daemon a
wait_until 10 sh -c "'$BIN/sallyport' --state '$WORK/state-a' -c 'show running-config | include hostname' | grep -q 'hostname R$durable'" ||
  fail "the timer ran out, and nothing was rolled back"
expect_text "No Rollback Confirmed Change pending" ios a -c "show archive config rollback timer"

say "  no key outside of running-config"
for command in "show archive" "show archive detail" "show archive log config all" "show archive config differences revision 1 revision 2" "show logging" "show history"; do
  ios a -c "$command" >"$WORK/shown" 2>&1 || true
  ! grep -qE 'key-[0-9]+-end' "$WORK/shown" || fail "$command shows a key"
done
! grep -qE 'key-[0-9]+-end' "$WORK"/daemon-a.log || fail "the daemon's own output shows a key"

say "  type 6: sealed, used after a restart, and said where the master key is gone"
ios a -c "configure terminal" -c "key config-key password-encrypt correct-horse" -c "password encryption aes" -c "end" >/dev/null
! ios a -c "show running-config" | matches -E 'key-[0-9]+-end' || fail "a key is still in clear text"
expect_text "pre-shared-key 6 01" ios a -c "show running-config"
stop_daemon a KILL
start_daemon a
ios a -c "configure terminal" -c "crypto ikev2 profile P" -c "match identity remote any" -c "authentication local pre-share" \
  -c "authentication remote pre-share" -c "keyring local KEYS" -c "end" >"$WORK/shown"
! grep -q "type 6" "$WORK/shown" || fail "the keys cannot be read after a restart"
ios a -c "configure terminal" -c "no key config-key password-encrypt" -c "end" >"$WORK/shown"
grep -q "peer P1: the key is of type 6 and there is no master key" "$WORK/shown" || fail "nothing is said of keys that cannot be read"

say "  a full disk changes nothing, and is told"
stop_daemon a TERM
mkdir "$WORK/small"
mount -t tmpfs -o size=2m tmpfs "$WORK/small" 2>/dev/null && mounted=yes || mounted=
if [ -n "$mounted" ]; then
  rm -rf "$WORK/state-a"
  ln -s "$WORK/small" "$WORK/state-a"
  start_daemon a
  block 5 | ios a >/dev/null
  dd if=/dev/zero of="$WORK/small/ballast" bs=512 2>/dev/null || true
  for n in $(seq 6 60); do block "$n" | ios a >"$WORK/shown" 2>&1 || break; done
  grep -q "could not be stored" "$WORK/shown" || { umount -l "$WORK/small"; fail "the disk is full, and nobody said so"; }
  found=$(whole)
  [ "$found" = "$((n - 1))" ] || { umount -l "$WORK/small"; fail "after a full disk: $found, and $((n - 1)) was committed"; }
  rm "$WORK/small/ballast"
  block 77 | ios a >/dev/null || { umount -l "$WORK/small"; fail "there is room again, and nothing can be stored"; }
  [ "$(whole)" = 77 ] || fail "not what was stored last"
  stop_daemon a TERM
  umount -l "$WORK/small"
fi
say "ok"
