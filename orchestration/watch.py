"""The dead man's note: has a night ended well by six in the morning?

Belongs here: the hours between which a night must end, and what is said when none has. Does not belong here: delivering the note (alert.py), what started a night.
A night that hangs, was never started, or whose machine was down cannot say so itself; another timer asks.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration.alert import WELL_ENDED
from sources.errors import SotevarastoError
from sources.home import Home
from sources.ledger import Event, Ledger
from warehouse.lock import NightLock

HELSINKI = ZoneInfo("Europe/Helsinki")
DEADLINE, EVENING = time(6, 0), time(18, 0)


def window(now: datetime) -> tuple[datetime, datetime]:
    """From when and by when a night must have ended, in Finnish time: six in the evening to six in the morning, the last one that has passed at `now` (aware)."""
    local = now.astimezone(HELSINKI)
    day = local.date() if local.time() >= DEADLINE else local.date() - timedelta(days=1)
    return datetime.combine(day - timedelta(days=1), EVENING, HELSINKI), datetime.combine(day, DEADLINE, HELSINKI)


def last_night(root: Path, profile: str, now: datetime) -> tuple[bool, str]:
    """Whether a night of the home at `root` has ended well since the evening of the last window, and the line that says so.

    One that ended late, after six, is well too: it is no longer a reason to wake anybody. What keeps the home from being read is a note like any other.
    """
    since, by = window(now)
    wanted = f"since {since:%-d.%-m.%Y %H:%M} (wanted by {by:%-d.%-m. %H:%M}, Finnish time)"
    try:
        home = Home(root.absolute())
        if not home.ledger.exists():
            return False, f"no night has ended well {wanted}: {home.root} holds no ledger"
        home = Home.open(root, profile)
        with Ledger(home.ledger) as ledger:
            ends = ledger.events("night_end")
        holder = NightLock.holder(home)
    except (SotevarastoError, OSError) as error:
        return False, f"no night is known to have ended well {wanted}: {error}"
    well = [e for e in ends if e.recorded_at >= since and e.body["outcome"] in WELL_ENDED]
    if well:
        return True, f"the night ended {_when(well[-1])}: {well[-1].body['outcome']}"
    last = f"the last one ended {_when(ends[-1])}: {ends[-1].body['outcome']}" if ends else "none has ever ended here"
    running = f"; one is running: {holder}" if holder else ""
    return False, f"no night has ended well {wanted}; {last}{running}"


def _when(event: Event) -> str:
    return f"{event.recorded_at.astimezone(HELSINKI):%-d.%-m.%Y %H:%M}"
