# SPDX-License-Identifier: GPL-3.0-or-later
"""A pty whose other side is a Unix socket, and a line in between that loses bytes.

lossy.py SOCKET LINK EVERY: makes LINK a name of the pty; of each direction every EVERYth byte that follows the first byte from
the client is dropped (0: none). Ends with the socket.
"""

import os
import select
import socket
import sys
import tty


def main():
    line = socket.socket(socket.AF_UNIX)
    line.connect(sys.argv[1])
    master, slave = os.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), sys.argv[2])
    every = int(sys.argv[3])
    count = {line.fileno(): 0, master: 0}
    spoken = False
    while True:
        for fd in select.select([line, master], [], [])[0]:
            from_line = fd is line
            try:
                data = line.recv(4096) if from_line else os.read(master, 4096)
            except ConnectionResetError:  # the machine was killed
                return
            if not data:
                return
            spoken |= not from_line
            number = fd.fileno() if from_line else fd
            kept = bytearray()
            for byte in data:
                count[number] += spoken
                if not spoken or not every or count[number] % every:
                    kept.append(byte)
            if from_line:
                os.write(master, kept)
            else:
                try:
                    line.sendall(kept)
                except (BrokenPipeError, ConnectionResetError):
                    return


main()
