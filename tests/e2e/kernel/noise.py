# SPDX-License-Identifier: GPL-3.0-or-later
"""A serial line at another baud rate, as a pty: whatever is sent, rubbish comes back, eight bytes for one.

noise.py LINK SEED: makes LINK a name of the pty.
"""

import os
import random
import sys
import tty


def main():
    rubbish = random.Random(int(sys.argv[2]))
    master, slave = os.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), sys.argv[1])
    while True:
        n = len(os.read(master, 4096))
        os.write(master, bytes(rubbish.randrange(256) | rubbish.choice((0, 128)) for _ in range(8 * n)))


main()
