"""The PxWeb stand-in's table of key figures: worked out of the simulated population, the rest made up. Every figure is synthetic.

Belongs here: the table's variables and cells. Does not belong here: the protocol (pxweb.py), the population itself (figures.py), tables of counts (pxweb_tables.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from sources.simulator.national.figures import YEARS, population, read
from sources.simulator.national.pxweb_tables import CONTENTS, RELEASED, RESTATED, TEXTS, TIME, TOTAL, Variable

if TYPE_CHECKING:
    import numpy as np

_MEASURES = {
    "vaerak-vaesto": ("Väestö 31.12.", "Folkmängd 31.12", "Population 31 Dec"),
    "vaesto_keski_ika": ("Keski-ikä, molemmat sukupuolet", "Medelålder, båda könen", "Average age, both sexes"),
    "dem_huoltos": ("Väestöllinen huoltosuhde", "Demografisk försörjningskvot", "Demographic dependency ratio"),
    "tal_huoltos": ("Taloudellinen huoltosuhde", "Ekonomisk försörjningskvot", "Economic dependency ratio"),
    "vaesto_kieli_ulk_p": (
        "Vieraskielisten osuus väestöstä, %",
        "Andel personer med främmande språk, %",
        "Share of foreign-language speakers, %",
    ),
}
_LANGUAGES = ("fi", "sv", "en")
# Synthetic: those who work, of the people of working age; speakers of foreign languages at the first year, and more of them each year.
_WORKING, _FOREIGN, _MORE_FOREIGN = 0.7, 3.0, 0.6
_RESTATED_COUNTIES = 2


@dataclass(frozen=True)
class KeyFigures:
    """The table on one day: country, municipalities and wellbeing services counties."""

    seed: int
    is_restated: bool
    folder: ClassVar[str] = "vaerak"
    id: ClassVar[str] = "11ra"
    description: ClassVar[str] = "11ra -- Tunnuslukuja väestöstä alueittain, 1990-2025"
    source: ClassVar[str] = "Tilastokeskus, väestörakenne"
    area: ClassVar[str] = "alue_23_20260101"
    measure: ClassVar[dict[str, str]] = {
        "fi": "Tunnuslukuja väestöstä",
        "sv": "Nyckeltal för befolkningen",
        "en": "Key figures on population",
    }
    role: ClassVar[dict[str, list[str]]] = {"time": [TIME], "metric": [CONTENTS]}

    @property
    def updated(self) -> str:
        return RESTATED if self.is_restated else RELEASED

    def variables(self, language: str) -> list[Variable]:
        """Area, contents, time."""
        texts, years = TEXTS[language], tuple(map(str, YEARS))
        areas, _ = _figures(self.seed, self.is_restated)
        labels = tuple(names[_LANGUAGES.index(language)] for names in _MEASURES.values())
        shown = (texts["country"], *areas[1:])
        return [
            Variable(self.area, texts["area"], areas, shown, True),
            Variable(CONTENTS, texts[CONTENTS], tuple(_MEASURES), labels),
            Variable(TIME, texts[TIME], years, years),
        ]

    def cells(self, chosen: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The figures of the chosen positions, and which of them are real: none."""
        import numpy as np

        _, figures = _figures(self.seed, self.is_restated)
        picked = figures[np.ix_(*(chosen[code] for code in (self.area, CONTENTS, TIME)))].ravel()
        return picked, np.zeros(picked.shape, dtype=bool)


@cache
def _figures(seed: int, is_restated: bool) -> tuple[tuple[str, ...], np.ndarray]:
    """The areas, and area × measure × year with one decimal."""
    import numpy as np

    people = population(seed, is_restated)
    county = {row["municipality_code"]: row["hva_code"] for row in read("municipality")}
    codes = sorted({county[code] for code in people.areas[1:]})
    members = [[county[code] == one for code in people.areas[1:]] for one in codes]
    counts = people.counts[:, :, 0, :].astype(float)
    of_counties = np.einsum("cm,may->cay", np.array(members, dtype=float), counts[1:])
    counts = np.concatenate([counts, of_counties])
    everyone, by_age = counts[:, 0], counts[:, 1:]
    ages = np.arange(by_age.shape[1])
    of_working_age = by_age[:, 15:65].sum(axis=1)
    working = of_working_age * _WORKING
    spread = np.random.default_rng([seed, 7]).uniform(0.5, 3, len(counts))
    foreign = spread[:, None] * (_FOREIGN + _MORE_FOREIGN * np.arange(len(YEARS)))[None, :]
    if is_restated:
        foreign[-_RESTATED_COUNTIES:, -1] += 0.2
    figures = np.stack(
        [
            everyone,
            np.einsum("cay,a->cy", by_age, ages + 0.5) / everyone,
            100 * (everyone - of_working_age) / of_working_age,
            100 * (everyone - working) / working,
            foreign,
        ],
        axis=1,
    )
    areas = (TOTAL, *(f"KU{code}" for code in people.areas[1:]), *(f"HVA{code}" for code in codes))
    return areas, np.round(figures, 1)
