"""resplog on Spark: plans on the driver, reads parts in executors, merges their summaries in a tree, reports on the driver.

The report is, byte for byte, the one that ``resplog report`` writes on one machine, also when executors die meanwhile.
This module holds no log and no number: the program reads, merges and reports; Spark decides where it runs.
"""

from __future__ import annotations

import atexit
import json
import os
import pkgutil
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
import zipfile
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import resplog
from resplog.spark import files, tasks
from resplog.spark.options import Options, UsageError, split

__all__ = ["Outcome", "ReportFailed", "UsageError", "report"]

#: How many tasks the parts are dealt out to when nothing else is asked for; Spark's scheduler is at home with these.
TASKS_MAX = 10_000


class ReportFailed(RuntimeError):
    """A part or a command failed in a way that trying again does not help. ``code`` is the exit code of the program."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Outcome(NamedTuple):
    """What the report's process left: its exit code, and what it printed."""

    code: int
    stdout: bytes
    stderr: str

    def json(self) -> Any:
        """The report of ``-f json`` as a value."""
        return json.loads(self.stdout.decode())


def report(
    spark: Any,
    inputs: Sequence[str],
    options: Sequence[str] = (),
    *,
    part_bytes: Optional[str] = None,
    tasks_max: int = TASKS_MAX,
    program: Optional[str] = None,
    binary: Optional[str] = None,
) -> Outcome:
    """Reports what ``inputs`` hold, with the ``options`` of ``resplog report``, in the session ``spark``.

    ``part_bytes`` is about how much one part reads, ``tasks_max`` how many tasks there are at the most. ``program`` is
    the resplog of the driver, by default that of the wheel; it is sent to the executors, unless ``binary`` is its path
    there. Exit codes 0, 1 and 3 of the report are outcomes, as on one machine. Raises UsageError and ReportFailed.
    """
    given = split([*inputs, *options])
    with Run(given, program=program, part_bytes=part_bytes) as run:
        run.read(spark.sparkContext, tasks_max=tasks_max, binary=binary)
        done = subprocess.run(run.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1, 3):
        raise ReportFailed(said(done), done.returncode)
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


