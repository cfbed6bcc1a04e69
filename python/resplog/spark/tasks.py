"""What executors do: read the parts of a bin with the program, and merge summaries with it. It knows no driver.

A part reads its own bytes from the file system; what goes to Spark is a summary of some hundred kilobytes.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from resplog.spark import files

#: The exit code of the program that says that trying again may help.
AGAIN = 75
#: Exit codes of a part with a summary: all is well, or an input is damaged, as the report will say.
RESULTS = (0, 3)
#: How many summaries one task merges.
FAN = 32
#: Interrupted, by Spark or by the machine, not by the data.
INTERRUPTED = (130, 143)

Summary = Tuple[int, bytes]
Failure = Tuple[int, int, str]


class Job(NamedTuple):
    """What all tasks of a report have in common."""

    run: str
    version: str
    binary: Optional[str]
    shipped: str
    threads: int
    folder: str
    parts: int
    #: Whether files are read for the program, which cannot open them.
    piped: bool = False


class Again(RuntimeError):
    """A part failed that may succeed when it is tried again: Spark runs the task anew, elsewhere if it can."""


class Lasting(RuntimeError):
    """A part failed that would fail again: the driver ends the job."""

    def __init__(self, part: int, code: int, message: str) -> None:
        super().__init__(message)
        self.failure: Failure = (part, code, message)


class Failures:
    """Failures that last, on their way to the driver while other tasks still run: an AccumulatorParam of Spark."""

    def zero(self, _: List[Failure]) -> List[Failure]:
        return []

    def addInPlace(self, some: List[Failure], more: List[Failure]) -> List[Failure]:
        return some + more


def reading(job: Job, failures: Any) -> Callable[[int, Iterable[bytes]], Iterator[Summary]]:
    """The task that reads the parts of a bin, and gives what they say as one summary."""

    def read(index: int, bins: Iterable[bytes]) -> Iterator[Summary]:
        for plan in bins:
            with Desk(job) as desk:
                try:
                    yield index, desk.read(plan)
                except Lasting as error:
                    failures.add([error.failure])

    return read


def merging(job: Job, failures: Any) -> Callable[[int, Iterable[Summary]], Iterator[Summary]]:
    """The task that merges the summaries of a group."""

    def merge(index: int, group: Iterable[Summary]) -> Iterator[Summary]:
        with Desk(job) as desk:
            try:
                paths = [desk.put(f"{place}.summary", summary) for place, (_, summary) in enumerate(group)]
                if paths:
                    yield index, desk.merge(paths)
            except Lasting as error:
                failures.add([error.failure])

    return merge


def to_group(summary: Summary) -> Summary:
    """Neighbours go into one group, since what stands side by side in a log merges into less."""
    index, data = summary
    return index // FAN, data


class Desk:
    """A folder of a task, where the program works."""

    def __init__(self, job: Job) -> None:
        self._job = job
        local = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or tempfile.gettempdir()
        os.makedirs(local, exist_ok=True)
        # Summaries of parts that were read before another one of the bin failed.
        self._kept = os.path.join(local, f"resplog-{job.run}")
        self._folder = tempfile.mkdtemp(prefix="resplog-", dir=local)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: Any) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def put(self, name: str, data: bytes) -> str:
        path = os.path.join(self._folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def read(self, text: bytes) -> bytes:
        """Reads the parts of a plan one after another."""
        plan = json.loads(text.decode())
        path, summaries = self.put("plan.json", text), []
        try:
            for part in plan["parts"]:
                summaries.append(self._part(path, plan, part))
        except Again:
            self._keep(summaries)
            raise
        return self.merge(summaries)

    def merge(self, summaries: List[str]) -> bytes:
        """One summary of several."""
        merged = summaries[0]
        if len(summaries) > 1:
            merged = os.path.join(self._folder, "merged.summary")
            done = self._run(["report", "-j", str(self._job.threads), *summaries, "-o", merged])
            self._judge(done, -1, f"merging {len(summaries)} summaries")
        with open(merged, "rb") as file:
            return file.read()

    def _part(self, path: str, plan: Dict[str, Any], of_plan: Dict[str, Any]) -> str:
        """Reads a part of the plan at a path; where its summary is."""
        part, size = of_plan["part"], of_plan["bytes"]
        read = listed(plan, of_plan) if self._job.piped else None
        name = f"part {part} of {self._job.parts}: {describe(plan, of_plan)}"
        summary = os.path.join(self._folder, f"{part}.summary")
        try:
            os.rename(os.path.join(self._kept, f"{part}.summary"), summary)
            log(f"{name}: read before")
            return summary
        except OSError:
            pass
        began = time.monotonic()
        arguments = ["part", "--plan", path, "-j", str(self._job.threads), "-o", summary]
        if read is None:
            done = self._run([*arguments, "--", str(part)])
        else:
            piped = ["--stdin", "--tmp-dir", self._folder]
            done = self._piped([*arguments, *piped, "--", str(part)], read, (part, name))
        took = time.monotonic() - began
        log(f"{name}: exit {done.returncode} in {took:.3f} s, {size / 1e6 / took:.1f} MB/s")
        self._judge(done, part, name)
        return summary

    def _keep(self, summaries: List[str]) -> None:
        os.makedirs(self._kept, exist_ok=True)
        for summary in summaries:
            os.rename(summary, os.path.join(self._kept, os.path.basename(summary)))

    def _run(self, arguments: List[str]) -> subprocess.CompletedProcess[bytes]:
        # Relative paths of inputs are those of the driver; where its folder is not, they would name nothing.
        folder = self._job.folder if os.path.isdir(self._job.folder) else None
        command = [program(self._job), *arguments]
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=die_with_parent
        )
        if done.stderr:
            log(done.stderr.decode(errors="replace").rstrip())
        return done

    def _piped(
        self, arguments: List[str], read: List[files.Listed], part: Tuple[int, str]
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs the program on files that are read for it, which have to be what was listed, before and after."""
        number, name = part
        reader = files.Reader(read)
        try:
            reader.check()
            done = files.answer([program(self._job), *arguments], reader, preexec_fn=die_with_parent)
            reader.check()
        except files.Changed as error:
            raise Lasting(number, 6, f"{name}: {error}") from error
        except ImportError as error:
            raise Lasting(number, 2, f"{name} on {socket.gethostname()}: {error}: expected pyarrow") from error
        except OSError as error:
            raise Again(f"{name} on {socket.gethostname()}: {error}") from error
        if done.stderr:
            log(done.stderr.decode(errors="replace").rstrip())
        return done

    def _judge(self, done: subprocess.CompletedProcess[bytes], part: int, name: str) -> None:
        code, said = done.returncode, done.stderr.decode(errors="replace").strip()
        if code in RESULTS:
            return
        message = f"{name} on {socket.gethostname()}: exit {code}: {said}"
        if code == AGAIN or code < 0 or code in INTERRUPTED:
            raise Again(message)
        raise Lasting(part, code, message)


