"""From what a night's stages noted of their checks to the results that are kept.

Belongs here: joining noted checks with the index of all, so that those that did not run are told as N-A with the reason.
Does not belong here: keeping them and bringing them into a release (warehouse/checks.py).
"""

from __future__ import annotations

import re

from orchestration.checks.index import Known, every_check
from orchestration.checks.names import check_name
from orchestration.night import Check, Night
from sources.identity_code import masked
from warehouse.checks import CheckResult, record_checks

# An engine's own error may quote a value of a person's row; the names that it quotes stand in other marks.
_QUOTED = re.compile(r"'[^']*'")
# The stand-ins' ports are new each night; equal nights have equal results.
_PORT = re.compile(r"(?<=127\.0\.0\.1):\d+")


def keep_results(night: Night) -> int:
    """Keep the results of all checks as they stand now; returns how many were not kept before."""
    why = _why_not(night)
    noted = {(c.asset, check_name(c.id).removeprefix(f"{c.asset}.")): c for c in night.checks}
    results = [_result(known, noted.get((known.asset, known.name)), why) for known in every_check()]
    return record_checks(night.home, night.ledger, night.at, night.night_id, results)


def _why_not(night: Night) -> str:
    if night.outcome == "unchanged":
        return "not run: nothing moved since the current release"
    return "not run: the night did not come this far, or left it out"


def _result(known: Known, check: Check | None, why: str) -> CheckResult:
    about = (known.check_id, known.engine, known.asset, known.dimension, known.severity)
    if check is None:
        return CheckResult(*about, "N-A", known.is_blocking, message=why, did_run=False)
    status, message = check.status, check.message
    if status == "ERROR":
        message = _QUOTED.sub("'***'", message)
    # Where nothing stood to be judged nothing was passed, whatever the engine says.
    if status == "PASS" and not check.applicable:
        status, message = "N-A", "there was nothing to judge"
    return CheckResult(
        *about,
        status,
        check.blocking,
        check.failed,
        check.applicable,
        check.observed,
        masked(_PORT.sub("", message))[:500],
    )
