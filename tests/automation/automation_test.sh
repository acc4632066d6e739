#!/usr/bin/env bash
# What drives routers drives a running daemon through OpenSSH (samples/ssh/start): octet by octet, Netmiko, RANCID's clogin, scp, and
# Ansible's cisco.ios where it is installed. Takes 15 s, and 15 more with Ansible: Netmiko and Ansible wait between their lines.
source "$(dirname "$0")/../interop/topology.sh"
HERE=$TOP/tests/automation
export HOME=$WORK LC_ALL=C.UTF-8

make_router a
start_daemon a
printf 'hostname R1\nip access-list extended LONG\n' >"$WORK/long.cfg"
for i in $(seq 40); do printf ' permit ip host 10.9.0.%d any\n' "$i"; done >>"$WORK/long.cfg"
paste_config a "$WORK/long.cfg"
SALLYPORT_BIN=$BIN in_background "$WORK/sshd.log" a "$TOP/samples/ssh/start" "$WORK/ssh" 22 "$WORK/state-a"
wait_until 10 grep -q 'Server listening' "$WORK/sshd.log" || fail "no sshd"

for script in by_hand by_netmiko; do
  at a /usr/bin/python3 "$HERE/$script.py" 22 "$(id -un)" "$WORK/ssh/key" || fail "$script"
done

printf 'ip access-list extended BY-OPENSSH\n permit ip any host 192.0.2.2\n' >"$WORK/sent.cfg"
at a scp -q -O -F "$WORK/ssh/ssh_config" "$WORK/sent.cfg" router:flash:sent.cfg || fail "scp to the router"
at a scp -q -O -F "$WORK/ssh/ssh_config" router:flash:sent.cfg "$WORK/fetched.cfg" || fail "scp from the router"
cmp "$WORK/sent.cfg" "$WORK/fetched.cfg" || fail "scp changed the file"
not at a scp -q -O -F "$WORK/ssh/ssh_config" router:flash:none.cfg "$WORK/none.cfg" 2>"$WORK/none.log" || fail "a file that is not there"
expect_text "No such file" cat "$WORK/none.log"
expect_text "Rollback Done" at a ssh -F "$WORK/ssh/ssh_config" router "configure replace flash:sent.cfg force"
expect_text "permit ip any host 192.0.2.2" ios a -c "show access-lists"
ios a -c "show access-lists" | matches BY-NETMIKO && fail "replace leaves what was there"
say "scp and configure replace: fine"
paste_config a "$WORK/long.cfg"

{ head -c 100000000 /dev/zero | tr '\0' x; printf '\nhostname R2\nhostname R1\n'; } >"$WORK/endless.cfg"
(ulimit -v 400000; not ios a <"$WORK/endless.cfg" >"$WORK/endless.out") || fail "a line of 100 MB, in 400 MB"
expect_text "line 1: % Error: the line is longer than" cat "$WORK/endless.out"
expect_text "hostname R1" ios a -c "show running-config"
rm "$WORK/endless.cfg"
say "a line of 100 MB: fine"

printf '#!/bin/sh\nexec ssh -F %s "$@"\n' "$WORK/ssh/ssh_config" >"$WORK/ssh-to-router"
chmod +x "$WORK/ssh-to-router"
printf 'add method * ssh\nadd user * %s\nadd password * {unused} {unused}\nadd autoenable * 1\nadd sshcmd * %s\n' \
  "$(id -un)" "$WORK/ssh-to-router" >"$WORK/.cloginrc"
chmod 600 "$WORK/.cloginrc"
at a clogin -t 20 -c 'show version;show running-config' 127.0.0.1 >"$WORK/clogin.log" 2>&1 </dev/null || fail "clogin"
matches '^hostname R1' <"$WORK/clogin.log" || fail "clogin has no configuration"
tr -d '\r' <"$WORK/clogin.log" | matches '^R1#exit' || fail "clogin does not leave"
say "clogin: fine"

if command -v ansible-playbook >/dev/null; then
  cat >"$WORK/inventory" <<INVENTORY
[router]
r1 ansible_host=127.0.0.1 ansible_user=$(id -un) ansible_ssh_private_key_file=$WORK/ssh/key ansible_network_os=cisco.ios.ios ansible_connection=ansible.netcommon.network_cli ansible_python_interpreter=/usr/bin/python3
INVENTORY
  ANSIBLE_HOST_KEY_CHECKING=False at a ansible-playbook -i "$WORK/inventory" "$HERE/playbook.yml" >"$WORK/ansible.log" 2>&1 || fail "ansible"
  say "ansible: fine"
fi
