# The responders of tests/bench/ike/run, which sources this: how each is configured, started and stopped in the
# namespace 'gate'. Every start is a fresh daemon without state; $started_daemon is its process id.

GATE=10.99.0.2
CLIENTS=10.64.0.0/12  # the clients; the host behind client N is 10.128.0.1 and N


# make_certificates KIND COUNT: $WORK/pki with a CA, the responder's certificate, and one for each initiator, of one key.
make_certificates() {
  local folder=$WORK/pki number
  mkdir -p "$folder"
  for number in ca gate key; do
    if [ "$1" = rsa ]; then
      openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/$number.key" 2>/dev/null
    else
      openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$folder/$number.key"
    fi
  done
  openssl req -x509 -key "$folder/ca.key" -subj "/CN=Bench Root" -days 2 -out "$folder/ca.pem" -addext keyUsage=critical,keyCertSign,cRLSign
  openssl x509 -in "$folder/ca.pem" -outform DER -out "$folder/ca.der"
  openssl pkcs8 -topk8 -nocrypt -in "$folder/key.key" -outform DER -out "$folder/key.der"
  certify() { # certify KEY NAME OUT FORM
    openssl req -new -key "$folder/$1.key" -subj "/CN=$2" -out "$folder/request.pem"
    openssl x509 -req -in "$folder/request.pem" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -set_serial "0x1$RANDOM$RANDOM" -days 2 \
      -outform "$4" -out "$3" -extfile <(echo "subjectAltName=DNS:$2") 2>/dev/null
  }
  certify gate gate.bench.example "$folder/gate.pem" PEM
  for ((number = 0; number < $2; number++)); do certify key "i$number.bench.example" "$folder/$number.der" DER; done
  openssl pkcs12 -export -inkey "$folder/gate.key" -in "$folder/gate.pem" -certfile "$folder/ca.pem" -passout pass:bench -out "$folder/gate.p12"
}

# ---- sallyportd ----------------------------------------------------------------------------------------------------

# One peer stands for all clients where there is one entry; with more, each has keyring peer, profile, crypto map entry
# and access list of its own.
sallyport_config() {
  local cipher=${SCHEME%-*}
  if [ "$cipher" = gcm ]; then
    printf 'crypto ikev2 proposal BENCH\n encryption aes-gcm-256\n prf sha256\n group %s\n' "${SCHEME#*-}"
  else
    printf 'crypto ikev2 proposal BENCH\n encryption aes-cbc-256\n integrity sha256\n group %s\n' "${SCHEME#*-}"
  fi
  printf 'crypto ikev2 policy 10\n proposal BENCH\n'
  if [ "$cipher" = gcm ]; then
    printf 'crypto ipsec transform-set BENCH esp-gcm 256\n mode tunnel\n'
  else
    printf 'crypto ipsec transform-set BENCH esp-aes 256 esp-sha256-hmac\n mode tunnel\n'
  fi
  awk -v peers="$PEERS" 'function address(n) { return near(64, n) }
    function near(octet, n) { n++; return "10." (octet + int(n / 65536)) "." (int(n / 256) % 256) "." (n % 256) }
    BEGIN {
      print "crypto ikev2 keyring BENCH"
      for (n = 0; n < peers; n++) {
        print " peer P" n
        print "  address " (peers == 1 ? "10.64.0.0 255.240.0.0" : address(n))
        print "  pre-shared-key bench-secret"
      }
      for (n = 0; n < peers; n++) {
        print "crypto ikev2 profile P" n
        print (peers == 1 ? " match identity remote fqdn domain bench.example" : " match identity remote fqdn i" n ".bench.example")
        print " authentication remote pre-share\n authentication local pre-share\n keyring local BENCH"
      }
      for (n = 0; n < peers; n++) {
        print "crypto map BENCH " (n + 1) " ipsec-isakmp\n set peer " address(n)
        print " set transform-set BENCH\n set ikev2-profile P" n "\n match address P" n
      }
      print "interface GigabitEthernet0/0\n crypto map BENCH"
      for (n = 0; n < peers; n++) {
        print "ip access-list extended P" n
        print " permit ip 10.2.0.0 0.0.255.255 " (peers == 1 ? "10.128.0.0 0.127.255.255" : "host " near(128, n))
      }
    }'
}

start_sallyport() {
  rm -rf "$WORK/state-gate"
  start_daemon gate
  started_daemon=$daemon_gate
  sallyport_config >"$WORK/gate.cfg"
  if [ "$AUTH" != psk ]; then
    { printf 'crypto pki import BENCH pkcs12 terminal password bench\n' && openssl base64 -in "$WORK/pki/gate.p12" && echo quit; } |
      ios gate >"$WORK/import.log" 2>&1 || fail "the certificate is not imported"
    printf 'crypto pki trustpoint BENCH\n revocation-check none\n' >>"$WORK/gate.cfg"
    sed -i "s/ pre-share\$/ $AUTH-sig/; s/^ keyring local BENCH/ pki trustpoint BENCH/" "$WORK/gate.cfg"
  fi
  paste_config gate "$WORK/gate.cfg"
}
stop_sallyport() { stop_daemon gate; }

