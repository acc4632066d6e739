#!/usr/bin/env bash
# A hub with pools and its clients: strongSwan with virtual addresses of either family, and our own spoke with `ip address
# negotiated`; the hub is killed in between. Everybody has what the pools say, is reached at it, and gets it again.
source "$(dirname "$0")/topology.sh"
source "$(dirname "$0")/strongswan.sh"

make_router a
make_router b
cable a eth0 203.0.113.10/24,2001:db8:ffff::10/64 b eth0 203.0.113.20/24,2001:db8:ffff::20/64
add_lan a 192.168.1.1/24,2001:db8:a::1/64
add_lan b 10.217.20.1/24,2001:db8:b::1/64

# common PEER: what hub and spoke have alike.
common() {
  cat <<EOF
aaa new-model
aaa authorization network AUTHZ local
aaa authentication login USERS local
username alice password 0 open-sesame
crypto ikev2 proposal P
 encryption aes-cbc-256
 integrity sha256
 group 19
crypto ikev2 policy P
 proposal P
crypto ikev2 keyring K
 peer ANY
  address $1
  pre-shared-key cisco123!
crypto ipsec transform-set TS esp-gcm 256
 mode tunnel
EOF
}
hub() {
  common "0.0.0.0 0.0.0.0"
  cat <<'EOF'
crypto ikev2 keyring K
 peer ANY6
  address ::/0
  pre-shared-key cisco123!
crypto ikev2 authorization policy CLIENTS
 pool P4
 ipv6 pool P6
 dns 192.168.1.53
 ipv6 dns 2001:db8:a::53
 def-domain corp.example
 route set remote ipv4 192.168.1.0 255.255.255.0
crypto ikev2 profile CLIENTS
 match identity remote fqdn domain corp.example
 identity local fqdn hub.corp.example
 authentication remote pre-share
 authentication remote eap query-identity
 authentication local pre-share
 keyring local K
 dpd 10 2 periodic
 aaa authentication eap USERS
 aaa authorization group list AUTHZ CLIENTS
 virtual-template 1
crypto ipsec profile IPSEC-P
 set transform-set TS
 set ikev2-profile CLIENTS
interface Loopback1
 ip address 10.250.0.1 255.255.255.255
interface Virtual-Template1 type tunnel
 ip unnumbered Loopback1
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec dual-overlay
 tunnel protection ipsec profile IPSEC-P
ip local pool P4 10.250.1.1 10.250.1.2
ipv6 local pool P6 2001:db8:99::/112 128
EOF
}
# spoke PEER AUTHENTICATION [ENDS]: a spoke of that hub, which authenticates itself so; ENDS: lines of Tunnel0.
spoke() {
  common "$1"
  cat <<EOF
crypto ikev2 profile HUB
 match identity remote fqdn hub.corp.example
 identity local fqdn spoke.corp.example
 authentication remote pre-share
 authentication local $2
 keyring local K
 dpd 10 2 periodic
crypto ipsec profile IPSEC-P
 set transform-set TS
 set ikev2-profile HUB
interface Tunnel0
 ip address negotiated
 tunnel mode ipsec ipv4
${3:- tunnel source GigabitEthernet0/0
 tunnel destination $1}
 tunnel protection ipsec profile IPSEC-P
EOF
}
# flexvpn PEER: what makes a FlexVPN client of that spoke, which tells what is behind it.
flexvpn() {
  cat <<EOF
aaa authorization network HERE local
ip access-list standard MINE
 10 permit 10.217.20.0 0.0.0.255
crypto ikev2 authorization policy MINE
 route set access-list MINE
crypto ikev2 profile HUB
 aaa authorization group psk list HERE MINE
crypto ikev2 client flexvpn FLEX
  peer 1 $1
  source 1 GigabitEthernet0/0
  client connect Tunnel0
EOF
}

hub >"$WORK/a.cfg"
start_daemon a
paste_config a "$WORK/a.cfg"

