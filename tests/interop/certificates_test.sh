#!/usr/bin/env bash
# Certificates: every signature with strongSwan, begun by either end, in the order of the rows below. A row is one start of
# strongSwan, two set-ups and a ping each.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}

# Key, our method, strongSwan's auth, IP version outside; a line of strongswan.conf.
ROWS='
rsa     rsa-sig    pubkey          4
rsa     rsa-sig    rsa-sha384      6
rsa     rsa-sig    rsa/pss-sha256  4  rsa_pss = yes
rsa     rsa-sig    pubkey          4  signature_authentication = no
P-256   ecdsa-sig  pubkey          6
P-384   ecdsa-sig  pubkey          4
P-521   ecdsa-sig  pubkey          4
P-256   ecdsa-sig  pubkey          4  signature_authentication = no
P-384   ecdsa-sig  pubkey          6  signature_authentication = no
P-521   ecdsa-sig  pubkey          4  signature_authentication = no
ed25519 ecdsa-sig  pubkey          4
ed448   ecdsa-sig  pubkey          6
'

CA=$WORK/ca
make_key() { # make_key KIND FILE
  case $1 in
    rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" 2>/dev/null ;;
    ed*) openssl genpkey -algorithm "$1" -out "$2" ;;
    *) openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$1" -out "$2" ;;
  esac
}
# make_certificate NAME KIND: NAME-KIND.key, .pem and .p12 of the one CA.
make_certificate() {
  local file=$CA/$1-$2
  make_key "$2" "$file.key"
  openssl req -new -key "$file.key" -subj "/O=Example/CN=$1" -out "$file.csr"
  openssl x509 -req -in "$file.csr" -CA "$CA/ca.pem" -CAkey "$CA/ca.key" -CAcreateserial -days 2 -out "$file.pem" \
    -extfile <(echo "subjectAltName=DNS:$1.example.net") 2>/dev/null
  openssl pkcs12 -export -inkey "$file.key" -in "$file.pem" -certfile "$CA/ca.pem" -passout pass:cisco123 -out "$file.p12"
}
make_all() {
  mkdir -p "$CA"
  make_key P-256 "$CA/ca.key"
  openssl req -x509 -key "$CA/ca.key" -subj "/O=Example/CN=Root" -days 2 -out "$CA/ca.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign
  local kind
  for kind in rsa P-256 P-384 P-521 ed25519 ed448; do
    make_certificate a "$kind"
    make_certificate b "$kind"
  done
}

# swan_with_certificate KIND AUTH LOCAL REMOTE
swan_with_certificate() {
  local folder=$WORK/swan-b
  rm -rf "$folder"
  mkdir -p "$folder/private"
  cp "$CA/b-$1.key" "$folder/private/"
  cat >"$folder/swanctl.conf" <<CONF
connections {
  site {
    version = 2
    local_addrs = $3
    remote_addrs = $4
    proposals = aes256-sha256-x25519
    local {
      auth = $2
      certs = $CA/b-$1.pem
      id = "O=Example, CN=b"
    }
    remote {
      auth = pubkey
      cacerts = $CA/ca.pem
      id = "O=Example, CN=a"
    }
    children {
      net {
        local_ts = 10.0.0.0/24
        remote_ts = 192.168.1.0/24
        esp_proposals = aes256-sha256
      }
    }
  }
}
CONF
  SWANCTL_DIR=$folder strongswan_start b "$SWAN_PLANE"
}

# router_with_certificate KIND METHOD REMOTE: a trustpoint from PKCS#12, and a profile that signs and verifies by it.
router_with_certificate() {
  {
    printf 'crypto pki import TP pkcs12 terminal password cisco123\n'
    openssl base64 -in "$CA/a-$1.p12"
    printf 'quit\n'
  } >"$WORK/import.txt"
  ios a <"$WORK/import.txt" >"$WORK/import.log" 2>&1 || fail "the certificate is not imported"
  {
    PROPOSAL="aes-cbc-256 sha256 31" site "$3" "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" |
      sed "s/^ match identity remote .*/ match certificate PEERS/; s/pre-share\$/$2/; /^ keyring local/s/.*/ pki trustpoint TP/"
    printf 'crypto pki trustpoint TP\n revocation-check none\n'
  } >"$WORK/a.body"
  printf 'crypto pki certificate map PEERS 10\n subject-name co cn=b\n' | cat - "$WORK/a.body" >"$WORK/a.cfg"
  paste_config a "$WORK/a.cfg"
}

one_row() { # one_row KIND METHOD AUTH VERSION [SETTING]
  local local_end=203.0.113.20 remote_end=203.0.113.10
  [ "$4" = 6 ] && local_end=2001:db8:ffff::20 remote_end=2001:db8:ffff::10
  SWAN_SETTINGS=${5:-}
  swan_with_certificate "$1" "$3" "$local_end" "$remote_end"
  rm -rf "$WORK/state-a"
  start_daemon a
  router_with_certificate "$1" "$2" "$local_end"
  ping_lan a 192.168.1.1 10.0.0.1 2 || fail "no answer, begun here: $*"
  ios a -c "clear crypto ikev2 sa" >/dev/null
  wait_until 5 strongswan_is_down b || fail "strongSwan's SA is not deleted: $*"
  swanctl_of b --initiate --child net >"$WORK/initiate.log" 2>&1 || fail "refused, begun by strongSwan: $*"
  ping_lan a 192.168.1.1 10.0.0.1 2 || fail "no answer, begun by strongSwan: $*"
  stop_daemon a
  strongswan_stop b
}

two_routers
make_all
done_rows=0
while read -r kind method auth version setting; do
  [ -n "$kind" ] || continue
  one_row "$kind" "$method" "$auth" "$version" "$setting"
  done_rows=$((done_rows + 1))
done <<<"$ROWS"
say "certificates ($DATAPLANE): $done_rows signatures, begun by either end: fine"
