"""The short proof: two threads of one process of Spark give what one machine gives, and say why when they cannot.

usage: PYTHON tests/spark/short.py PROGRAM        with PySpark and Java there; exit 77 without them
"""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests" / "spark")]

import proof  # noqa: E402


def main() -> int:
    program = os.path.realpath(sys.argv[1])
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        print(f"short: left out: {error}")
        return proof.SKIPPED
    if not shutil.which("java"):
        print("short: left out: no java")
        return proof.SKIPPED
    import resplog.spark

    folder = Path(tempfile.mkdtemp(prefix="resplog-short-"))
    os.environ.update(proof.environment(folder))
    part_bytes = str(proof.logs(folder, 30) * 2)
    os.chdir(folder)
    builder = SparkSession.builder.master("local[2,2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    how = {"part_bytes": part_bytes, "tasks_max": 10, "program": program}
    try:
        # Twice in one session, with bins and without, and more tasks than one merges.
        for options in (["-f", "json"], ["-f", "text", "--by", "app=/app", "--top", "3", "--code", "InternalError"]):
            one = subprocess.run([program, "report", "days", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            told = resplog.spark.report(spark, ["days"], options, **how)
            assert (told.code, told.stdout) == (one.returncode, one.stdout), options
        assert resplog.spark.report(spark, ["days"], ["-f", "json"], **dict(how, tasks_max=1000)).json()["inputs"]
        # What is not as it was planned for fails at once, with the reason.
        wrapper = folder / "changed"
        wrapper.write_text(f"#!/bin/sh\n[ $1 != part ] || {{ echo changed >&2; exit 6; }}\nexec '{program}' \"$@\"\n")
        wrapper.chmod(0o755)
        other = folder / "other"
        other.write_text("#!/bin/sh\necho resplog 0.0.1\n")
        other.chmod(0o755)
        lasting = [(wrapper, 6, "changed"), (folder / "none", 2, "does not run on"), (other, 2, "is resplog 0.0.1: expected resplog")]
        for binary, code, text in lasting:
            try:
                resplog.spark.report(spark, ["days"], binary=str(binary), **how)
            except resplog.spark.ReportFailed as error:
                assert error.code == code and text in str(error), error
            else:
                raise AssertionError(f"{binary} went well")
        # What may succeed is tried as often as Spark tries a task, and then it is told as such.
        wrapper.write_text(f"#!/bin/sh\n[ $1 != part ] || exit 75\nexec '{program}' \"$@\"\n")
        try:
            resplog.spark.report(spark, ["days"], binary=str(wrapper), **how)
        except resplog.spark.ReportFailed as error:
            assert error.code == 75, error
        else:
            raise AssertionError("no part was read, and it went well")
    finally:
        with contextlib.redirect_stderr(io.StringIO()):
            spark.stop()
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)
    print("short: the report of local[2] is that of one machine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
