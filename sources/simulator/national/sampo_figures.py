"""The cubes that the simulated Sampo serves: their trees, labels and figures. Every figure is synthetic, at the size of each county's population.

Belongs here: dimensions with their nodes, runs, and cells as texts. Does not belong here: the protocol (sampo.py). No care-access cube was seen: subjects, ids and
labels are made up from THL's quality descriptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from sources.simulator.national.figures import read
from sources.simulator.national.sotkanet_regions import residents
from sources.simulator.randomness import generator

RESTATED_FROM_DAY = 2
RESTATED = "specialised_care_waiting"
RESTATED_MONTHS = ("2026-07", "2026-08")
FEWEST_SHOWN = 5
_RUNS = ("20261101113000000", "20261101131500000")
_YEARS = (2022, 2024, 2025, 2026)  # of 2022 the last month only: before the counties
_LAST_MONTH = "2026-09"
_UUSIMAA = ("01", "02", "03", "04", "90")
_MONTHS = ("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One node. `key` is what a figure is found by; labels by language, Finnish where there is no other."""

    key: str
    stage: str
    code: str
    labels: dict[str, str]
    children: tuple[Node, ...] = ()

    def below(self) -> Iterator[Node]:
        """Itself and all below it, a node before its children."""
        yield self
        for child in self.children:
            yield from child.below()


@dataclass(frozen=True)
class Dimension:
    """One dimension with its one root."""

    dimension_id: str
    label: str
    root: Node


@dataclass(frozen=True)
class Kind:
    """What a cube is about. `per_resident` is the level of the whole by resident and month; `shares` of the parts of it."""

    topic: str
    subject: str
    hydra: str
    fact: str
    labels: dict[str, str]
    category: str
    parts: dict[str, tuple[str, float]]
    measure: str
    per_resident: float
    of_hospitals: bool
    decimals: int = 0


@dataclass(frozen=True)
class SampoCube:
    """One cube on one simulated day. `values` holds the cells that have one, by the keys of their nodes in the order of `dimensions`."""

    kind: Kind
    run_id: str
    dimensions: tuple[Dimension, ...]
    values: dict[Key, str] = field(repr=False)
    sids: dict[tuple[str, str], int] = field(repr=False)


KINDS = (
    Kind(
        "specialised_care_waiting",
        "hoitoonpaasy",
        "esh01",
        "fact_hoitoonpaasy_esh01",
        {
            "fi": "Erikoissairaanhoito: hoitoa odottavat potilaat",
            "sv": "Specialiserad sjukvård: patienter i väntan på vård",
            "en": "Specialised care: patients waiting for care",
        },
        "Odotusaika",
        {"0-90": ("0–90 vrk", 0.70), "91-180": ("91–180 vrk", 0.22), "181-": ("Yli 180 vrk", 0.08)},
        "Odottavien potilaiden lukumäärä",
        0.027,
        True,
    ),
    Kind(
        "referral_handling",
        "hoitoonpaasy",
        "esh02",
        "fact_hoitoonpaasy_esh02",
        {
            "fi": "Erikoissairaanhoito: lähetteiden käsittely",
            "sv": "Specialiserad sjukvård: behandling av remisser",
            "en": "Specialised care: handling of referrals",
        },
        "Lähetteen käsittelyaika",
        {"0-3": ("0–3 vrk", 0.55), "4-21": ("4–21 vrk", 0.425), "22-": ("Yli 21 vrk", 0.025)},
        "Käsiteltyjen lähetteiden lukumäärä",
        0.016,
        True,
    ),
    Kind(
        "primary_care_waiting",
        "avo",
        "perus04",
        "fact_avo_perus04",
        {
            "fi": "Perusterveydenhuollon hoitoonpääsy",
            "sv": "Tillgång till vård inom primärvården",
            "en": "Access to primary health care",
        },
        "Odotusaika",
        {
            "0-7": ("0–7 vrk", 0.56),
            "8-14": ("8–14 vrk", 0.16),
            "15-90": ("15–90 vrk", 0.26),
            "91-": ("Yli 90 vrk", 0.02),
        },
        "Käyntien lukumäärä",
        0.022,
        False,
    ),
    Kind(
        "primary_care_visits",
        "avo",
        "perus01",
        "fact_avo_perus01",
        {
            "fi": "Perusterveydenhuollon käynnit",
            "sv": "Besök inom primärvården",
            "en": "Visits in primary health care",
        },
        "Ammattiryhmä",
        {
            "laakari": ("Lääkärit", 0.28),
            "hoitaja": ("Sairaanhoitajat ja terveydenhoitajat", 0.45),
            "muu": ("Muut ammattiryhmät", 0.27),
        },
        "Käyntien lukumäärä",
        0.33,
        False,
        1,
    ),
)


@cache
def cubes(day: int, seed: int) -> tuple[SampoCube, ...]:
    """Every cube as it is shown on a simulated day."""
    return tuple(_cube(kind, place, day >= RESTATED_FROM_DAY, seed) for place, kind in enumerate(KINDS))


