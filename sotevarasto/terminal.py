"""The terminal, or the file or pipe that stands in its place.

What belongs here: its width, and the form of a table. What does not: what is printed, and what a reader who goes away means for a command (commands.py).
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

# Where there is no terminal nothing is folded: a log's reader searches it for whole words.
_UNFOLDED = 10_000


class Terminal(Console):
    """The console of every command; a closed pipe raises BrokenPipeError, as print does, and does not end the process by itself."""

    def __init__(self) -> None:
        super().__init__(highlight=False, width=None if sys.stdout.isatty() else _UNFOLDED)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def table(*columns: str, numbers: frozenset[int] = frozenset()) -> Table:
    """An empty table without lines; the columns of the positions `numbers` are set to the right."""
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        made.add_column(
            column, justify="right" if index in numbers else "left", overflow="ellipsis", no_wrap=index == 0
        )
    return made
