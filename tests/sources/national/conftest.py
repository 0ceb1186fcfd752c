"""A simulated home and one night of collecting into it, over real loopback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sources.home import Home
from sources.http import Client
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.hosted import HOSTED
from sources.national.outcome import SourceOutcome
from sources.national.settings import load_settings
from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Request, Response

SEED = 7
FIRST_NIGHT = datetime(2026, 11, 2, tzinfo=UTC)


class BentServer(NationalServer):
    """The simulator with its replies bent on the way: `bend(request, response)` returns what is sent instead."""

    def __init__(self, bend: Callable[[Request, Response], Response], **settings) -> None:
        super().__init__(**{"day": 0, "seed": SEED} | settings)
        self._bend = bend

    def respond_pxweb(self, request: Request) -> Response:
        return self._bend(request, super().respond_pxweb(request))

    def respond_classifications(self, request: Request) -> Response:
        return self._bend(request, super().respond_classifications(request))

    def respond_sotkanet(self, request: Request) -> Response:
        return self._bend(request, super().respond_sotkanet(request))

    def respond_sampo(self, request: Request) -> Response:
        return self._bend(request, super().respond_sampo(request))

    def respond_codeserver(self, request: Request) -> Response:
        return self._bend(request, super().respond_codeserver(request))

    def respond_codelist(self, request: Request) -> Response:
        return self._bend(request, super().respond_codelist(request))

    def respond_treasury(self, request: Request) -> Response:
        return self._bend(request, super().respond_treasury(request))

    def respond_kela(self, request: Request) -> Response:
        return self._bend(request, super().respond_kela(request))

    def respond_innokyla(self, request: Request) -> Response:
        return self._bend(request, super().respond_innokyla(request))


def rewritten(response: Response, change: Callable) -> Response:
    """The reply with its JSON document changed."""
    return replace(response, body=json.dumps(change(json.loads(response.body))).encode("utf-8"))


@dataclass
class Desk:
    """A home with its ledger and landing, and a night's collecting by source."""

    home: Home
    ledger: Ledger
    landing: Landing

    def population(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("statfin_population", server.base_url_pxweb, day, http)

    def projection(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("statfin_projection", server.base_url_pxweb, day, http)

    def key_figures(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("statfin_key_figures", server.base_url_pxweb, day, http)

    def municipality_map(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("statfin_classification", server.base_url_classifications, day, http)

    def sotkanet(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("sotkanet", server.base_url_sotkanet, day, http)

    def sampo(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("sampo", server.base_url_sampo, day, http)

    def codeserver(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("codeserver", server.base_url_codeserver, day, http)

    def codelist(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("codelist", server.base_url_codelist, day, http)

    def treasury(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("treasury", server.base_url_treasury, day, http)

    def kela(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("kela", server.base_url_kela, day, http)

    def innokyla(self, server: NationalServer, day: int = 0, **http) -> SourceOutcome:
        return self._collect("innokyla", server.base_url_innokyla, day, http)

    def _collect(self, source_code: str, url: str, day: int, http: dict) -> SourceOutcome:
        settings = load_settings(HOSTED[source_code].settings, url)
        impatient = {"attempts": 2, "backoff_seconds": 0.01, "total_seconds": 20} | http
        settings = replace(settings, http=replace(settings.http, **impatient))
        with Client(settings.http) as client:
            at = FIRST_NIGHT + timedelta(days=day)
            return HOSTED[source_code].collect(self.home, self.ledger, self.landing, client, settings, at)

    def snapshots(self, source_object: str | None = None) -> list[dict]:
        """The bodies of the snapshot events, oldest first."""
        bodies = [event.body for event in self.ledger.events("snapshot")]
        return [body for body in bodies if source_object in (None, body["object"])]

    def rows(self, body: dict):
        """The Parquet rows of one snapshot."""
        import polars as pl

        return pl.read_parquet(self.home.parquet / body["parquet"]["path"])


def desk_in(root: Path, profile: str = "simulated") -> Desk:
    """A desk over the home at `root`; close its ledger when done."""
    home = Home.open(root, profile)
    return Desk(home, Ledger(home.ledger), Landing(home.landing))


@pytest.fixture
def desk(tmp_path: Path):
    """An empty home."""
    found = desk_in(tmp_path / "home")
    yield found
    found.ledger.close()


@pytest.fixture(scope="session")
def first_night(tmp_path_factory) -> Path:
    """A home after one good night, to be copied."""
    root = tmp_path_factory.mktemp("first_night") / "home"
    made = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        assert made.population(server).status == made.municipality_map(server).status == "new"
    made.ledger.close()
    return root


@pytest.fixture
def collected(tmp_path: Path, first_night: Path):
    """A home of its own after one good night."""
    copy = shutil.copytree(first_night, tmp_path / "collected")
    found = desk_in(copy)
    yield found
    found.ledger.close()
