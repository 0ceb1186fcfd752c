"""The tables that the PxWeb stand-in serves: the population, and the projection of it.

Belongs here: the variables of each table in its own order and its own municipal division, their texts in three languages, and which figures stand behind them.
Does not belong here: the protocol (pxweb.py) and the figures themselves (figures.py, projection.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sources.simulator.national.figures import YEARS, Population, population, read
from sources.simulator.national.projection import DIVISION_YEAR, PROJECTED, projection

if TYPE_CHECKING:
    import numpy as np

TOTAL = "SSS"
RELEASED = "2026-04-01T05:00:00Z"
RESTATED = "2026-11-02T06:00:00Z"
RESTATED_FROM_DAY = 1
PROJECTION_RELEASED = "2024-10-24T05:00:00Z"
_AGE, _SEX, TIME, CONTENTS = "ikaryhma_10_20180101", "sukupuoli_9_20180101", "timeperiod_y", "contentscode"
TEXTS = {
    "fi": {
        "area": "Alue",
        _AGE: "Ikä",
        _SEX: "Sukupuoli",
        TIME: "Vuosi",
        CONTENTS: "Tiedot",
        "all": "Yhteensä",
        "country": "KOKO MAA",
    },
    "sv": {
        "area": "Område",
        _AGE: "Ålder",
        _SEX: "Kön",
        TIME: "År",
        CONTENTS: "Uppgifter",
        "all": "Totalt",
        "country": "HELA LANDET",
    },
    "en": {
        "area": "Area",
        _AGE: "Age",
        _SEX: "Sex",
        TIME: "Year",
        CONTENTS: "Information",
        "all": "Total",
        "country": "WHOLE COUNTRY",
    },
}
_SEX_TEXTS = {"fi": ["Miehet", "Naiset"], "sv": ["Män", "Kvinnor"], "en": ["Males", "Females"]}


@dataclass(frozen=True)
class Variable:
    """One variable in one language, with the position of each value on its axis of the figures."""

    code: str
    text: str
    values: tuple[str, ...]
    texts: tuple[str, ...]
    elimination: bool = False

    def described(self) -> dict[str, Any]:
        """As the metadata shows it: flags that are false are left out."""
        shown = {"code": self.code, "text": self.text, "values": list(self.values), "valueTexts": list(self.texts)}
        if self.elimination:
            shown["elimination"] = True
        if self.code == TIME:
            shown["time"] = True
        if self.code.startswith("alue_"):
            shown["map"] = f"Alue {self.code[-8:-4]}"
        return shown


@dataclass(frozen=True)
class Table:
    """One table. `axes` is the order of its dimensions before the contents, each with its axis in `Population` (area, age, sex, year)."""

    folder: str
    id: str
    description: str
    source: str
    area: str
    axes: tuple[tuple[str, int], ...]
    content: str
    measure: dict[str, str]
    updated: str
    made: Callable[[], Population]

    @cached_property
    def figures(self) -> Population:
        return self.made()

    def variables(self, language: str) -> list[Variable]:
        """The variables in the table's own order, the contents last."""
        texts = TEXTS[language]
        areas, years = self.figures.areas, tuple(str(year) for year in self.figures.years)
        name = "name_sv" if language == "sv" else "name_fi"
        names = {row["municipality_code"]: row[name] for row in read("municipality")}
        ages = tuple(f"{age:03}" for age in range(100))
        by_code = {
            self.area: Variable(
                self.area,
                texts["area"],
                (TOTAL, *(f"KU{code}" for code in areas[1:])),
                (texts["country"], *(names[code] for code in areas[1:])),
                True,
            ),
            _AGE: Variable(
                _AGE,
                texts[_AGE],
                (TOTAL, *ages, "100-"),
                (texts["all"], *(str(int(age)) for age in ages), "100 -"),
                True,
            ),
            _SEX: Variable(_SEX, texts[_SEX], (TOTAL, "1", "2"), (texts["all"], *_SEX_TEXTS[language]), True),
            TIME: Variable(TIME, texts[TIME], years, years),
        }
        contents = Variable(CONTENTS, texts[CONTENTS], (self.content,), (self.measure[language],))
        return [*(by_code[code] for code, _ in self.axes), contents]

    def cells(self, chosen: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The counts of the chosen positions in the table's order, and which of them are real."""
        import numpy as np

        order = [axis for _, axis in self.axes]
        picked = np.ix_(*(chosen[code] for code, _ in self.axes))
        return tuple(
            np.transpose(array, order)[picked].ravel() for array in (self.figures.counts, self.figures.published)
        )

    @property
    def role(self) -> dict[str, list[str]]:
        return {"time": [TIME], "metric": [CONTENTS]}


def served(day: int, seed: int) -> tuple[Table, ...]:
    """The tables on one simulated day."""
    restated = day >= RESTATED_FROM_DAY
    measured, projected = "alue_23_20260101", f"alue_23_{DIVISION_YEAR}0101"
    return (
        Table(
            "vaerak",
            "11re",
            f"11re -- Väestö iän (1-v.) ja sukupuolen mukaan alueittain, {YEARS[0]}-{YEARS[-1]}",
            "Tilastokeskus, väestörakenne",
            measured,
            ((measured, 0), (_AGE, 1), (_SEX, 2), (TIME, 3)),
            "vaerak-vaesto",
            {"fi": "Väestö 31.12.", "sv": "Folkmängd 31.12", "en": "Population 31 Dec"},
            RESTATED if restated else RELEASED,
            lambda: population(seed, restated),
        ),
        Table(
            "vaenn",
            "14wx",
            f"14wx -- Väestöennuste 2024: väestö iän ja sukupuolen mukaan alueittain, {PROJECTED[0]}-{PROJECTED[-1]}",
            "Tilastokeskus, väestöennuste",
            projected,
            ((projected, 0), (TIME, 3), (_SEX, 2), (_AGE, 1)),
            "vaesto_e24",
            {
                "fi": "Väestö 31.12. (ennuste 2024)",
                "sv": "Folkmängd 31.12 (prognos 2024)",
                "en": "Population 31 Dec (projection 2024)",
            },
            PROJECTION_RELEASED,
            lambda: projection(seed),
        ),
    )
