#!/usr/bin/env python3
"""Times the question "how many calls failed, by code, one request id each, and how many succeeded" on the same files:
resplog beside DuckDB, ClickHouse, Polars and jq, and beside JSON libraries that are called line by line. It knows how to
ask and to compare with a truth, not how to answer.

    cargo build --release
    cargo run --release --example generate -- --mode bare --size 1G -o bare.ndjson --truth bare.truth.json
    python3 benches/peers.py bare.ndjson > peers.md
    gzip -6 -k bare.ndjson && python3 benches/peers.py bare.ndjson.gz

Of a gzip or zstd archive DuckDB, ClickHouse and jq behind the unpacker are asked the same, and the bare decoders that are
installed stand beside them.

Every measurement is a whole process, start-up included, on a warm cache, with the same number of threads, pinned to as many
CPUs. After one warm-up of each, the tools take turns: A B C D, A B C D. The peers come from PyPI, into an environment of
their own that is thrown away unless --venv names a place to keep it. The libraries are called by an example of this
package, which is built when it is missing. The queries are printed beside the numbers.
"""

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from peer import DRY_RUNS, query  # noqa: E402

PACKAGES = {"duckdb": "duckdb", "clickhouse": "chdb", "polars": "polars"}
LIBRARIES = ["simd-json", "sonic-rs", "serde_json"]
ROOT = Path(__file__).resolve().parent.parent
PEER = str(Path(__file__).with_name("peer.py"))
PACKERS = {".gz": "gzip", ".zst": "zstd"}
DECODERS = {".gz": ["igzip", "rapidgzip", "pigz", "gzip"], ".zst": ["zstd"]}


