"""Which options of ``resplog report`` belong to the plan, and which to the report of its parts. It gives them no meaning."""

from __future__ import annotations

import os
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

#: Options with a value that change what is read, so that the plan has to know them.
PLAN_VALUES = {
    "--envelope", "--forms", "--input-format", "--field", "--max-line", "--assume-tz", "--since", "--last", "--from",
    "--until", "--to", "--service", "--action", "--region", "--by",
}  # fmt: skip
PLAN_FLAGS = {"--no-prune"}
#: Options that both have to know.
BOTH_VALUES = {"--config", "--now", "-j", "--threads"}
#: Options of the report alone.
REPORT_VALUES = {
    "-f", "--format", "-o", "--output", "--top", "--limit", "--table", "--mail-to", "--ids", "--code", "--class",
    "--classes", "--tz", "--progress", "--color", "--fail-if", "--baseline", "--ack",
}  # fmt: skip
REPORT_FLAGS = {"--json", "--stamp", "--quiet-if-ok"}
#: Options that need one machine, and why.
REFUSED = {
    "--state": "a state belongs to one machine",
    "--lock-wait": "a state belongs to one machine",
    "--rotated-into": "a state belongs to one machine",
    "--history": "a state belongs to one machine",
    "--cache": "a cache belongs to one machine",
    "--cache-bytes": "a cache belongs to one machine",
    "--verify": "a cache belongs to one machine",
    "--dedupe": "ids are compared on one machine",
    "--rejects": "parts keep the first of such lines only",
    "--rejects-text": "parts keep the first of such lines only",
    "--split": "parts know days of UTC alone",
    "--tmp-dir": "a report of parts makes no temporary files",
    "--plan": "the driver plans by itself: resplog report reads the parts of another plan",
}
OUTPUT = "--output="


class UsageError(ValueError):
    """An option that there is not, or not here."""


class Options(NamedTuple):
    """The command line, taken apart."""

    inputs: List[str]
    plan: List[str]
    report: List[str]

    def outputs(self) -> List[str]:
        """Where the report is written to, besides standard output."""
        return [word[len(OUTPUT) :] for word in self.report if word.startswith(OUTPUT)]

    def elsewhere(self, folder: str) -> List[str]:
        """The options of the report with all outputs in another folder, under their own names."""
        os.makedirs(folder, exist_ok=True)
        moved: List[str] = []
        for word in self.report:
            if word.startswith(OUTPUT):
                path = word[len(OUTPUT) :]
                other = os.path.join(folder, os.path.basename(os.path.abspath(path)))
                if os.path.isdir(path):
                    os.makedirs(other, exist_ok=True)
                word = OUTPUT + other
            moved.append(word)
        return moved


def words(arguments: Sequence[str]) -> Iterator[Tuple[Optional[str], Optional[str]]]:
    """Options with their values, flags without one, and inputs as values without a name."""
    rest = iter(arguments)
    with_value = PLAN_VALUES | BOTH_VALUES | REPORT_VALUES
    for word in rest:
        if word == "--":
            yield from ((None, value) for value in rest)
        elif word.startswith("--"):
            name, is_joined, value = word.partition("=")
            if name in with_value and not is_joined:
                value = next(rest, "")
                if not value:
                    raise UsageError(f"{name} has no value")
            yield name, value if name in with_value else None
        elif word.startswith("-") and word != "-":
            name, value = word[:2], word[2:].lstrip("=")
            if name in with_value and not value:
                value = next(rest, "")
                if not value:
                    raise UsageError(f"{name} has no value")
            yield name, value
        else:
            yield None, word


def split(arguments: Sequence[str]) -> Options:
    """Takes a command line apart; raises UsageError."""
    options = Options([], [], [])
    for name, value in words(arguments):
        if name is None:
            options.inputs.append(value or "")
            continue
        if name in REFUSED:
            raise UsageError(f"{name} does not go with Spark: {REFUSED[name]}")
        typed = name if value is None else f"{name}={value}" if name.startswith("--") else f"{name}{value}"
        # Joined to its name, no value is taken for an option.
        if name in ("-o", "--output"):
            typed = f"{OUTPUT}{value}"
        known = False
        if name in PLAN_VALUES | PLAN_FLAGS | BOTH_VALUES:
            options.plan.append(typed)
            known = True
        if name in REPORT_VALUES | REPORT_FLAGS | BOTH_VALUES:
            options.report.append(typed)
            known = True
        if not known:
            raise UsageError(f"unexpected argument '{name}': expected an option of resplog report")
    if not options.inputs and not any(word.startswith("--config") for word in options.plan):
        raise UsageError("no input: expected files, folders or globs that all executors can read")
    if "-" in options.inputs:
        raise UsageError("standard input does not go with Spark: expected files, folders or globs")
    return options
