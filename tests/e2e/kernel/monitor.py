# SPDX-License-Identifier: GPL-3.0-or-later
"""One command for QEMU's monitor on a Unix socket: monitor.py SOCKET COMMAND. Prints what it answers."""

import socket
import sys


def main():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(sys.argv[1])
    got = b""
    while not got.endswith(b"(qemu) "):
        got += s.recv(4096)
    s.sendall(sys.argv[2].encode() + b"\n")
    got = b""
    while not got.endswith(b"(qemu) "):
        got += s.recv(4096)
    print(got.decode(errors="replace").replace("(qemu) ", "").replace("\r", ""), end="")


main()
