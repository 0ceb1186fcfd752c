"""Secrets of the operator, read from files that nobody else may read.

Belongs here: reading one secret and refusing a file that others can read. Does not belong here: what a secret is for. A secret is never a setting of its own: an
environment is inherited by every child process and shown by tools, so the environment names the file.
"""

import os
import stat
from pathlib import Path

from sources.errors import SotevarastoError

_LONGEST = 16_384


class SecretError(SotevarastoError):
    """A file of a secret cannot be used."""


def secret(variable: str) -> str | None:
    """The secret in the file that the environment variable names; None when it is not set. SecretError as `read_secret`."""
    named = os.environ.get(variable)
    return read_secret(Path(named), variable) if named else None


def read_secret(path: Path, variable: str) -> str:
    """The one line in `path`. SecretError when the file is not regular, not this user's, open to others, empty or of several lines."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SecretError(f"{variable}: {path}: {error.strerror}: name a regular file of mode 0600") from None
    try:
        # Of the open file, not of its name: what was judged is what is read.
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SecretError(f"{variable}: {path} is no regular file: name one of mode 0600")
        if status.st_uid != os.geteuid():
            raise SecretError(f"{variable}: {path} belongs to another user: chown it to the user that runs this")
        if status.st_mode & 0o177:
            mode = f"{stat.S_IMODE(status.st_mode):04o}"
            raise SecretError(f"{variable}: {path} has mode {mode}, so others may read it: chmod 0600 {path}")
        content = os.read(descriptor, _LONGEST + 1)
    finally:
        os.close(descriptor)
    text = content.decode("utf-8", errors="replace").strip()
    if not text or "\n" in text or len(content) > _LONGEST:
        raise SecretError(f"{variable}: {path} must hold one line, the secret, and holds {_told(text)}: write it anew")
    return text


def _told(text: str) -> str:
    return f"{len(text.splitlines())} lines" if text else "nothing"
