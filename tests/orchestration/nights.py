"""A night that did nothing, for tests of what is said at its end."""

from datetime import UTC, datetime
from typing import Any

from orchestration.night import Night
from orchestration.summary import conclude
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger

AT = datetime(2026, 11, 3, tzinfo=UTC)


def concluded(home: Home, *, is_whole: bool = True, **facts: Any) -> dict[str, Any]:
    """The summary of a night of these facts (attributes of Night), after its end has been written down."""
    with Ledger(home.ledger) as ledger:
        night = Night(home, home.profile, AT, "2026-11-03", 1, ledger, Landing(home.landing), lambda text: None)
        for name, value in facts.items():
            setattr(night, name, value)
        return conclude(night, is_whole=is_whole)
