"""Writing that survives a crash: temporary file, fsync, rename, fsync of the folder; and the places to crash at.

What belongs here: the few file-system steps that must happen in a fixed order, holding a folder meanwhile, and the kill points that let a test
stop the process between any two of them. What does not: what is written, or where.
"""

import os
import secrets
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sources.errors import SotevarastoError

# One prefix for every unfinished file or folder, so that recovery knows them by name alone.
TEMP_PREFIX = ".tmp-"
KILL_VARIABLE = "SOTEVARASTO_KILL_AT"

_passes: Counter[str] = Counter()


def temp_path(final: Path) -> Path:
    """A fresh name beside `final` (same folder, hence same file system) to write to before `replace_file`."""
    return final.with_name(f"{TEMP_PREFIX}{secrets.token_hex(8)}")


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Put the path into an OSError that names none, as those of write and fsync do not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def fsync_file(path: Path) -> None:
    """Flush one file's bytes to the disk. A failure is raised and never retried: the pages may be lost."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_dir(path: Path) -> None:
    """Flush one folder's entries to the disk, so that a rename or link in it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(tmp: Path, final: Path, mode: int | None = None, *, flushes_folder: bool = True) -> None:
    """Make the finished file `tmp` (same folder as `final`) durable under its final name, in one atomic step.

    Unless it flushes the folder, whoever puts several files there does, before anything relies on their names.
    """
    if mode is not None:
        os.chmod(tmp, mode)
    fsync_file(tmp)
    kill_point("file.flushed")
    os.replace(tmp, final)
    kill_point("file.renamed")
    if flushes_folder:
        fsync_dir(final.parent)


def write_atomic(path: Path, data: bytes | str, mode: int = 0o600, *, flushes_folder: bool = True) -> None:
    """Write a whole file so that a reader or a crash finds the old content or the new one, never a part; `flushes_folder` as in `replace_file`."""
    content = data.encode("utf-8") if isinstance(data, str) else data
    tmp = temp_path(path)
    descriptor = os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            file.write(content)
        replace_file(tmp, path, mode, flushes_folder=flushes_folder)
    except BaseException:
        tmp.unlink(missing_ok=True)
        raise


@contextmanager
def alone_in(folder: Path, taken: SotevarastoError) -> Iterator[None]:
    """Hold an existing folder for this process alone; `taken` is raised, at once, when another process holds it. The hold dies with its process."""
    import fcntl  # not where a sender's desk may stand

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise taken from None
        yield
    finally:
        os.close(descriptor)


def empty_folder(folder: Path) -> None:
    """Remove all that lies in a folder, but not the folder. What links in it point to stays."""
    for entry in list(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def kill_point(name: str) -> None:
    """End this process with SIGKILL if SOTEVARASTO_KILL_AT is `name` or, on the n-th pass, `name:n`.

    For tests only: it stands at every durable step, so that each gap between two steps can be crashed into.
    """
    wanted = os.environ.get(KILL_VARIABLE)
    if not wanted:
        return
    _passes[name] += 1
    if wanted in (name, f"{name}:{_passes[name]}"):
        os.kill(os.getpid(), signal.SIGKILL)
