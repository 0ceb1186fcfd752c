"""One night: the home it works on, its lock, its clock, the simulator, and what became of each stage.

Belongs here: what a whole run shares, opened once and closed once, with recovery first. Does not belong here: the stages themselves
(orchestration/assets) and how a person sees the result (sotevarasto/summary.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.landing import Landing
from sources.ledger import Ledger
from warehouse.lock import NightLock
from warehouse.recover import recover


class GateFailed(SotevarastoError):
    """Our own checks refused the night; nothing was published."""


@dataclass
class Check:
    """One check's result as the summary counts it. `status` is PASS, FAIL, N-A or ERROR; `engine` is pandera, great_expectations, dbt or source.

    `failed` of `applicable` are what the check looks at (rows, groups, sources); None where it measures one number, told in `observed`.
    """

    id: str
    engine: str
    asset: str
    status: str
    blocking: bool
    message: str = ""
    failed: int | None = None
    applicable: int | None = None
    observed: str | None = None


@dataclass
class Night:
    """Everything the stages of one night share. `at` is the business time (UTC): the simulated calendar's in the simulated profile, now in the live one."""

    home: Home
    profile: str
    at: datetime
    night_id: str
    day: int | None
    ledger: Ledger
    landing: Landing
    say: Callable[[str], None]
    addresses: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    sources: list[dict[str, Any]] = field(default_factory=list)
    regional: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    staged: Any = None
    release: dict[str, Any] | None = None
    outcome: str = "could_not_run"
    reason: str = ""
    was_asked_to_end: bool = False

    @contextmanager
    def stage(self, name: str):
        """Time one stage and say when it begins and ends."""
        begun = time.monotonic()
        self.say(f"{name} …")
        try:
            yield
        finally:
            self.stages.append({"stage": name, "seconds": round(time.monotonic() - begun, 1)})

    @property
    def failed_blocking(self) -> list[Check]:
        return [c for c in self.checks if c.blocking and c.status in ("FAIL", "ERROR")]

    @property
    def report_folder(self) -> Path:
        return self.home.reports / "nights" / self.night_id


@contextmanager
def open_night(day: str = "", say: Callable[[str], None] = lambda text: None):
    """Open a night on the default home: take the lock, recover, find the business time and start what the profile needs.

    `day` is '' (the last simulated day again, 0 on a new home), '+1' (the next one) or a number; the live profile takes none.
    Raises LockHeld when another run works on the home, SotevarastoError when the night cannot begin.
    """
    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    os.environ["SOTEVARASTO_BUILD"] = str(home.build)
    with ExitStack() as stack:
        stack.enter_context(NightLock(home))
        ledger = stack.enter_context(Ledger(home.ledger))
        for mended in recover(home, ledger):
            say(f"recovered: {mended}")
        number = _day_number(ledger, profile, day)
        at = _business_time(number)
        night = Night(
            home=home,
            profile=profile,
            at=at,
            night_id=local_date(at),
            day=number,
            ledger=ledger,
            landing=Landing(home.landing),
            say=say,
        )
        ledger.append("night", night.night_id, {"day": number, "profile": profile}, at)
        if number is not None:
            _start_simulator(stack, night)
        yield night


def next_night(ledger: Ledger, profile: str) -> datetime:
    """The business time of the night to come: of the simulator's next day, or now."""
    return _business_time(_day_number(ledger, profile, "" if profile == "live" else "+1"))


def local_date(at: datetime) -> str:
    """The calendar day in Finland on which a moment falls, YYYY-MM-DD."""
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo("Europe/Helsinki")).date().isoformat()


def _day_number(ledger: Ledger, profile: str, day: str) -> int | None:
    if profile == "live":
        if day:
            raise SotevarastoError("DAY belongs to the simulator's calendar; a live night takes none")
        return None
    last = max((e.body["day"] for e in ledger.events("night")), default=None)
    if day.startswith("+"):
        step = day[1:]
        wanted = (-1 if last is None else last) + int(step) if step.isdecimal() else None
    else:
        wanted = (last or 0) if day == "" else int(day) if day.isdecimal() else None
    if wanted is None:
        raise SotevarastoError(f"DAY={day} is not understood; give a number (DAY=3) or a step (DAY=+1)")
    if last is not None and wanted < last:
        raise SotevarastoError(
            f"day {wanted} lies before day {last}, which this home has already seen; give DAY=+1, or a new SOTEVARASTO_HOME"
        )
    return wanted


def _business_time(day: int | None) -> datetime:
    if day is None:
        return datetime.now(UTC).replace(microsecond=0)
    from sources.simulator.calendar import business_time

    return business_time(day)


def _start_simulator(stack: ExitStack, night: Night) -> None:
    from sources.national.need_factors.drop import folder_of as need_factors_folder
    from sources.simulator.amendments import lock_a_month
    from sources.simulator.deliver import deliver
    from sources.simulator.drops import drop_need_factors
    from sources.simulator.national import NationalServer
    from sources.simulator.randomness import SEED

    with night.stage("simulated counties deliver"):
        lock_a_month(night.ledger, night.day, night.at)
        for day in range(night.day + 1):
            sent = deliver(night.home.inbox, day, SEED, night.home.root / "simulator")
            if sent:
                night.say(f"simulated day {day}: {len(sent)} deliveries put in the inbox (synthetic)")
        if drop_need_factors(need_factors_folder(night.home), night.home.root / "simulator"):
            night.say("need factors dropped in the inbox (published figures)")
    server = stack.enter_context(NationalServer(day=night.day, seed=SEED))
    night.addresses = {
        "pxweb": server.base_url_pxweb,
        "classifications": server.base_url_classifications,
        "sotkanet": server.base_url_sotkanet,
        "sampo": server.base_url_sampo,
        "codeserver": server.base_url_codeserver,
        "codelist": server.base_url_codelist,
        "treasury": server.base_url_treasury,
        "kela": server.base_url_kela,
        "innokyla": server.base_url_innokyla,
    }
