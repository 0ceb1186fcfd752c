"""What the next visit to every national source will ask, told without asking anything.

Belongs here: calling each source's planner with its settings. Does not belong here: the planners (the sources' own rooms), how a person sees them (sotevarasto/plan_view.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Plan
from sources.national.history import History
from sources.national.hosted import HOSTED
from sources.national.settings import load_settings


def plans(
    ledger: Ledger, landing: Landing, at: datetime, first_year: int | None = None, *, is_simulated: bool
) -> list[Plan]:
    """The visit of the night `at` (aware) to each source, in the order of their codes. `first_year` is tried in place of the settings' own.

    Limits are those of the live services, also in a simulated home, where a stand-in answers faster; what is listed to be asked for is the home's own.
    """
    found = []
    for source in HOSTED.values():
        settings = replace(load_settings(source.settings, None), is_simulated=is_simulated)
        if first_year is not None:
            settings = replace(settings, first_year=first_year)
        known = History(ledger, settings, at)
        found.append(source.plan(known, landing) if source.plans_by_landing else source.plan(known))
    return sorted(found, key=lambda plan: plan.source_code)
