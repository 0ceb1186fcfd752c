"""Who delivers: a county or joint authority of its own folder, or the reserved test organiser.

Belongs here: the code of the test organiser, and whose dialect a delivery is written in. Does not belong here: the county files (county.py), what is checked of a
delivery (admission.py).

What is delivered to inbox/TEST gets the same receipt, verdict and report as anything else, and reaches no release: the registry leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sources.ledger import Event
from sources.regional.county import County

# Reserved: what a supplier tests with must never count as a county's own delivery.
TEST_ORGANISER = "TEST"


def county_of(receipt: Mapping[str, Any], counties: Mapping[str, County]) -> County | None:
    """The sender whose dialect the delivery of this receipt (its event's body) is written in; None when there is none."""
    code = receipt["organiser_code"]
    if code == TEST_ORGANISER:
        code = (receipt["manifest"] or {}).get("as_organiser")
    return counties.get(code)


def is_test(receipt: Mapping[str, Any]) -> bool:
    """True for a receipt (its event's body) of the test organiser."""
    return receipt["organiser_code"] == TEST_ORGANISER


def in_earnest(receipts: Iterable[Event]) -> list[Event]:
    """The receipts of everyone but the test organiser."""
    return [event for event in receipts if not is_test(event.body)]
