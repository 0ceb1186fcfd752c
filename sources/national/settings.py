"""The settings of a national source: `source.yml` in its room, and the profile that picks the address.

Belongs here: reading and refusing settings. Does not belong here: what a source is asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from sources.errors import SotevarastoError
from sources.http import HttpSettings


class SettingsError(SotevarastoError):
    """A source's settings cannot be used; the message names the file, the place and the mend."""


@dataclass(frozen=True)
class SourceSettings:
    """One source as this home sees it.

    `shown_url` is the base address written into the ledger: the live one, marked `simulated:` where a stand-in answers on a port that differs from run to
    run. `attribution` is by language. `full_compare` is how long a source's own word that nothing has changed is believed. `expected` is what a plan
    counts with until a visit has noted the source's own figures.
    """

    source_code: str
    is_simulated: bool
    http: HttpSettings
    shown_url: str
    licence: str
    attribution: dict[str, str]
    first_year: int
    full_compare: timedelta
    options: dict[str, str]
    expected: dict[str, Any] = field(default_factory=dict)

    def beside(self, address: str) -> str:
        """Another address of the source: as it is, or in a simulated home the same path of the stand-in."""
        if not self.is_simulated:
            return address
        base = self.http.base
        return f"{base.scheme}://{base.host}:{base.port}{urlsplit(address).path}"

    def shown(self, url: str) -> str:
        """How the ledger calls a whole address: as it is, or in a simulated home without the stand-in's port, which differs from run to run."""
        return f"simulated:{urlsplit(url).path}" if self.is_simulated else url


def load_settings(path: Path, simulator_url: str | None) -> SourceSettings:
    """Read a `source.yml`. `simulator_url` is where the stand-in answers in the simulated profile, None in the live one. Raises SettingsError."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(
            f"{path}: not readable as YAML ({' '.join(str(error).split())[:160]}); mend the file"
        ) from error
    _refuse_invalid(path, document)
    live = document["live"]
    own = {name: live[name] for name in ("max_bytes", "follows_redirects") if name in live}
    if simulator_url is None:
        rate = {"calls": live["calls"], "window_seconds": live["window_seconds"]}
        http = HttpSettings(live["base_url"], tuple(live["allowed_hosts"]), **rate, **own)
    else:
        http = HttpSettings(simulator_url, calls=1000, window_seconds=1, **own)
    return SourceSettings(
        source_code=document["source_code"],
        is_simulated=simulator_url is not None,
        http=http,
        shown_url=live["base_url"] if simulator_url is None else live["base_url"].replace("https:", "simulated:", 1),
        licence=document["licence"],
        attribution=document["attribution"],
        first_year=document["first_year"],
        full_compare=timedelta(days=document["full_compare_days"]),
        options=document.get("options", {}),
        expected=document.get("expected", {}),
    )


def _refuse_invalid(path: Path, document: Any) -> None:
    from jsonschema import Draft202012Validator

    problem = next(Draft202012Validator(_schema()).iter_errors(document), None)
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "top level"
        raise SettingsError(f"{path}: {place}: {problem.message[:200]}; see source.schema.json")


@cache
def _schema() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "source.schema.json").read_text(encoding="utf-8"))
