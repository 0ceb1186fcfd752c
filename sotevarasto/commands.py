"""What every group of commands shares: one line on stderr and exit code 2 for an error that is meant for a person, and a quiet end when its reader goes away.

Belongs here: the click group that does so. Does not belong here: any command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sources.errors import SotevarastoError

# As a shell tells of a process that SIGPIPE ended: `sotevarasto status | head` is no failure of ours.
_PIPE_CLOSED = 141


class Commands(click.Group):
    """Turns every error meant for a person into one line on stderr and exit code 2, and a closed pipe into a quiet end with exit code 141."""

    def make_context(self, *arguments, **settings) -> click.Context:
        with _pipe_may_close():  # help is printed here
            return super().make_context(*arguments, **settings)

    def invoke(self, context: click.Context):
        with _pipe_may_close():
            try:
                return super().invoke(context)
            except BrokenPipeError:
                raise
            except (SotevarastoError, OSError) as error:
                click.echo(f"{self.name or 'sotevarasto'}: {one_line(error)}", err=True)
                context.exit(2)


@contextmanager
def _pipe_may_close() -> Iterator[None]:
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        hush()
        sys.exit(_PIPE_CLOSED)


def hush() -> None:
    """Send what is still printed nowhere: the reader of standard output is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def one_line(error: SotevarastoError | OSError) -> str:
    """The error in one line; one of the operating system names its path."""
    if isinstance(error, SotevarastoError):
        return str(error)
    from sources.home import current_profile, default_home

    place = error.filename or default_home(current_profile())
    return f"{place}: {error.strerror or error}; mend the path or free the space, then run the same command again"
