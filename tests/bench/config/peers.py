"""peers.py COUNT: a configuration with so many site-to-site peers, on standard output."""
import sys

count = int(sys.argv[1])
out = ["hostname BIG", "crypto ikev2 proposal PROP", " encryption aes-cbc-256", " integrity sha256", " group 19",
       "crypto ikev2 policy POL", " proposal PROP", "crypto ikev2 keyring KEYS"]


def peer_of(i):
    return f"10.{64 + i // 65536}.{i // 256 % 256}.{i % 256}"


for i in range(count):
    out += [f" peer P{i}", f"  address {peer_of(i)}", f"  pre-shared-key key-of-peer-{i}"]
for i in range(count):
    out += [f"crypto ikev2 profile PROFILE-{i}", f" match identity remote address {peer_of(i)} 255.255.255.255",
            " authentication remote pre-share", " authentication local pre-share", " keyring local KEYS"]
out += ["crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac", " mode tunnel"]
for i in range(count):
    out += [f"crypto map MAP {i + 1} ipsec-isakmp", f" set peer {peer_of(i)}", " set transform-set TS",
            f" set ikev2-profile PROFILE-{i}", f" match address ACL-{i}"]
out += ["interface GigabitEthernet0/0", " crypto map MAP"]
for i in range(count):
    out += [f"ip access-list extended ACL-{i}",
            f" permit ip 172.16.0.0 0.0.255.255 192.{i // 65536}.{i // 256 % 256}.{i % 256} 0.0.0.0"]
out.append("end")
print("\n".join(out))
