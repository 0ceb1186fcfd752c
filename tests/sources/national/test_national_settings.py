"""A source's settings are checked, and the profile alone decides whom a home listens to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sources.errors import SotevarastoError
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.classifications.collect import SETTINGS as CLASSIFICATIONS
from sources.national.collect import collect_hosted
from sources.national.hosted import HOSTED
from sources.national.settings import SettingsError, load_settings
from sources.national.sotkanet.collect import SETTINGS as SOTKANET
from sources.national.statfin.collect import SETTINGS as STATFIN

AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("path", [STATFIN, CLASSIFICATIONS, SOTKANET], ids=lambda path: path.parent.name)
def test_live_settings_name_the_real_host_over_https_a_licence_and_whom_to_credit(path):
    settings = load_settings(path, None)
    assert settings.http.base_url.startswith("https://")
    assert settings.shown_url == settings.http.base_url
    assert settings.licence == "CC BY 4.0"
    assert set(settings.attribution) == {"fi", "sv", "en"}
    assert not settings.is_simulated


def test_simulated_settings_ask_the_stand_in_and_mark_the_address_without_its_port():
    settings = load_settings(STATFIN, "http://127.0.0.1:1234/PxWeb/api/v1")
    assert settings.http.base_url == "http://127.0.0.1:1234/PxWeb/api/v1"
    assert settings.shown_url == "simulated://pxdata.stat.fi/PxWeb/api/v1"
    assert settings.is_simulated


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"first_year": "2021"}, "first_year"),
        ({"colour": "blue"}, "colour"),
        ({"attribution": {"fi": "Lähde"}}, "attribution"),
        ({"live": {"base_url": "http://x", "allowed_hosts": [], "calls": 1, "window_seconds": 1}}, "live.base_url"),
    ],
)
def test_settings_that_are_wrong_are_refused_in_one_line_that_names_the_place(tmp_path: Path, change, says):
    path = tmp_path / "source.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(STATFIN.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(SettingsError, match=says) as refused:
        load_settings(path, None)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("profile", "url"), [("live", "http://127.0.0.1:9/x"), ("simulated", None)])
def test_a_home_takes_figures_of_its_own_profile_only(tmp_path: Path, profile, url):
    home = Home.open(tmp_path / profile, profile)
    with Ledger(home.ledger) as ledger, pytest.raises(SotevarastoError, match=f"a {profile} home"):
        collect_hosted("statfin_population", home, ledger, Landing(home.landing), url, AT)


def test_a_source_is_listed_by_the_code_that_its_settings_give():
    assert [load_settings(source.settings, None).source_code for source in HOSTED.values()] == list(HOSTED)
