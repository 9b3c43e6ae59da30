"""``start.py USAGE STATUS COMMAND ...``: runs a command, writes its cost into a file as JSON, and fails if its status is another one.

Linux counts for a process the memory of whoever started it, so whoever starts it must be small: this imports next to nothing.
"""

import os
import sys
import time

KILOBYTES = 1024 if sys.platform == "darwin" else 1  # in which the system counts memory: bytes or kilobytes


def main(usage, status, *words):
    """Run a command and return 0 where it ended as expected."""
    began = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ)
    _, ended, used = os.wait4(pid, 0)
    cpu_seconds, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / KILOBYTES / 1024
    figures = f'{{"cpu_seconds": {cpu_seconds}, "peak_mb": {peak_mb}, "seconds": {time.perf_counter() - began}}}'
    os.write(os.open(usage, os.O_WRONLY | os.O_CREAT), figures.encode())  # pathlib and json are large
    return int(os.waitstatus_to_exitcode(ended) != int(status))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
