"""The national sources of a night, ready to be called.

Belongs here: opening settings and client of each source. Does not belong here: what is asked and kept (the sources' own rooms).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sources.errors import SotevarastoError
from sources.home import Home
from sources.http import Client
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.classifications import collect as classifications
from sources.national.codelist import collect as codelist
from sources.national.codeserver import collect as codeserver
from sources.national.innokyla import collect as innokyla
from sources.national.kela import collect as kela
from sources.national.key_figures import collect as key_figures
from sources.national.need_factors import collect as need_factors
from sources.national.outcome import SourceOutcome
from sources.national.projection import collect as projection
from sources.national.sampo import collect as sampo
from sources.national.settings import SourceSettings, load_settings
from sources.national.sotkanet import collect as sotkanet
from sources.national.statfin import collect as statfin
from sources.national.treasury import collect as treasury


def collect_population(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Population by municipality, age and sex. `simulator_url` is the stand-in's base address in a simulated home, None in a live one."""
    settings = _settings(home, statfin, simulator_url)
    return _hosted(statfin.collect_population, settings, home, ledger, landing, at)


def collect_projection(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Population projection by municipality, age and sex, from the same service. `simulator_url` as above."""
    settings = _settings(home, projection, simulator_url)
    with Client(settings.http) as client:
        return projection.collect_projection(home, ledger, landing, client, settings, at)


def collect_key_figures(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Key figures of the population by county, from the same service. `simulator_url` as above."""
    settings = _settings(home, key_figures, simulator_url)
    with Client(settings.http) as client:
        return key_figures.collect_key_figures(home, ledger, landing, client, settings, at)


def collect_municipality_map(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Municipality → county → collaborative area, by year. `simulator_url` as above."""
    settings = _settings(home, classifications, simulator_url)
    return _hosted(classifications.collect_municipality_map, settings, home, ledger, landing, at)


def collect_sotkanet(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """THL's Sotkanet: the indicators of its catalogue by region, year and sex. `simulator_url` as above."""
    settings = _settings(home, sotkanet, simulator_url)
    return _hosted(sotkanet.collect_sotkanet, settings, home, ledger, landing, at)


def collect_sampo(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """THL's cubes on access to care and visits, by county and month. `simulator_url` as above."""
    settings = _settings(home, sampo, simulator_url)
    with Client(settings.http) as client:
        return sampo.collect_sampo(home, ledger, landing, client, settings, at)


def collect_codeserver(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """THL's code server: service classes, contact modes, specialties and care organisations. `simulator_url` as above."""
    settings = _settings(home, codeserver, simulator_url)
    with Client(settings.http) as client:
        return codeserver.collect_codeserver(home, ledger, landing, client, settings, at)


def collect_codelist(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """koodistot.suomi.fi: occupations. `simulator_url` as above."""
    settings = _settings(home, codelist, simulator_url)
    with Client(settings.http) as client:
        return codelist.collect_codelist(home, ledger, landing, client, settings, at)


def collect_treasury(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """State Treasury: budgets and outcomes that the counties report. `simulator_url` as above."""
    settings = _settings(home, treasury, simulator_url)
    with Client(settings.http) as client:
        return treasury.collect_treasury(home, ledger, landing, client, settings, at)


def collect_kela(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Kela: benefits by municipality and by county. `simulator_url` as above."""
    settings = _settings(home, kela, simulator_url)
    with Client(settings.http) as client:
        return kela.collect_kela(home, ledger, landing, client, settings, at)


def collect_innokyla(
    home: Home, ledger: Ledger, landing: Landing, simulator_url: str | None, at: datetime
) -> SourceOutcome:
    """Innokylä: projects, operating models and evaluations, from listed pages. `simulator_url` as above."""
    settings = _settings(home, innokyla, simulator_url)
    with Client(settings.http) as client:
        return innokyla.collect_innokyla(home, ledger, landing, client, settings, at)


def collect_need_factors(home: Home, ledger: Ledger, landing: Landing, at: datetime) -> SourceOutcome:
    """Need factors that somebody dropped into the inbox, in a simulated home and in a live one alike."""
    return need_factors.collect_need_factors(home, ledger, landing, at)


def _hosted(
    collect: Callable[..., SourceOutcome],
    settings: SourceSettings,
    home: Home,
    ledger: Ledger,
    landing: Landing,
    at: datetime,
) -> SourceOutcome:
    with Client(settings.http) as client:
        return collect(home, ledger, landing, client, settings, at)


def _settings(home: Home, room, simulator_url: str | None) -> SourceSettings:
    """Settings for the home's own profile: simulated figures never reach a live home, nor a simulated night the real hosts."""
    if (home.profile == "simulated") != (simulator_url is not None):
        raise SotevarastoError(
            f"{home.root}: a {home.profile} home takes national figures from {'the simulator' if home.profile == 'simulated' else 'the real hosts'} only"
        )
    return load_settings(room.SETTINGS, simulator_url)
