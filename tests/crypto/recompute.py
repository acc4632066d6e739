#!/usr/bin/env python3
"""Computes, from the RFCs and with nothing but hashlib and hmac, what vectors/ppk.txt, additional-ke.txt, followup-ke.txt and int-auth.txt
hold: the mixing of RFC 8784, the key schedules of RFC 9370 and IntAuth of RFC 9242. Writes the files anew."""
import hashlib
import hmac
import pathlib
import struct

VECTORS = pathlib.Path(__file__).parent / "vectors"
HASHES = {2: "sha1", 5: "sha256", 6: "sha384", 7: "sha512"}  # by PRF transform ID


def octets(label, count):
    return hashlib.shake_256(label.encode()).digest(count)


def prf(number, key, data):
    return hmac.new(key, data, HASHES[number]).digest()


def prf_plus(number, key, seed, length):
    out, block, n = b"", b"", 1
    while len(out) < length:
        block = prf(number, key, block + seed + bytes([n]))
        out += block
        n += 1
    return out[:length]


def record(title, **fields):
    return "\n".join([f"# {title}"] + [f"{name} = {value.hex()}" for name, value in fields.items()]) + "\n"


def write(name, source, records):
    (VECTORS / f"{name}.txt").write_text(f"# {source}: computed by tests/crypto/recompute.py.\n\n" + "\n".join(records))


def ppk():
    out = []
    for number, name in HASHES.items():
        size = hashlib.new(name).digest_size
        secret = octets(f"ppk {name}", 40)
        keys = {key: octets(f"{key} {name}", size) for key in ("d", "pi", "pr")}
        mixed = {f"mixed_{key}": prf_plus(number, secret, value, size) for key, value in keys.items()}
        out.append(record(name, prf=bytes([number]), ppk=secret, **keys, **mixed))
    write("ppk", "Postquantum preshared keys, RFC 8784, 3", out)


def schedule(number, size, skeyseed, ni, nr, spis, a, e):
    material = prf_plus(number, skeyseed, ni + nr + spis, 3 * size + 2 * a + 2 * e)
    keys, at = {}, 0
    for name, length in (("d", size), ("ai", a), ("ar", a), ("ei", e), ("er", e), ("pi", size), ("pr", size)):
        keys[name] = material[at:at + length]
        at += length
    return keys, material


def additional():
    out = []
    for number, name in HASHES.items():
        size = hashlib.new(name).digest_size
        ni, nr, spis = octets(f"ni {name}", 32), octets(f"nr {name}", 48), octets(f"spis {name}", 16)
        shared = [octets(f"shared {n} {name}", length) for n, length in ((0, 32), (1, 64), (2, 256))]
        keys, material = schedule(number, size, prf(number, ni + nr, shared[0]), ni, nr, spis, 32, 32)
        fields = {"material_0": material}
        for n in (1, 2):
            keys, material = schedule(number, size, prf(number, keys["d"], shared[n] + ni + nr), ni, nr, spis, 32, 32)
            fields[f"material_{n}"] = material
        out.append(record(name, prf=bytes([number]), ni=ni, nr=nr, spis=spis,
                          **{f"shared_{n}": value for n, value in enumerate(shared)}, **fields))
    write("additional-ke", "Additional key exchanges, RFC 9370, 2.2.2, with AES-CBC-256 and HMAC-SHA-256-128", out)


def followup():
    out = []
    for number, name in HASHES.items():
        size = hashlib.new(name).digest_size
        d, ni, nr, spis = octets(f"d {name}", size), octets(f"ni {name}", 32), octets(f"nr {name}", 48), octets(f"spis {name}", 16)
        shared = [octets(f"shared {n} {name}", length) for n, length in ((0, 32), (1, 64), (2, 256))]
        seed = shared[0] + ni + nr + shared[1] + shared[2]
        _, ike = schedule(number, size, prf(number, d, seed), ni, nr, spis, 32, 32)
        child = prf_plus(number, d, seed, 2 * (32 + 32))
        out.append(record(name, prf=bytes([number]), d=d, ni=ni, nr=nr, spis=spis,
                          **{f"shared_{n}": value for n, value in enumerate(shared)}, ike=ike, child=child))
    write("followup-ke", "IKE_FOLLOWUP_KE, RFC 9370, 2.2.4, with AES-CBC-256 and HMAC-SHA-256-128", out)


def intermediate():
    """Two exchanges; each message is one KE payload in an SK payload."""
    number, out = 5, []
    spis, previous = octets("spis", 16), b""
    for n in (1, 2):
        sk_p, value = octets(f"sk_p {n}", 32), octets(f"ke {n}", 32 * n)
        ke = struct.pack(">BBHHH", 0, 0, 8 + len(value), 31, 0) + value
        # A: the IKE header and the header of SK, the lengths without IV, padding and ICV. P: the contents.
        header = spis + struct.pack(">BBBBII", 46, 0x20, 43, 0x08, n, 28 + 4 + len(ke)) + struct.pack(">BBH", 34, 0, 4 + len(ke))
        previous = prf(number, sk_p, previous + header + ke)
        out.append(record(f"message {n}", spis=spis, message=bytes([n]), value=value, sk_p=sk_p, form=header + ke,
                          int_auth=previous))
    write("int-auth", "IntAuth of the initiator's side, RFC 9242, 3.3.2, HMAC-SHA-256", out)


ppk()
additional()
followup()
intermediate()
