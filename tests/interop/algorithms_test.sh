#!/usr/bin/env bash
# Every algorithm that a peer of another make speaks too, at least once: in the order of the rows below, each with strongSwan
# and, in the lab, with libreswan and openiked. A row is one set-up and a ping.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

SWAN_PLANE=${SWAN_PLANE:-kernel-libipsec}

# IKE encryption, integrity (with AEAD: the PRF), group; the transform set.
ROWS='
aes-cbc-128        sha1   14  esp-aes esp-sha-hmac
aes-cbc-192        sha256 15  esp-aes 192 esp-sha256-hmac
aes-cbc-256        sha384 16  esp-aes 256 esp-sha384-hmac
aes-gcm-128        sha256 19  esp-gcm
aes-gcm-192        sha384 20  esp-gcm 192
aes-gcm-256        sha512 21  esp-gcm 256
chacha20-poly1305  sha256 31  esp-chacha20-poly1305
chacha20-poly1305  sha512 32  esp-chacha20-poly1305
aes-cbc-256        sha512 17  esp-null esp-sha512-hmac
aes-gcm-256        sha384 18  esp-gcm 256
aes-cbc-128        sha256 28  esp-aes esp-sha256-hmac
aes-cbc-256        sha384 29  esp-aes 256 esp-sha384-hmac
aes-cbc-256        sha512 30  esp-aes 256 esp-sha512-hmac
3des               md5    2   esp-3des esp-md5-hmac
aes-cbc-128        sha1   5   esp-3des esp-sha-hmac
'

# The words of a row in a peer's own language; nothing, and status 1, for what it does not speak.
word_of() { # word_of LANGUAGE WORD
  local pair
  for pair in ${!1}; do [ "${pair%%=*}" = "$2" ] && { echo "${pair#*=}"; return; }; done
  return 1
}
swan='aes-cbc-128=aes128 aes-cbc-192=aes192 aes-cbc-256=aes256 aes-gcm-128=aes128gcm16 aes-gcm-192=aes192gcm16 aes-gcm-256=aes256gcm16
  chacha20-poly1305=chacha20poly1305 3des=3des md5=md5 sha1=sha1 sha256=sha256 sha384=sha384 sha512=sha512
  2=modp1024 5=modp1536 14=modp2048 15=modp3072 16=modp4096 17=modp6144 18=modp8192 19=ecp256 20=ecp384 21=ecp521 28=ecp256bp 29=ecp384bp
  30=ecp512bp 31=x25519 32=x448
  esp-aes=aes128 esp-aes192=aes192 esp-aes256=aes256 esp-gcm=aes128gcm16 esp-gcm192=aes192gcm16 esp-gcm256=aes256gcm16
  esp-chacha20-poly1305=chacha20poly1305 esp-gmac256=aes256gmac esp-null=null esp-3des=3des
  esp-sha-hmac=sha1 esp-sha256-hmac=sha256 esp-sha384-hmac=sha384 esp-sha512-hmac=sha512 esp-md5-hmac=md5'
libreswan='aes-cbc-128=aes128 aes-cbc-192=aes192 aes-cbc-256=aes256 aes-gcm-128=aes_gcm128 aes-gcm-192=aes_gcm192 aes-gcm-256=aes_gcm256
  chacha20-poly1305=chacha20_poly1305 3des=3des sha1=sha1 sha256=sha2_256 sha384=sha2_384 sha512=sha2_512
  5=dh5 14=dh14 15=dh15 16=dh16 17=dh17 18=dh18 19=dh19 20=dh20 21=dh21 31=dh31
  esp-aes=aes128 esp-aes192=aes192 esp-aes256=aes256 esp-gcm=aes_gcm128 esp-gcm192=aes_gcm192 esp-gcm256=aes_gcm256
  esp-chacha20-poly1305=chacha20_poly1305 esp-null=null esp-3des=3des
  esp-sha-hmac=sha1 esp-sha256-hmac=sha2_256 esp-sha384-hmac=sha2_384 esp-sha512-hmac=sha2_512'
