# openiked in a router's namespace: sourced by its tests after topology.sh. It runs in the lab only: it needs a
# kernel with ESP, a user of its own and fixed places, which are written to memory there.

[ -n "${LAB_WORK:-}" ] || fail "openiked is tested in the lab only (tests/lab/lab)"
IKED=$TOP/build/peers/openiked/usr/sbin

# openiked_site LOCAL REMOTE LOCAL-TS REMOTE-TS active|passive [PSK]: its iked.conf. IKED_IKE and IKED_ESP (transforms) and IKED_MORE
# (lifetimes) may be set.
openiked_site() {
  cat >"$WORK/iked.conf" <<EOF
ikev2 "site" $5 esp from $3 to $4 \\
  local $1 peer $2 \\
  ikesa ${IKED_IKE:-enc aes-256 prf hmac-sha2-256 auth hmac-sha2-256 group modp2048} \\
  childsa ${IKED_ESP:-enc aes-256 auth hmac-sha2-256} \\
  srcid $1 dstid $2 ${IKED_MORE:-} \\
  psk "${6:-cisco123!}"
EOF
  chmod 600 "$WORK/iked.conf"
}
# iked answers its control socket before it has read its configuration, and drops what it has negotiated when it does. Every
# question brings it on; the last of its settings shows that it is through.
iked_ready() { at "$1" "$IKED/ikectl" show sa && grep -q 'config_getstatic: .*stickyaddress' "$WORK/iked-$1.log"; }
# openiked_start NAME: one at a time, since its control socket has a fixed place.
openiked_start() {
  grep -q '^_iked:' /etc/passwd || printf '_iked:x:65533:65533::/var/lib/openiked/empty:/usr/sbin/nologin\n' >>/etc/passwd
  grep -q '^_iked:' /etc/group || printf '_iked:x:65533:\n' >>/etc/group
  mkdir -p /var/lib/openiked/empty /etc/iked/private /etc/iked/{ca,certs,crls,pubkeys,ocsp}
  [ -f /etc/iked/private/local.key ] || openssl ecparam -genkey -name prime256v1 -noout -out /etc/iked/private/local.key
  rm -f "$WORK/iked-$1.log"
  in_background "$WORK/iked-$1.log" "$1" "$IKED/iked" -d -vv -f "$WORK/iked.conf"
  eval "iked_$1=$started"
  wait_until 20 iked_ready "$1" || fail "iked does not answer"
}
openiked_stop() {
  local variable=iked_$1
  kill "${!variable}"
  wait "${!variable}" 2>/dev/null || true
}
