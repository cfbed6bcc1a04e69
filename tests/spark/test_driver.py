"""The driver without Spark: which option goes where, how parts are dealt out, and what executors do with them.

usage: RESPLOG_PROGRAM=… python3 -m unittest discover -s tests/spark
"""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, List
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from resplog import spark  # noqa: E402
from resplog.spark import cli, files, options, tasks  # noqa: E402

PROGRAM = os.path.abspath(os.environ["RESPLOG_PROGRAM"])


def run(*arguments: str, cwd: Any = None) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def of_help(command: str) -> List[str]:
    """The options of a command with a mark where they take a value."""
    text = run(command, "--help").stdout.decode()
    found = re.findall(r"^ +(?:(-\w), )?(--[\w-]+)( <)?", text, re.MULTILINE)
    return [name + ("=" if value else "") for short, long, value in found for name in (short, long) if name]


class OptionsTest(unittest.TestCase):
    def test_every_option_of_the_report_has_its_place(self) -> None:
        known = options.PLAN_VALUES | options.BOTH_VALUES | options.REPORT_VALUES
        mine = {name + "=" for name in known} | options.PLAN_FLAGS | options.REPORT_FLAGS
        theirs = set(of_help("report")) - {"-h", "--help", "-V", "--version"}
        refused = {name for name in theirs if name.rstrip("=") in options.REFUSED}
        self.assertGreater(len(theirs), 40)
        hidden = {"--last=", "--from=", "--to=", "--limit=", "--json"}
        self.assertEqual(mine - hidden, theirs - refused)
        self.assertEqual({name.rstrip("=") for name in refused}, set(options.REFUSED))
        plan = set(of_help("plan")) - {"-h", "--help", "-V", "--version", "--part-bytes=", "-o=", "--output="}
        both = {name + "=" for name in options.PLAN_VALUES | options.BOTH_VALUES} | options.PLAN_FLAGS
        self.assertEqual(both - hidden, plan - OWN_OF_PLAN)

    def test_values_stay_with_their_options(self) -> None:
        words = ["a b", "-fjson", "--since=-5m", "-o", "x.html", "--fail-if", "failed > 0", "--no-prune", "--", "-f"]
        given = options.split(words)
        self.assertEqual(given.inputs, ["a b", "-f"])
        self.assertEqual(given.plan, ["--since=-5m", "--no-prune"])
        self.assertEqual(given.report, ["-fjson", "--output=x.html", "--fail-if=failed > 0"])
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(given.elsewhere(folder)[1], f"--output={folder}/x.html")

    def test_options_of_the_driver_may_stand_anywhere(self) -> None:
        words = ["a", "-f", "json", "--conf", "x=y", "--top=3", "b", "--tasks", "5", "--by", "app=/app", "--", "-c", "--conf"]
        own, rest = cli.parser().parse_known_args(words)
        self.assertEqual((own.conf, own.tasks), (["x=y"], 5))
        given = options.split(rest)
        self.assertEqual(given.inputs, ["a", "b", "-c", "--conf"])
        self.assertEqual((given.plan, given.report), (["--by=app=/app"], ["-fjson", "--top=3"]))

    def test_what_one_machine_alone_can_do_is_refused(self) -> None:
        for words in (["a", "--state", "s"], ["a", "--dedupe"], ["a", "--foo"], ["a", "-f"], ["-"], [], ["a", "--top", ""]):
            with self.assertRaises(options.UsageError, msg=str(words)):
                options.split(words)

    def test_a_mistake_is_found_before_spark_starts(self) -> None:
        log = str(ROOT / "testdata" / "wrapped.ndjson")
        for words, code, text in [
            (["-f", "nope"], 2, "nope"),
            (["--fail-if", "hm"], 2, "hm"),
            (["-o", "x.foo"], 2, "-o x.foo: "),
            (["--by", "hour"], 2, "--by hour"),
            (["-o", "/nowhere/x.html"], 4, "/nowhere"),
            (["--part-bytes", "much"], 2, "much"),
        ]:
            told = io.StringIO()
            with mock.patch.object(cli, "session", side_effect=AssertionError), redirect_stderr(told):
                self.assertEqual(cli.main(["--program", PROGRAM, log, *words]), code, words)
            self.assertIn(text, told.getvalue())


