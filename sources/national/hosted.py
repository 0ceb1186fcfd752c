"""The national sources that are asked over the network.

Belongs here: of each its settings, its visit and its plan, by source code. Does not belong here: calling them (collect.py, plan.py), what is asked and kept (the sources' own rooms), and what
is dropped as a file (need_factors).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sources.home import Home
from sources.http import Client
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.classifications import collect as classifications
from sources.national.codelist import collect as codelist
from sources.national.codeserver import collect as codeserver
from sources.national.cost import Plan
from sources.national.innokyla import collect as innokyla
from sources.national.kela import collect as kela
from sources.national.key_figures import collect as key_figures
from sources.national.outcome import SourceOutcome
from sources.national.projection import collect as projection
from sources.national.sampo import collect as sampo
from sources.national.settings import SourceSettings
from sources.national.sotkanet import collect as sotkanet
from sources.national.statfin import collect as statfin
from sources.national.treasury import collect as treasury


@dataclass(frozen=True)
class Hosted:
    """One source. `plan` is told the source's history, and the landing too if it `plans_by_landing`: if it reads what was kept."""

    settings: Path
    collect: Callable[[Home, Ledger, Landing, Client, SourceSettings, datetime], SourceOutcome]
    plan: Callable[..., Plan]
    plans_by_landing: bool = False


HOSTED = {
    "statfin_population": Hosted(statfin.SETTINGS, statfin.collect_population, statfin.plan_population),
    "statfin_projection": Hosted(projection.SETTINGS, projection.collect_projection, projection.plan_projection),
    "statfin_key_figures": Hosted(key_figures.SETTINGS, key_figures.collect_key_figures, key_figures.plan_key_figures),
    "statfin_classification": Hosted(
        classifications.SETTINGS, classifications.collect_municipality_map, classifications.plan_municipality_map
    ),
    "sotkanet": Hosted(sotkanet.SETTINGS, sotkanet.collect_sotkanet, sotkanet.plan_sotkanet),
    "sampo": Hosted(sampo.SETTINGS, sampo.collect_sampo, sampo.plan_sampo),
    "codeserver": Hosted(codeserver.SETTINGS, codeserver.collect_codeserver, codeserver.plan_codeserver),
    "codelist": Hosted(codelist.SETTINGS, codelist.collect_codelist, codelist.plan_codelist),
    "treasury": Hosted(treasury.SETTINGS, treasury.collect_treasury, treasury.plan_treasury, plans_by_landing=True),
    "kela": Hosted(kela.SETTINGS, kela.collect_kela, kela.plan_kela),
    "innokyla": Hosted(innokyla.SETTINGS, innokyla.collect_innokyla, innokyla.plan_innokyla),
}
