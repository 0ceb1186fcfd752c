"""A PxWeb table's own description of itself, and which of its variables plays which part.

Belongs here: reading `?config` and a table's metadata, and finding area, age, sex, time and contents in it or in a reply. Variable codes carry a version stamp that
moves every year (`alue_23_20260101`), so they are found by prefix, by the `time` flag or by their Finnish text, never written down.
Does not belong here: asking for data, and reading the reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sources.national.outcome import SourceError
from sources.national.statfin.cube import Cube
from sources.national.statfin.planner import split

# Part → (prefix of the code, Finnish text), both compared in lower case. Time is found by its flag.
_PARTS = {
    "area": ("alue_", "alue"),
    "age": ("ikaryhma_", "ikä"),
    "sex": ("sukupuoli_", "sukupuoli"),
    "contents": ("contentscode", "tiedot"),
}
TOTAL = "SSS"
_AREA = re.compile(r"SSS|KU[0-9]{3}")
_AGE = re.compile(r"SSS|[0-9]{3}-?")
_YEAR = re.compile(r"[0-9]{4}")
SEXES = {"SSS": "total", "1": "male", "2": "female"}


@dataclass(frozen=True)
class Limits:
    """What the server allows: cells a query, and calls (refused ones included) in a sliding window of seconds."""

    max_cells: int
    max_calls: int
    window_seconds: int


@dataclass(frozen=True)
class Variable:
    """One variable of a table; the flags are false where the reply leaves them out."""

    code: str
    text: str
    values: tuple[str, ...]
    texts: tuple[str, ...]
    time: bool
    elimination: bool


@dataclass(frozen=True)
class PopulationTable:
    """The five variables of a population table by the part they play. `contents_value` is the measure asked for."""

    area: Variable
    age: Variable
    sex: Variable
    time: Variable
    contents: Variable
    contents_value: str

    def selection(self, year: str) -> dict[str, tuple[str, ...]]:
        """Every cell of one year: country and municipalities × ages × sexes, in the table's own order of variables.

        Area values of other levels are left out: counties are summed from municipalities.
        """
        return {
            self.area.code: tuple(value for value in self.area.values if _AREA.fullmatch(value)),
            self.age.code: self.age.values,
            self.sex.code: self.sex.values,
            self.time.code: (year,),
            self.contents.code: (self.contents_value,),
        }

    def requests(self, year: str, max_cells: int) -> list[dict[str, tuple[str, ...]]]:
        """The queries that ask for each cell of one year once, none for more than the server allows."""
        return split(self.selection(year), max_cells, (self.area.code, self.age.code, self.sex.code))

    @property
    def shape(self) -> dict[str, int]:
        """How many areas, ages and sexes are asked for."""
        sizes = {code: len(values) for code, values in self.selection("").items()}
        return {"areas": sizes[self.area.code], "ages": sizes[self.age.code], "sexes": sizes[self.sex.code]}

    def probe(self, year: str) -> dict[str, tuple[str, ...]]:
        """The one cell that tells when the table was last released: the whole population of one year."""
        total = (TOTAL,)
        return self.selection(year) | {self.area.code: total, self.age.code: total, self.sex.code: total}


def table_of_shape(areas: int, ages: int, sexes: int) -> PopulationTable:
    """A table of so many values, to count the queries that it takes. Its values are no codes of any table."""

    def variable(code: str, values: tuple[str, ...]) -> Variable:
        return Variable(code, code, values, values, code == "time", True)

    return PopulationTable(
        area=variable("area", (TOTAL, *("KU" + str(n).zfill(3) for n in range(areas - 1)))),
        age=variable("age", tuple(str(n) for n in range(ages))),
        sex=variable("sex", tuple(str(n) for n in range(sexes))),
        time=variable("time", ()),
        contents=variable("contents", ("",)),
        contents_value="",
    )


def read_limits(document: Any) -> Limits:
    """Limits out of a `?config` reply. Raises SourceError when they are absent or no positive whole numbers."""
    found = document if isinstance(document, dict) else {}
    cells = [found[key] for key in ("maxCells", "maxValues") if key in found]
    calls, window = found.get("maxCalls"), found.get("timeWindow")
    if not cells or not all(_positive(limit) for limit in (*cells, calls, window)):
        raise SourceError(
            f"?config gives no maxCells, maxCalls and timeWindow ({str(document)[:80]}): check the base address"
        )
    return Limits(min(cells), calls, window)


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def read_variables(document: Any) -> tuple[Variable, ...]:
    """The variables in a table's metadata. Raises SourceError on any other shape, and on a variable too long to be listed."""
    listed = document.get("variables") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise SourceError(
            "the table's metadata lists no variables: it is empty or of another shape; check the table's address"
        )
    return tuple(_variable(entry) for entry in listed)