def _cube(kind: Kind, place: int, later: bool, seed: int) -> SampoCube:
    run = int(later and kind.topic == RESTATED)
    dimensions = (
        Dimension("wscmunicipality2023", "Alue", _regions(kind)),
        Dimension("aika2026", "Aika", _months()),
        Dimension(f"{kind.hydra}luokka", kind.category, _parts(kind)),
        Dimension("erikoisala", "Erikoisala", Node("all", "root", "all", {"fi": "Kaikki erikoisalat"})),
        Dimension("measure", "Mittari", Node("count", "root", "count", {"fi": kind.measure})),
    )
    # Numbers of nodes are another version's with every run.
    first = 700_000 + 1000 * place + 37 * run
    keys = [(d.dimension_id, node.key) for d in dimensions for node in d.root.below()]
    sids = {key: first + number for number, key in enumerate(keys)}
    return SampoCube(kind, _RUNS[run], dimensions, _values(kind, bool(run), seed), sids)


def _regions(kind: Kind) -> Node:
    """The country, and what is under it: counties, or the hospitals' areas, of which one stands for all of Uusimaa."""
    rows = {row["hva_code"]: row for row in read("county")}
    below = [
        Node(
            code, "hyvinvointialue", code, {language: rows[code][f"name_{language}"] for language in ("fi", "sv", "en")}
        )
        for code in _areas(kind)
        if code != "HUS"
    ]
    if kind.of_hospitals:
        below.append(Node("HUS", "hyvinvointialue", "HUS", {"fi": "HUS-yhtymä", "sv": "HUS-sammanslutningen"}))
    return Node("FI", "root", "root", {"fi": "Koko maa", "sv": "Hela landet", "en": "Whole country"}, tuple(below))


def _areas(kind: Kind) -> list[str]:
    counties = [code for code in residents() if code != "91"]
    return [c for c in counties if c not in _UUSIMAA] + ["HUS"] if kind.of_hospitals else counties


def _months() -> Node:
    years = []
    for year in _YEARS:
        months = [f"{year}-{number:02d}" for number in range(12 if year == _YEARS[0] else 1, 13)]
        below = tuple(
            Node(month, "kuukausi", month.replace("-", ""), {"fi": f"{_MONTHS[int(month[5:]) - 1]}kuu {year}"})
            for month in months
            if month <= _LAST_MONTH
        )
        years.append(Node(str(year), "vuosi", str(year), {"fi": str(year)}, below))
    return Node("all", "root", "all", {"fi": "Kaikki vuodet"}, tuple(years))


def _parts(kind: Kind) -> Node:
    below = tuple(Node(key, "luokka", key, {"fi": label}) for key, (label, _) in kind.parts.items())
    return Node("all", "root", "all", {"fi": "Kaikki"}, below)


def _values(kind: Kind, restated: bool, seed: int) -> dict[Key, str]:
    """Cells as texts: small counts as two dots, some not there at all. Years above the months have no cells."""
    import numpy as np

    areas = _areas(kind)
    months = [node.key for year in _months().children for node in year.children]
    size = np.array([sum(residents()[c] for c in _UUSIMAA) if code == "HUS" else residents()[code] for code in areas])
    rng = generator(seed, "sampo", kind.topic)
    shares = np.array([share for _, share in kind.parts.values()]) * rng.uniform(
        0.6, 1.5, (len(areas), len(kind.parts))
    )
    shares /= shares.sum(axis=1, keepdims=True)
    level = size * kind.per_resident * rng.uniform(0.8, 1.25, len(areas))
    season = 1 + 0.08 * rng.standard_normal((len(areas), len(months)))
    counts = np.rint(level[:, None, None] * season[:, :, None] * shares[:, None, :]).astype(int)
    absent = rng.uniform(size=counts.shape[:2]) < 0.01
    # The smallest area's last part is small enough to be withheld now and then; of visits it may be nought, which no band of waiting is in a whole month.
    few = counts[size.argmin(), ::5, -1]
    counts[size.argmin(), ::5, -1] = rng.integers(0 if kind.category == "Ammattiryhmä" else 1, FEWEST_SHOWN, len(few))
    if restated:
        again = np.isin(months, RESTATED_MONTHS)
        counts[np.ix_(generator(seed, "sampo", "restated").choice(len(areas), 3, replace=False), again)] += 7
    cells: dict[Key, str] = {}
    for column, month in enumerate(months):
        for part, key in enumerate(["all", *kind.parts]):
            figures = counts[:, column].sum(axis=1) if key == "all" else counts[:, column, part - 1]
            cells["FI", month, key, "all", "count"] = _shown(int(figures.sum()), kind)
            for row, area in enumerate(areas):
                if not absent[row, column]:
                    cells[area, month, key, "all", "count"] = _shown(int(figures[row]), kind)
    return cells


def _shown(count: int, kind: Kind) -> str:
    if 0 < count < FEWEST_SHOWN:
        return ".."
    return str(count) + ("," + "0" * kind.decimals if kind.decimals else "")
