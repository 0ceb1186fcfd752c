"""Signs of personal data in bytes: where, in a block of a file, it is worth looking.

Belongs here: one vectorised look at a block, which passes over millions of clean rows in a few bytes' worth of time each. Does not belong here: telling whether it is
personal data (sources/personal_data.py does, on the text round each sign), files (tripwire.py).

Digits are packed to one bit a byte, so that runs of them are found by shifting words of 64. Only at the ends of runs, one or two a row, single bytes are looked at. A sign
too many costs a closer look; one too few would be personal data let in, so the tests hold these against the plain search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from sources.identity_code import CHECK_CHARACTERS

_ZERO, _THREE, _FOUR, _FIVE = b"0345"
_PLUS = re.compile(rb"\+[1-9]")
_SIGNS = np.zeros(256, bool)
_SIGNS[list(b"-+ABCDEFUVWXYabcdefuvwxy")] = True
_VALUES = np.full(256, 99, np.int64)
for _value, _character in enumerate(CHECK_CHARACTERS):
    _VALUES[[ord(_character), ord(_character.lower())]] = _value
_POWERS = 10 ** np.arange(8, -1, -1)
# After the longest finding, and before what could exempt it.
REACH = 160


def signs(block: bytes | memoryview) -> np.ndarray:
    """The places (offsets, ascending) of a block at which personal data may stand. Those within REACH of either end may be missed."""
    data = np.frombuffer(block, np.uint8)
    if len(data) < 16:
        data = np.concatenate([data, np.zeros(16, np.uint8)])
    return np.unique(np.concatenate([*_runs_of_digits(data), _marked(block)]))


def _marked(block: bytes | memoryview) -> np.ndarray:
    """E-mail addresses and numbers with their country: a sign of their own stands in them, which hardly anything else holds."""
    data = bytes(block) if not isinstance(block, bytes) else block
    places: list[int] = []
    at = data.find(b"@")
    while at >= 0:
        places.append(at)
        at = data.find(b"@", at + 1)
    if b"+" in data:
        places += [match.start() for match in _PLUS.finditer(data)]
    return np.array(places, np.int64)


def _runs_of_digits(data: np.ndarray) -> Iterator[np.ndarray]:
    """Runs of digits that may be the day and number of a code, or a telephone number."""
    one = _Bits(data)
    after, d1 = one.after, one.digits
    d2 = d1 & after(d1, 1)
    d3, d4 = d2 & after(d1, 2), d2 & after(d2, 2)
    d6 = d4 & after(d2, 4)
    d9 = d6 & after(d3, 6)
    begins = d1 & ~one.before(d1)
    day = d6 & ~after(d1, 6)
    yield _codes(data, one.places(day & after(d3, 7)))
    spaced = one.spaces & ~d1
    yield one.places(day & (after(spaced, 6) | (after(spaced, 7) & ~after(d1, 7))))
    yield _bare(data, one.places(d9 & begins & ~after(d1, 9)))
    grouping = one.spaces | one.dashes
    three, four, five = (
        begins & run & ~after(d1, length) & after(grouping, length)
        for run, length in ((d3, 3), (d4, 4), (d4 & after(d1, 4), 5))
    )
    # A hard blank has two bytes in UTF-8.
    groups = (three & (after(d3, 4) | after(d3, 5))) | (four & (after(d3, 5) | after(d3, 6))) | five
    yield _phones(data, one.places(groups | (begins & d9)))


class _Bits:
    """One bit a byte: whether it is a digit; a blank or no ASCII; a dash."""

    def __init__(self, data: np.ndarray) -> None:
        self._size = len(data)
        scratch = np.empty(len(data), np.uint8)
        flags = np.empty(len(data), bool)
        self.digits = self._packed(np.less(np.subtract(data, 48, out=scratch), 10, out=flags))
        self.spaces = self._packed(np.equal(data, 32, out=flags)) | self._packed(np.greater(data, 127, out=flags))
        self.dashes = self._packed(np.equal(data, 45, out=flags))

    @staticmethod
    def _packed(flags: np.ndarray) -> np.ndarray:
        packed = np.packbits(flags, bitorder="little")
        words = np.zeros(len(packed) // 8 + 2, np.uint64)
        words.view(np.uint8)[: len(packed)] = packed
        return words

    @staticmethod
    def after(words: np.ndarray, steps: int) -> np.ndarray:
        """Whether it holds so many bytes further on."""
        moved = words >> np.uint64(steps)
        moved[:-1] |= words[1:] << np.uint64(64 - steps)
        return moved

    @staticmethod
    def before(words: np.ndarray) -> np.ndarray:
        """Whether it holds one byte back."""
        moved = words << np.uint64(1)
        moved[1:] |= words[:-1] >> np.uint64(63)
        return moved

    def places(self, words: np.ndarray) -> np.ndarray:
        """The offsets of set bits, without those whose surroundings leave the block."""
        own = np.flatnonzero(words)
        left, found = words[own], []
        while len(own):
            lowest = left & (~left + np.uint64(1))
            found.append(own * 64 + np.bitwise_count(lowest - np.uint64(1)))
            left ^= lowest
            own, left = own[left > 0], left[left > 0]
        places = np.concatenate(found) if found else own
        return places[places < self._size - 16]


def _codes(data: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Six digits, one other byte and three digits, where that byte is a sign and the check character agrees."""
    at = at[_SIGNS[data[at + 6]]]
    rows = data[at[:, None] + np.arange(11)]
    digits = rows[:, [0, 1, 2, 3, 4, 5, 7, 8, 9]].astype(np.int64) - 48
    is_day = (digits[:, 0] * 10 + digits[:, 1] - 1 < 31) & (digits[:, 2] * 10 + digits[:, 3] - 1 < 12)
    return at[is_day & ((digits @ _POWERS) % 31 == _VALUES[rows[:, 10]])]


def _bare(data: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Nine digits and a letter, with nothing before them."""
    digits = data[at[:, None] + np.arange(9)].astype(np.int64) - 48
    return at[(digits @ _POWERS) % 31 == _VALUES[data[at + 9]]]


def _phones(data: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Digits that begin as a mobile number does, or with Finland's own from abroad."""
    first, second, third = data[at], data[at + 1], data[at + 2]
    is_mobile = (first == _ZERO) & ((second == _FOUR) | ((second == _FIVE) & (third == _ZERO)))
    return at[is_mobile | ((first == _ZERO) & (second == _ZERO) & (third == _THREE))]