say "  strongSwan with virtual addresses"
# client NAME LOCAL REMOTE VIRTUAL REMOTE-TS [USER]: a connection; of a user, by EAP.
client() {
  local how="auth = psk"
  [ -n "${6:-}" ] && how="auth = eap-mschapv2
      eap_id = $6"
  cat <<EOF
  $1 {
    version = 2
    local_addrs = $2
    remote_addrs = $3
    proposals = aes256-sha256-ecp256
    vips = $4
    local {
      $how
      id = $1.corp.example
    }
    remote {
      auth = psk
      id = hub.corp.example
    }
    children {
      $1 {
        remote_ts = $5
        esp_proposals = aes256gcm16
      }
    }
  }
EOF
}
mkdir -p "$WORK/swan-b"
{
  echo "connections {"
  client four 203.0.113.20 203.0.113.10 0.0.0.0 192.168.1.0/24
  client six 2001:db8:ffff::20 2001:db8:ffff::10 :: 2001:db8:a::/64
  client late 203.0.113.20 203.0.113.10 0.0.0.0 192.168.1.0/24
  client later 203.0.113.20 203.0.113.10 0.0.0.0 192.168.1.0/24
  client user 203.0.113.20 203.0.113.10 0.0.0.0 192.168.1.0/24 alice
  client liar 203.0.113.20 203.0.113.10 0.0.0.0 192.168.1.0/24 mallory
  printf '}\nsecrets {\n  ike {\n    secret = "cisco123!"\n  }\n'
  printf '  eap-a {\n    id = alice\n    secret = open-sesame\n  }\n  eap-m {\n    id = mallory\n    secret = guess\n  }\n}\n'
} >"$WORK/swan-b/swanctl.conf"
strongswan_start b "${SWAN_PLANE:-kernel-libipsec}"
initiate() { swanctl_of b --initiate --child "$1" --timeout 10 >"$WORK/initiate-$1.log" 2>&1; }
initiate four || fail "the client over IPv4 does not come up"
initiate six || fail "the client over IPv6 does not come up"
expect_text "10.250.1.1" ip -n "$RUN-b" address
expect_text "2001:db8:99::1" ip -n "$RUN-b" address
capture a b
ping_lan b 10.250.1.1 192.168.1.1 || fail "no answer to the client, IPv4"
ping_lan a 192.168.1.1 10.250.1.1 || fail "no answer from the client, IPv4"
ping_lan b 2001:db8:99::1 2001:db8:a::1 || fail "no answer to the client, IPv6"
ping_lan a 2001:db8:a::1 2001:db8:99::1 || fail "no answer from the client, IPv6"
end_capture
expect_encrypted 40
expect_text "10.250.1.1        Vi" ios a -c "show ip local pool P4"
expect_text "four.corp.example" ios a -c "show ip local pool P4"
expect_text "Virtual-Access1" ios a -c "show ip interface brief"
expect_text "Virtual-Access1" ios a -c "show crypto session"

say "  an exhausted pool is an answer"
initiate late || fail "the last address is not given"
initiate later && fail "more clients than addresses"
expect_text "INTERNAL_ADDRESS_FAILURE" cat "$WORK/initiate-later.log"
expect_text "address-pool-exhausted" ios a -c "show crypto ikev2 diagnose"
is_known() { swanctl_of b --list-sas | matches "^$1:"; }
wait_until 15 not is_known later || fail "an IKE SA that can have no address stays"
swanctl_of b --terminate --ike late --timeout 10 >/dev/null 2>&1 || fail "the delete is not answered"
initiate later || fail "an address that was given back is not given"
swanctl_of b --terminate --ike later --timeout 10 >/dev/null 2>&1 || fail "the delete is not answered"

