# Runs as a service of the Debian tree inside the lab (package_test.sh, boot): the life of a package.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
stty -onlcr </dev/console
echo INSIDE
STATE=/var/lib/sallyport
UNIT=sallyport.service
begun=$SECONDS

finish() {
  sync
  exec poweroff -f -f
}
fail() {
  echo "FAILED: $*"
  journalctl --no-pager -n 30 -o cat -u $UNIT
  finish
}
say() { echo "$* ($((SECONDS - begun)) s)"; }
# expect WANTED COMMAND...
expect() {
  local wanted=$1 found
  shift
  found=$("$@" 2>&1)
  [ "$found" = "$wanted" ] || fail "'$found', expected '$wanted': $*"
}
# has TEXT COMMAND...: in its output.
has() {
  local wanted=$1 output
  shift
  output=$("$@" 2>&1)
  grep -qF -- "$wanted" <<<"$output" || fail "'$wanted' is not in the output of: $* -- $output"
}
main_pid() { systemctl show -P MainPID $UNIT; }
field() { awk -v name="$1:" '$1 == name {print $2; exit}' "/proc/$(main_pid)/status"; }
# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}
another_pid() { [ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ] && systemctl is-active -q $UNIT; }

# ---- install
dpkg --force-unsafe-io -i /given/old.deb >/run/dpkg.log 2>&1 || { cat /run/dpkg.log; fail "install"; }
expect active systemctl is-active $UNIT
expect enabled systemctl is-enabled $UNIT
has "data plane" systemctl show -P StatusText $UNIT
[ -s /usr/share/man/man1/sallyport.1.gz ] && [ -s /usr/share/man/man8/sallyportd.8.gz ] && [ -s /usr/share/man/man5/sallyport.cfg.5.gz ] ||
  fail "no manual"
say "installed, and serves"

# ---- what it may do
expect "$(id -u sallyport)" field Uid
expect 0000000000003400 field CapEff
expect 0000000000003400 field CapPrm
expect 0000000000003400 field CapBnd
expect 0000000000000000 field CapInh
expect 1 field NoNewPrivs
expect 2 field Seccomp
grep -q 'Max core file size *0 *0 ' "/proc/$(main_pid)/limits" || fail "core files"
expect "710 sallyport sallyport" stat -c '%a %U %G' $STATE
expect "600 sallyport sallyport" stat -c '%a %U %G' $STATE/sallyport.db
expect "660 sallyport sallyport" stat -c '%a %U %G' $STATE/control
say "confined"

# ---- serve: root configures, members of the group may look, others may not even ask
sallyport </given/site-a.cfg || fail "the sample is refused"
expect "$(printf 'Building configuration...\n[OK]')" sallyport -c "write memory"
useradd -m -G sallyport clerk
useradd -m stranger
has "Current privilege level is 1" su clerk -c 'sallyport -c "show privilege"'
has "Invalid input" su clerk -c 'sallyport -c "show running-config"'
has "Permission denied" su stranger -c 'sallyport -c "show privilege"'
has "Permission denied" su clerk -c "cat $STATE/sallyport.db"
say "serves"

# ---- it dies, and it hangs
pid=$(main_pid)
kill -9 "$pid"
until_true 20 another_pid "$pid" || fail "not started again after it was killed"
has "hostname" sallyport -c "show running-config"
mkdir -p /run/systemd/system/$UNIT.d
printf '[Service]\nWatchdogSec=2\n' >/run/systemd/system/$UNIT.d/quick.conf
systemctl daemon-reload
systemctl restart $UNIT
sleep 3
pid=$(main_pid)
expect active systemctl is-active $UNIT
kill -STOP "$pid"
until_true 20 another_pid "$pid" || fail "not started again when it hung"
say "started again when it was killed, and when it hung"

# ---- upgrade: what the administrator changed stays
echo 'SALLYPORTD_OPTIONS="--dataplane tun"' >/etc/default/sallyport
before=$(sallyport -c "show running-config" | sed 1,3d)
pid=$(main_pid)
dpkg --force-unsafe-io -i /given/new.deb >/run/dpkg.log 2>&1 </dev/null || { cat /run/dpkg.log; fail "upgrade"; }
expect active systemctl is-active $UNIT
[ "$(main_pid)" != "$pid" ] || fail "the old daemon still runs"
expect "$before" sh -c 'sallyport -c "show running-config" | sed 1,3d'
has "data plane tun (as asked for)" systemctl show -P StatusText $UNIT
say "upgraded"

# ---- remove and purge
dpkg --force-unsafe-io -r sallyport >/run/dpkg.log 2>&1 || { cat /run/dpkg.log; fail "remove"; }
systemctl is-active -q $UNIT && fail "it serves after it was removed"
[ -e $STATE/sallyport.db ] && [ -e /etc/default/sallyport ] || fail "remove takes the configuration"
dpkg --force-unsafe-io -i /given/new.deb >/run/dpkg.log 2>&1 </dev/null || { cat /run/dpkg.log; fail "install again"; }
expect active systemctl is-active $UNIT
expect "$before" sh -c 'sallyport -c "show running-config" | sed 1,3d'
dpkg --force-unsafe-io -P sallyport >/run/dpkg.log 2>&1 || { cat /run/dpkg.log; fail "purge"; }
[ ! -e $STATE ] && [ ! -e /etc/default/sallyport ] || fail "purge leaves something"
expect "" sh -c 'find /etc/systemd /var/lib/systemd/deb-systemd-helper-* -name "sallyport*"'
say "removed, and purged"
echo INSIDE-FINE
finish
