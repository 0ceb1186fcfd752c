"""What spoiling a delivery takes: the register of faults, a file as lines, and how each fault says what it must come to.

Belongs here: what the faults share. Does not belong here: the faults (the modules beside this one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sources.regional.file_rules import file_rule
from sources.simulator.parcel import Parcel
from sources.simulator.row_faults import RowFault, rule_id

CONTACTS, COSTS = DATASETS = ("care_contacts", "costs")
# A column of text, in which anything may stand until a rule speaks of it.
TEXT_COLUMN = {CONTACTS: "unit_id", COSTS: "service_class_code"}


@dataclass(frozen=True)
class Spoiled:
    """A parcel with its truth. `manifest` are the bytes sent instead of the parcel's own manifest, `notices` the codes of what is told though nothing is refused for
    it, `is_link` that the data file is a symbolic link to its content."""

    parcel: Parcel
    manifest: bytes | None = None
    notices: tuple[str, ...] = ()
    is_link: bool = False


Spoil = Callable[[Parcel], Parcel | Spoiled]


@dataclass(frozen=True)
class Fault:
    """A fault of one dataset's deliveries; `sender` is the only one that can have it (by its encoding, its delimiter, its two files)."""

    dataset: str
    name: str
    sender: str | None
    spoil: Spoil


# By the name under which tests know it.
FAULTS: dict[str, Fault] = {}


def register(name: str, spoil: Spoil, sender: str | None = None, datasets: tuple[str, ...] = (CONTACTS,)) -> None:
    for dataset in datasets:
        FAULTS[f"{dataset}: {name}"] = Fault(dataset, name, sender, spoil)


def fault(sender: str | None = None, datasets: tuple[str, ...] = (CONTACTS,)):
    """Register a function as a fault of these datasets, under its own name."""

    def add(function: Spoil) -> Spoil:
        register(function.__name__, function, sender, datasets)
        return function

    return add


def spoil(parcel: Parcel, name: str) -> Spoiled:
    """A good parcel with this fault, one of FAULTS."""
    result = FAULTS[name].spoil(parcel)
    return result if isinstance(result, Spoiled) else Spoiled(result)


def rule_of(parcel: Parcel, column: str, check: str) -> str:
    """The id of the rule that judges this check on this column of the parcel's dataset."""
    return rule_id(column, check, parcel.dataset)


class Text:
    """The first file of a parcel as lines without their ends; line 1 is the header. The parcel's true faults keep their places when lines are added."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.delimiter, self.end = parcel.dialect.delimiter, parcel.sender.line_end
        text = parcel.files[0].data.decode(parcel.dialect.encoding)
        self.mark = "\ufeff" if text.startswith("\ufeff") else ""
        self.lines = text.removeprefix(self.mark).split(self.end)[:-1]
        self.name = parcel.files[0].name

    @property
    def free(self) -> str:
        """A column of text."""
        return TEXT_COLUMN[self.parcel.dataset]

    def clean(self, count: int = 1) -> list[int]:
        """The numbers of the first good lines of the lower half."""
        faulty = {f.line_number for f in self.parcel.truth.row_faults if f.file_name == self.name}
        return [n for n in range(len(self.lines) // 2, len(self.lines) + 1) if n not in faulty][:count]

    def place(self, column: str) -> int:
        return list(self.parcel.dialect.columns.values()).index(column)

    def value(self, number: int, column: str) -> str:
        return self.lines[number - 1].split(self.delimiter)[self.place(column)]

    def put(self, number: int, column: str, value: str) -> None:
        fields = self.lines[number - 1].split(self.delimiter)
        fields[self.place(column)] = value
        self.lines[number - 1] = self.delimiter.join(fields)

    def each(self, change: Callable[[str], str]) -> Text:
        self.lines = [change(line) for line in self.lines]
        return self

    def bytes(self, last_end: bool = True) -> bytes:
        text = self.mark + self.end.join(self.lines) + (self.end if last_end else "")
        return text.encode(self.parcel.dialect.encoding)

    def packed(self, data: bytes | None = None, rows: int | None = None) -> Parcel:
        """The parcel with these lines, or these bytes, and a manifest that agrees with them."""
        return self.parcel.with_data(
            self.bytes() if data is None else data, len(self.lines) - 1 if rows is None else rows
        )


def rejected(parcel: Parcel, code: str) -> Parcel:
    parcel = parcel.expecting("rejected", file_rule(code).id)
    return replace(parcel, truth=replace(parcel.truth, row_faults=()))


def quarantined(parcel: Parcel, *found: tuple[int, str | None, str], file: int = 0, lines: int = 0) -> Parcel:
    """The parcel is accepted, but for these lines too; `lines` are received beyond those that the manifest counts."""
    name = parcel.files[file].name
    everything = (*parcel.truth.row_faults, *(RowFault(name, *fault) for fault in found))
    rows = sum(f.rows for f in parcel.files) + lines
    return replace(parcel, truth=replace(parcel.truth, rows=rows, row_faults=everything))


def each_line(parcel: Parcel, column: str, values: list[str], check: str) -> Parcel:
    """One of these values on a line each; all break the same rule."""
    text = Text(parcel)
    numbers = text.clean(len(values))
    for number, value in zip(numbers, values, strict=True):
        text.put(number, column, value)
    return quarantined(text.packed(), *((number, column, rule_of(parcel, column, check)) for number in numbers))


def moved(parcel: Parcel, number: int, by: int) -> Parcel:
    """The parcel whose true faults below line `number` of the first file stand `by` lines lower."""
    name = parcel.files[0].name
    found = tuple(
        replace(f, line_number=f.line_number + by) if f.file_name == name and f.line_number > number else f
        for f in parcel.truth.row_faults
    )
    return replace(parcel, truth=replace(parcel.truth, row_faults=found))
