#!/usr/bin/env python3
"""How a watch keeps up with logs that are written while it looks, and what memory it takes.

A log is written at a steady rate, with times of now, and renamed every so often; the rotated file before the last is removed.
`resplog watch` shows its screen in a terminal of its own; with --rows another one writes its windows for programs. Printed are,
of every stretch of ten seconds: what was written, the processor time and the memory of each watch, the longest time between two
refreshes of the screen, and at the end whether every call was counted: on the screen as long as all of them are in its
window, in the rows always.

    benches/watch.py PROGRAM --rate 100 --seconds 60 --rotate 3       a log that grows by 100 MB/s
    benches/watch.py PROGRAM --rate 10 --seconds 3600 --rotate 60 --rows     an hour of 10 MB/s, rotated every minute
"""

import argparse
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import fcntl
import termios
import threading
import time

CODES = ["InternalError", "RequestLimitExceeded", "AuthFailure.SignatureFailure", "ResourceInsufficient"]
ACTIONS = [f"Describe{name}" for name in ("Instances", "Images", "Disks", "Vpcs", "Zones", "Regions", "Keys", "Snapshots")]
PLACE = b"2026-01-01T00:00:00Z"
TICK = 0.05
WINDOW_SECONDS = 590
UNREAD = re.compile(rb"([\d.,]+ \w+) unread")


def block(size, seed):
    """Lines of about so many bytes, with a time to be replaced."""
    dice, lines, length = random.Random(seed), [], 0
    while length < size:
        error = ""
        if dice.random() < 0.01:
            code = dice.choice(CODES)
            error = f'"Error":{{"Code":"{code}","Message":"disk disk-{dice.getrandbits(32):08x} failed"}},'
        line = (
            f'{{"time":"{PLACE.decode()}","service":"cvm","action":"{dice.choice(ACTIONS)}","region":"ap-guangzhou",'
            f'"duration":{dice.randint(20, 900)},"Response":{{{error}"TotalCount":{dice.randint(0, 99)},'
            f'"RequestId":"{dice.getrandbits(32):08x}-77b1-4c39-9a55-{dice.getrandbits(48):012x}"}}}}\n'
        ).encode()
        lines.append(line)
        length += len(line)
    return b"".join(lines), len(lines)


def write(folder, arguments, told):
    """Writes the log until the time is over."""
    blocks = [block(arguments.rate * 1_000_000 * TICK, seed) for seed in range(8)]
    path, begun, count = os.path.join(folder, "app.log"), time.monotonic(), 0
    log, rotated = open(path, "ab", buffering=0), begun
    while (now := time.monotonic()) - begun < arguments.seconds:
        text, lines = blocks[count % len(blocks)]
        log.write(text.replace(PLACE, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode()))
        told["bytes"] += len(text)
        told["lines"] += lines
        count += 1
        if now - rotated >= arguments.rotate:
            os.replace(path, path + ".1")
            log.close()
            log, rotated = open(path, "ab", buffering=0), now
        time.sleep(max(0.0, begun + count * TICK - time.monotonic()))
    told["done"] = True


