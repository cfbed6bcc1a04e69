#!/usr/bin/env python3
"""Measures every ratio that resplog promises about its speed, and says which of them hold. It knows what is promised and
makes the inputs; how the peers are asked and how an answer is judged is known to `peers.py`.

    cargo build --release
    python3 benches/ratios.py --folder logs > ratios.md
    python3 benches/ratios.py --folder logs --only wrapped,threads --runs 3
    python3 benches/ratios.py --folder logs --cold

Of each ratio the two sides take turns, A B A B, after one warm-up of each, on a warm cache and pinned to as many CPUs as
there are threads; medians are compared, and of whole processes. CPU seconds stand beside them: where they are far below
the seconds times the threads, others were at work on the machine, and the ratio says little. Where the generator wrote a
truth beside the input, each answer is compared with it; a peer that is wrong is no peer.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import peers  # noqa: E402
from peers import Row, say  # noqa: E402

MODES = ["bare", "wrapped", "spaced", "large", "short", "nonascii", "escapes"]
SOUND = b'{"Response":{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}'
SHAPES = {
    "long line": lambda n: [b'{"Response":{"Text":"' + b"0123456789abcdef" * (n // 16 - 5) + b'","RequestId":"12345678"}}'],
    "backslashes": lambda n: [b"\\" * n, b'{"Response":{"Text":"' + b"\\" * n + b'","RequestId":"12345678"}}'],
    "quotes": lambda n: [b'"' * n, b'{"Response":{"Text":"' + b'\\"' * n + b'","RequestId":"12345678"}}'],
    "brackets": lambda n: [
        b"[" * n,
        b'{"Response":{"Text":"' + b"{[" * (n // 2) + b'","RequestId":"12345678"}}',
        b'{"Response":{"List":[' + b",".join([b"[]"] * (n // 2)) + b'],"RequestId":"12345678"}}',
    ],
}


class Log:
    """A file with what is known about it."""

    def __init__(self, path, truth):
        self.path, self.truth, self.bytes = path, truth, path.stat().st_size
        self.prefix = peers.find_prefix(path)


class Bench:
    """Makes inputs, runs rows in turns and keeps the lines of the table."""

    def __init__(self, options, python, scratch):
        self.options, self.python, self.scratch, self.table = options, python, scratch, []

    def log(self, name, mode, size, *more):
        """A log that the generator writes, unless it is there already."""
        path, truth = (self.options.folder / f"{name}{suffix}" for suffix in (".ndjson", ".truth.json"))
        if not (path.exists() and truth.exists()):
            say(f"writing {path.name}")
            command = [peers.example("generate"), "--mode", mode, "--size", str(size), "--seed", "1", *more]
            subprocess.run([*command, "-o", path, "--truth", truth], check=True)
        return Log(path, json.loads(truth.read_text()))

    def mode(self, mode):
        return self.log(mode, mode, self.options.size)

    def resplog(self, log, threads=None, tier=None):
        environment = os.environ | {"RESPLOG_SIMD": tier} if tier else None
        command = [str(self.options.resplog), "report", "-j", str(threads or self.options.threads), "-f", "json", str(log.path)]
        row = Row("resplog", None, command, environment)
        row.log, row.shown = log, f"RESPLOG_SIMD={tier} " * bool(tier) + peers.spoken(row, log.path)
        return row

    def others(self, log, names):
        """The rows of `peers.py` for this file."""
        asked = argparse.Namespace(peers=names, no_prefilter=True, skip_resplog=True, threads=self.options.threads)
        for row in peers.make_rows(log.path, log.path, log.prefix, log.truth, asked, self.python, self.scratch):
            if row.name != "newlines":
                row.log = log
                row.shown = peers.spoken(row, log.path).replace(f"{self.python.name} {peers.PEER}", "peer.py")
                yield row

    def take_turns(self, rows, runs=None):
        """Runs each once for nothing, then all of them in turns, and judges what the last turn answered."""
        for row in rows:
            say(f"warm-up of {row.shown}")
            row.run()
        for turn in range(runs or self.options.runs):
            say(f"turn {turn + 1}")
            for row in rows:
                row.measure()
        for row in rows:
            row.right = row.failure or judge(row)

    def tell(self, title, row, other, told, asked="", met=None):
        """One line of the table; `other` may be missing."""
        sides = [f"`{side.shown}` | {median(side):.4f} ({statistics.median(side.cpu_seconds):.2f})" if side else " | " for side in (row, other)]
        wrong = [f"{side.title}: {side.right}" for side in (row, other) if side and side.right != "yes"]
        verdict = "" if met is None else "yes" if met and not wrong else "no"
        self.table.append(f"| {title} | {' | '.join(sides)} | {told} | {asked} | {verdict} | {'; '.join(wrong) or 'yes'} |")

    def compare(self, title, row, other, ratio, at_least, aim=None):
        asked = f"≥ {at_least}" + (f", aim {aim}" if aim else "")
        self.tell(title, row, other, f"{ratio:.2f}", asked, ratio >= at_least)


def median(row):
    if not row.seconds:
        sys.exit(f"{row.shown}: {row.failure}")
    return statistics.median(row.seconds)


def gigabytes_per_second(row):
    return row.log.bytes / median(row) / 1e9


def judge(row):
    """`yes`, or what is wrong with an answer."""
    if row.log is None:
        return "yes"
    if row.name is None:
        report, truth = json.loads(row.output), row.log.truth
        told = report["totals"] | {"malformed": report["malformed"]["reasons"]}
        wrong = [name for name in ("lines", "blank", "malformed", "no_envelope", "ok", "failed", "dry_run") if told[name] != truth.get(name, told[name])]
        if wrong or "codes" not in truth:
            return ", ".join(wrong) + " wrong" if wrong else "yes"
    return peers.judge(row.log.path, row, row.log.truth, row.log.prefix)[1]


def beside_peers(mode, at_least, aim=None):
    """Against the fastest of the databases that answers rightly."""

    def measure(bench):
        log = bench.mode(mode)
        own, rivals = bench.resplog(log), list(bench.others(log, list(peers.PACKAGES)))
        more = list(bench.others(log, ["simd-json", "newlines"])) if mode == "bare" else []
        bench.take_turns([own, *rivals, *more])
        right = [row for row in rivals if row.right == "yes"]
        if right:
            rival = min(right, key=median)
            bench.compare(f"{mode}, beside the fastest peer, {rival.title}", own, rival, median(rival) / median(own), at_least, aim)
        for row in rivals:
            if not right or row is not rival:
                told = f"{median(row) / median(own):.2f}" if row.seconds else ""
                bench.tell(f"{mode}, beside {row.title}", own, row if row.seconds else None, told or row.failure)
        if more:
            library, newlines = more
            bench.compare("bare, beside simd-json per line", own, library, median(library) / median(own), 2, 3)
            bench.compare("bare, speed beside counting newlines", own, newlines, median(newlines) / median(own), 0.15, 0.25)
            peak = max(own.rss_mib)
            bench.tell("bare, peak memory", own, None, f"{peak:.0f} MiB", "< 64 MiB", peak < 64)

    return measure


def short(bench):
    own, other = (bench.resplog(bench.mode(mode)) for mode in ("short", "bare"))
    bench.take_turns([own, other])
    bench.compare("lines of 126 bytes, bytes per second beside bare", own, other, gigabytes_per_second(own) / gigabytes_per_second(other), 0.6)


def tiers(bench):
    log = bench.mode("bare")
    if "avx512bw" not in Path("/proc/cpuinfo").read_text():
        say("tiers: this processor has no AVX-512")
        return
    own, other = (bench.resplog(log, tier=tier) for tier in ("avx2", "avx512"))
    bench.take_turns([own, other])
    bench.compare("speed of AVX2 beside AVX-512", own, other, median(other) / median(own), 0.7)


def threads(bench):
    log = bench.mode("bare")
    own, other = bench.resplog(log), bench.resplog(log, threads=1)
    bench.take_turns([own, other])
    bench.compare(f"{bench.options.threads} threads beside 1", own, other, median(other) / median(own), 1.8)


def tenfold(bench):
    logs = [bench.mode("bare"), bench.log("tenth", "bare", bench.options.size // 10)]
    if bench.options.ten_gigabytes:
        logs = [bench.log("tenfold", "bare", bench.options.size * 10), logs[0]]
    own, other = map(bench.resplog, logs)
    bench.take_turns([own, other])
    ratio = median(own) / median(other)
    sizes = f"{own.log.bytes / 1e9:.1f} GB beside {other.log.bytes / 1e9:.1f} GB"
    bench.tell(f"time for ten times the input, {sizes}", own, other, f"{ratio:.2f}", "≤ 10.5", ratio <= 10.5)


def tiny(bench):
    own, other = bench.resplog(bench.log("tiny", "bare", 1000)), Row("true", "true", [shutil.which("true")])
    other.log, other.shown = None, "true"
    bench.take_turns([own, other], 4 * bench.options.runs)
    more_ms = (median(own) - median(other)) * 1000
    bench.tell(f"a 1 KB file, medians of {4 * bench.options.runs}", own, other, f"{more_ms:.1f} ms more", "≤ 5 ms more", more_ms <= 5)


def damaged(bench):
    own, other = bench.resplog(bench.log("damaged", "bare", bench.options.size, "--damage", "0.01")), bench.resplog(bench.mode("bare"))
    bench.take_turns([own, other])
    cost = gigabytes_per_second(other) / gigabytes_per_second(own) - 1
    bench.tell("1 % damaged lines, per byte", own, other, f"{cost:+.1%}", "< +10 %", cost < 0.1)


def lines(bench):
    """Lines that would betray anything that is not linear, at lengths of n, 2n and 4n."""
    for shape, make in SHAPES.items():
        unit = 4 << 20 if shape == "long line" else 1_000_000
        rows = [bench.resplog(shaped(bench, shape, make, unit * times)) for times in (1, 2, 4)]
        bench.take_turns(rows)
        for half, whole in zip(rows, rows[1:]):
            ratio = median(whole) / median(half)
            bench.tell(f"{shape}: twice the length, {whole.log.what}", whole, half, f"{ratio:.2f}", "about 2, ≤ 2.3", ratio <= 2.3)


def shaped(bench, shape, make, length):
    """A log of sixteen lines of each form, and a sound one in front, from which the place of the envelope is learnt."""
    forms = make(length)
    path = bench.scratch / f"{shape.replace(' ', '-')}-{length}.ndjson"
    with open(path, "wb") as file:
        file.write(SOUND + b"\n")
        for _ in range(16):
            file.writelines(form + b"\n" for form in forms)
    sound = sum(form.startswith(b"{") for form in forms)
    log = Log(path, {"lines": 1 + 16 * len(forms), "ok": 1 + 16 * sound, "failed": 0, "dry_run": 0, "no_envelope": 0, "blank": 0})
    log.what = f"{length >> 20} MiB" if shape == "long line" else f"{length // 1_000_000} million"
    return log


def modes(bench):
    rows = [bench.resplog(bench.mode(mode)) for mode in MODES]
    bench.take_turns(rows)
    for mode, row in zip(MODES, rows):
        cpu = statistics.median(row.cpu_seconds) / row.log.bytes * 1e9
        speed = f"{gigabytes_per_second(row):.2f} GB/s, {cpu:.2f} CPU s/GB, {row.log.truth['lines'] / median(row):,.0f} lines/s"
        bench.tell(f"mode {mode}", row, None, speed)


def cold(bench):
    """One run on a file whose pages were dropped from the cache, beside one on the pages that it left there."""
    log = bench.mode("bare")
    with open(log.path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_inblock
    own, other = bench.resplog(log), bench.resplog(log)
    own.measure()
    from_disk = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_inblock - before) * 512 / 1e9
    other.measure()
    for row in (own, other):
        row.right = row.failure or judge(row)
    told = f"{gigabytes_per_second(own):.2f} GB/s, {from_disk:.2f} GB from the disk"
    bench.tell("bare, one run on a cold cache, beside the next one", own, other, told)


RATIOS = {
    "bare": beside_peers("bare", 5, 8),
    "wrapped": beside_peers("wrapped", 4),
    "spaced": beside_peers("spaced", 4),
    "large": beside_peers("large", 5),
    "short": short,
    "tiers": tiers,
    "threads": threads,
    "tenfold": tenfold,
    "tiny": tiny,
    "damaged": damaged,
    "lines": lines,
    "modes": modes,
}


def main():
    options = parse_arguments()
    cpus = sorted(os.sched_getaffinity(0))[: options.threads]
    with tempfile.TemporaryDirectory(prefix="ratios-") as scratch:
        scratch = Path(scratch)
        options.folder = options.folder or scratch
        options.folder.mkdir(parents=True, exist_ok=True)
        python = peers.prepare(options.venv or scratch / "venv", options.peers)
        os.sched_setaffinity(0, cpus)
        bench = Bench(options, python, scratch)
        for name in options.only:
            say(f"== {name}")
            (cold if options.cold else RATIOS[name])(bench)
        print(f"{peers.machine(options, python, cpus)}\n" if options.cold else f"{peers.heading(options, python, cpus)}.\n")
        print("| ratio | command | median s (CPU s) | beside | median s (CPU s) | result | asked | met | right |")
        print("|---|---|--:|---|--:|--:|---|---|---|")
        print("\n".join(bench.table))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, help="where the inputs are, or are written to and kept (default: a temporary one)")
    parser.add_argument("--only", help=f"a comma-separated part of {','.join(RATIOS)}")
    parser.add_argument("--cold", action="store_true", help="instead of the ratios, one run on a file that was dropped from the page cache")
    parser.add_argument("--size", type=int, default=1_000_000_000, help="bytes of an input (default: %(default)s)")
    parser.add_argument("--ten-gigabytes", action="store_true", help="for ten times the input, multiply it; else it is divided")
    parser.add_argument("--venv", type=Path, help="keep the peers' environment here (default: a temporary one)")
    parser.add_argument("--resplog", type=Path, default=Path("target/release/resplog"), help="the binary (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="measurements of each after one warm-up (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each, and CPUs (default: %(default)s)")
    options = parser.parse_args()
    options.only = ["cold"] if options.cold else (options.only or ",".join(RATIOS)).split(",")
    unknown = set(options.only) - {*RATIOS, "cold"}
    if unknown:
        parser.error(f"unknown ratios: {', '.join(sorted(unknown))}")
    options.peers = list(peers.PACKAGES) if {"bare", "wrapped", "spaced", "large"} & set(options.only) else []
    options.peers += ["simd-json"] * ("bare" in options.only)
    if not options.resplog.is_file():
        parser.error(f"{options.resplog} is not there: build it, or name it with --resplog")
    return options


if __name__ == "__main__":
    main()
