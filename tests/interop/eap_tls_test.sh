#!/usr/bin/env bash
# EAP-TLS 1.2 with strongSwan, at either end, in the order of the rows below: beside a certificate of the gateway, and alone (RFC 5998).
# And TLS 1.3 with FreeRADIUS, to which our gateway passes what our client says: as a server strongSwan 5.9.8 leaves out the commitment
# that RFC 9190 asks for, and as a client it dies of it (SIGSEGV in libtls).
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}

# Which end is ours, key, how the gateway shows who it is, IP version outside.
ROWS='
gateway rsa   certificate 4
gateway P-256 eap         6
client  rsa   certificate 6
client  P-256 eap         4
'

CA=$WORK/ca
make_key() { # make_key KIND FILE
  case $1 in
    rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" 2>/dev/null ;;
    *) openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$1" -out "$2" ;;
  esac
}
make_certificate() { # make_certificate NAME KIND
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
  local kind name
  for kind in rsa P-256; do for name in a b; do make_certificate "$name" "$kind"; done; done
}

# swan KIND LOCAL REMOTE LOCAL-AUTH REMOTE-AUTH: what it shows, and what it takes.
swan() {
  local folder=$WORK/swan-b
  rm -rf "$folder"
  mkdir -p "$folder/private" "$folder/x509ca"
  cp "$CA/b-$1.key" "$folder/private/"
  cp "$CA/ca.pem" "$folder/x509ca/"
  cat >"$folder/swanctl.conf" <<CONF
connections {
  site {
    version = 2
    local_addrs = $2
    remote_addrs = $3
    proposals = aes256-sha256-x25519
    local {
      auth = $4
      certs = $CA/b-$1.pem
      id = b.example.net
    }
    remote {
      auth = $5
      id = a.example.net
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

# router NAME KIND REMOTE LOCAL-AUTHENTICATION REMOTE-AUTHENTICATION
router() {
  local other=b line="permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
  [ "$1" = a ] || { other=a line="permit ip 10.0.0.0 0.0.0.255 192.168.1.0 0.0.0.255"; }
  import_pkcs12 "$1" "$CA/$1-$2.p12"
  {
    printf 'aaa authentication login USERS %s\nusername b.example.net nopassword\n' "${METHODS:-local}"
    PROPOSAL="aes-cbc-256 sha256 31" site "$3" "$line" |
      sed "s/^ match identity remote .*/ match identity remote fqdn $other.example.net\n identity local fqdn $1.example.net/
        s/^ authentication local .*/ authentication local $4/
        s/^ authentication remote .*/ authentication remote $5/
        /^ keyring local/s/.*/ pki trustpoint TP\n aaa authentication eap USERS/"
    printf 'crypto pki trustpoint TP\n revocation-check none\n'
  } >"$WORK/$1.cfg"
  paste_config "$1" "$WORK/$1.cfg"
}

one_row() { # one_row END KIND HOW VERSION
  local local_end=203.0.113.20 remote_end=203.0.113.10 signature=rsa-sig
  [ "$4" = 6 ] && local_end=2001:db8:ffff::20 remote_end=2001:db8:ffff::10
  [ "$2" = rsa ] || signature=ecdsa-sig
  local ours=$signature theirs=pubkey
  [ "$3" = certificate ] || ours=eap theirs=eap-tls
  rm -rf "$WORK/state-a"
  start_daemon a
  if [ "$1" = gateway ]; then
    swan "$2" "$local_end" "$remote_end" eap-tls "$theirs"
    router a "$2" "$local_end" "$ours" "eap query-identity"
    swanctl_of b --initiate --child net --timeout 10 >"$WORK/initiate.log" 2>&1 || {
      ios a -c "show crypto ikev2 diagnose" >&2
      fail "refused, begun by strongSwan: $*"
    }
    expect_text "EAP" ios a -c "show crypto ikev2 sa"
  else
    swan "$2" "$local_end" "$remote_end" "$theirs" eap-tls
    router a "$2" "$local_end" "eap tls" "$ours"
  fi
  ping_lan a 192.168.1.1 10.0.0.1 5 || {
    ios a -c "show crypto ikev2 diagnose" >&2
    fail "no answer: $*"
  }
  stop_daemon a
  strongswan_stop b
}

two_routers
make_all
done_rows=0
while read -r end kind how version; do
  [ -n "$end" ] || continue
  one_row "$end" "$kind" "$how" "$version"
  done_rows=$((done_rows + 1))
done <<<"$ROWS"

say "  TLS 1.3, FreeRADIUS behind our gateway"
mkdir -p "$WORK/raddb"
echo '$INCLUDE /usr/share/freeradius/dictionary' >"$WORK/raddb/dictionary"
cat >"$WORK/raddb/radiusd.conf" <<EOF
name = radius
raddbdir = $WORK/raddb
libdir = /usr/lib/freeradius
logdir = $WORK
run_dir = $WORK
pidfile = $WORK/radius.pid
client hub {
  ipaddr = 127.0.0.1
  secret = between-us
  require_message_authenticator = yes
}
modules {
  eap {
    default_eap_type = tls
    tls-config common {
      private_key_file = $CA/a-P-256.key
      certificate_file = $CA/a-P-256.pem
      ca_file = $CA/ca.pem
      tls_min_version = "1.3"
      tls_max_version = "1.3"
      fragment_size = 700
    }
    tls {
      tls = common
    }
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = 1812
  }
  authorize {
    eap
  }
  authenticate {
    eap
  }
}
EOF
in_background "$WORK/freeradius.log" a freeradius -X -d "$WORK/raddb" -n radiusd
radius_listens() { at a ss -lun | matches '127.0.0.1:1812 '; }
wait_until 15 radius_listens || fail "FreeRADIUS does not start"
rm -rf "$WORK/state-a" "$WORK/state-b"
start_daemon a
start_daemon b
ios a >/dev/null <<'EOF'
radius server ONE
 address ipv4 127.0.0.1 auth-port 1812 acct-port 1813
 key between-us
aaa group server radius SERVERS
 server name ONE
EOF
METHODS="group SERVERS" router a P-256 203.0.113.20 ecdsa-sig "eap query-identity"
router b P-256 203.0.113.10 "eap tls" ecdsa-sig
ping_lan b 10.0.0.1 192.168.1.1 5 || {
  ios b -c "show crypto ikev2 diagnose" >&2
  ios a -c "show crypto ikev2 diagnose" >&2
  fail "no answer, by FreeRADIUS"
}
expect_text "TLS 1.3" cat "$WORK/freeradius.log"
stop_daemon b
stop_daemon a
say "EAP-TLS with strongSwan, $done_rows rows, and FreeRADIUS ($DATAPLANE): fine"
