"""The project's pages for people, as text to be tried: their links, headings and blocks of code."""

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\[]*\]\(([^)\s]+)\)")


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page that bear this language; '' for those that bear none."""
    return [body for _, of, body in _FENCE.findall(page.read_text(encoding="utf-8")) if of == language]


def statements(page: Path) -> list[str]:
    """Each SQL statement of a page's blocks, its comment above it included."""
    return [
        part.strip() for block in blocks(page, "sql") for part in re.split(r";\s*$", block, flags=re.M) if part.strip()
    ]


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links, code left out."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return (found.group(1) for found in _LINK.finditer(text))


def anchors(page: Path) -> set[str]:
    """What a link may name after `#`, as GitHub makes it of headings."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
