"""The night's visit to a national source, ready to be called.

Belongs here: opening settings and client of a source. Does not belong here: which sources there are (hosted.py), what is asked and kept (the sources' own rooms).
"""

from __future__ import annotations

from datetime import datetime

from sources.errors import SotevarastoError
from sources.home import Home
from sources.http import Client
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.hosted import HOSTED
from sources.national.outcome import SourceOutcome
from sources.national.settings import load_settings


def collect_hosted(
    source_code: str, home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Bring one source of `HOSTED` up to date. `simulator_url` is the stand-in's base address in a simulated home, None in a live one.

    Simulated figures never reach a live home, nor a simulated night the real hosts: SotevarastoError.
    """
    if (home.profile == "simulated") != (simulator_url is not None):
        raise SotevarastoError(
            f"{home.root}: a {home.profile} home takes national figures from {'the simulator' if home.profile == 'simulated' else 'the real hosts'} only"
        )
    source = HOSTED[source_code]
    settings = load_settings(source.settings, simulator_url)
    with Client(settings.http) as client:
        return source.collect(home, ledger, landing, client, settings, at)