class Row:
    """One tool on one file: how it is started, and what came of it."""

    def __init__(self, title, name, command, environment=None, parts=1):
        self.title, self.name, self.command, self.environment, self.parts = title, name, command, environment, parts
        self.seconds, self.cpu_seconds, self.rss_mib = [], [], []
        self.startup_seconds = self.output = self.failure = self.reference = None

    def run(self, command=None):
        """Runs it once and returns (seconds, CPU seconds, peak MiB); what it printed is kept."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
            started = time.perf_counter()
            process = subprocess.Popen(command or self.command, stdout=output, stderr=complaints, env=self.environment)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            self.output = output.read()
            # resplog answers with 3 when it recognised nothing or an input is cut: an answer all the same.
            if process.returncode not in (0, 3):
                complaints.seek(0)
                told = complaints.read().decode(errors="replace").splitlines()
                told = [line for line in told if "rror" in line] or told or ["no message"]
                self.failure = f"exit {process.returncode}: {told[-1][:160]}"
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    def measure(self):
        if self.failure is None:
            for values, value in zip((self.seconds, self.cpu_seconds, self.rss_mib), self.run()):
                values.append(value)


def main():
    options = parse_arguments()
    cpus = sorted(os.sched_getaffinity(0))[: options.threads]
    os.sched_setaffinity(0, cpus)
    with tempfile.TemporaryDirectory(prefix="peers-") as scratch:
        python = prepare(options.venv or Path(scratch) / "venv", options.peers)
        print(f"{heading(options, python, cpus)} (fastest–slowest).\n")
        for path in options.files:
            measure_file(path, options, python, Path(scratch))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="NDJSON, bare or wrapped, plain or packed by gzip or zstd")
    parser.add_argument("--truth", type=Path, help="the truth about a single FILE (default: NAME.truth.json beside it, if there)")
    parser.add_argument("--venv", type=Path, help="keep the peers' environment here (default: a temporary one)")
    parser.add_argument("--resplog", type=Path, default=Path("target/release/resplog"), help="the binary (default: %(default)s)")
    parser.add_argument("--skip-resplog", action="store_true", help="measure the peers alone")
    parser.add_argument("--peers", default="duckdb,clickhouse,polars,simd-json,sonic-rs,serde_json,jq,newlines", help="a comma-separated part of %(default)s")
    parser.add_argument("--no-prefilter", action="store_true", help="leave out the queries that look only into lines with \"Error\"")
    parser.add_argument("--runs", type=int, default=5, help="measurements of each after one warm-up (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each, and CPUs (default: %(default)s)")
    options = parser.parse_args()
    options.peers = options.peers.split(",")
    unknown = set(options.peers) - {*PACKAGES, *LIBRARIES, "jq", "newlines"}
    if unknown:
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}")
    if options.truth and len(options.files) > 1:
        parser.error("--truth belongs to a single FILE")
    if not options.skip_resplog and not options.resplog.is_file():
        parser.error(f"{options.resplog} is not there: build it, name it with --resplog, or give --skip-resplog")
    return options


def prepare(venv, peers):
    """The interpreter of an environment that holds the peers; what is there already is kept."""
    python = venv / "bin" / "python"
    wanted = [PACKAGES[peer] for peer in peers if peer in PACKAGES]
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    missing = [name for name in wanted if version(python, name) is None]
    if missing:
        say(f"installing {', '.join(missing)}")
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *missing]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return python


def version(python, package):
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def example(name):
    """A program of this package that is no part of resplog, built when it is not there."""
    program = ROOT / "target" / "release" / "examples" / name
    if not program.exists():
        say(f"building {name}")
        subprocess.run(["cargo", "build", "--locked", "--release", "--example", name], check=True, cwd=ROOT, stdout=sys.stderr)
    return str(program)


def locked_version(crate):
    return re.search(f'name = "{crate}"\nversion = "(.*)"', (ROOT / "Cargo.lock").read_text())[1]


def machine(options, python, cpus):
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    versions = [f"{package} {version(python, package)}" for peer, package in PACKAGES.items() if peer in options.peers]
    versions += [f"{library} {locked_version(library)}" for library in LIBRARIES if library in options.peers]
    if "jq" in options.peers and shutil.which("jq"):
        versions.append(subprocess.run(["jq", "--version"], capture_output=True, text=True).stdout.strip().replace("-", " "))
    return f"{model}, {len(cpus)} CPUs, Linux {platform.release()}{'; ' * bool(versions)}{', '.join(versions)}."


def heading(options, python, cpus):
    how = f"Whole processes, {options.threads} threads each, warm cache, medians of {options.runs} in turns"
    return f"{machine(options, python, cpus)} {how}"


def measure_file(path, options, python, scratch):
    name = path.name.removesuffix(path.suffix) if path.suffix in PACKERS else path.name
    truth_path = options.truth or path.with_name(name.removesuffix(".ndjson") + ".truth.json")
    truth = json.loads(truth_path.read_text()) if truth_path.exists() else None
    plain = unpacked(path, scratch)
    prefix = find_prefix(plain)
    rows = list(make_rows(path, plain, prefix, truth, options, python, scratch))
    single = scratch / "single.ndjson"
    with open(plain, "rb") as file:
        single.write_bytes(file.readline())
    single = packed(single, path.suffix)
    for row in rows:
        say(f"{path.name}: warm-up of {row.title}")
        on_single_line = [str(single) if part == str(path) else part for part in row.command]
        if row.parts == 1:
            row.startup_seconds = statistics.median(row.run(on_single_line)[0] for _ in range(3))
        if row.failure is None:
            row.run()
    for turn in range(options.runs):
        say(f"{path.name}: turn {turn + 1} of {options.runs}")
        for row in rows:
            row.measure()
    print(render(path, plain, rows, truth, prefix, options.threads))


def unpacked(path, scratch):
    """The file itself, or what the archive holds: answers are checked against it."""
    if path.suffix not in PACKERS:
        return path
    plain = scratch / path.stem
    with open(plain, "wb") as target:
        subprocess.run([PACKERS[path.suffix], "-dc", path], check=True, stdout=target)
    return plain


def packed(plain, suffix):
    """A file packed as the suffix says, beside it; itself when it says nothing."""
    if suffix not in PACKERS:
        return plain
    archive = plain.with_name(plain.name + suffix)
    with open(archive, "wb") as target:
        subprocess.run([PACKERS[suffix], "-c", plain], check=True, stdout=target)
    return archive


def find_prefix(path):
    """The members above `Response` in the first line: none, or the one of a wrapped log."""
    with open(path, "rb") as file:
        first = json.loads(file.readline())
    if "Response" in first:
        return []
    return next([key] for key, value in first.items() if isinstance(value, dict) and "Response" in value)


def make_rows(path, plain, prefix, truth, options, python, scratch):
    """One row for each tool. Files that are known to be damaged get the checked queries, and no prefilter."""
    is_packed = path != plain
    damaged = truth is not None and any([*truth["malformed"].values(), truth["blank"], truth["no_envelope"]])
    threads = str(options.threads)
    if not options.skip_resplog:
        yield Row("resplog", None, [str(options.resplog), "report", "-j", threads, "-f", "json", str(path)])
    environment = os.environ | {"POLARS_MAX_THREADS": threads}
    for peer, title in (("duckdb", "DuckDB"), ("clickhouse", "ClickHouse"), ("polars", "Polars")):
        # What Polars reads lines with unpacks nothing.
        if peer not in options.peers or is_packed and peer == "polars":
            continue
        names = [(title, f"{peer}-checked" if damaged else peer)]
        if not damaged and not options.no_prefilter and not is_packed:
            names.append((f"{title}, lines with `\"Error\"` only", f"{peer}-prefilter"))
        for row_title, name in names:
            command = [str(python), PEER, "answer", name, str(path), "/".join(prefix), threads]
            yield Row(row_title, name, command, environment)
    for library in LIBRARIES:
        if library in options.peers and not is_packed:
            command = [example("parsers"), library, str(path), threads, *(["/".join(prefix)] if prefix else [])]
            yield Row(f"{library}, per line", library, command)
    if "jq" in options.peers and shutil.which("jq"):
        # A tenth, because it takes about a minute for a gigabyte.
        tenth = scratch / f"{plain.name}.tenth"
        cut_tenth(plain, tenth)
        name, flags = ("jq-checked", "-Rnc") if damaged else ("jq", "-nc")
        command, title = ["jq", flags, query(name, "", prefix, 1), str(tenth)], "jq on a tenth, times 10"
        if is_packed:
            shell = f'{PACKERS[path.suffix]} -dc "$2" | jq {flags} "$1"'
            command, title = ["sh", "-c", shell, "sh", command[2], str(packed(tenth, path.suffix))], f"{PACKERS[path.suffix]} -dc, then {title}"
        row = Row(title, name, command, parts=10)
        row.reference = None if damaged else [sys.executable, PEER, "reference", str(tenth), "/".join(prefix)]
        yield row
    for decoder in DECODERS.get(path.suffix, []):
        if shutil.which(decoder):
            yield Row(f"only decoded: `{decoder} -dc`", "decoder", ["sh", "-c", f'exec {decoder} -dc "$1" > /dev/null', "sh", str(path)])
    if "newlines" in options.peers and not is_packed:
        yield Row("only newlines: `wc -l`", "wc", ["wc", "-l", str(path)])
        yield Row("only newlines: Python", "newlines", [sys.executable, PEER, "answer", "newlines", str(path), "", "1"])


def cut_tenth(path, tenth):
    """Copies the lines of the first tenth of a file."""
    left = path.stat().st_size // 10
    with open(path, "rb") as source, open(tenth, "wb") as target:
        while left > 0 and (line := source.readline()):
            target.write(line)
            left -= len(line)


def render(path, plain, rows, truth, prefix, threads):
    size = plain.stat().st_size
    how = f", packed to {path.stat().st_size / 1e9:.3f} GB; GB/s are of the content" if path != plain else ""
    out = [f"### {path.name}, {size / 1e9:.3f} GB{how}\n"]
    out.append("| tool | s | GB/s | × resplog | start-up s | CPU s | peak MiB | answer | right |")
    out.append("|---|--:|--:|--:|--:|--:|--:|---|---|")
    base = next((statistics.median(row.seconds) for row in rows if row.name is None and row.seconds), None)
    for row in rows:
        if row.failure is not None or not row.seconds:
            out.append(f"| {row.title} | | | | | | | {row.failure} | no |")
            continue
        seconds = [value * row.parts for value in row.seconds]
        median = statistics.median(seconds)
        ratio = f"{median / base:.2f}" if base else ""
        startup = "" if row.startup_seconds is None else f"{row.startup_seconds:.2f}"
        answer, verdict = judge(plain, row, truth, prefix)
        out.append(
            f"| {row.title} | {median:.3f} ({min(seconds):.3f}–{max(seconds):.3f}) | {size / median / 1e9:.2f} | {ratio} | {startup} "
            f"| {statistics.median(row.cpu_seconds) * row.parts:.2f} | {statistics.median(row.rss_mib):.0f} | {answer} | {verdict} |"
        )
    out.append("\nAsked:\n")
    for row in rows:
        if row.name == "decoder":
            continue
        text = query(row.name, path.name, prefix, threads) if row.name else None
        shown = text.replace("\x02", "\\x02") if text else spoken(row, path)
        if row.name != "newlines":
            out.append(f"{row.title}:\n\n```\n{shown}\n```\n")
    return "\n".join(out)


def spoken(row, path):
    """The command of a row as somebody would type it where the file is."""
    return shlex.join([Path(row.command[0]).name, *(path.name if part == str(path) else part for part in row.command[1:])])


def judge(path, row, truth, prefix):
    """The answer in short, and whether it is the truth."""
    if row.name == "decoder":
        return "none", ""
    if row.name in ("wc", "newlines"):
        newlines = int(row.output.split()[0]) if row.name == "wc" else json.loads(row.output)[0][1]
        return f"{newlines:,} newlines", "" if truth is None else ("yes" if newlines == truth["lines"] else "no")
    ok, codes = read_answer(row)
    failed = sum(count for count, _ in codes.values())
    answer = f"{ok:,} ok, {failed:,} failed, {len(codes)} codes"
    if row.reference:
        expected = json.loads(subprocess.run(row.reference, check=True, capture_output=True).stdout)
        return answer, "yes" if [ok, {code: count for code, (count, _) in codes.items()}] == expected else "no"
    if row.parts > 1:
        return answer, "not compared"
    if truth is None:
        return answer, "no truth given"
    wrong = sorted(code for code in {*codes, *truth["codes"]} if codes.get(code, (0, ""))[0] != truth["codes"].get(code, 0))
    faults = []
    if ok != truth["ok"]:
        faults.append(f"ok {ok - truth['ok']:+,}")
    if failed != truth["failed"]:
        faults.append(f"failed {failed - truth['failed']:+,}")
    if wrong:
        faults.append(f"{len(wrong)} codes miscounted")
    # In a process of its own: what this one maps would count as the memory of the next tool that it starts.
    done = subprocess.run([sys.executable, PEER, "verify", str(path), "/".join(prefix)], input=json.dumps(codes), capture_output=True, text=True)
    bad = done.stdout.split() if done.returncode == 0 else [f"verification failed: {done.stderr.strip()[-200:]}"]
    if bad:
        faults.append(f"{len(bad)} ids not of their code")
    return answer, "no: " + ", ".join(faults) if faults else "yes"


def read_answer(row):
    """(successes, {code: (failures, a request id)}), dry runs left out."""
    if row.name is None:
        report = json.loads(row.output)
        ids = ((code, [sent["request_id"] for sent in code["request_ids"]]) for code in report["codes"])
        return report["totals"]["ok"], {code["code"]: (code["count"], sent[0] if sent else None) for code, sent in ids if code["count"]}
    rows = json.loads(row.output)
    if row.name.startswith("jq"):
        rows = [[code or None, *answer] for code, answer in rows.items()]
    ok = sum(count for code, count, _ in rows if code is None)
    return ok, {code: (count, sent) for code, count, sent in rows if code is not None and code not in DRY_RUNS}


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
