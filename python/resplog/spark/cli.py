"""``resplog-spark``: the command line of the driver."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any, List, Optional, Sequence

from resplog.spark import TASKS_MAX, ReportFailed, Run, UsageError, say
from resplog.spark.options import split

USAGE = "resplog-spark [OPTIONS] INPUT… [OPTIONS of resplog report]"
EPILOG = """\
example:
  resplog-spark /mnt/logs/2026-11 -f html -o november.html --fail-if 'failure_rate > 2%'

Options and exit codes are those of 'resplog report', whose report it writes, to the byte; not those that need one machine:
--state, --cache, --dedupe, --rejects, --split. Exit codes besides: 6 an input is not what was planned for; 75 the job failed
and may succeed when it is tried again. Session options come from spark-defaults.conf, spark-submit, or --master and --conf."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="resplog-spark",
        usage=USAGE,
        description="Report what logs hold, read by the executors of Spark.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--master", metavar="URL", help="the master, where spark-submit or the configuration names none")
    made.add_argument("--conf", metavar="KEY=VALUE", action="append", default=[], help="an option of the session; repeat it")
    made.add_argument("--part-bytes", metavar="BYTES", help="about how many bytes a part reads: 256M")
    made.add_argument("--tasks", metavar="N", type=int, default=TASKS_MAX, help=f"how many tasks there are at the most: {TASKS_MAX}")
    made.add_argument("--program", metavar="PATH", help="the resplog of the driver, sent to executors; that of the wheel by default")
    made.add_argument("--binary", metavar="PATH", help="the resplog of the executors, where it is there; nothing is sent then")
    return made


def session(master: Optional[str], conf: Sequence[str]) -> Any:
    """The session that there is, or one with these options."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(f"{error}: expected pip install 'resplog[spark]', or the Python of Spark") from error

    builder = SparkSession.builder.appName("resplog")
    if master:
        builder = builder.master(master)
    for option in conf:
        key, _, value = option.partition("=")
        builder = builder.config(key, value)
    return builder.getOrCreate()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command; the exit code."""
    own, rest = parser().parse_known_args(arguments)
    if own.tasks < 1:
        return refuse("invalid --tasks: expected at least 1")
    try:
        given = split(rest)
        with Run(given, program=own.program, part_bytes=own.part_bytes) as run:
            spark = session(own.master, own.conf)
            try:
                run.read(spark.sparkContext, tasks_max=own.tasks, binary=own.binary)
            finally:
                spark.stop()
            return subprocess.run(run.command()).returncode
    except (UsageError, FileNotFoundError) as error:
        return refuse(str(error))
    except ReportFailed as error:
        say(str(error))
        return error.code
    except KeyboardInterrupt:
        return 130


def refuse(message: str) -> int:
    say(message)
    return 2


if __name__ == "__main__":
    sys.exit(main())
