"""The proof that Spark gives what one machine gives, to the byte, while everything fails that can.

A standalone master with two workers on this machine reads logs of every kind in some 200 parts. Every first attempt of a part
fails, one part hangs once, an executor and then a worker are killed, and speculative execution is on. It ends by itself.

usage: PYTHON tests/spark/proof.py PROGRAM [--parts N]        with PySpark and Java there; exit 77 without them
"""

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77

WRAPPER = """#!/bin/sh
# The program, which fails at every first attempt of a part, and hangs at the second one of part 40.
for last; do :; done
if [ "$1" = part ]; then
    echo "$last" >> '{state}/runs'
    mkdir '{state}/first.'"$last" 2> '{state}/null' && exit 75
    [ "$last" != 40 ] || ! mkdir '{state}/second' 2> '{state}/null' || exec sleep 600
    sleep {pause}
fi
exec '{program}' "$@"
"""


def logs(folder: Path, parts: int) -> int:
    """Logs of every kind, plain and packed; how many bytes a part has to have so that there are about so many parts."""
    testdata = ROOT / "testdata"
    wrapped, bare = (testdata / "wrapped.ndjson").read_bytes(), (testdata / "bare.ndjson").read_bytes()
    texts = b"".join(path.read_bytes() for path in sorted((testdata / "texts").glob("*.log")))
    (folder / "days").mkdir()
    (folder / "days" / "api.ndjson").write_bytes(wrapped + bare + wrapped)
    (folder / "days" / "text.log").write_bytes(texts * 2)
    (folder / "days" / "damaged.ndjson").write_bytes((testdata / "damaged.ndjson").read_bytes())
    (folder / "days" / "pretty.json").write_bytes((testdata / "pretty.json").read_bytes())
    (folder / "days" / "unfinished.ndjson").write_bytes(wrapped[:-20])
    for number in range(20):
        (folder / "days" / f"{number}.ndjson.gz").write_bytes(gzip.compress(bare[number:], mtime=0))
    (folder / "days" / "cut.gz").write_bytes(gzip.compress(wrapped, mtime=0)[:-100])
    (folder / "days" / "empty.log").write_bytes(b"")
    plain = sum(path.stat().st_size for path in (folder / "days").iterdir() if path.suffix != ".gz")
    return plain // (parts - 22)


class Cluster:
    """A master and two workers of Spark, which end with the block."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.home = os.path.dirname(pyspark.__file__)
        self.folder = folder
        self.processes: List[subprocess.Popen] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.master = f"spark://127.0.0.1:{self.port}"

    def __enter__(self) -> "Cluster":
        self._start("master", "master.Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", "0")
        until(lambda: can_connect(self.port), 60, "the master to listen")
        self.workers = [self._worker(number) for number in (1, 2)]
        return self

    def _worker(self, number: int) -> subprocess.Popen:
        options = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
        work = ["--work-dir", str(self.folder / f"work-{number}")]
        return self._start(f"worker-{number}", "worker.Worker", *options, *work, self.master)

    def _start(self, name: str, kind: str, *arguments: str) -> subprocess.Popen:
        command = [f"{self.home}/bin/spark-class", f"org.apache.spark.deploy.{kind}", *arguments]
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, env=environment(self.folder), stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def executors(self, worker: subprocess.Popen) -> List[int]:
        """The executors that a worker started."""
        return [pid for pid in children(worker.pid) if "CoarseGrainedExecutorBackend" in arguments_of(pid)]

    def __exit__(self, *_: Any) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def environment(folder: Path) -> Dict[str, str]:
    """Of every process of Spark here: on this machine alone, and below one folder."""
    local = folder / "local"
    local.mkdir(exist_ok=True)
    path = os.pathsep.join([str(ROOT / "python"), os.environ.get("PYTHONPATH", "")])
    own = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(local), "PYTHONPATH": path}
    return {**os.environ, **own, "PYSPARK_PYTHON": sys.executable, "SPARK_NO_DAEMONIZE": "1"}


def can_connect(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def children(pid: int) -> List[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children")
    listed = [int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]
    return listed if text.exists() else []


def arguments_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def until(is_so: Callable[[], Any], seconds: float, what: str) -> Any:
    """Waits for something to come true, and gives it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = is_so()
        if value:
            return value
        time.sleep(0.05)
    raise SystemExit(f"proof: {what}: waited {seconds} s")


