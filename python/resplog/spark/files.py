"""Files that only Hadoop's clients can open: listed on the driver and read for the program in executors, through pyarrow.

The program says which bytes it wants and gets just these, so that it needs no client of its own and a part no more than its
piece. Nothing here knows a line or a plan.
"""

from __future__ import annotations

import fnmatch
import json
import os
import subprocess
import tempfile
from typing import Any, BinaryIO, Dict, Iterator, List, NamedTuple, Sequence, Tuple
from urllib.parse import urlsplit

#: The schemes that the program opens itself.
OWN = ("s3", "cos")


class Listed(NamedTuple):
    """A file, and by what it is known to be the same one later."""

    path: str
    size: int
    modified: int


class Changed(RuntimeError):
    """A file is not the one that was listed."""


def scheme(path: str) -> str:
    """The scheme of a URI; nothing of a path."""
    name, separator, _ = path.partition("://")
    return name if separator and name.isalnum() else ""


def are_foreign(inputs: Sequence[str]) -> bool:
    """Whether the inputs have to be read for the program; raises ValueError when some of them have and others have not."""
    foreign = [bool(scheme(path)) and scheme(path) not in OWN for path in inputs]
    if any(foreign) and not all(foreign):
        raise ValueError("some inputs are in file systems of Hadoop and others are not: expected one report for each kind")
    return any(foreign)


def file_system(uri: str) -> Tuple[Any, str]:
    """The file system of a URI and the path in it."""
    if scheme(uri) == "file":
        try:
            from pyarrow import fs
        except ImportError:
            return Local(), uri[len("file://") :]
        return fs.LocalFileSystem(), uri[len("file://") :]
    from pyarrow import fs

    return fs.FileSystem.from_uri(uri)  # type: ignore[no-any-return]


class Local:
    """Files of this machine, as pyarrow gives them, for `file://` where pyarrow is not there."""

    class Info(NamedTuple):
        path: str
        size: int
        mtime_ns: int
        is_file: bool = True

    def get_file_info(self, path: Any) -> Any:
        if isinstance(path, str):
            try:
                status = os.stat(path)
            except FileNotFoundError:
                return Local.Info(path, 0, 0, False)
            return Local.Info(path, status.st_size, status.st_mtime_ns, not os.path.isdir(path))
        return [self.get_file_info(os.path.join(above, name)) for above, _, names in os.walk(path.base_dir) for name in names]

    def open_input_file(self, path: str) -> BinaryIO:
        return open(path, "rb")


def below(system: Any, folder: str) -> List[Any]:
    """All files below a folder."""
    if isinstance(system, Local):
        from types import SimpleNamespace

        return list(system.get_file_info(SimpleNamespace(base_dir=folder)))
    from pyarrow import fs

    return [info for info in system.get_file_info(fs.FileSelector(folder, recursive=True)) if info.is_file]


def listing(inputs: Sequence[str]) -> List[Listed]:
    """The files that URIs mean: files, folders with all below them, and globs in the last places of a path. Raises OSError."""
    found: Dict[str, Listed] = {}
    for uri in inputs:
        system, path = file_system(uri)
        given = urlsplit(uri)
        root = f"{given.scheme}://{given.netloc}"
        path = path.rstrip("/") or "/"
        start, is_glob = path, any(mark in path for mark in "*?[")
        while any(mark in start for mark in "*?["):
            start = os.path.dirname(start)
        info = system.get_file_info(start)
        infos = [info] if info.is_file else below(system, start)
        matched = [it for it in infos if not is_glob or matches(it.path, path)]
        if not matched:
            raise OSError(f"{uri}: no such file")
        for it in matched:
            # What jobs are still writing, and the marks that they leave.
            if any(part in ("_temporary", "_SUCCESS") for part in it.path[len(start) :].split("/")):
                continue
            found[it.path] = Listed(root + it.path, it.size or 0, it.mtime_ns or 0)
    return sorted(found.values())


def matches(path: str, pattern: str) -> bool:
    """Whether a path, or a folder above it, is meant by a pattern, in which a star means no slash."""
    parts, patterns = path.split("/"), pattern.split("/")
    return len(parts) >= len(patterns) and all(map(fnmatch.fnmatchcase, parts, patterns))


class Reader:
    """Reads files for one run of the program."""

    def __init__(self, listed: Sequence[Listed]) -> None:
        self._listed = {it.path: it for it in listed}
        self._open: Tuple[str, Any] = ("", None)

    def check(self) -> None:
        """Raises Changed when a file is not what was listed."""
        for listed in self._listed.values():
            system, path = file_system(listed.path)
            info = system.get_file_info(path)
            if not info.is_file:
                raise Changed(f"{listed.path}: it is gone")
            now = (info.size or 0, info.mtime_ns or 0)
            if now != (listed.size, listed.modified):
                raise Changed(f"{listed.path}: it has {now[0]} bytes and another time of change than when it was planned for")

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Just these bytes of a file."""
        name, file = self._open
        if name != path:
            self.close()
            system, place = file_system(self._listed[path].path)
            file = system.open_input_file(place)
            self._open = (path, file)
        file.seek(offset)
        data = b""
        while len(data) < length:
            more = file.read(length - len(data))
            if not more:
                raise Changed(f"{path}: it ends at byte {offset + len(data)}, where more was listed")
            data += more
        return data

    def close(self) -> None:
        if self._open[1] is not None:
            self._open[1].close()
        self._open = ("", None)


def answer(command: Sequence[str], reader: Reader, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Runs the program, and reads for it what it asks for. Raises Changed and OSError."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, **options)
        assert process.stdin and process.stdout
        try:
            for question in iter(process.stdout.readline, b""):
                wanted = json.loads(question.decode())
                process.stdin.write(reader.read(wanted["path"], wanted["offset"], wanted["length"]))
                process.stdin.flush()
            process.stdin.close()
        except BrokenPipeError:
            # It says itself why it ended.
            pass
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            reader.close()
            process.stdout.close()
        code = process.wait()
        said.seek(0)
        return subprocess.CompletedProcess(command, code, b"", said.read())


def lines(listed: Sequence[Listed]) -> Iterator[str]:
    """A listing as the program reads it."""
    for it in listed:
        yield json.dumps({"path": it.path, "size": it.size, "modified": it.modified}) + "\n"