openiked='aes-cbc-128=aes-128 aes-cbc-192=aes-192 aes-cbc-256=aes-256 aes-gcm-128=aes-128-gcm aes-gcm-256=aes-256-gcm
  3des=3des md5=hmac-md5 sha1=hmac-sha1 sha256=hmac-sha2-256 sha384=hmac-sha2-384 sha512=hmac-sha2-512
  2=modp1024 5=modp1536 14=modp2048 15=modp3072 16=modp4096 17=modp6144 18=modp8192 19=ecp256 20=ecp384 21=ecp521 28=brainpool256
  29=brainpool384 30=brainpool512 31=curve25519
  esp-aes=aes-128 esp-aes192=aes-192 esp-aes256=aes-256 esp-3des=3des esp-sha-hmac=hmac-sha1 esp-md5-hmac=hmac-md5'

# configure_PEER ENCRYPTION INTEGRITY GROUP ESP-CIPHER [ESP-INTEGRITY]: its proposals as SWAN_IKE and the like; status 1 when it
# lacks one of them.
words() { # words LANGUAGE WORD...: one a line
  local language=$1 word
  shift
  for word in "$@"; do word_of "$language" "$word" || return 1; done
}
is_aead() { case $1 in *gcm* | *chacha* | *gmac*) true ;; *) false ;; esac; }
configure_strongswan() {
  local w
  w=$(words swan "$@") || return 1
  read -rd "" -a w <<<"$w" || true
  SWAN_IKE=${w[0]}-${w[1]}-${w[2]}
  is_aead "$1" && SWAN_IKE=${w[0]}-prf${w[1]}-${w[2]}
  SWAN_ESP=${w[3]}${w[4]:+-${w[4]}}
  swan_site b 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
  strongswan_start b "$SWAN_PLANE"
}
configure_libreswan() {
  local w
  w=$(words libreswan "$@") || return 1
  read -rd "" -a w <<<"$w" || true
  LSW_IKE="${w[0]}-${w[1]};${w[2]}"
  LSW_ESP=${w[3]}${w[4]:+-${w[4]}}
  rm -rf "$WORK/lsw-b"
  libreswan_site b 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24
  libreswan_start b
}
configure_openiked() {
  local w
  w=$(words openiked "$@") || return 1
  read -rd "" -a w <<<"$w" || true
  IKED_IKE="enc ${w[0]} prf ${w[1]} auth ${w[1]} group ${w[2]}"
  is_aead "$1" && IKED_IKE="enc ${w[0]} prf ${w[1]} group ${w[2]}"
  IKED_ESP="enc ${w[3]}${w[4]:+ auth ${w[4]}}"
  openiked_site 203.0.113.20 203.0.113.10 10.0.0.0/24 192.168.1.0/24 passive
  openiked_start b
}

all_rows() { # all_rows PEER
  local encryption integrity group cipher rest done_rows=0
  while read -r encryption integrity group cipher rest; do
    [ -n "$encryption" ] || continue
    # On Linux openiked programs the kernel by PF_KEY, which knows few ciphers with SHA-1 only.
    [ "$1" = openiked ] && cipher=esp-aes rest='256 esp-sha-hmac'
    local transform="$cipher${rest:+ $rest}" esp
    read -ra esp <<<"$rest"
    case ${esp[0]:-} in [0-9]*) cipher+=${esp[0]}; esp=("${esp[@]:1}") ;; esac
    "configure_$1" "$encryption" "$integrity" "$group" "$cipher" "${esp[@]}" || continue
    rm -rf "$WORK/state-a"
    start_daemon a
    local lines="$encryption $integrity $group"
    PROPOSAL=$lines TRANSFORM=$transform configure a 203.0.113.20 "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255"
    ping_lan a 192.168.1.1 10.0.0.1 2 || fail "$1: no answer with $lines, $transform"
    stop_daemon a
    "$1_stop" b
    done_rows=$((done_rows + 1))
  done <<<"$ROWS"
  say "  $1: $done_rows sets of algorithms"
  [ "$done_rows" -ge 4 ] || fail "$1 spoke too few of them"
}

two_routers
all_rows strongswan
if [ -n "${LAB_WORK:-}" ]; then
  source "$(dirname "$0")/openiked.sh"
  source "$(dirname "$0")/libreswan.sh"
  all_rows openiked
  all_rows libreswan  # last: pluto leaves policies behind
fi
say "algorithms ($DATAPLANE): fine"
