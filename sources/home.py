"""The home: the one folder in which everything received, built and published lies.

What belongs here: where things lie, and the stamp that keeps a simulated home and a live one apart. What does not:
what is written into the folders.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sources.durable import TEMP_PREFIX, write_atomic
from sources.errors import SotevarastoError

# What lies where and what the ledger may hold. Format 2 keeps what checks came to (checks/). Format 3 lands deliveries apart (landing/restricted/) and
# records by what each was judged (basis) and judged again (replay).
FORMAT = 3
PROFILES = ("simulated", "live")
STAMP = "home.json"
# Beside the senders' folders in the inbox; no organiser has this code.
NATIONAL_INBOX = "national"
RESTORING = "restoring"

_FOLDERS = (
    "inbox",
    "landing",
    "parquet",
    "quarantine",
    "reading",
    "checks",
    "build",
    "releases",
    "receipts",
    "reports",
    "dagster",
    "dbt",
    "logs",
)
_FILES = ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "current", "lock")


class HomeError(SotevarastoError):
    """The folder cannot be used as a home."""


@dataclass(frozen=True)
class Home:
    """The paths of one home. `root` is absolute; `Home.open` is the way to get one that exists."""

    root: Path

    @classmethod
    def open(cls, root: Path, profile: str) -> "Home":
        """Create or check the home at `root` for `profile` ('simulated' | 'live'); folders are made with mode 0700.

        Raises HomeError: unknown profile, a home of the other profile or another format, a folder that holds
        something else, a path that cannot be written or that DuckDB would read as a pattern.
        """
        if profile not in PROFILES:
            raise HomeError(f"profile '{profile}' is unknown: set SOTEVARASTO_PROFILE to one of {', '.join(PROFILES)}")
        home = cls(Path(os.path.abspath(root)))
        if any(mark in str(home.root) for mark in "*?["):
            raise HomeError(f"{home.root}: a home's path may not hold *, ? or [ (file patterns): choose another folder")
        try:
            home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            home._stamp(profile)
            for name in _FOLDERS:
                (home.root / name).mkdir(mode=0o700, exist_ok=True)
            home._require_access()
        except OSError as error:
            raise HomeError(
                f"{error.filename or home.root}: {error.strerror}: the home must be a folder that this user may write"
            ) from None
        return home

    def _require_access(self) -> None:
        """Refuse now what would stop a night half-way: a folder that this user may not read and write."""
        for folder in (self.root, *(self.root / name for name in _FOLDERS)):
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
                mend = (
                    "mount its file system writable"
                    if is_read_only
                    else f"make user {os.geteuid()} its owner, mode 0700"
                )
                raise HomeError(f"{folder}: this user may not read and write it: {mend}, then run again")

    def _stamp(self, profile: str) -> None:
        """Write the stamp into a new home, or refuse a home that was stamped otherwise."""
        stamp = self.root / STAMP
        if not stamp.exists():
            strangers = sorted(
                entry.name
                for entry in self.root.iterdir()
                if entry.name not in _FOLDERS + _FILES and not entry.name.startswith(TEMP_PREFIX)
            )
            if strangers:
                raise HomeError(
                    f"{self.root}: is no home and holds other files ({strangers[0]}): "
                    "set SOTEVARASTO_HOME to an empty folder"
                )
            self._write_stamp(profile)
            return
        found = _read_stamp(stamp)
        if found.get(RESTORING):
            raise HomeError(f"{self.root}: a restore into it has not ended: run the same `sotevarasto restore` again")
        if found.get("format") not in _UPGRADES and found.get("format") != FORMAT:
            raise HomeError(
                f"{self.root}: home format {found.get('format')}, this code reads {min(_UPGRADES)} to {FORMAT}: "
                "use the code that made it, or another SOTEVARASTO_HOME"
            )
        if found.get("profile") != profile:
            raise HomeError(
                f"{self.root}: is a {found.get('profile')} home and refuses profile {profile}: "
                "set another SOTEVARASTO_HOME or SOTEVARASTO_PROFILE"
            )
        if found["format"] != FORMAT:
            for number in range(found["format"], FORMAT):
                _UPGRADES[number](self)
            self._write_stamp(profile)

    def _write_stamp(self, profile: str, number: int = FORMAT, **more: str) -> None:
        write_atomic(self.root / STAMP, json.dumps({"format": number, "profile": profile, **more}) + "\n")

    def mark_restoring(self, profile: str, backup: str) -> None:
        """Stamp a home into which the backup of that mark is being restored; `open` refuses it until `end_restoring`."""
        self._write_stamp(profile, **{RESTORING: backup})

    def is_restoring(self, backup: str) -> bool:
        """Whether a restore of the backup of that mark was begun here and has not ended."""
        stamp = self.root / STAMP
        return stamp.exists() and _read_stamp(stamp).get(RESTORING) == backup

    def end_restoring(self, profile: str, number: int) -> None:
        """Stamp a restored home with the format that its backup was of."""
        self._write_stamp(profile, number)

    @property
    def profile(self) -> str:
        """The profile that the home is stamped with."""
        return str(_read_stamp(self.root / STAMP).get("profile"))

    @property
    def inbox(self) -> Path:
        """inbox/<organiser>/: what a sender has put down and we have not yet taken in."""
        return self.root / "inbox"

    @property
    def national_inbox(self) -> Path:
        """inbox/national/<source>/: files of national sources that have no interface, put down by a person."""
        return self.inbox / NATIONAL_INBOX

    @property
    def landing(self) -> Path:
        """Every byte received, under its SHA-256."""
        return self.root / "landing"

    @property
    def ledger(self) -> Path:
        """The append-only ledger (SQLite)."""
        return self.root / "ledger.sqlite"

    @property
    def parquet(self) -> Path:
        """Typed, immutable Parquet derived from landing."""
        return self.root / "parquet"

    @property
    def quarantine(self) -> Path:
        """What could not be accepted, with its reasons."""
        return self.root / "quarantine"

    @property
    def reading(self) -> Path:
        """Notes of the deliveries that are being read, so that one that ends the process is known by its second time."""
        return self.root / "reading"

    @property
    def checks(self) -> Path:
        """What the checks of each night came to: small immutable files that the ledger names."""
        return self.root / "checks"

    @property
    def build(self) -> Path:
        """The one place in which the next release is built; emptied first."""
        return self.root / "build"

    @property
    def releases(self) -> Path:
        """releases/<release_id>/: sealed releases."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """Symbolic link to the release in force."""
        return self.root / "current"

    @property
    def receipts(self) -> Path:
        """What senders get when a delivery was received; made anew from the ledger."""
        return self.root / "receipts"

    @property
    def reports(self) -> Path:
        """What senders and operators are told."""
        return self.root / "reports"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """dbt's work of this home's nights: two homes of one clone never share it."""
        return self.root / "dbt"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """The file on which a night holds its operating-system lock."""
        return self.root / "lock"


def _add_checks(home: Home) -> None:
    """1 → 2: nights of format 1 kept no check results, so there are none to move."""
    (home.root / "checks").mkdir(mode=0o700, exist_ok=True)


def _add_restricted(home: Home) -> None:
    """2 → 3: what was delivered until now stays where it landed, and is read there."""
    (home.landing / "restricted").mkdir(mode=0o700, exist_ok=True)


# By the format that a home has: what brings it to the next one. Each may be repeated, since a crash may follow it.
_UPGRADES = {1: _add_checks, 2: _add_restricted}


def _read_stamp(stamp: Path) -> dict:
    """The content of home.json; HomeError if it is absent or no JSON object."""
    try:
        found = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise HomeError(
            f"{stamp}: cannot be read as a home's stamp: restore it from a backup, or use another SOTEVARASTO_HOME"
        )
    return found


def current_profile() -> str:
    """The profile in force: SOTEVARASTO_PROFILE, else 'simulated' (the embedded default)."""
    return os.environ.get("SOTEVARASTO_PROFILE") or "simulated"


def default_home(profile: str) -> Path:
    """Where the home lies: SOTEVARASTO_HOME, else var/<profile> in the code's own folder."""
    named = os.environ.get("SOTEVARASTO_HOME")
    return Path(named) if named else Path(__file__).resolve().parents[1] / "var" / profile