def describe(plan: Dict[str, Any], part: Dict[str, Any]) -> str:
    """Which bytes of which input a part reads."""
    pieces = part["pieces"]
    if not pieces:
        return "nothing"
    first = pieces[0]
    path = plan["inputs"][first["input"]]["path"]
    more = f" and {len(pieces) - 1} more" if len(pieces) > 1 else ""
    return f"{path} bytes {first['start']} to {first['end']}{more}, {part['bytes']} bytes"


def listed(plan: Dict[str, Any], part: Dict[str, Any]) -> List[files.Listed]:
    """The files that a part reads, as they were listed."""
    inputs = [plan["inputs"][piece["input"]] for piece in part["pieces"]]
    held = [plan["files"][it["file"]] for it in inputs if it["error"] is None]
    return [files.Listed(it["path"], it["size"], it["modified"]) for it in held]


_programs: Dict[str, str] = {}


def program(job: Job) -> str:
    """The program on this machine, which has to be of the version that made the plan."""
    from pyspark import SparkFiles

    path = os.path.abspath(job.binary) if job.binary else SparkFiles.get(job.shipped)
    if _programs.get(path) == job.version:
        return path
    host = socket.gethostname()
    try:
        version = subprocess.run([path, "--version"], stdout=subprocess.PIPE).stdout.decode(errors="replace").strip()
    except OSError as error:
        raise Lasting(-1, 2, f"{path} does not run on {host}: {error}") from error
    if version != job.version:
        raise Lasting(-1, 2, f"{path} on {host} is {version}: expected {job.version}, as on the driver")
    _programs[path] = version
    return path


def die_with_parent() -> None:
    """Has the program end with the task, whose process Spark kills when it does not need it any more."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def log(message: str) -> None:
    """Writes to the log of the executor."""
    print(f"resplog: {message}", file=sys.stderr, flush=True)