def one_machine(program: str, folder: Path, options: List[str]) -> subprocess.CompletedProcess:
    command = [program, "report", "days", *options]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def runs(state: Path) -> int:
    try:
        return len((state / "runs").read_bytes().split())
    except OSError:
        return 0


def killer(cluster: Cluster, state: Path, parts: int, killed: List[str]) -> None:
    """Kills an executor when a quarter of the parts has run, and the other worker when half of them has."""
    until(lambda: runs(state) > parts // 2, 300, "a quarter of the parts")
    victim = until(lambda: cluster.executors(cluster.workers[0]), 60, "an executor")[0]
    os.kill(victim, signal.SIGKILL)
    killed.append(f"executor after {runs(state)} runs of parts")
    until(lambda: runs(state) > parts, 300, "half of the parts")
    worker = cluster.workers[1]
    for pid in cluster.executors(worker):
        os.kill(pid, signal.SIGKILL)
    os.kill(worker.pid, signal.SIGKILL)
    killed.append(f"worker after {runs(state)} runs of parts")


CONF = {
    "spark.ui.enabled": "false",
    "spark.executor.memory": "512m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.speculation": "true",
    "spark.speculation.interval": "200ms",
    "spark.speculation.multiplier": "4",
    "spark.speculation.quantile": "0.5",
    "spark.task.maxFailures": "8",
    "spark.log.level": "WARN",
}


def prove(program: str, parts: int, folder: Path) -> str:
    """Runs it all; a sentence about it."""
    state = folder / "state"
    state.mkdir()
    part_bytes = logs(folder, parts)
    wrapper = folder / "resplog"
    wrapper.write_text(WRAPPER.format(state=state, program=program, pause=0.05))
    wrapper.chmod(0o755)
    expected = {options: one_machine(program, folder, ["-f", options]) for options in ("json", "html")}
    killed: List[str] = []
    with Cluster(folder) as cluster:
        conf = [word for key, value in CONF.items() for word in ("--conf", f"{key}={value}")]
        own = ["--master", cluster.master, *conf, "--program", program, "--binary", str(wrapper)]
        command = [sys.executable, "-m", "resplog.spark", *own, "days", "--part-bytes", str(part_bytes)]
        watch = threading.Thread(target=killer, args=(cluster, state, parts, killed), daemon=True)
        watch.start()
        began = time.monotonic()
        with open(folder / "driver.log", "wb") as log:
            done = subprocess.run(
                [*command, "-f", "json", "-o", "report.html"],
                cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=log, timeout=540,
            )  # fmt: skip
        took = time.monotonic() - began
        watch.join(1)
    assert done.returncode == expected["json"].returncode == 3, (done.returncode, expected["json"].returncode)
    assert done.stdout == expected["json"].stdout, "the report is not that of one machine"
    assert (folder / "report.html").read_bytes() == expected["html"].stdout, "the page is not that of one machine"
    assert len(killed) == 2, f"not all was killed: {killed}"
    planned = len(list(state.glob("first.*")))
    assert planned >= parts * 0.9, f"{planned} parts: expected about {parts}"
    ran = (state / "runs").read_text().split()
    assert (state / "second").is_dir() and ran.count("40") >= 3, "no other attempt overtook the one that hangs"
    import pyspark

    return (
        f"PySpark {pyspark.__version__}: {planned} parts in {len(ran)} attempts, {planned} of them failed, one overtaken; "
        f"killed: {', '.join(killed)}; the report is that of one machine, in {took:.0f} s"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--parts", type=int, default=200)
    parser.add_argument("--keep", help="a folder for logs of Spark, which stays")
    given = parser.parse_args()
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        print(f"proof: left out: {error}")
        return SKIPPED
    if not shutil.which("java"):
        print("proof: left out: no java")
        return SKIPPED
    folder = Path(given.keep or tempfile.mkdtemp(prefix="resplog-proof-"))
    folder.mkdir(exist_ok=True)
    try:
        print(prove(os.path.realpath(given.program), given.parts, folder))
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
