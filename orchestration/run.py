"""Running the nightly job in this process, with its history in the home's DAGSTER_HOME.

Belongs here: the entry that the command line uses. Does not belong here: the job itself (orchestration/jobs.py) and printing (sotevarasto/).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sources.errors import SotevarastoError


def run_night(day: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Run one night and return its summary. Raises LockHeld when another run works on the home, SotevarastoError when the night cannot begin."""
    from orchestration.dagster_home import prepare_dagster_home
    from orchestration.night import open_night
    from orchestration.summary import conclude

    with open_night(day, say) as night:
        try:
            prepare_dagster_home(night.home)
            _execute(night)
        except SotevarastoError as error:
            night.reason = str(error)
        finally:
            document = conclude(night)
    return document


def _execute(night) -> None:
    night.say("starting Dagster …")
    from sqlalchemy.exc import DBAPIError

    from orchestration.dagster_home import end_dead_runs, forget_old_runs, open_instance
    from orchestration.definitions import defs
    from orchestration.ending import asked_to_end
    from orchestration.resources import lend

    job = defs.resolve_job_def("nightly")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    try:
        with open_instance() as instance, lend(night), asked_to_end() as asked:
            if ended := end_dead_runs(instance):
                night.say(f"recovered: {ended} runs of Dagster whose process had ended")
            result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=quiet)
            if forgotten := forget_old_runs(instance, night.home):
                night.say(f"Dagster's history of {forgotten} old runs removed")
    except DBAPIError as error:
        raise SotevarastoError(
            f"{night.home.dagster}: Dagster's history cannot be written ({error.orig}); nothing is lost: make room or mend the disk, and run again"
        ) from None
    if asked and not result.success:
        night.was_asked_to_end = True
        night.reason, night.outcome = f"{asked[0]} asked it to end; nothing is lost, run it again", "could_not_run"
        return
    if result.success:
        if night.outcome == "could_not_run" and not night.failed_blocking:
            night.reason = "the run ended without a release and without a failed check; see the Dagster UI (make dev)"
        return
    night.reason, gate = _why(result, night)
    night.outcome = "gate_failed" if gate else "could_not_run"


def _why(result, night) -> tuple[str, bool]:
    """The first failure in one line, and whether it was our own gate that refused."""
    from orchestration.night import GateFailed

    if refused := night.failed_blocking:
        count = "a blocking check" if len(refused) == 1 else f"{len(refused)} blocking checks"
        return f"{count} did not pass, first {refused[0].id}: {refused[0].message}", True
    failures = [e for e in result.all_events if e.is_step_failure or e.is_failure]
    error = next((e.event_specific_data.error for e in failures if getattr(e.event_specific_data, "error", None)), None)
    while error is not None and error.cause is not None:
        error = error.cause
    step = next((e.step_key for e in failures if e.step_key), "the run")
    lines = (error.message if error else "it failed without a reason").strip().splitlines() or ["no message"]
    # Dagster writes the class before the message, with or without its module; a person needs the message only.
    message = re.sub(rf"^[\w.]*\b{re.escape(error.cls_name)}: ", "", lines[0]) if error else lines[0]
    return f"{step}: {message.split('Error: ', 1)[-1]}", error is not None and error.cls_name == GateFailed.__name__
