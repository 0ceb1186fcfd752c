"""The definitions as a code server of a daemon loads them, with the night made small (small_night.py)."""

from orchestration.definitions import defs as defs
from tests.small_night import make_small

make_small()