#: Options of the plan that the driver gives by itself.
OWN_OF_PLAN = {"--listing=", "--tmp-dir="}


def plan_of(count: int) -> Any:
    files = [{"path": f"{place}"} for place in range(count)]
    inputs = [{"path": f"{place}", "file": place, "size": 10} for place in range(count)]
    pieces = [{"input": place, "start": 0, "end": 10} for place in range(count)]
    parts = [{"part": place, "bytes": 10, "pieces": [piece]} for place, piece in enumerate(pieces)]
    return {"schema": "x", "words": {"inputs": ["a"]}, "files": files, "inputs": inputs, "parts": parts}


class DealTest(unittest.TestCase):
    def test_each_part_is_in_one_bin_with_its_own_inputs(self) -> None:
        for count, tasks_max in [(1, 10), (10, 10), (11, 10), (100, 7), (3, 1), (0, 5)]:
            bins, total = spark.deal(plan_of(count), tasks_max)
            self.assertLessEqual(len(bins), tasks_max)
            self.assertEqual(total, (count, 10 * count))
            dealt = []
            for text in bins:
                plan = json.loads(text.decode())
                for part in plan["parts"]:
                    (piece,) = part["pieces"]
                    named = plan["inputs"][piece["input"]]
                    self.assertEqual(plan["files"][named["file"]]["path"], named["path"])
                    self.assertEqual(named["path"], str(part["part"]))
                    dealt.append(part["part"])
                self.assertEqual(len(plan["inputs"]), len(plan["parts"]))
            self.assertEqual(dealt, list(range(count)))

    def test_parts_without_a_byte_are_read_too(self) -> None:
        plan = plan_of(3)
        for part in plan["parts"]:
            part["bytes"] = 0
        self.assertEqual(sum(len(json.loads(text.decode())["parts"]) for text in spark.deal(plan, 2)[0]), 3)


WRAPPER = """#!/bin/sh
for last; do :; done
[ "$1" != part ] || [ ! -e '{fail}/'"$last" ] || exit $(cat '{fail}/'"$last")
[ "$1" != part ] || echo "$last" >> '{fail}/runs'
exec '{program}' "$@"
"""


class DeskTest(unittest.TestCase):
    def setUp(self) -> None:
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        (self.folder / "fail").mkdir()
        (self.folder / "a.ndjson").write_bytes((ROOT / "testdata" / "wrapped.ndjson").read_bytes())
        wrapper = self.folder / "wrapper"
        wrapper.write_text(WRAPPER.format(fail=self.folder / "fail", program=os.path.abspath(PROGRAM)))
        wrapper.chmod(0o755)
        run("plan", "a.ndjson", "--part-bytes", "60K", "-o", "plan.json", cwd=self.folder)
        self.text = (self.folder / "plan.json").read_bytes()
        self.parts = len(json.loads(self.text.decode())["parts"])
        self.assertEqual(self.parts, 5)
        version = run("--version").stdout.decode().strip()
        self.job = tasks.Job("run", version, str(wrapper), "", 1, str(self.folder), self.parts)
        patched = mock.patch.dict(os.environ, {"SPARK_LOCAL_DIRS": str(self.folder / "local")})
        patched.start()
        self.addCleanup(patched.stop)
        files = mock.patch.object(tasks, "program", lambda job: job.binary)
        files.start()
        self.addCleanup(files.stop)
        told = redirect_stderr(io.StringIO())
        self.told = told.__enter__()
        self.addCleanup(told.__exit__, None, None, None)

    def fail(self, part: int, code: int) -> None:  # type: ignore[override]
        (self.folder / "fail" / str(part)).write_text(str(code))

    def read(self) -> bytes:
        with tasks.Desk(self.job) as desk:
            return desk.read(self.text)

    def test_a_bin_is_one_summary_of_its_parts(self) -> None:
        summaries = self.folder / "summaries"
        summaries.mkdir()
        (summaries / "all.summary").write_bytes(self.read())
        one = run("report", "a.ndjson", "-f", "json", cwd=self.folder)
        many = run("report", "--plan", "plan.json", "summaries", "-f", "json", cwd=self.folder)
        self.assertEqual((one.stdout, one.returncode), (many.stdout, many.returncode))
        self.assertIn("part 4 of 5: a.ndjson bytes 245760 to 287444, 41684 bytes: exit 0", self.told.getvalue())
        self.assertEqual(os.listdir(self.folder / "local"), [])

    def test_after_a_part_that_may_succeed_only_that_and_what_follows_it_is_read_again(self) -> None:
        self.fail(3, 75)
        with self.assertRaises(tasks.Again):
            self.read()
        (self.folder / "fail" / "3").unlink()
        self.read()
        self.assertEqual((self.folder / "fail" / "runs").read_text().split(), ["0", "1", "2", "3", "4"])

    def test_what_lasts_reaches_the_driver_and_is_not_tried_again(self) -> None:
        for code in (2, 4, 6, 70):
            self.fail(1, code)
            failures = mock.Mock()
            self.assertEqual(list(tasks.reading(self.job, failures)(0, [self.text])), [])
            ((failure,),) = failures.add.call_args[0]
            self.assertEqual(failure[:2], (1, code))
            self.assertIn("part 1 of 5: a.ndjson bytes 61440", failure[2])

    def test_a_damaged_input_is_a_result(self) -> None:
        (self.folder / "cut.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00")
        self.assertEqual(run("plan", "cut.gz", "-o", "plan.json", cwd=self.folder).returncode, 0)
        with tasks.Desk(self.job) as desk:
            self.assertTrue(desk.read((self.folder / "plan.json").read_bytes()).startswith(b"\xf5resplog"))