def variables_of(cube: Cube) -> tuple[Variable, ...]:
    """The dimensions of a reply as variables; their values have no texts of their own."""
    times = cube.roles.get("time", ())
    return tuple(
        Variable(code, cube.labels[code], codes, codes, code in times, False) for code, codes in cube.codes.items()
    )


def _variable(entry: Any) -> Variable:
    if not isinstance(entry, dict) or not isinstance(entry.get("code"), str) or not isinstance(entry.get("text"), str):
        raise SourceError("a variable in the table's metadata has no code or text: the shape has changed")
    values, texts = entry.get("values"), entry.get("valueTexts")
    if values is None or texts is None:
        raise SourceError(
            f"variable {entry['code']} comes without its values: it has more than the server lists; ask for a smaller table"
        )
    if not (_texts(values) and _texts(texts) and len(values) == len(texts) > 0 and len(set(values)) == len(values)):
        raise SourceError(
            f"variable {entry['code']} has an empty, repeated or unlabelled value: the metadata cannot be trusted"
        )
    return Variable(
        entry["code"],
        entry["text"],
        tuple(values),
        tuple(texts),
        entry.get("time") is True,
        entry.get("elimination") is True,
    )


def _texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def population_table(document: Any, measure: str) -> PopulationTable:
    """Find the five variables of a population table in its metadata.

    `measure` is the tail of the content code (`vaesto` finds `vaerak-vaesto`). Raises SourceError when a part is missing or ambiguous, when the table
    has a variable of no known part, or when ages, sexes or years are coded in a way this project does not know.
    """
    variables = read_variables(document)
    parts = {part: find_part(variables, part) for part in ("area", "age", "sex", "contents")}
    parts["time"] = _only([v for v in variables if v.time], "time", variables)
    if extra := [v.code for v in variables if v not in parts.values()]:
        raise SourceError(
            f"the table has the variable {extra[0]}, which no part of a population table explains: check the table's address"
        )
    measures = [value for value in parts["contents"].values if value == measure or value.endswith(f"-{measure}")]
    if len(measures) != 1:
        raise SourceError(
            f"content {measure!r} is found {len(measures)} times in {list(parts['contents'].values)}: set `measure` in source.yml"
        )
    table = PopulationTable(**parts, contents_value=measures[0])
    _refuse_unknown_codes(table)
    return table


def find_part(variables: tuple[Variable, ...], part: str) -> Variable:
    """The one variable that plays `part`: by prefix of its code, else by its Finnish text."""
    prefix, text = _PARTS[part]
    found = [v for v in variables if v.code.lower().startswith(prefix)] or [
        v for v in variables if v.text.strip().lower() == text
    ]
    return _only(found, part, variables)


def _only(found: list[Variable], part: str, variables: tuple[Variable, ...]) -> Variable:
    if len(found) != 1:
        listed = ", ".join(v.code for v in variables)
        raise SourceError(
            f"the table has {len(found)} variables that could be its {part} (of {listed}): the protocol or the table has changed"
        )
    return found[0]


def _refuse_unknown_codes(table: PopulationTable) -> None:
    if TOTAL not in table.area.values or not any(
        _AREA.fullmatch(value) and value != TOTAL for value in table.area.values
    ):
        raise SourceError(
            f"variable {table.area.code} has no {TOTAL} or no municipality (KU…): area coding has changed"
        )
    for variable, pattern in ((table.age, _AGE), (table.time, _YEAR)):
        if unknown := [value for value in variable.values if not pattern.fullmatch(value)]:
            raise SourceError(
                f"variable {variable.code} has the value {unknown[0]!r}, which this project cannot read: the coding has changed"
            )
    if set(table.sex.values) != set(SEXES):
        raise SourceError(
            f"variable {table.sex.code} has the values {list(table.sex.values)} instead of {list(SEXES)}: the coding has changed"
        )
