"""Jobs, the schedule and the inbox sensor.

Belongs here: what starts a night. Does not belong here: what a night does (orchestration/night.py, orchestration/assets).
The in-process executor is on purpose: a step in a process of its own costs about two seconds, and concurrency lives inside the assets.
"""

import hashlib

import dagster as dg

from sources.home import Home, current_profile, default_home
from warehouse.lock import NightLock

NIGHTLY = "nightly"

nightly = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Collect, judge, build, check and publish. Does only what is new; publishes nothing when nothing moved.",
    tags={"lane": NIGHTLY},
)


def _run_request(run_key: str, day: str) -> dg.RunRequest:
    return dg.RunRequest(run_key=run_key, run_config={"resources": {"night": {"config": {"day": day}}}})


def _held(home: Home) -> str | None:
    holder = NightLock.holder(home)
    return f"another run works on this home: {holder}" if holder else None


@dg.schedule(
    job=nightly, cron_schedule="0 2 * * *", execution_timezone="Europe/Helsinki", description="Every night at two."
)
def every_night(context: dg.ScheduleEvaluationContext):
    profile = current_profile()
    if held := _held(Home.open(default_home(profile), profile)):
        return dg.SkipReason(held)
    when = context.scheduled_execution_time
    return _run_request(when.date().isoformat(), "+1" if profile == "simulated" else "")


@dg.sensor(job=nightly, minimum_interval_seconds=60, description="One run for all manifests that wait in the inbox.")
def inbox(context: dg.SensorEvaluationContext):
    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    if held := _held(home):
        return dg.SkipReason(held)
    manifests = sorted(home.inbox.glob("*/*.manifest.json"))
    if not manifests:
        return dg.SkipReason("no manifest in the inbox")
    # What makes an arrival new is its file, not its name: a resend under the same name is a new arrival.
    facts = "\n".join(f"{p.parent.name}/{p.name}/{(s := p.lstat()).st_ino}/{s.st_mtime_ns}" for p in manifests)
    return _run_request(hashlib.sha256(facts.encode()).hexdigest(), "")
