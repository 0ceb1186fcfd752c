"""Deliveries whose reading ended the process itself: noticed at the next start, read alone then, and after the third death read no more.

Belongs here: the notes that say which deliveries are being read, and how many deaths each was part of. Does not belong here: reading (staging.py), the verdict (judging.py).

A note is an empty file whose name says everything, and each step is one rename, so that a process may end between any two of them. While a delivery is read, its note
is `<receipt>.<deaths>.read`; at the next start what is left of these becomes `<receipt>.<deaths + 1>.died`. Notes are no facts: the ledger knows nothing of them, and
losing them costs one more death.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

# The first may have been another delivery's; the delivery is read alone after it, so the later ones are its own or the operator's. A night that is asked to end (SIGTERM, SIGINT) lets
# its readers end and leaves no note; but one that is killed outright twice, while it reads a long good file, must not refuse that file: hence three.
DEATHS = 3
_READ, _DIED = ".read", ".died"


class Notes:
    """The notes of one home; one process at a time uses them."""

    def __init__(self, folder: Path, pending: Collection[str]) -> None:
        """Take stock: what was being read when the process before ended died with it. Notes about receipts not in `pending` are removed."""
        self._folder = folder
        self._deaths: dict[str, int] = {}
        for note in sorted(folder.iterdir()):
            receipt_id, _, number = note.stem.rpartition(".")
            deaths = int(number) + (note.suffix == _READ)
            if receipt_id in pending:
                note.replace(self._note(receipt_id, deaths, _DIED))
                self._deaths[receipt_id] = deaths
            else:
                note.unlink()

    def deaths(self, receipt_id: str) -> int:
        """In how many deaths of the process this delivery was being read."""
        return self._deaths.get(receipt_id, 0)

    @contextmanager
    def reading(self, receipt_id: str) -> Iterator[None]:
        """Hold a note while a delivery is read. It goes when reading ends in any way but the death of the process."""
        deaths = self.deaths(receipt_id)
        note = self._note(receipt_id, deaths, _READ)
        if deaths:
            self._note(receipt_id, deaths, _DIED).replace(note)
        else:
            note.touch()
        try:
            yield
        finally:
            note.unlink()
            self._deaths.pop(receipt_id, None)

    def forget(self, receipt_id: str) -> None:
        """Remove what is noted of a delivery that was decided unread."""
        if deaths := self._deaths.pop(receipt_id, 0):
            self._note(receipt_id, deaths, _DIED).unlink(missing_ok=True)

    def _note(self, receipt_id: str, deaths: int, state: str) -> Path:
        return self._folder / f"{receipt_id}.{deaths}{state}"