class Run:
    """One report: a plan and a folder for the summaries, both gone at the end."""

    def __init__(self, given: Options, *, program: Optional[str] = None, part_bytes: Optional[str] = None) -> None:
        self.given = given
        self.program = os.path.abspath(program or resplog.find_program())
        try:
            self.piped = files.are_foreign(given.inputs)
        except ValueError as error:
            raise UsageError(str(error)) from error
        self._part_bytes = ["--part-bytes", part_bytes] if part_bytes else []
        self._folder = tempfile.TemporaryDirectory(prefix="resplog-")
        self._plan = os.path.join(self._folder.name, "plan.json")
        self._summaries = os.path.join(self._folder.name, "summaries")

    def __enter__(self) -> Run:
        try:
            os.mkdir(self._summaries)
            self._check()
            self._make_plan()
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        self._folder.cleanup()

    def _make_plan(self) -> None:
        made = ["plan", *self.given.plan, *self._part_bytes, "-o", self._plan]
        if not self.piped:
            self._run([*made, "--", *self.given.inputs])
            return
        try:
            listed = files.listing(self.given.inputs)
        except (ImportError, OSError, ValueError) as error:
            raise ReportFailed(f"{error}", 3 if isinstance(error, OSError) else 2) from error
        listing = os.path.join(self._folder.name, "listing.ndjson")
        with open(listing, "w") as file:
            file.writelines(files.lines(listed))
        command = [self.program, *made, "--listing", listing, "--tmp-dir", self._folder.name]
        done = files.answer(command, files.Reader(listed))
        if done.returncode not in (0, 3):
            raise ReportFailed(said(done), done.returncode)

    def command(self) -> List[str]:
        """The command that reports, once the parts are read."""
        return [self.program, "report", "--plan", self._plan, *self.given.report, "--", self._summaries]

    def read(self, context: Any, *, tasks_max: int = TASKS_MAX, binary: Optional[str] = None) -> None:
        """Reads all parts in the executors of a SparkContext, and puts what they say into the folder of summaries."""
        with open(self._plan, "rb") as file:
            bins, total = deal(json.load(file), tasks_max)
        parts, size = total
        say(f"{parts} parts, {size / 1e9:.3f} GB, in {len(bins)} tasks")
        job = tasks.Job(
            run=uuid.uuid4().hex,
            version=self._run(["--version"]).strip(),
            binary=binary,
            shipped=os.path.basename(self.program),
            threads=int(context.getConf().get("spark.task.cpus", "1")),
            folder=os.getcwd(),
            parts=parts,
            piped=self.piped,
        )
        ship(context, None if binary else self.program)
        for place, summary in enumerate(summaries(context, job, bins)):
            with open(os.path.join(self._summaries, f"{place}.summary"), "wb") as file:
                file.write(summary)

    def _run(self, arguments: Sequence[str]) -> str:
        """Runs the program here; 3 says that an input is missing or damaged, as the report will."""
        done = subprocess.run([self.program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in (0, 3):
            raise ReportFailed(said(done), done.returncode)
        return done.stdout.decode(errors="replace")

    def _check(self) -> None:
        """Has the program look at the options of the report before hours of work, of a plan without a part."""
        empty = os.path.join(self._folder.name, "empty.json")
        self._run(["plan", *self.given.plan, "-o", empty, "--", self._summaries])
        with open(empty) as file:
            plan = json.load(file)
        plan.update(files=[], inputs=[], parts=[])
        with open(empty, "w") as file:
            json.dump(plan, file)
        for output in self.given.outputs():
            parent = os.path.dirname(os.path.abspath(output))
            if not os.access(parent, os.W_OK):
                raise ReportFailed(f"-o {output}: {parent} is no folder that can be written to", 4)
        elsewhere = os.path.join(self._folder.name, "outputs")
        options = self.given.elsewhere(elsewhere)
        command = [self.program, "report", "--plan", empty, *options, "--", self._summaries]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode not in (0, 1, 3):
            raise ReportFailed(said(done).replace(elsewhere + os.sep, ""), done.returncode)


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What the program said on standard error, without its name."""
    text = done.stderr.decode(errors="replace").strip()
    return text[len("resplog: ") :] if text.startswith("resplog: ") else text


def deal(plan: Dict[str, Any], tasks_max: int) -> Tuple[List[bytes], Tuple[int, int]]:
    """Deals the parts of a plan out to tasks, and tells how many parts and bytes there are.

    Each task gets a plan of its own parts and inputs, so that what is sent and read grows with the parts and not with
    their square.
    """
    files, inputs, parts = plan["files"], plan["inputs"], plan["parts"]
    total = sum(part["bytes"] for part in parts)

    def sub_plan(own: List[Dict[str, Any]]) -> bytes:
        places: Dict[int, int] = {}
        of_file: Dict[int, int] = {}
        dealt = []
        for part in own:
            pieces = [dict(it, input=places.setdefault(it["input"], len(places))) for it in part["pieces"]]
            dealt.append(dict(part, pieces=pieces))
        named = [inputs[place] for place in places]
        named = [dict(it, file=of_file.setdefault(it["file"], len(of_file))) for it in named]
        held = [files[place] for place in of_file]
        return json.dumps(dict(plan, words=None, files=held, inputs=named, parts=dealt)).encode()

    def dealt() -> Iterator[bytes]:
        own: List[Dict[str, Any]] = []
        held = 0
        for place, part in enumerate(parts):
            own.append(part)
            held += part["bytes"]
            # The share of all parts up to this one, of bytes and of their number, whichever is larger.
            if held * tasks_max >= total and len(own) * tasks_max >= len(parts) or place + 1 == len(parts):
                yield sub_plan(own)
                own, held = [], 0

    return list(dealt()), (len(parts), total)


_packages: Dict[str, str] = {}


def ship(context: Any, program: Optional[str]) -> None:
    """Sends this package, and the program unless executors have it, to where Python and the tasks find them."""
    if program:
        context.addFile(program)
    if context.applicationId in _packages:
        return
    # An application takes a file under one name once, and serves it for as long as it runs.
    folder = tempfile.mkdtemp(prefix="resplog-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = _packages[context.applicationId] = os.path.join(folder, "resplog-python.zip")
    with zipfile.ZipFile(package, "w") as archive:
        for name in ("__init__.py", "spark/__init__.py", "spark/files.py", "spark/options.py", "spark/tasks.py"):
            archive.writestr(f"resplog/{name}", pkgutil.get_data("resplog", name) or b"")
    context.addPyFile(package)


def summaries(context: Any, job: tasks.Job, bins: List[bytes]) -> List[bytes]:
    """What the parts say, merged; nothing when there is no part."""
    if not bins:
        return []
    failures = context.accumulator([], tasks.Failures())
    merged = context.parallelize(bins, len(bins)).mapPartitionsWithIndex(tasks.reading(job, failures))
    count = len(bins)
    while count > 1:
        count = -(-count // tasks.FAN)
        merged = merged.map(tasks.to_group).partitionBy(count, int).mapPartitionsWithIndex(tasks.merging(job, failures))
    with Cancelling(context, job.run, failures):
        return [summary for _, summary in merged.collect()]


class Cancelling:
    """Cancels the jobs of a block as soon as a task says that trying again does not help, which Spark itself would."""

    def __init__(self, context: Any, group: str, failures: Any) -> None:
        self._context, self._group, self._failures = context, group, failures
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._wait, daemon=True)

    def __enter__(self) -> None:
        self._context.setJobGroup(self._group, "resplog", True)
        self._watch.start()

    def _wait(self) -> None:
        while not self._done.wait(0.2):
            if self._failures.value:
                self._context.cancelJobGroup(self._group)
                return

    def __exit__(self, kind: Any, error: Any, _: Any) -> None:
        self._done.set()
        self._watch.join()
        self._context.setLocalProperty("spark.jobGroup.id", None)
        if self._failures.value:
            # Several may have failed by the time that the first one is known.
            _, code, message = min(self._failures.value)
            raise ReportFailed(message, code) from error
        if isinstance(error, KeyboardInterrupt):
            self._context.cancelJobGroup(self._group)
        elif isinstance(error, Exception):
            raise ReportFailed(f"the job failed, trying again may help: {error}", tasks.AGAIN) from error


def say(message: str) -> None:
    """Says something to the one who watches; data goes to standard output alone."""
    print(f"resplog-spark: {message}", file=sys.stderr, flush=True)
