"""Runs whose process died: Dagster's own history still calls them started.

Belongs here: ending them in that history. Does not belong here: mending what they left in the home (warehouse/recover.py).
"""

from __future__ import annotations

import dagster as dg


def end_dead_runs(instance: dg.DagsterInstance, own_run: str | None = None) -> int:
    """Mark every run that is still in progress as failed, but for the caller's own; returns how many there were.

    The caller holds the home's lock. Whatever works on the home needs it, so a run in progress without it is dead, or about to be refused.
    """
    alive = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)
    dead = [run for run in instance.get_runs(dg.RunsFilter(statuses=list(alive))) if run.run_id != own_run]
    for run in dead:
        instance.report_run_failed(
            run, "its process ended before the run did; what it left half-done was mended by a later night"
        )
    return len(dead)
