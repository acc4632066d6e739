# strongSwan in a router's namespace: sourced by its tests after topology.sh.

# swan_site NAME LOCAL REMOTE LOCAL-TS REMOTE-TS [PSK]: the swanctl.conf of that router. SWAN_IKE, SWAN_ESP,
# SWAN_LOCAL_ID, SWAN_REMOTE_ID and the lines SWAN_CONNECTION, SWAN_CHILD and SWAN_SECRETS may be set.
swan_site() {
  mkdir -p "$WORK/swan-$1"
  cat >"$WORK/swan-$1/swanctl.conf" <<EOF
connections {
  site {
    version = 2
    local_addrs = $2
    remote_addrs = $3
    proposals = ${SWAN_IKE:-aes256-sha256-modp2048}
    ${SWAN_CONNECTION:-}
    local {
      auth = psk
      id = ${SWAN_LOCAL_ID:-$2}
    }
    remote {
      auth = psk
      id = ${SWAN_REMOTE_ID:-$3}
    }
    children {
      net {
        local_ts = $4
        remote_ts = $5
        esp_proposals = ${SWAN_ESP:-aes256-sha256}
        ${SWAN_CHILD:-}
      }
    }
  }
}
secrets {
  ike {
    secret = "${6:-cisco123!}"
  }
  ${SWAN_SECRETS:-}
}
EOF
}

# strongswan_start NAME PLANE: charon-systemd with kernel-libipsec (ESP in userspace, UDP-encapsulated only) or
# kernel-netlink (the kernel's ESP), and what swan_site wrote. SWAN_SETTINGS: a line of strongswan.conf.
strongswan_start() {
  local name=$1 plane=$2 folder=$WORK/swan-$1 libipsec=no
  [ "$plane" = kernel-libipsec ] && libipsec=yes
  cat >"$folder/strongswan.conf" <<EOF
charon-systemd {
}
charon {
  retransmit_tries = 3
  ${SWAN_SETTINGS:-}
  piddir = $folder
  plugins {
    include /etc/strongswan.d/charon/*.conf
    vici {
      socket = unix://$folder/vici
    }
    kernel-libipsec {
      load = $libipsec
    }
    bypass-lan {
      load = no
    }
    connmark {
      load = no
    }
    forecast {
      load = no
    }
    resolve {
      load = no
    }
    dhcp {
      load = no
    }
    farp {
      load = no
    }
  }
  filelog {
    log {
      path = $WORK/charon-$name.log
      default = 1
      ike = 2
      cfg = 2
      flush_line = yes
    }
  }
}
EOF
  rm -f "$folder/vici"
  in_background "$WORK/charon-$name.txt" "$name" env STRONGSWAN_CONF="$folder/strongswan.conf" charon-systemd
  eval "charon_$name=$started"
  wait_until 15 test -S "$folder/vici" || fail "charon does not start"
  swanctl_of "$name" --load-all --file "$folder/swanctl.conf" >"$WORK/swanctl-$name.log" 2>&1 || fail "swanctl --load-all"
}
strongswan_stop() {
  local variable=charon_$1
  kill "${!variable}"
  wait "${!variable}" 2>/dev/null || true
}
# swanctl_of NAME COMMAND [ARGUMENTS]
swanctl_of() {
  local name=$1 command=$2
  shift 2
  STRONGSWAN_CONF="$WORK/swan-$name/strongswan.conf" swanctl "$command" --uri "unix://$WORK/swan-$name/vici" "$@"
}
# strongswan_is_up NAME
strongswan_is_up() { swanctl_of "$1" --list-sas | matches ESTABLISHED; }
strongswan_is_down() { ! strongswan_is_up "$1"; }
