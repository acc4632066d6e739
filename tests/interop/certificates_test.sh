#!/usr/bin/env bash
# Certificates: every signature with strongSwan, begun by either end, in the order of the rows below. A row is one start of
# strongSwan, two set-ups and a ping each. Then a router that has its certificate by SCEP from a CA that is not ours
# (ca_server.py), for a key in a token (SoftHSM), and asks for revocation lists and OCSP (openssl ocsp) by URL.
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
      cacerts = ${CA_FILE:-$CA/ca.pem}
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
  import_pkcs12 a "$CA/a-$1.p12"
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

# ---- A CA behind HTTP ----

WEB=$WORK/web
# An RSA CA in $WEB with strongSwan's certificate of it, which says where the CRL and the responder are.
make_web_ca() {
  mkdir -p "$WEB" "$WORK/index"
  make_key rsa "$WEB/ca.key"
  openssl req -x509 -key "$WEB/ca.key" -subj "/O=Example/CN=Web Root" -days 2 -out "$WEB/ca.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign,keyEncipherment
  make_key rsa "$CA/b-web.key"
  openssl req -new -key "$CA/b-web.key" -subj "/O=Example/CN=b" -out "$WORK/b-web.csr"
  openssl x509 -req -in "$WORK/b-web.csr" -CA "$WEB/ca.pem" -CAkey "$WEB/ca.key" -set_serial 0x77 -days 2 -out "$CA/b-web.pem" \
    -extfile <(printf '%s\n' "subjectAltName=DNS:b.example.net" "crlDistributionPoints=URI:http://203.0.113.20:8080/root.crl" \
      "authorityInfoAccess=OCSP;URI:http://[2001:db8:ffff::20]:8888/") 2>/dev/null
  printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s/index.txt\ndefault_md=sha256\ncrlnumber=%s/number\ndefault_crl_days=1\n' \
    "$WORK/index" "$WORK/index" >"$WORK/index/ca.cnf"
  echo 01 >"$WORK/index/number"
  b_is V
}
# b_is V|R: what the CRL and the responder say of strongSwan's certificate from now on.
b_is() {
  local revoked=
  [ "$1" = R ] && revoked=260101000000Z
  printf '%s\t491231235959Z\t%s\t77\tunknown\t/O=Example/CN=b\n' "$1" "$revoked" >"$WORK/index/index.txt"
  openssl ca -config "$WORK/index/ca.cnf" -gencrl -keyfile "$WEB/ca.key" -cert "$WEB/ca.pem" -out "$WORK/root.pem" 2>/dev/null
  openssl crl -in "$WORK/root.pem" -outform DER -out "$WEB/root.crl"
}

# make_token: the router's key in a token of SoftHSM's, which the daemon alone opens.
make_token() {
  mkdir -p "$WORK/tokens"
  printf 'directories.tokendir = %s\nobjectstore.backend = file\n' "$WORK/tokens" >"$WORK/softhsm.conf"
  export SOFTHSM2_CONF=$WORK/softhsm.conf
  make_key rsa "$WORK/token.key"
  { softhsm2-util --init-token --free --label lab --so-pin 12345678 --pin 1234 &&
    softhsm2-util --import "$WORK/token.key" --token lab --label gw --id 01 --pin 1234; } >"$WORK/token.log" 2>&1 ||
    fail "no token"
  rm "$WORK/token.key"
  printf 1234 >"$WORK/pin"
}

# listens PORT: somebody does, at b. A connection to find out would keep `openssl ocsp` busy.
listens() { at b ss -ltn | matches ":$1 "; }
# start_responder: `openssl ocsp` reads its index once.
start_responder() {
  in_background "$WORK/ocsp.log" b openssl ocsp -port 8888 -index "$WORK/index/index.txt" -CA "$WEB/ca.pem" \
    -rsigner "$WEB/ca.pem" -rkey "$WEB/ca.key" -nmin 5
  responder=$started
  wait_until 5 listens 8888 || fail "openssl ocsp does not listen"
}

