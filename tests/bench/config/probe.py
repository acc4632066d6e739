"""probe.py SOCKET COMMAND...: runs the command while asking the daemon for the clock without a pause. Prints the slowest
answer in milliseconds on standard output, and the seconds that the command took on standard error."""
import socket
import struct
import subprocess
import sys
import time

HELLO, LINE, DONE = 1, 2, 68


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.buffer = b""
        self.ask(HELLO, struct.pack("!HBH", 1, 0, 80))

    def frame(self):
        while len(self.buffer) < 4 or len(self.buffer) < 4 + struct.unpack("!I", self.buffer[:4])[0]:
            got = self.socket.recv(65536)
            if not got:
                raise SystemExit("the daemon closed the connection")
            self.buffer += got
        length = struct.unpack("!I", self.buffer[:4])[0]
        body, self.buffer = self.buffer[4:4 + length], self.buffer[4 + length:]
        return body

    def ask(self, kind, body):
        payload = bytes([kind]) + body
        self.socket.sendall(struct.pack("!I", len(payload)) + payload)
        while self.frame()[0] != DONE:
            pass


client = Client(sys.argv[1])
begun = time.monotonic()
child = subprocess.Popen(sys.argv[2:])
slowest = 0.0
while child.poll() is None:
    before = time.monotonic()
    client.ask(LINE, struct.pack("!H", 0) + b"show clock")
    slowest = max(slowest, time.monotonic() - before)
    time.sleep(0.0005)
print(f"{time.monotonic() - begun:.3f}", file=sys.stderr)
print(f"{slowest * 1000:.1f}")
