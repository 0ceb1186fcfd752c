"""What the next visit to every national source will ask, told without asking anything.

Belongs here: each source's planner with its settings. Does not belong here: the planners (the sources' own rooms), how a person sees them (sotevarasto/plan_view.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.classifications import collect as classifications
from sources.national.codelist import collect as codelist
from sources.national.codeserver import collect as codeserver
from sources.national.cost import Plan
from sources.national.history import History
from sources.national.innokyla import collect as innokyla
from sources.national.kela import collect as kela
from sources.national.key_figures import collect as key_figures
from sources.national.projection import collect as projection
from sources.national.sampo import collect as sampo
from sources.national.settings import load_settings
from sources.national.sotkanet import collect as sotkanet
from sources.national.statfin import collect as statfin
from sources.national.treasury import collect as treasury


def plans(
    ledger: Ledger, landing: Landing, at: datetime, first_year: int | None = None, *, is_simulated: bool
) -> list[Plan]:
    """The visit of the night `at` (aware) to each source, in the order of their codes. `first_year` is tried in place of the settings' own.

    Limits are those of the live services, also in a simulated home, where a stand-in answers faster; what is listed to be asked for is the home's own.
    """
    found = []
    for path, planner in _planners(landing):
        settings = replace(load_settings(path, None), is_simulated=is_simulated)
        if first_year is not None:
            settings = replace(settings, first_year=first_year)
        found.append(planner(History(ledger, settings, at)))
    return sorted(found, key=lambda plan: plan.source_code)


def _planners(landing: Landing) -> list[tuple[Path, Callable[[History], Plan]]]:
    return [
        (statfin.SETTINGS, statfin.plan_population),
        (projection.SETTINGS, projection.plan_projection),
        (key_figures.SETTINGS, key_figures.plan_key_figures),
        (classifications.SETTINGS, classifications.plan_municipality_map),
        (sotkanet.SETTINGS, sotkanet.plan_sotkanet),
        (sampo.SETTINGS, sampo.plan_sampo),
        (codeserver.SETTINGS, codeserver.plan_codeserver),
        (codelist.SETTINGS, codelist.plan_codelist),
        (treasury.SETTINGS, partial(treasury.plan_treasury, landing=landing)),
        (kela.SETTINGS, kela.plan_kela),
        (innokyla.SETTINGS, innokyla.plan_innokyla),
    ]
