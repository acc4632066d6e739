# libreswan in a router's namespace: sourced by its tests after topology.sh. It runs in the lab only: it needs
# a kernel with ESP, and its programs at their place, which is written to memory there.

PLUTO=/usr/libexec/ipsec
[ -n "${LAB_WORK:-}" ] || fail "libreswan is tested in the lab only (tests/lab/lab)"
[ -e $PLUTO ] || ln -s "$TOP/build/peers/libreswan$PLUTO" $PLUTO

# libreswan_site NAME LOCAL REMOTE LOCAL-TS REMOTE-TS [PSK]: that router's ipsec.conf. LSW_IKE, LSW_ESP and LSW_MORE
# (further lines of the connection) may be set.
libreswan_site() {
  local folder=$WORK/lsw-$1 family=ipv4
  case $2 in *:*) family=ipv6 ;; esac
  mkdir -p "$folder/nss"
  cat >"$folder/ipsec.conf" <<EOF
conn site
  ikev2=insist
  authby=secret
  hostaddrfamily=$family
  left=$2
  right=$3
  leftsubnet=$4
  rightsubnet=$5
  ike=${LSW_IKE:-aes256-sha2;modp2048}
  esp=${LSW_ESP:-aes256-sha2}
  leftupdown=%disabled
  pfs=no
${LSW_MORE:-}
EOF
  printf '%s %s : PSK "%s"\n' "$2" "$3" "${6:-cisco123!}" >"$folder/ipsec.secrets"
  certutil -N -d "sql:$folder/nss" --empty-password
}

# libreswan_start NAME: pluto, with what libreswan_site wrote.
libreswan_start() {
  local folder=$WORK/lsw-$1
  in_background "$WORK/pluto-$1.log" "$1" "$PLUTO/pluto" --nofork --stderrlog --config "$folder/ipsec.conf" --rundir "$folder" \
    --secretsfile "$folder/ipsec.secrets" --ipsecdir "$folder" --nssdir "$folder/nss" --no-dnssec --nhelpers 0
  eval "pluto_$1=$started"
  wait_until 20 test -S "$folder/pluto.ctl" || fail "pluto does not start"
  whack "$1" --listen || fail "pluto does not listen"
  at "$1" "$PLUTO/addconn" --config "$folder/ipsec.conf" --ctlsocket "$folder/pluto.ctl" site >>"$WORK/whack-$1.log" 2>&1 ||
    fail "pluto does not take the connection"
}
libreswan_stop() {
  local variable=pluto_$1
  whack "$1" --shutdown || true
  wait "${!variable}" 2>/dev/null || true
}
# whack NAME ARGUMENTS...
whack() {
  local name=$1
  shift
  at "$name" "$PLUTO/whack" --rundir "$WORK/lsw-$name" "$@" >>"$WORK/whack-$name.log" 2>&1
}
