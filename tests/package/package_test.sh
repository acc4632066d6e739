#!/usr/bin/env bash
# The package on a Debian 12 of its own with systemd as process 1, in the lab's kernel (user-mode Linux): install, serve, upgrade,
# remove, purge; what happens there is inside.sh. The packages it depends on are put into the tree beforehand, since the lab has
# no network; dpkg refuses ours if it needs one that it does not name.
# Takes 25 s, most of it systemd's start and dpkg; 60 s more when the Debian tree is made, which is kept in build/debian12.
set -euo pipefail

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${SALLYPORT_BIN:-$TOP/build/release}
TREE=$TOP/build/debian12
WORK=$(mktemp -d /tmp/sallyport-package-XXXXXX)
trap 'rm -rf "$WORK"' EXIT

systemd-analyze security --offline=true --threshold=20 --no-pager "$TOP/packaging/sallyport.service" >"$WORK/security" ||
  { cat "$WORK/security" >&2; echo "FAILED: the unit is exposed above 2.0" >&2; exit 1; }

"$TOP/packaging/build-deb" "$BUILD"
mkdir "$WORK/given"
cp "$BUILD"/sallyport_*_*.deb "$WORK/given/new.deb"
cp "$TOP/tests/package/inside.sh" "$TOP/samples/two-sites/site-a.cfg" "$WORK/given"
dpkg-deb -R "$WORK/given/new.deb" "$WORK/old"
sed -i 's/^Version: .*/Version: 0.0.1/' "$WORK/old/DEBIAN/control"
dpkg-deb -Znone -b "$WORK/old" "$WORK/given/old.deb" >/dev/null
rm -r "$WORK/old"

# What it depends on is part of the name of the tree's stamp, so that another dependency makes another tree.
needs=$(dpkg-deb -f "$WORK/given/new.deb" Depends | sed 's/([^)]*)//g; s/ //g')
if [ "$(cat "$TREE.for" 2>/dev/null)" != "$needs" ]; then
  rm -rf "$TREE" "$TREE.for"
  debootstrap --variant=minbase --include="systemd-sysv,dbus,udev,kmod,$needs" bookworm "$TREE" >"$WORK/debootstrap.log" 2>&1 ||
    { tail -20 "$WORK/debootstrap.log" >&2; echo "FAILED: no Debian tree" >&2; exit 1; }
  echo "$needs" >"$TREE.for"
fi

timeout --kill-after=5 300 linux.uml rootfstype=hostfs rootflags=/ ro mem=1G "uml_dir=$WORK" umid=package "init=$TOP/tests/package/boot" \
  "TREE=$TREE" "GIVEN=$WORK/given" con=null con0=fd:0,fd:1 quiet </dev/null >"$WORK/raw" 2>"$WORK/errors" || true
tr -d '\r' <"$WORK/raw" >"$WORK/console"
sed -n '/^INSIDE$/,$p' "$WORK/console" | sed '1d; /^reboot: /d; /^INSIDE-FINE$/d'
grep -q '^INSIDE-FINE$' "$WORK/console" || { tail -n 20 "$WORK/console" "$WORK/errors" >&2; echo "FAILED: package" >&2; exit 1; }
