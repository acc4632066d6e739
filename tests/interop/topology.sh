# Routers in network namespaces: sourced by the interop tests and by samples/demo. Everything made here ends with
# topology_cleanup, which the EXIT trap calls: namespaces, processes (by their ids) and the work folder.
#
#   LAN a -- [A] eth0 ======= eth0 [B] -- LAN b
#
# The WAN device is eth0 and the LAN device eth1, so that GigabitEthernet0/0 is the WAN by natural order. The host may
# have no dummy devices, so a LAN is a veth pair of which the far end stays in the same namespace.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BIN=${SALLYPORT_BIN:-$TOP/build/release}
DATAPLANE=${DATAPLANE:-tun}
RUN=sp$$
WORK=$(mktemp -d "/tmp/sallyport-$RUN-XXXXXX")
namespaces=()
processes=()

topology_cleanup() {
  local status=$?
  trap - EXIT INT TERM
  local pid
  for pid in "${processes[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${processes[@]}"; do
    for _ in $(seq 30); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  local ns
  for ns in "${namespaces[@]}"; do
    ip netns del "$ns" 2>/dev/null || true
    if [ -d "/etc/netns/$ns" ]; then rm -f "/etc/netns/$ns/hosts" && rmdir "/etc/netns/$ns" && rmdir /etc/netns 2>/dev/null; fi
  done
  if [ -n "${KEEP_WORK:-}" ]; then echo "kept: $WORK" >&2; else rm -rf "$WORK"; fi
  exit "$status"
}
trap topology_cleanup EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  local log
  for log in "$WORK"/*.log; do
    [ -s "$log" ] && { printf -- '--- %s\n' "${log##*/}" >&2; tail -n 40 "$log" >&2; }
  done
  printf 'FAILED: %s\n' "$*" >&2  # again: only the end of a long output may be seen
  exit 1
}

# wait_until SECONDS COMMAND...: true as soon as the command is; false when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

not() { ! "$@"; }
# matches PATTERN...: as `grep -q`, but reads to the end: what writes into a pipe that is closed early dies of it, and with
# pipefail the test too.
matches() {
  local input
  input=$(cat)
  grep -q "$@" <<<"$input"
}

# make_router NAME: a namespace that forwards. Its name is $RUN-NAME.
make_router() {
  local ns=$RUN-$1
  ip netns add "$ns"
  namespaces+=("$ns")
  ip -n "$ns" link set lo up
  ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 \
    net.ipv6.conf.all.accept_dad=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}
# at NAME COMMAND...: in that namespace.
at() {
  local ns=$RUN-$1
  shift
  ip netns exec "$ns" "$@"
}
# in_background LOG NAME COMMAND...: likewise, its process id in $started (`ip netns exec` becomes the command itself).
in_background() {
  local log=$1 ns=$RUN-$2
  shift 2
  ip netns exec "$ns" "$@" >>"$log" 2>&1 </dev/null &
  started=$!
  processes+=("$started")
}
# hosts NAME LINE...: the /etc/hosts of that router. The first time before anything is started in it: `ip netns exec` puts the
# file in place, and who runs there sees what it says from then on.
hosts() {
  local folder=/etc/netns/$RUN-$1
  shift
  mkdir -p "$folder"
  printf '%s\n' "127.0.0.1 localhost" "$@" >"$folder/hosts"
}
# cable NAME DEVICE ADDRESSES NAME DEVICE ADDRESSES: veth; addresses are separated by commas.
cable() {
  ip link add "$2" netns "$RUN-$1" type veth peer name "$5" netns "$RUN-$4"
  set_addresses "$1" "$2" "$3"
  set_addresses "$4" "$5" "$6"
}
set_addresses() {
  local address
  for address in ${3//,/ }; do
    case $address in
      *:*) ip -n "$RUN-$1" address add "$address" dev "$2" nodad ;;
      *) ip -n "$RUN-$1" address add "$address" dev "$2" ;;
    esac
  done
  ip -n "$RUN-$1" link set "$2" up
}
# add_lan NAME ADDRESSES: eth1 with a cable to nowhere.
add_lan() {
  ip link add eth1 netns "$RUN-$1" type veth peer name eth9 netns "$RUN-$1"
  ip -n "$RUN-$1" link set eth9 up
  set_addresses "$1" eth1 "$2"
}
# add_host NAME ROUTER ADDRESS GATEWAY: a host on the LAN of a router that has none yet.
add_host() {
  ip netns add "$RUN-$1"
  namespaces+=("$RUN-$1")
  ip -n "$RUN-$1" link set lo up
  cable "$2" eth1 "$4" "$1" eth0 "$3"
  ip -n "$RUN-$1" route add default via "${4%/*}"
}
add_route() { ip -n "$RUN-$1" route add "$2" via "$3"; }