say "  EAP-MSCHAPv2"
initiate user || fail "the client with a password does not come up"
address=$(ios a -c "show ip local pool P4" | awk '$NF == "alice" {print $1}')
ping_lan b "$address" 192.168.1.1 || fail "no answer to the user"
initiate liar && fail "a user that is not known comes up"
expect_text "eap-unknown-user" ios a -c "show crypto ikev2 diagnose"
printf 'username mallory password 0 another\n' | ios a >/dev/null
initiate liar && fail "a user with a wrong password comes up"
expect_text "eap-wrong-password" ios a -c "show crypto ikev2 diagnose"
for name in user six four; do swanctl_of b --terminate --ike "$name" --timeout 10 >/dev/null 2>&1 || true; done
wait_until 10 not sh -c "ip -n $RUN-a link show | grep -q ' Vi'" || fail "devices of clients that are gone"
strongswan_stop b

say "  RADIUS: one server is dead, the other decides, assigns an address and counts"
strongswan_start b "${SWAN_PLANE:-kernel-libipsec}"
mkdir -p "$WORK/raddb"
echo '$INCLUDE /usr/share/freeradius/dictionary' >"$WORK/raddb/dictionary"
printf 'alice Cleartext-Password := "open-sesame"\n\tFramed-IP-Address = 10.250.9.77,\n\tFramed-Route = "10.250.10.0/24",\n\tSession-Timeout = 3600,\n\tClass = 0x01\n' >"$WORK/raddb/users"
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
    default_eap_type = mschapv2
    mschapv2 {
    }
  }
  mschap {
    use_mppe = yes
  }
  files {
    usersfile = $WORK/raddb/users
  }
  detail {
    filename = $WORK/accounting
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = 1812
  }
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = 1813
  }
  authorize {
    eap
    files
  }
  authenticate {
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }
  accounting {
    detail
  }
}
EOF
in_background "$WORK/freeradius.log" a freeradius -f -l stdout -d "$WORK/raddb" -n radiusd
radius_listens() { at a ss -lun | matches '127.0.0.1:1813 '; }
wait_until 15 radius_listens || fail "FreeRADIUS does not start"
ios a >/dev/null <<'EOF'
radius server DEAD
 address ipv4 127.0.0.1 auth-port 1899 acct-port 1898
 timeout 1
 retransmit 0
 key nobody
radius server ALIVE
 address ipv4 127.0.0.1 auth-port 1812 acct-port 1813
 timeout 2
 key between-us
aaa group server radius RADIUS
 server name DEAD
 server name ALIVE
aaa server radius dynamic-author
 client 127.0.0.1 server-key between-us
 port 3799
aaa authentication login RADIUS group RADIUS
aaa accounting network RADIUS start-stop group RADIUS
crypto ikev2 profile CLIENTS
 aaa authentication eap RADIUS
 aaa accounting eap RADIUS
 aaa authorization user eap cached
EOF
initiate user || fail "the client does not come up by RADIUS"
expect_text "10.250.9.77" ip -n "$RUN-b" address
ping_lan b 10.250.9.77 192.168.1.1 || fail "no answer to the user of RADIUS"
expect_text "10.250.10.0/24 dev Vi" ip -n "$RUN-a" route
initiate liar && fail "a user that RADIUS does not know comes up"
expect_text "radius-rejected" ios a -c "show crypto ikev2 diagnose"
# order KIND ATTRIBUTES: what the RADIUS server orders unasked, and what it is answered.
order() { at a radclient -x -r 1 -t 3 127.0.0.1:3799 "$1" between-us <<<"$2" >"$WORK/order.log" 2>&1 || true; }
order disconnect 'User-Name = "nobody"'
expect_text "Session-Context-Not-Found" cat "$WORK/order.log"
order coa $'User-Name = "alice"\nSession-Timeout = 600'
expect_text "CoA-ACK" cat "$WORK/order.log"
order disconnect 'User-Name = "alice"'
expect_text "Disconnect-ACK" cat "$WORK/order.log"
is_away() { ! swanctl_of b --list-sas | matches '^user:.*ESTABLISHED'; }
wait_until 10 is_away || fail "the session stays though its RADIUS server ended it"
counted() { grep -q 'Acct-Status-Type = Start' "$WORK/accounting" && grep -q 'Acct-Status-Type = Stop' "$WORK/accounting"; }
wait_until 15 counted || fail "the session is not counted"
expect_text "10.250.9.77" cat "$WORK/accounting"
grep -q 'Acct-Status-Type = Accounting-On' "$WORK/accounting" || fail "the servers do not hear that the hub has begun anew"
grep -q 'Acct-Input-Octets = [1-9]' "$WORK/accounting" || fail "what went through the session is not counted"
strongswan_stop b

