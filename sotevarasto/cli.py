"""`sotevarasto`: the commands of data engineers, the scheduler and analysts.

Belongs here: reading arguments, calling the room that does the work, one line and an exit code for every error. Does not belong here: work.
Exit codes: 0 published, or nothing moved, or another run holds the lock; 1 our own gate refused; 2 could not run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from sotevarasto.commands import Commands, hush, one_line
from sotevarasto.delivery_commands import delivery
from sotevarasto.explain_command import explain
from sotevarasto.hold import hold
from sotevarasto.pseudonymise_command import pseudonymise
from sotevarasto.release_commands import release
from sources.errors import SotevarastoError


@click.group(cls=Commands, name="sotevarasto", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sotevarasto")
def main() -> None:
    """The pipeline of Finland's national social and health care data warehouse."""


main.add_command(delivery)
main.add_command(pseudonymise)
main.add_command(explain)
main.add_command(release)


@main.command()
@click.option(
    "--day",
    default="",
    metavar="N|+N",
    help="Simulated profile only: a night of the simulator's calendar; +1 is the next one.",
)
def nightly(day: str) -> None:
    """Run the night: collect, judge, build, check, publish."""
    import atexit
    import logging
    import signal
    import warnings

    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    from orchestration.alert import alert_unbegun, told
    from orchestration.run import run_night
    from sotevarasto.summary_view import Progress, show
    from warehouse.lock import LockHeld

    progress = Progress()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        summary = run_night(day, progress)
    except LockHeld as held:
        click.echo(f"sotevarasto: {held}")
        code = 0
    except (SotevarastoError, OSError) as error:
        click.echo(f"sotevarasto: {one_line(error)}", err=True)
        if line := told(alert_unbegun(one_line(error))):
            click.echo(f"sotevarasto: {line}", err=True)
        code = 2
    except MemoryError:
        click.echo(
            "sotevarasto: memory ran out; nothing is lost, give the night more and run the same command again", err=True
        )
        code = 2
    except KeyboardInterrupt:
        click.echo("sotevarasto: interrupted; nothing is lost, run the same command again", err=True)
        code = 2
    else:
        code = summary["exit_code"]
        try:
            show(summary)
        except BrokenPipeError:
            hush()
    # All is said and all is closed. At teardown duckdb 2.0 beside duckdb-engine and Great Expectations prints dozens of harmless "nanobind: leaked" lines, and
    # a thread of dbt that an interrupt left behind aborts the process: what is registered for the end runs, and no more.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@main.command()
@click.option("--all", "is_whole", is_flag=True, help="Every source, sender, month, check, table and stage, as tables.")
def status(is_whole: bool) -> None:
    """Print the last night's summary again."""
    from sotevarasto.summary_file import read_summary
    from sotevarasto.summary_view import show
    from sources.home import current_profile, default_home

    path = default_home(current_profile()) / "reports" / "last_night.json"
    if not path.exists():
        raise SotevarastoError(f"no night has run on {path.parent.parent}; run make nightly first")
    show(read_summary(path), is_whole)


@main.command()
def watch() -> None:
    """Has a night ended well by six in the morning, Finnish time? If not: the alert hook, and exit code 1."""
    from datetime import UTC, datetime

    from orchestration.alert import alert_unended, told
    from orchestration.watch import last_night
    from sources.home import current_profile, default_home

    profile = current_profile()
    is_well, line = last_night(default_home(profile), profile, datetime.now(UTC))
    click.echo(f"sotevarasto: {line}", err=not is_well)
    if not is_well:
        if sent := told(alert_unended(line)):
            click.echo(f"sotevarasto: {sent}", err=True)
        sys.exit(1)


# A query may begin with a comment, which looks like an option.
@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("query")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def sql(query: str, form: str) -> None:
    """Ask the current release, read-only: sotevarasto sql "select * from dq.delivery"; - reads the query from standard input."""
    from sotevarasto.query import run_query

    run_query(query, form)


@main.group()
def ledger() -> None:
    """The append-only record of every receipt, verdict, snapshot and release."""


@ledger.command("verify")
def ledger_verify() -> None:
    """Walk the hash chain and the landed bytes, and compare the heads kept in the last three releases."""
    from sotevarasto.trust import verify

    sys.exit(verify())


@main.group("sources")
def national_sources() -> None:
    """The national sources."""


@national_sources.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def sources_list(form: str) -> None:
    """Each national source: last fetch, last change, rows, licence, real or synthetic, freshness."""
    from sotevarasto.sources_list import show_sources

    show_sources(form)