# two_routers: the sites of samples/two-sites.
two_routers() {
  make_router a
  make_router b
  cable a eth0 203.0.113.10/24,2001:db8:ffff::10/64 b eth0 203.0.113.20/24,2001:db8:ffff::20/64
  add_lan a 192.168.1.1/24,2001:db8:a::1/64
  add_lan b 10.0.0.1/24,2001:db8:b::1/64
  add_route a 10.0.0.0/24 203.0.113.20
  add_route b 192.168.1.0/24 203.0.113.10
  add_route a 2001:db8:b::/64 2001:db8:ffff::20
  add_route b 2001:db8:a::/64 2001:db8:ffff::10
}

# router_behind_nat: router a reaches router b through n, which gives it another port each time.
#
#   LAN a -- [a] 192.168.100.2 --- 192.168.100.1 [n] 203.0.113.30 === 203.0.113.20 [b] -- LAN b
router_behind_nat() {
  make_router a
  make_router n
  make_router b
  cable a eth0 192.168.100.2/24 n eth1 192.168.100.1/24
  cable n eth0 203.0.113.30/24 b eth0 203.0.113.20/24
  add_lan a 192.168.1.1/24
  add_lan b 10.0.0.1/24
  ip -n "$RUN-a" route add default via 192.168.100.1
  add_route b 192.168.1.0/24 203.0.113.30
  at n nft -f - <<'RULES'
table ip nat {
  chain out { type nat hook postrouting priority srcnat; oif "eth0" masquerade random; }
}
RULES
}

# start_daemon NAME [ARGUMENTS]: sallyportd in that router; answers when it does. Its state stays between starts.
start_daemon() {
  local name=$1
  shift
  mkdir -p "$WORK/state-$name"
  in_background "$WORK/daemon-$name.log" "$name" "$BIN/sallyportd" --state "$WORK/state-$name" --dataplane "$DATAPLANE" "$@"
  eval "daemon_$name=$started"
  wait_until 10 ios "$name" -c "show clock" || fail "sallyportd of $name does not answer"
}
# stop_daemon NAME [SIGNAL]: and waits for its end.
stop_daemon() {
  local variable=daemon_$1
  kill "-${2:-TERM}" "${!variable}"
  wait "${!variable}" 2>/dev/null || true
}
ios() {
  local name=$1
  shift
  "$BIN/sallyport" --state "$WORK/state-$name" "$@"
}
# paste_config NAME FILE: a configuration, as a user would.
paste_config() { ios "$1" <"$2" >"$WORK/paste-$1.out" || { cat "$WORK/paste-$1.out" >&2; fail "$1 refused a line of $2"; }; }

# import_pkcs12 NAME FILE: into trustpoint TP, as a user would paste it.
import_pkcs12() {
  {
    printf 'crypto pki import TP pkcs12 terminal password cisco123\n'
    openssl base64 -in "$2"
    printf 'quit\n'
  } >"$WORK/import.txt"
  ios "$1" <"$WORK/import.txt" >"$WORK/import.log" 2>&1 || fail "the certificate is not imported"
}

# site REMOTE ACL-LINE...: a router's configuration with one peer, on standard output. A line for the IPv6 access list
# begins with "6 ". Before it may be set: PSK, PROPOSAL (encryption, integrity, group), TRANSFORM, MATCH, KEY_ADDRESS.
site() {
  local remote=$1 length=/128 family line
  shift
  case $remote in *:*) ;; *) length= ;; esac
  local proposal
  read -ra proposal <<<"${PROPOSAL:-aes-cbc-256 sha256 14}"
  cat <<EOF
crypto ikev2 proposal SITE-TO-SITE
 encryption ${proposal[0]}
 $(case ${proposal[0]} in *gcm* | *chacha*) echo prf ;; *) echo integrity ;; esac) ${proposal[1]}
 group ${proposal[2]}
crypto ikev2 policy 10
 proposal SITE-TO-SITE
crypto ikev2 keyring MY-KEYS
 peer OTHER
  address ${KEY_ADDRESS:-$remote$length}
  pre-shared-key ${PSK:-cisco123!}
crypto ikev2 profile OTHER-PROFILE
 match identity remote ${MATCH:-address $remote$length}
 authentication remote pre-share
 authentication local pre-share
 keyring local MY-KEYS
crypto ipsec transform-set AES-SHA ${TRANSFORM:-esp-aes 256 esp-sha256-hmac}
 mode tunnel
