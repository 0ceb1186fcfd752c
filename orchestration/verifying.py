"""The weekly proof: an earlier release built again, and compared with what the ledger recorded of it.

Belongs here: the job, its schedule, and which release it takes. Does not belong here: building and comparing (rebuilding.py), the nightly job (jobs.py).
"""

import dagster as dg


@dg.op(
    description="Builds the release before the current one again; fails when equal code and inputs give other tables."
)
def build_again(context: dg.OpExecutionContext) -> None:
    from orchestration.rebuilding import RebuildError, rebuild
    from sources.home import Home, current_profile, default_home
    from sources.ledger import Ledger
    from warehouse.lock import LockHeld, NightLock

    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    try:
        with NightLock(home), Ledger(home.ledger) as ledger:
            moments = sorted({event.at for event in ledger.events("release")})
            if not moments:
                context.log.info("no release was published yet; there is nothing to prove")
                return
            found = rebuild(home, ledger, moments[-2:][0])
    except LockHeld as held:
        context.log.info(f"{held}; the next week proves it")
        return
    except RebuildError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    code = "the same code" if found.is_same_code else "other code"
    context.log.info(
        f"release {found.release_id}, made by {code}: {len(found.tables)} tables, {len(found.differing)} differ, {found.erasures} erasures since"
    )
    context.add_output_metadata(
        {
            "release": found.release_id,
            "same code": found.is_same_code,
            "differing tables": ", ".join(found.differing) or "none",
        }
    )
    if found.is_proof_broken:
        raise dg.Failure(
            f"release {found.release_id}: equal inputs and equal code gave other tables: {', '.join(found.differing)}",
            allow_retries=False,
        )


@dg.job(
    executor_def=dg.in_process_executor,
    description="Builds an earlier release again and compares every table with the hashes in the ledger. Publishes nothing.",
)
def verify():
    build_again()


weekly_verify = dg.ScheduleDefinition(
    name="weekly_verify",
    job=verify,
    cron_schedule="0 12 * * 0",
    execution_timezone="Europe/Helsinki",
    description="Every Sunday at noon, when no night runs.",
)
