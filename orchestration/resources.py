"""The one Dagster resource: the night that a run works in.

Belongs here: handing an open night to the assets, whoever began the run (command line, schedule, sensor, UI). Does not belong here: what a night is
(orchestration/night.py).
"""

from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from orchestration.night import Night, open_night

# The command line opens its night before Dagster starts, so that a held lock or a bad DAY is one line and not a failed run.
_opened: list[Night] = []


@contextmanager
def lend(night: Night):
    """Let the runs of this process work in an already open night."""
    _opened.append(night)
    try:
        yield
    finally:
        _opened.remove(night)


class NightResource(dg.ConfigurableResource):
    """The open night. `day` is only for the simulated profile: '' is the last day again, '+1' the next one of the simulator's calendar."""

    day: str = ""
    _night: Night = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext):
        if _opened:
            self._night = _opened[-1]
            yield self
            return
        from orchestration.dagster_home import end_dead_runs
        from orchestration.summary import conclude

        say = context.log.info if context.log else print
        is_whole = context.run is None or context.run.asset_selection is None
        with open_night(self.day, say) as night:
            self._night = night
            if context.instance and context.dagster_run:
                end_dead_runs(context.instance, context.dagster_run.run_id)
            try:
                yield self
            finally:
                conclude(night, is_whole=is_whole)

    @property
    def night(self) -> Night:
        return self._night