EOF
  for family in 4 6; do
    local lines=()
    for line in "$@"; do
      if [ "${line#6 }" = "$line" ]; then
        [ "$family" = 4 ] && lines+=("$line")
      else
        [ "$family" = 6 ] && lines+=("${line#6 }")
      fi
    done
    [ ${#lines[@]} -gt 0 ] || continue
    if [ "$family" = 4 ]; then echo "ip access-list extended VPN-ACL4"; else echo "ipv6 access-list VPN-ACL6"; fi
    printf ' %s\n' "${lines[@]}"
    cat <<EOF
crypto map VPN-MAP ${family}0 ipsec-isakmp
 set peer $remote
 set transform-set AES-SHA
 set ikev2-profile OTHER-PROFILE
 match address VPN-ACL$family
EOF
  done
  printf 'interface GigabitEthernet0/0\n crypto map VPN-MAP\n'
}
# configure NAME REMOTE ACL-LINE...: site, pasted.
configure() {
  local name=$1
  shift
  site "$@" >"$WORK/$name.cfg"
  paste_config "$name" "$WORK/$name.cfg"
}

# capture NAME...: what these routers send out of eth0, from the moment this returns. Only what is sent: the kernel shows
# decrypted packets to a capture as if they had arrived on the device.
capturing=()
capture() {
  local name
  rm -f "$WORK"/*-wire.pcap
  for name in "$@"; do
    : >"$WORK/tcpdump-$name.txt"
    in_background "$WORK/tcpdump-$name.txt" "$name" tcpdump -Z root --immediate-mode -Q out -i eth0 -s 0 -U -w "$WORK/$name-wire.pcap"
    capturing+=("$started")
    wait_until 10 grep -q 'listening on' "$WORK/tcpdump-$name.txt" || fail "tcpdump does not start"
  done
}
end_capture() {
  local pid
  sleep 0.3
  for pid in "${capturing[@]}"; do
    kill -INT "$pid"
    wait "$pid" 2>/dev/null || true
  done
  capturing=()
}
# show_packets FILTER, packets FILTER: those of the capture that match, and how many.
show_packets() {
  local file
  for file in "$WORK"/*-wire.pcap; do tcpdump -nr "$file" "$1" 2>/dev/null; done
}
packets() { show_packets "$1" | wc -l; }
ESP='(esp or (udp port 4500 and udp[8:4] != 0))'
ESP6='(ip6 proto 17 and (ip6[40:2] = 4500 or ip6[42:2] = 4500) and ip6[48:4] != 0)'
IKE='(udp port 500 or udp port 4500)'
BETWEEN_LANS='(net 192.168.1.0/24 or net 10.0.0.0/24 or net 2001:db8:a::/64 or net 2001:db8:b::/64)'

# expect_encrypted COUNT: at least so many ESP packets crossed, and none between the LANs in clear.
expect_encrypted() {
  local esp clear
  esp=$(($(packets "$ESP") + $(packets "$ESP6")))
  clear=$(packets "$BETWEEN_LANS")
  [ "$clear" -eq 0 ] || { show_packets "$BETWEEN_LANS" >&2; fail "$clear packets between the LANs crossed in clear"; }
  [ "$esp" -ge "$1" ] || fail "only $esp ESP packets crossed, expected $1"
}
# expect_text TEXT COMMAND...: the command's output has the text.
expect_text() {
  local wanted=$1 output
  shift
  output=$("$@" 2>&1) || true
  grep -qF -- "$wanted" <<<"$output" || { printf '%s\n' "$output" >&2; fail "'$wanted' is not in the output of: $*"; }
}
# ping_lan NAME SOURCE DESTINATION [COUNT]: all must come back; the first may wait for the tunnel.
ping_lan() { at "$1" ping -q -c "${4:-5}" -i 0.2 -W 10 -w 40 -I "$2" "$3" >>"$WORK/ping.log" 2>&1; }
# steady_pings NAME SOURCE DESTINATION: ten a second for REKEY_SECONDS (12); not one may be lost.
steady_pings() {
  at "$1" ping -q -i 0.1 -W 3 -c "$((${REKEY_SECONDS:-12} * 10))" -I "$2" "$3" >"$WORK/steady.log" 2>&1 || true
  grep -q ' 0% packet loss' "$WORK/steady.log" && return
  grep loss "$WORK/steady.log" >&2
  local router  # what the kernels say they dropped, and why
  for router in a b; do at "$router" awk '$2 {print "'"$router"'", $0}' /proc/net/xfrm_stat >>"$WORK/dropped.log" 2>/dev/null; done
  fail "pings were lost across rekeys"
}
