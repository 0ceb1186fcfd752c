"""Replay and redo from the Dagster UI: the same as `sotevarasto delivery replay` and `delivery redo`.

Belongs here: the two jobs and what may be filled in for them. Does not belong here: the work (sources/regional/replay.py, redo.py), the nightly job (jobs.py).
"""

import dagster as dg


class ChosenDeliveries(dg.Config):
    """Which deliveries are looked at; an empty text is for all."""

    organiser: str = ""
    dataset: str = ""
    period: str = ""


class OneDelivery(dg.Config):
    """The receipt of a delivery of which a file is missing."""

    receipt: str


@dg.op(description="Judges landed deliveries again where a changed rule, dialect or mapping touches them.")
def judge_again(context: dg.OpExecutionContext, config: ChosenDeliveries) -> None:
    from warehouse.replaying import replay_deliveries

    replay_deliveries(config.organiser, config.dataset, config.period, context.log.info)


@dg.op(description="Makes the missing slice, quarantine or report of a delivery again from its landed bytes.")
def make_again(context: dg.OpExecutionContext, config: OneDelivery) -> None:
    from warehouse.replaying import redo_delivery

    redo_delivery(config.receipt, context.log.info)


@dg.job(
    executor_def=dg.in_process_executor,
    description="After a new mapping, rule or dialect; the next night publishes what it recovered.",
)
def replay_deliveries():
    judge_again()


@dg.job(executor_def=dg.in_process_executor, description="When a file of one delivery is missing or damaged.")
def redo_delivery():
    make_again()
