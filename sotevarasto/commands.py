"""What every group of commands shares: one line on stderr and exit code 2 for an error that is meant for a person.

Belongs here: the click group that does so. Does not belong here: any command.
"""

from __future__ import annotations

import click

from sources.errors import SotevarastoError


class Commands(click.Group):
    """Turns every error meant for a person into one line on stderr and exit code 2."""

    def invoke(self, context: click.Context):
        try:
            return super().invoke(context)
        except (SotevarastoError, OSError) as error:
            click.echo(f"{self.name or 'sotevarasto'}: {one_line(error)}", err=True)
            context.exit(2)


def one_line(error: SotevarastoError | OSError) -> str:
    """The error in one line; one of the operating system names its path."""
    if isinstance(error, SotevarastoError):
        return str(error)
    from sources.home import current_profile, default_home

    place = error.filename or default_home(current_profile())
    return f"{place}: {error.strerror or error}; mend the path or free the space, then run the same command again"