def usage(pid):
    """Seconds of processor time, and bytes of memory."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/status") as status:
        memory = re.search(r"VmRSS:\s+(\d+)", status.read())
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(memory.group(1)) * 1024 if memory else 0


class Rows:
    """A watch that writes rows, and how many calls they count."""

    def __init__(self, program, logs):
        command = [program, "watch", logs, "--window", "1m", "-f", "ndjson"]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.counted = 0
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for text in self.child.stdout:
            row = json.loads(text)
            if row["event"] == "window":
                strays = [row[place][outcome] for place in ("late", "ahead") for outcome in ("ok", "failed", "dry_run")]
                self.counted += row["totals"]["responses"] + sum(strays)

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        self.reader.join()
        self.child.wait()
        return self.counted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rate", type=int, default=100, help="MB a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rotate", type=float, default=3, help="seconds")
    parser.add_argument("--window", default="10m", help="of the watch; a shorter one is full sooner")
    parser.add_argument("--folder", default=None, help="where the log is written; in memory when there is such a place")
    parser.add_argument("--rows", action="store_true", help="a second watch writes rows, whose calls are added up")
    arguments = parser.parse_args()
    above = arguments.folder or ("/dev/shm" if os.path.isdir("/dev/shm") else None)
    folder = tempfile.mkdtemp(prefix="resplog-watch-", dir=above)
    logs = os.path.join(folder, "logs")
    os.mkdir(logs)
    open(os.path.join(logs, "app.log"), "w").close()
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    environment = {"TERM": "xterm", "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    screen = subprocess.Popen(
        [arguments.program, "watch", logs, "--window", arguments.window, "--write-to", folder], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    rows = Rows(arguments.program, logs) if arguments.rows else None
    time.sleep(2)
    told = {"bytes": 0, "lines": 0, "done": False}
    writer = threading.Thread(target=write, args=(logs, arguments, told))
    writer.start()
    clock, seen, gap, drawn = re.compile(rb"\d\d:\d\d:\d\d UTC"), b"", 0.0, time.monotonic()
    begun = stretch = time.monotonic()
    watches = [screen.pid] + ([rows.child.pid] if rows else [])
    cpu, before = [usage(pid)[0] for pid in watches], 0
    print("seconds  written MB/s  cpu %  memory MB (of the rows: the same)  longest s between refreshes  load")
    while not told["done"] or time.monotonic() - drawn < 0:
        if select.select([master], [], [], 0.05)[0]:
            found = clock.findall(os.read(master, 65536))
            if found and found[-1] != seen:
                now = time.monotonic()
                seen, gap, drawn = found[-1], max(gap, now - drawn), now
        if time.monotonic() - stretch >= 10:
            now, used = time.monotonic(), [usage(pid) for pid in watches]
            spent = now - stretch
            each = "  ".join(
                f"{100 * (seconds - held) / spent:5.0f}  {memory / 1e6:9.1f}" for (seconds, memory), held in zip(used, cpu)
            )
            print(f"{now - begun:7.0f}  {(told['bytes'] - before) / spent / 1e6:12.1f}  {each}  {gap:.2f}  {os.getloadavg()[0]:.1f}", flush=True)
            stretch, cpu, before, gap = now, [seconds for seconds, _ in used], told["bytes"], 0.0
    writer.join()

    def read_for(seconds, unread=None):
        """Reads the screen for a time, or until nothing is unread; tells how long that took."""
        begun = time.monotonic()
        while screen.poll() is None and time.monotonic() - begun < seconds:
            if select.select([master], [], [], 0.1)[0]:
                found = UNREAD.findall(os.read(master, 65536))
                if unread and found and found[-1] == unread:
                    break
        return time.monotonic() - begun

    # A look that had begun before does not count.
    read_for(1.5)
    behind = 1.5 + read_for(60, b"0 bytes")
    print(f"nothing was unread {behind:.1f} s after the last line was written")
    # The report of the window, which holds all when the log was not written for longer than that.
    os.write(master, b"w")
    read_for(2)
    reports = [name for name in os.listdir(folder) if name.endswith(".json")]
    counted = json.load(open(os.path.join(folder, reports[0])))["totals"]["responses"] if reports else 0
    screen.send_signal(signal.SIGTERM)
    read_for(20)
    in_rows = rows.end() if rows else told["lines"]
    print(f"{told['lines']} calls written, {counted} in the last window" + (f", {in_rows} in all rows" if rows else ""))
    shutil.rmtree(folder)
    is_all = arguments.window == "10m" and arguments.seconds < WINDOW_SECONDS
    sys.exit(in_rows != told["lines"] or (is_all and counted != told["lines"]))


if __name__ == "__main__":
    main()