class FilesTest(unittest.TestCase):
    """Files that are read for the program. These are of this machine, under URIs that it does not open itself."""

    def setUp(self) -> None:
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = Path(held.name)
        (self.folder / "logs").mkdir()
        self.uri = f"file://{self.folder}/logs"
        told = redirect_stderr(io.StringIO())
        told.__enter__()
        self.addCleanup(told.__exit__, None, None, None)
        files = mock.patch.object(tasks, "program", lambda job: PROGRAM)
        files.start()
        self.addCleanup(files.stop)

    def write(self, name: str, data: bytes) -> None:
        path = self.folder / "logs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    def planned(self, part_bytes: str, *more: str) -> Any:
        given = options.split([self.uri, *more])
        run = spark.Run(given, program=os.path.abspath(PROGRAM), part_bytes=part_bytes)
        self.addCleanup(run.__exit__)
        return run.__enter__()

    def read(self, run: Any) -> List[Any]:
        """Reads all parts; the plan's parts."""
        with open(run._plan, "rb") as file:
            plan = json.load(file)
        job = tasks.Job("run", "", None, "", 1, "/", len(plan["parts"]), True)
        for place, text in enumerate(spark.deal(plan, 1000)[0]):
            with tasks.Desk(job) as desk:
                Path(run._summaries, f"{place}.summary").write_bytes(desk.read(text))
        return list(plan["parts"])

    def assert_one_machine(self, part_bytes: str, *more: str) -> int:
        run = self.planned(part_bytes, "-f", "json", *more)
        parts = self.read(run)
        many = subprocess.run(run.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        words = [PROGRAM, "report", str(self.folder / "logs"), "-f", "json", "--no-prune", *more]
        one = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expected = one.stdout.replace(f"{self.folder}/".encode(), f"file://{self.folder}/".encode())
        told, expected = many.stdout.decode().splitlines(), expected.decode().splitlines()
        different = [pair for pair in zip(told, expected) if pair[0] != pair[1]]
        self.assertEqual((different[:5], len(told), many.returncode), ([], len(expected), one.returncode), many.stderr)
        return len(parts)

    def test_logs_of_every_kind_are_those_of_one_machine(self) -> None:
        testdata = ROOT / "testdata"
        for name in ("bare.ndjson", "damaged.ndjson", "pretty.json", "wrapped.ndjson"):
            self.write(name, (testdata / name).read_bytes())
        self.write("deep/packed.gz", gzip.compress((testdata / "wrapped.ndjson").read_bytes()))
        self.write("deep/cut.gz", b"\x1f\x8b\x08\x00\x00\x00")
        self.write("empty.log", b"")
        self.assertGreater(self.assert_one_machine("20K"), 15)
        self.assertEqual(self.assert_one_machine("1G"), 1)
        window = ["--since", "2026-11-24T03:00:00Z", "--service", "cvm", "--by", "app=/app"]
        self.assert_one_machine("40K", *window)

    def test_a_piece_is_read_without_the_rest_of_its_file(self) -> None:
        texts = b"".join(path.read_bytes() for path in sorted((ROOT / "testdata" / "texts").glob("*.log")))
        wrapped = (ROOT / "testdata" / "wrapped.ndjson").read_bytes()
        long = b'{"Response":{"RequestId":"6f1c2b9e-77b1-4c39-9a55-2d1b6f0e8c41","A":"' + b"x" * 700_000 + b'"}}\n'
        self.write("large.log", (texts * 2 + wrapped) * 4 + long + b"\0" * 400_000 + wrapped + texts * 4 + long[:300_000])
        asked: List[int] = []
        read = files.Reader.read

        def counted(reader: Any, path: str, offset: int, length: int) -> bytes:
            asked.append(length)
            return read(reader, path, offset, length)

        with mock.patch.object(files.Reader, "read", counted):
            parts = self.assert_one_machine("150K")
        size = (self.folder / "logs" / "large.log").stat().st_size
        self.assertGreater(size, 3_000_000)
        self.assertGreater(parts, 20)
        self.assertLess(sum(asked) / parts, 150_000 + 256_000 * 2 + 700_000)
        self.assert_one_machine("700K")

    def test_a_file_that_changed_fails_its_part(self) -> None:
        self.write("a.ndjson", (ROOT / "testdata" / "wrapped.ndjson").read_bytes())
        run = self.planned("100K")
        self.write("a.ndjson", b"another")
        with self.assertRaises(tasks.Lasting) as failed:
            self.read(run)
        self.assertEqual(failed.exception.failure[1], 6)
        (self.folder / "logs" / "a.ndjson").unlink()
        with self.assertRaises(tasks.Lasting) as failed:
            self.read(run)
        self.assertIn("it is gone", failed.exception.failure[2])

    def test_a_tar_is_named_and_nothing_of_it_is_counted(self) -> None:
        self.write("a.ndjson", (ROOT / "testdata" / "wrapped.ndjson").read_bytes())
        for part_bytes in ("1G", "1K"):
            subprocess.run(["tar", "-cf", "b.tar", "a.ndjson"], cwd=self.folder / "logs", check=True)
            run = self.planned(part_bytes, "-f", "json")
            self.read(run)
            done = subprocess.run(run.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            report = json.loads(done.stdout.decode())
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual([it["status"] for it in report["inputs"]], ["ok", "error"])
            self.assertIn("tars", report["inputs"][1]["error"])
            self.assertEqual(report["inputs"][1]["lines"], 0)

    def test_uris_mean_files_folders_and_globs(self) -> None:
        for name in ("a.log", "b.gz", "deep/c.log", "_temporary/0/d.log".replace("/0/", "-"), "_SUCCESS"):
            self.write(name, b"x\n")
        self.write("_temporary/e.log", b"x\n")

        def names(*uris: str) -> List[str]:
            return [it.path[len(self.uri) + 1 :] for it in files.listing([f"{self.uri}{uri}" for uri in uris])]

        everything = ["_temporary-d.log", "a.log", "b.gz", "deep/c.log"]
        self.assertEqual(names(""), everything)
        self.assertEqual(names("/", "/a.log"), everything)
        self.assertEqual(names("/*.log"), ["_temporary-d.log", "a.log"])
        self.assertEqual(names("/d*"), ["deep/c.log"])
        self.assertEqual(names("/*/*.log"), ["deep/c.log"])
        with self.assertRaises(OSError):
            names("/*.none")
        with self.assertRaises(options.UsageError):
            spark.Run(options.split([self.uri, "/var/log"]), program=PROGRAM)
        self.assertEqual([files.are_foreign([it]) for it in ("a", "s3://a", "cos://a", "hdfs://a/b")], [False] * 3 + [True])


if __name__ == "__main__":
    unittest.main()