# configure LINE...: of global configuration.
configure() {
  printf '%s\n' "$@" | ios a >"$WORK/configure.out" 2>&1 || { cat "$WORK/configure.out" >&2; fail "refused: $*"; }
}
tunnel_is_up() {
  ios a -c "clear crypto ikev2 sa" >/dev/null
  ping_lan a 192.168.1.1 10.0.0.1 2
}
# refused_because WORDS: the next attempt is, and the log says so.
refused_because() {
  ios a -c "clear crypto ikev2 sa" >/dev/null
  at a ping -c 1 -W 1 -I 192.168.1.1 10.0.0.1 >/dev/null 2>&1 && fail "came up, though: $1"
  wait_until 5 said_in_log "$1" || fail "not for its reason: $1: $(ios a -c 'show logging' | tail -n 5)"
}
said_in_log() { ios a -c "show logging" | matches -- "$1"; }

by_url() {
  make_web_ca
  make_token
  in_background "$WORK/ca-server.log" b env CRL_URL=http://203.0.113.20:8080/root.crl \
    /usr/bin/python3 "$TOP/tests/interop/ca_server.py" "$WEB" 203.0.113.20 8080
  wait_until 5 listens 8080 || fail "the CA does not listen"
  start_responder
  CA_FILE=$WEB/ca.pem swan_with_certificate web pubkey 203.0.113.20 203.0.113.10
  rm -rf "$WORK/state-a"
  start_daemon a
  {
    PROPOSAL="aes-cbc-256 sha256 31" site 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255" |
      sed "s/^ match identity remote .*/ match certificate PEERS/; s/pre-share\$/rsa-sig/; /^ keyring local/s/.*/ pki trustpoint TP/"
    printf 'crypto pki trustpoint TP\n enrollment url http://203.0.113.20:8080\n revocation-check crl\n'
    printf ' subject-name CN=a,O=Example\n fqdn none\n ip-address none\n'
    printf ' rsakeypair pkcs11:token=lab;object=gw;pin-source=file:%s\n' "$WORK/pin"
  } >"$WORK/a.body"
  printf 'crypto pki certificate map PEERS 10\n subject-name co cn=b\n' | cat - "$WORK/a.body" >"$WORK/a.cfg"
  paste_config a "$WORK/a.cfg"
  printf 'configure terminal\ncrypto pki authenticate TP\nyes\ncrypto pki enroll TP\nsecret\nsecret\nyes\nend\n' |
    ios a >"$WORK/enroll.out" 2>&1 || { cat "$WORK/enroll.out" >&2; fail "SCEP was refused"; }
  wait_until 10 bash -c "'$BIN/sallyport' --state '$WORK/state-a' -c 'show crypto pki certificates TP' | grep -q 'cn=a'" ||
    { ios a -c "show logging" >&2; cat "$WORK/ca-server.log" >&2; fail "no certificate by SCEP"; }
  matches "challenge \['secret'\]" <"$WORK/ca-server.log" || fail "the CA did not get the challenge password"
  tunnel_is_up || fail "not up with a CRL by URL"
  ios a -c "show crypto pki crls" | matches "http://203.0.113.20:8080/root.crl" || fail "the CRL is not shown"
  b_is R
  configure "crypto pki crl request TP"
  refused_because "certificate revoked (trustpoint TP"
  kill "$responder" && wait "$responder" 2>/dev/null || true
  b_is V
  start_responder
  configure "crypto pki trustpoint TP" "revocation-check ocsp"
  tunnel_is_up || { cat "$WORK/ocsp.log" >&2; ios a -c "show crypto ikev2 diagnose error" >&2; fail "not up with OCSP by URL"; }
  kill "$responder" && wait "$responder" 2>/dev/null || true
  b_is R
  start_responder
  configure "crypto pki trustpoint TP" "ocsp url http://203.0.113.20:8888/"
  refused_because "revoked, says OCSP"
  stop_daemon a
  strongswan_stop b
  say "certificates ($DATAPLANE): SCEP for a key in a token, CRL and OCSP by URL: fine"
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
by_url
