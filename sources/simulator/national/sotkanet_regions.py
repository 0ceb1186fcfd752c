"""The regions of the simulated Sotkanet, and how a figure of counties becomes one of another level.

Belongs here: the list as `/regions` shows it, and weights. Does not belong here: figures (sotkanet_figures.py). Ids and codes of counties and of the country are the
service's own; those of other levels are invented where none was seen (figures/README.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sources.simulator.national.figures import by_name, read

if TYPE_CHECKING:
    import numpy as np

FIRST_MUNICIPALITY_ID = 1  # so that Alajärvi, the second by name, is 2 as in the service
_RESIDENTS_OF_ALAND = 30_000  # the one county without a published figure for 2024


@dataclass(frozen=True)
class Region:
    """One region. `counties` are the codes of the counties that it consists of or, for a municipality, lies in; `residents` is its size."""

    region_id: int
    category: str
    code: str
    names: dict[str, str]
    counties: tuple[str, ...]
    residents: int

    def described(self, member_of: list[int]) -> dict[str, Any]:
        """As `/regions` shows it: `uri` is absent where there is none, and only municipalities say what they belong to."""
        shown = {
            "id": self.region_id,
            "code": self.code,
            "category": self.category,
            "title": self.names,
            "memberOf": member_of,
        }
        if self.category == "KUNTA":
            shown["uri"] = f"http://www.yso.fi/onto/kunnat/k{self.code}"
        return shown


@cache
def residents() -> dict[str, int]:
    """County → residents."""
    return {row["hva_code"]: int(row["population_2024"] or _RESIDENTS_OF_ALAND) for row in read("county")}


@cache
def regions() -> tuple[Region, ...]:
    """Every region, in the order of ids."""
    above = [
        Region(
            int(row["region_id"]),
            row["category"],
            row["code"],
            {"fi": row["name_fi"], "en": row["name_en"] or row["name_fi"], "sv": row["name_sv"] or row["name_fi"]},
            tuple(row["hva_codes"].split()),
            sum(residents()[code] for code in row["hva_codes"].split()),
        )
        for row in read("sotkanet/regions")
    ]
    live = by_name([row for row in read("municipality") if not row["dissolved_on"]])
    municipalities = [
        Region(
            FIRST_MUNICIPALITY_ID + place,
            "KUNTA",
            row["municipality_code"],
            {"fi": row["name_fi"], "en": row["name_fi"], "sv": row["name_sv"]},
            (row["hva_code"],),
            int(row["population_2022"]),
        )
        for place, row in enumerate(live)
    ]
    return tuple(sorted([*above, *municipalities], key=lambda region: region.region_id))


def listed() -> list[dict[str, Any]]:
    """The reply of `/regions`."""
    above = [region for region in regions() if region.category != "KUNTA"]
    return [
        region.described(
            [other.region_id for other in above if region.counties[0] in other.counties]
            if region.category == "KUNTA"
            else []
        )
        for region in regions()
    ]


@cache
def weights(adds_up: bool) -> np.ndarray:
    """Region × county: what of each county's figure goes into a region's. Rows sum to one, or are ones where the figure is a number that `adds_up`."""
    import numpy as np

    codes = list(residents())
    inside = np.array([[code in region.counties for code in codes] for region in regions()], dtype=float)
    if adds_up:
        share = np.array([r.residents / residents()[r.counties[0]] if r.category == "KUNTA" else 1 for r in regions()])
        return inside * share[:, None]
    sized = inside * np.array(list(residents().values()))
    return sized / sized.sum(axis=1, keepdims=True)