# longest_turn FILE: of strace -ttt -T -e trace=epoll_wait, in milliseconds between two waits. The first is strace's own beginning.
longest_turn() {
  awk '/epoll_wait/ && $NF ~ /^<.*>$/ {
    if (seen++ > 1 && $1 - back > most) most = $1 - back
    wait = $NF; gsub(/[<>]/, "", wait); back = $1 + wait
  } END {printf "%.1f", most * 1000}' "$1"
}

# time_shows PID: each over all SAs three times, in milliseconds until the shell has the whole text, and three more times under
# strace, where there is one, the longest turn of the loop meanwhile.
time_shows() {
  local what begun took tracer turns
  for what in "crypto ikev2 sa" "crypto ipsec sa" "crypto session" "crypto ikev2 sa | json" "crypto ipsec sa | json" \
    "crypto ipsec sa peer 10.64.0.9" "crypto status" "crypto packet-drop" "access-lists"; do
    took=
    for _ in 1 2 3; do
      begun=$(date +%s%N)
      ios gate -c "show $what" >"$WORK/show.txt"
      took+=" $((($(date +%s%N) - begun) / 1000000))"
    done
    if command -v strace >/dev/null; then
      turns=
      for _ in 1 2 3; do
        strace -p "$1" -ttt -T -e trace=epoll_wait -o "$WORK/turns.txt" 2>/dev/null &
        tracer=$!
        sleep 0.3
        ios gate -c "show $what" >/dev/null
        kill "$tracer" && wait "$tracer" || true
        turns+=" $(longest_turn "$WORK/turns.txt")"
      done
      took+=" ms, longest turns$turns"
    fi
    say "show $what:$took ms, $(wc -c <"$WORK/show.txt") octets"
  done
}

# ---- strongSwan ----------------------------------------------------------------------------------------------------

strongswan_config() {
  local ike esp
  case $SCHEME in
    gcm-31) ike=aes256gcm16-prfsha256-x25519 esp=aes256gcm16 ;;
    gcm-19) ike=aes256gcm16-prfsha256-ecp256 esp=aes256gcm16 ;;
    cbc-14) ike=aes256-sha256-modp2048 esp=aes256-sha256 ;;
    *) fail "strongSwan has no words for $SCHEME here" ;;
  esac
  awk -v peers="$PEERS" -v ike="$ike" -v esp="$esp" -v gate="$GATE" '
    function address(n) { return near(64, n) }
    function near(octet, n) { n++; return "10." (octet + int(n / 65536)) "." (int(n / 256) % 256) "." (n % 256) }
    BEGIN {
      print "connections {"
      for (n = 0; n < peers; n++) {
        print " c" n " {\n  version = 2\n  unique = never\n  local_addrs = " gate "\n  proposals = " ike
        if (peers > 1) print "  remote_addrs = " address(n)
        print "  local {\n   auth = psk\n   id = " gate "\n  }"
        print "  remote {\n   auth = psk\n   id = " (peers == 1 ? "*.bench.example" : "i" n ".bench.example") "\n  }"
        print "  children {\n   net {\n    local_ts = 10.2.0.0/16\n    remote_ts = " (peers == 1 ? "10.128.0.0/9" : near(128, n))
        print "    esp_proposals = " esp "\n   }\n  }\n }"
      }
      print "}\nsecrets {\n ike {\n  secret = \"bench-secret\"\n }\n}"
    }'
}

# It logs to a file at its default level, as sallyportd does; no cookies, which all clients behind one address would be asked for.
start_strongswan() {
  local folder=$WORK/swan-gate
  rm -rf "$folder"
  mkdir -p "$folder"
  strongswan_config >"$folder/swanctl.conf"
  if [ "$AUTH" != psk ]; then
    mkdir -p "$folder/private"
    cp "$WORK/pki/gate.key" "$folder/private/"
    sed -i "s|auth = psk|auth = pubkey|; s|id = $GATE|certs = $WORK/pki/gate.pem|; s|id = \*.bench.example|cacerts = $WORK/pki/ca.pem|" \
      "$folder/swanctl.conf"
  fi
  cat >"$folder/strongswan.conf" <<CONF
charon-systemd {
}
charon {
  piddir = $folder
  dos_protection = no
  plugins {
    include /etc/strongswan.d/charon/*.conf
    vici {
      socket = unix://$folder/vici
    }
    kernel-libipsec {
      load = yes
    }
$(for name in bypass-lan connmark forecast resolve dhcp farp; do printf '    %s {\n      load = no\n    }\n' "$name"; done)
  }
  filelog {
    log {
      path = $folder/charon.log
    }
  }
}
CONF
  in_background "$WORK/charon.log" gate env STRONGSWAN_CONF="$folder/strongswan.conf" charon-systemd
  started_daemon=$started
  wait_until 15 test -S "$folder/vici" || fail "charon does not start"
  SWANCTL_DIR=$folder STRONGSWAN_CONF="$folder/strongswan.conf" swanctl --load-all --uri "unix://$folder/vici" --file "$folder/swanctl.conf" \
    >"$WORK/swanctl.log" 2>&1 || fail "swanctl --load-all"
}
stop_strongswan() {
  kill "$started_daemon"
  wait "$started_daemon" 2>/dev/null || true
}