say "  our own spoke"
{
  spoke 203.0.113.10 pre-share $' tunnel source dynamic\n tunnel destination dynamic'
  flexvpn 203.0.113.10
} >"$WORK/b.cfg"
start_daemon b
paste_config b "$WORK/b.cfg"
has_address() { ip -n "$RUN-b" address show dev Tunnel0 | matches "inet 10.250.1."; }
wait_until 15 has_address || { ios b -c "show crypto ikev2 diagnose" >&2; fail "Tunnel0 of the spoke has no address"; }
before=$(ip -n "$RUN-b" -4 -o address show dev Tunnel0 | awk '{print $4}')
expect_text "192.168.1.0/24 dev Tunnel0" ip -n "$RUN-b" route
ping_lan b "${before%/*}" 192.168.1.1 || fail "no answer to the spoke"
ping_lan a 192.168.1.1 "${before%/*}" || fail "no answer from the spoke"
told_network() { ip -n "$RUN-a" route | matches "10.217.20.0/24 dev Vi"; }
wait_until 10 told_network || fail "the hub does not know what is behind the spoke"
ping_lan a 192.168.1.1 10.217.20.1 || fail "no answer from behind the spoke"
expect_text "Current state:ACTIVE" ios b -c "show crypto ikev2 client flexvpn FLEX"
stop_daemon a KILL
start_daemon a
answers() { at b ping -q -c 1 -W 1 -I "${before%/*}" 192.168.1.1 >/dev/null 2>&1; }
wait_until 40 answers || { ios b -c "show crypto ikev2 diagnose" >&2; fail "the spoke does not come back after the hub was killed"; }
[ "$(ip -n "$RUN-b" -4 -o address show dev Tunnel0 | awk '{print $4}')" = "$before" ] || fail "the spoke has another address"
stop_daemon b
wait_until 10 not sh -c "ip -n $RUN-a link show | grep -q ' Vi'" || fail "the spoke's interface is still there"
stop_daemon a

say "  our own client with EAP, strongSwan as the server"
cat >"$WORK/swan-b/swanctl.conf" <<'EOF'
connections {
  server {
    version = 2
    local_addrs = 203.0.113.20
    proposals = aes256-sha256-ecp256
    pools = clients
    local {
      auth = psk
      id = hub.corp.example
    }
    remote {
      auth = eap-mschapv2
      eap_id = %any
    }
    children {
      net {
        local_ts = 10.217.20.0/24
        esp_proposals = aes256gcm16
      }
    }
  }
}
pools {
  clients {
    addrs = 10.251.0.0/24
  }
}
secrets {
  ike {
    secret = "cisco123!"
  }
  eap-a {
    id = alice
    secret = open-sesame
  }
}
EOF
strongswan_start b "${SWAN_PLANE:-kernel-libipsec}"
rm -rf "$WORK/state-a"
start_daemon a
spoke 203.0.113.20 "eap mschapv2 username alice password 0 open-sesame" >"$WORK/a.cfg"
paste_config a "$WORK/a.cfg"
has_address_of_swan() { ip -n "$RUN-a" address show dev Tunnel0 | matches "inet 10.251.0."; }
wait_until 20 has_address_of_swan || { ios a -c "show crypto ikev2 diagnose" >&2; fail "strongSwan assigns no address"; }
ip -n "$RUN-a" route replace 10.217.20.0/24 dev Tunnel0
ping_lan a "$(ip -n "$RUN-a" -4 -o address show dev Tunnel0 | awk '{sub("/.*", "", $4); print $4}')" 10.217.20.1 ||
  fail "no answer from strongSwan"
stop_daemon a
strongswan_stop b
say "remote access ($DATAPLANE): fine"