@main.command("plan")
@click.argument("codes", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--from",
    "first_year",
    type=click.IntRange(1970, 2100),
    metavar="YEAR",
    help="As if years were wanted from this one on.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def plan(codes: tuple[str, ...], first_year: int | None, form: str) -> None:
    """What the next night will ask of the national sources and how long that takes; nothing is asked meanwhile."""
    from sotevarasto.plan_view import show_plan

    show_plan(codes, first_year, form)


@main.group()
def landing() -> None:
    """The content-addressed store of every byte received."""


@landing.command("erase")
@click.argument("sha256", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; it is kept in the ledger.")
def landing_erase(sha256: tuple[str, ...], reason: str) -> None:
    """Remove landed bytes, of one hash or several, and the rows derived from them; the ledger keeps that it was done, by whom and why."""
    from sotevarasto.trust import erase_landed

    erase_landed(sha256, reason)


@main.group()
def period() -> None:
    """Months of a dataset: provisional, final when locked, revised by an approved revision."""


@period.command("lock")
@click.argument("dataset")
@click.argument("month", metavar="PERIOD")
@click.option("--reason", required=True, help="Why; it is kept in the ledger.")
@click.option("--by", metavar="NAME", help="Who decides; the user of this machine unless given. Never a sender.")
def period_lock(dataset: str, month: str, reason: str, by: str | None) -> None:
    """Make the figures of a month final, as in: period lock costs 2026-08 --reason "closed by the agreed day"."""
    from sotevarasto.deliveries import lock

    lock(dataset, month, reason, by)


@period.command("revise")
@click.argument("receipt")
@click.option("--reason", required=True, help="Why; it is kept in the ledger.")
@click.option("--by", metavar="NAME", help="Who decides; the user of this machine unless given. Never the sender.")
def period_revise(receipt: str, reason: str, by: str | None) -> None:
    """Publish what came after the lock. The first call asks for it; a second one, by a person who neither asked nor locked, approves it."""
    from sotevarasto.deliveries import revise

    revise(receipt, reason, by)


@main.group()
def county() -> None:
    """Senders: one YAML file each, never code."""


@county.command("new")
@click.argument("code")
@click.option("--name-fi", required=True, help="The sender's name in Finnish.")
@click.option("--name-sv", required=True, help="The sender's name in Swedish.")
@click.option("--name-en", required=True, help="The sender's name in English.")
@click.option("--dataset", "datasets", multiple=True, required=True, help="A dataset that it sends; once for each.")
@click.option(
    "--from",
    "samples",
    multiple=True,
    required=True,
    metavar="SAMPLE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file as it sends it, for each --dataset in the same order.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the draft goes; CODE.yml unless given."
)
def county_new(
    code: str,
    name_fi: str,
    name_sv: str,
    name_en: str,
    datasets: tuple[str, ...],
    samples: tuple[Path, ...],
    out: Path | None,
) -> None:
    """Draft the file of a new sender from sample files. A guess that is not certain stands as TODO, which no night accepts."""
    from sotevarasto.onboarding import draft

    draft(code, {"fi": name_fi, "sv": name_sv, "en": name_en}, datasets, samples, out or Path(f"{code}.yml"))


@county.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def county_check(file: Path) -> None:
    """Is this county file sound? One line says what is not."""
    from sotevarasto.onboarding import check

    check(file)


@main.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Remove all but the newest N backups in TARGET.")
def backup(target: Path, keep: int | None) -> None:
    """Save ledger, landing and what was judged into a new folder in TARGET; a night may run meanwhile."""
    from sotevarasto.backup import save

    save(target, keep)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def restore(folder: Path) -> None:
    """Make an empty home anew from one backup FOLDER; the next night builds its release."""
    from sotevarasto.backup import bring_back

    bring_back(folder)


@main.command()
def dev() -> None:
    """The Dagster UI and the report pages on this home, until Ctrl-C."""
    from sotevarasto.dev import serve

    sys.exit(serve("dev"))


@main.command()
def webserver() -> None:
    """As `dev`, for a service: the UI and the report pages alone; `daemon` runs beside it."""
    from sotevarasto.dev import serve

    sys.exit(serve("webserver"))


@main.command()
def daemon() -> None:
    """Dagster's daemon on this home: the inbox sensor, queued runs, run monitoring, freshness."""
    from sotevarasto.dev import daemon

    sys.exit(daemon())


main.add_command(hold)
