"""The octets of the shell behind OpenSSH, as scripts count on them, and twenty sessions at once. Arguments: port, user, key."""
import sys
import time

import paramiko

port, user, key = sys.argv[1:]
SESSIONS = 20


def check(condition, what):
    if not condition:
        sys.exit(f"by hand: {what}")


def connect():
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", int(port), user, key_filename=key, allow_agent=False, look_for_keys=False)
    return client


def until(channel, end, seconds=10):
    """What comes until it ends with `end`."""
    got = b""
    deadline = time.monotonic() + seconds
    while not got.endswith(end):
        channel.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            piece = channel.recv(65536)
        except TimeoutError:
            sys.exit(f"by hand: {got!r} does not end with {end!r}")
        check(piece, f"the channel ends behind {got!r}")
        got += piece
    return got


client = connect()
shell = client.invoke_shell(term="xterm-256color", width=80, height=24)
begun = time.monotonic()
check(until(shell, b"#") == b"R1#", "the prompt comes alone")
check(time.monotonic() - begun < 1, "the prompt takes over a second")
for enter in (b"\r", b"\n", b"\r\n", b"\r\0"):
    shell.send(b"show privilege" + enter)
    check(until(shell, b"\nR1#") == b"show privilege\r\nCurrent privilege level is 15\r\nR1#", f"{enter!r} is not one Enter")
shell.send(b"\0\0\0")
for octet in b"show version | include " + b"y" * 120:
    shell.send(bytes([octet]))
    check(shell.recv(10) == bytes([octet]), "an octet is not echoed as it is")
shell.send(b"\r")
check(until(shell, b"\nR1#") == b"\r\nR1#", "a long line")
shell.send(b"show running-config ?")
check(until(shell, b"R1#show running-config ").startswith(b"show running-config ?\r\n"), "? keeps the line")
shell.send(b"\r")
check(until(shell, b" --More-- ").count(b"\r\n") >= 23, "no page")
shell.send(b"q")
until(shell, b"R1#")
shell.send(b"terminal length 0\rterminal width 511\rcopy running-config startup-config\r\r")
saved = until(shell, b"[OK]\r\nR1#")
check(b"Destination filename [startup-config]? \r\n" in saved, f"{saved!r}")
shell.send(b"exit\r")
check(until(shell, b"exit\r\n") == b"exit\r\n" and shell.recv(1) == b"" and shell.recv_exit_status() == 0, "exit ends it")

# Commands without a terminal: the answer alone.
_, out, _ = client.exec_command("show privilege")
check(out.read() == b"Current privilege level is 15\n" and out.channel.recv_exit_status() == 0, "a command by exec")
_, out, _ = client.exec_command("show nonsense")
check(b"% Invalid input" in out.read() and out.channel.recv_exit_status() == 1, "a refused command by exec")

clients = [connect() for _ in range(4)]
shells = [clients[i % 4].invoke_shell() for i in range(SESSIONS)]
for shell in shells:
    until(shell, b"R1#")
begun = time.monotonic()
for shell in shells:
    shell.send(b"show version\r")
for shell in shells:
    check(b"uptime" in until(shell, b"\nR1#"), "no answer")
took = time.monotonic() - begun
check(took < 2, f"{SESSIONS} sessions at once take {took:.1f} s")
print(f"by hand: fine; {SESSIONS} sessions at once: {took * 1000:.0f} ms")
