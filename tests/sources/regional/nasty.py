"""Files as no textbook has them, each with what must become of it, worked out by hand.

A case is the bytes, changes to the dialect, and either the code of the rule that refuses the whole, or the accepted lines by number and the faulty ones with their
code. `notices` and `extra` (lines within a record above) are empty and 0 unless given.
"""

import codecs
import csv
import io
from dataclasses import dataclass, field

from small import HEADER, file, sound


@dataclass(frozen=True)
class Case:
    content: bytes
    refused: str | None = None
    accepted: list[int] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    dialect: dict = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    extra: int = 0
    told: str = ""  # part of the reason

    @property
    def content_lines(self) -> int:
        """Physical lines, counted as an editor does."""
        text = self.content.decode(self.dialect.get("encoding", "utf-8"))
        return text.count("\n") + (not text.endswith("\n"))


def _lines(count: int, **replaced: str) -> list[str]:
    """Sound lines 2 to count + 1, some of them replaced: `_lines(9, l4="…")` replaces physical line 4."""
    return [replaced.get(f"l{n}", sound(n)) for n in range(2, count + 2)]


def _all(count: int, *but: int) -> list[int]:
    return [n for n in range(2, count + 2) if n not in but]


def _csv(rows: list[list[str]], quoting: int = csv.QUOTE_ALL, end: str = "\r\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=quoting, lineterminator=end).writerows([HEADER.split(";"), *rows])
    return out.getvalue().encode()


_ROW = ["a1", "Nimi", "1,50", "03.08.2026 09:00"]
_UTF16 = {"encoding": "utf-16-le"}

BYTES = {
    "plain": Case(file(*_lines(3)), accepted=_all(3)),
    "crlf": Case(file(*_lines(3), end="\r\n"), accepted=_all(3)),
    "no final line break": Case(file(*_lines(3))[:-1], accepted=_all(3), notices=("TRUNCATED",)),
    "cut in the last value": Case(
        file(*_lines(20))[:-9], accepted=_all(19), faults={21: "HVA-SM-1-005"}, notices=("TRUNCATED",)
    ),
    "byte order mark": Case(codecs.BOM_UTF8 + file(*_lines(2)), accepted=_all(2)),
    "nothing": Case(b"", "EMPTY"),
    "byte order mark alone": Case(codecs.BOM_UTF8, "EMPTY"),
    "blank lines alone": Case(b"\n\r\n \n\n", "EMPTY"),
    "header alone": Case(file(), "HEADER_ONLY"),
    "header without line break": Case(file()[:-1], "HEADER_ONLY"),
    "header and blank lines": Case(file("", ""), "HEADER_ONLY"),
    "utf-16 with mark": Case(file(*_lines(2)).decode().encode("utf-16"), "ENCODING", told="utf-16-le"),
    "utf-16 big end first": Case(
        codecs.BOM_UTF16_BE + file(*_lines(2)).decode().encode("utf-16-be"), "ENCODING", told="utf-16-be"
    ),
    "utf-16 without mark": Case(file(*_lines(2)).decode().encode("utf-16-le"), "ENCODING", told="utf-16-le"),
    "utf-16 as declared": Case(file(*_lines(3)).decode().encode("utf-16-le"), accepted=_all(3), dialect=_UTF16),
    "utf-16 as declared with mark": Case(
        file(*_lines(3), end="\r\n").decode().encode("utf-16"), accepted=_all(3), dialect=_UTF16
    ),
    "utf-8 where utf-16 is declared": Case(file(*_lines(2)), "ENCODING", dialect=_UTF16, told="one byte"),
    "utf-16 cut in a unit": Case(
        file(*_lines(2)).decode().encode("utf-16-le")[:-1], "ENCODING", dialect=_UTF16, told="damaged"
    ),
    "utf-16 lone surrogate": Case(
        file("a;b;1;").decode().encode("utf-16-le").replace(b"b\0", b"\0\xd8"), "ENCODING", dialect=_UTF16
    ),
    "latin-1 as declared": Case(
        file(*_lines(2), encoding="latin-1"), accepted=_all(2), dialect={"encoding": "latin-1"}
    ),
    "latin-1 in utf-8": Case(file(*_lines(2), encoding="latin-1"), "ENCODING", told="latin-1, at byte 13, line 1"),
    "latin-1 in one line of utf-8": Case(
        file(sound(2)) + "a3;Pöllö;1;\n".encode("latin-1"), "ENCODING", told="damaged utf-8, at byte 62, line 3"
    ),
    "cp1252 in utf-8": Case(file("a2;5 €;1;", encoding="cp1252"), "ENCODING", told="cp1252"),
    "cp1252 as declared": Case(file("a2;5 €;1;", encoding="cp1252"), accepted=[2], dialect={"encoding": "cp1252"}),
    "cp1252 in latin-1": Case(
        file("a2;5 €;1;", encoding="cp1252"), "ENCODING", dialect={"encoding": "latin-1"}, told="cp1252"
    ),
    "cp1252 of an unused byte": Case(
        file("a2;x;1;", encoding="cp1252").replace(b"x", b"\x81"), "ENCODING", dialect={"encoding": "cp1252"}
    ),
    "utf-8 in latin-1": Case(file(*_lines(2)), "ENCODING", dialect={"encoding": "latin-1"}, told="utf-8"),
    "utf-8 with mark in cp1252": Case(
        codecs.BOM_UTF8 + file(*_lines(2)), "ENCODING", dialect={"encoding": "cp1252"}, told="utf-8"
    ),
    "overlong utf-8": Case(file("a2;x;1;").replace(b"x", b"\xc0\xaf"), "ENCODING"),
    "surrogate in utf-8": Case(file("a2;x;1;").replace(b"x", b"\xed\xa0\x80"), "ENCODING"),
    "utf-8 cut in a character": Case(file("a2;ä")[:-2], "ENCODING", told="damaged utf-8"),
    "nul in a value": Case(file("a2;x\0y;1;"), "NUL", told="line 2"),
    "xlsx": Case(b"PK\x03\x04" + bytes(60), "MAGIC", told="xlsx"),
    "gzip": Case(b"\x1f\x8b\x08" + bytes(20), "MAGIC", told="gzip"),
    "pdf": Case(b"%PDF-1.7\n", "MAGIC", told="pdf"),
    "xls": Case(b"\xd0\xcf\x11\xe0" + bytes(20), "MAGIC", told="xls"),
    "parquet": Case(b"PAR1" + bytes(20), "MAGIC", told="parquet"),
    "html": Case(b"\r\n<!DOCTYPE html><html><body>Login</body></html>", "MAGIC", told="HTML"),
    "json": Case(b'{"error": "no such export"}', "MAGIC", told="JSON"),
    "json list": Case(codecs.BOM_UTF8 + b'[{"Tunnus": 1}]', "MAGIC", told="JSON"),
    "a line of more than a megabyte": Case(file(sound(2), "a3;" + "x" * (1 << 20) + ";1;"), "LINE_LEN", told="line 3"),
    "bare cr line ends": Case(file(*_lines(2), end="\r"), "MIXED_EOL", told="line 1"),
    "bare cr among lf": Case(file(sound(2), "a3;x\ry;1;"), "MIXED_EOL", told="line 3"),
    "crcrlf": Case(file(*_lines(2), end="\r\r\n"), "MIXED_EOL"),
    "crlf and lf": Case(file(sound(2), end="\r\n") + file(sound(3), header="a9;;;"), "MIXED_EOL", told="2 CRLF, 2 LF"),
    "unseen unit separator": Case(
        file(*_lines(20, l5="a5;x\x1fy;1;")), accepted=_all(20, 5), faults={5: "CONTROL_CHARACTER"}
    ),
    "delete": Case(file(*_lines(20, l5="a5;x\x7fy;1;")), accepted=_all(20, 5), faults={5: "CONTROL_CHARACTER"}),
    "bidi override": Case(
        file(*_lines(20, l5="a5;x\u202ey;1;")), accepted=_all(20, 5), faults={5: "CONTROL_CHARACTER"}
    ),
    "line separator": Case(
        file(*_lines(20, l5="a5;x\u2028y;1;")), accepted=_all(20, 5), faults={5: "CONTROL_CHARACTER"}
    ),
    "c1 control": Case(file(*_lines(20, l5="a5;x\u0085y;1;")), accepted=_all(20, 5), faults={5: "CONTROL_CHARACTER"}),
    "mark in the middle": Case(
        file(*_lines(20, l5="a5;x\ufeffy;1;")), accepted=_all(20, 5), faults={5: "CONTROL_CHARACTER"}
    ),
    "bidi override in utf-16": Case(
        file(*_lines(20, l5="a5;x\u202ey;1;"), encoding="utf-16-le"),
        accepted=_all(20, 5),
        faults={5: "CONTROL_CHARACTER"},
        dialect=_UTF16,
    ),
    "c1 control in utf-16": Case(
        file(*_lines(20, l5="a5;x\u0085y;1;"), encoding="utf-16-le"),
        accepted=_all(20, 5),
        faults={5: "CONTROL_CHARACTER"},
        dialect=_UTF16,
    ),
    "mark in the middle in utf-16": Case(
        file(*_lines(20, l5="a5;x\ufeffy;1;"), encoding="utf-16-le"),
        accepted=_all(20, 5),
        faults={5: "CONTROL_CHARACTER"},
        dialect=_UTF16,
    ),
    "dash and euro are no controls in utf-16": Case(
        file(*_lines(20, l5="a5;x – 5 €;1;"), encoding="utf-16-le"), accepted=_all(20), dialect=_UTF16
    ),
    "dash and euro are no controls": Case(file(*_lines(20, l5="a5;x – 5 €;1;")), accepted=_all(20)),
    "end of file sign of dos": Case(
        file(*_lines(20)) + b"\x1a", accepted=_all(20), faults={22: "CONTROL_CHARACTER"}, notices=("TRUNCATED",)
    ),
}

HEADERS = {
    "columns in another order": Case(
        file("03.08.2026 09:00;1,50;a2;Nimi", header="Aika;Määrä;Tunnus;Nimi"), accepted=[2]
    ),
    "header in quotes": Case(file("a2;Nimi;1,50;", header='"Tunnus";"Nimi";"Määrä";"Aika"'), accepted=[2]),
    "header decomposed": Case(file("a2;Nimi;1,50;", header="Tunnus;Nimi;Ma\u0308a\u0308ra\u0308;Aika"), accepted=[2]),
    "comma": Case(file("a2,Nimi,1.50,", header=HEADER.replace(";", ",")), "DELIMITER", told="comma, not by semicolon"),
    "tab": Case(file("a2\tNimi", header=HEADER.replace(";", "\t")), "DELIMITER", told="tab"),
    "pipe": Case(file("a2|Nimi", header=HEADER.replace(";", "|")), "DELIMITER", told="pipe"),
    "semicolon where tab is declared": Case(
        file("a2;Nimi"), "DELIMITER", dialect={"delimiter": "\t"}, told="semicolon, not by tab"
    ),
    "other names by comma": Case(file("1,2,3", header="x,y,z"), "DELIMITER"),
    "title above": Case(
        file(HEADER, *_lines(2), header="Hoitokontaktit, elokuu 2026"), "HEADER_NOT_FIRST", told="line 2"
    ),
    "blank above": Case(file(HEADER, *_lines(2), header=""), "HEADER_NOT_FIRST", told="line 2"),
    "comments above": Case(
        file("# made 2026-09-01", HEADER, *_lines(2), header="# export"), "HEADER_NOT_FIRST", told="line 3"
    ),
    "missing": Case(file("a2;Nimi;1,50", header="Tunnus;Nimi;Määrä"), "HEADER_MISSING", told="'Aika'"),
    "no header at all": Case(file(sound(2), header="a1;x;1,50;"), "HEADER_MISSING"),
    "extra": Case(file("a2;Nimi;1,50;;x", header=HEADER + ";Lisätieto"), "HEADER_EXTRA", told="'Lisätieto'"),
    "unnamed in the middle": Case(file("a2;;Nimi;1,50;", header="Tunnus;;Nimi;Määrä;Aika"), "HEADER_EXTRA"),
    "twice": Case(file("a2;Nimi;Nimi;1,50;", header="Tunnus;Nimi;Nimi;Määrä;Aika"), "HEADER_DUPLICATE", told="'Nimi'"),
    "twice in place of another": Case(file("a2;Nimi;1,50;x", header="Tunnus;Nimi;Määrä;Nimi"), "HEADER_DUPLICATE"),
    "other case": Case(
        file("a2;Nimi;1,50;", header="tunnus;Nimi;Määrä;Aika"), "HEADER_RENAMED", told="'tunnus' instead of 'Tunnus'"
    ),
    "blank after the name": Case(
        file("a2;Nimi;1,50;", header="Tunnus ;Nimi;Määrä;Aika"), "HEADER_RENAMED", told="'Tunnus ' instead of 'Tunnus'"
    ),
    "swedish label": Case(
        file("a2;Nimi;1,50;", header="Tunnus;Namn;Määrä;Aika"), "HEADER_RENAMED", told="'Namn' instead of 'Nimi'"
    ),
    "contract's name": Case(
        file("a2;Nimi;1,50;", header="Tunnus;Nimi;amount;Aika"), "HEADER_RENAMED", told="'amount' instead of 'Määrä'"
    ),
    "misspelt": Case(
        file("a2;Nimi;1,50;", header="Tunnus;Nimi;Maara;Aika"), "HEADER_RENAMED", told="'Maara' instead of 'Määrä'"
    ),
    "delimiter after the last name": Case(
        file(*(line + ";" for line in _lines(20, l5="a5;x;1;;y")), header=HEADER + ";"),
        accepted=_all(20, 5),
        faults={5: "RAGGED"},
        notices=("TRAILING_DELIMITER",),
    ),
    "open quote in the header": Case(file(*_lines(2), header='Tunnus;"Nimi;Määrä;Aika'), "HEADER_MISSING"),
}

LINES = {
    "short": Case(file(*_lines(20, l7="a7;x;1")), accepted=_all(20, 7), faults={7: "RAGGED"}),
    "long": Case(file(*_lines(20, l7="a7;x;1;;")), accepted=_all(20, 7), faults={7: "RAGGED"}),
    "blank": Case(file(*_lines(20, l7="")), accepted=_all(20, 7), faults={7: "BLANK_LINE"}, notices=("BLANK_LINE",)),
    "blanks at the end": Case(
        file(*_lines(20), "", ""),
        accepted=_all(20),
        faults={22: "BLANK_LINE", 23: "BLANK_LINE"},
        notices=("BLANK_LINE",),
    ),
    "a blank after each line": Case(
        file(*(line for n in range(2, 12) for line in (sound(n), ""))),
        accepted=list(range(2, 22, 2)),
        faults=dict.fromkeys(range(3, 22, 2), "BLANK_LINE"),
        notices=("BLANK_LINE",),
    ),
    "only a space": Case(file(*_lines(20, l7=" ")), accepted=_all(20, 7), faults={7: "RAGGED"}),
    "header again": Case(file(*_lines(20, l7=HEADER)), accepted=_all(20, 7), faults={7: "HEADER_AGAIN"}),
    "header again with crlf": Case(
        file(*_lines(20, l7=HEADER), end="\r\n"), accepted=_all(20, 7), faults={7: "HEADER_AGAIN"}
    ),
    "total row": Case(file(*_lines(20), "Yhteensä;;30,00;"), accepted=_all(20), faults={22: "HVA-SM-1-002"}),
    "too many faulty": Case(
        file(*_lines(20, l3="x", l4="x", l5="x")),
        "QUARANTINE_SHARE",
        told="3 of 20 rows are faulty (15.0 %)",
        faults={3: "RAGGED", 4: "RAGGED", 5: "RAGGED"},
    ),
}

QUOTES = {
    "everything": Case(_csv([_ROW, ["a2", "", "2,00", ""]]), accepted=[2, 3]),
    "delimiter inside": Case(_csv([["a1", "x;y", "1", ""], ["a2", "z", "", ""]], csv.QUOTE_MINIMAL), accepted=[2, 3]),
    "doubled inside": Case(_csv([["a1", 'say "x"', "1", ""], ["a2", '"', "", ""]]), accepted=[2, 3]),
    "line break inside": Case(_csv([["a1", "x\ny", "1", ""], ["a2", "z", "", ""]], end="\n"), accepted=[2, 4], extra=1),
    "lf inside crlf": Case(_csv([["a1", "x\ny", "1", ""], ["a2", "z", "", ""]]), accepted=[2, 4], extra=1),
    "crlf inside lf": Case(_csv([["a1", "x\r\ny", "1", ""], ["a2", "z", "", ""]], end="\n"), accepted=[2, 4], extra=1),
    "line breaks in the first value": Case(
        file('"a1', '";x;1;', *_lines(20)), accepted=list(range(4, 24)), faults={2: "HVA-SM-1-002"}, extra=1
    ),
    "many lines": Case(file('a1;"' + "\n" * 18 + '";1;', sound(2)), accepted=[2, 21], extra=18),
    "blank lines inside": Case(
        _csv([["a1", "x\n\n\ny", "1", ""], ["a2", "z", "", ""]], end="\n"), accepted=[2, 6], extra=3
    ),
    "as text": Case(file(*_lines(20, l7='a7;5" pipe;1;', l9='a9;"";1;')), accepted=_all(20)),
    "never closed": Case(
        file(*_lines(400, l200='a200;"x;1;')), accepted=_all(400, 200), faults={200: "UNCLOSED_QUOTE"}
    ),
    "never closed on the last line": Case(
        file(*_lines(40, l41='a41;"x;1;')), accepted=_all(40, 41), faults={41: "UNCLOSED_QUOTE"}
    ),
    "never closed on the first": Case(
        file(*_lines(40, l2='a2;"x;1;')), accepted=_all(40, 2), faults={2: "UNCLOSED_QUOTE"}
    ),
    "two never closed": Case(
        file(*_lines(40, l9='a9;"x;1;', l12='a12;"y;1;')),
        accepted=_all(40, 9, 12),
        faults={9: "UNCLOSED_QUOTE", 12: "UNCLOSED_QUOTE"},
    ),
    "one opens, a later one closes": Case(
        file(*_lines(40, l9='a9;"x;1;', l12='a12;y";1;')), accepted=_all(40, 9), faults={9: "UNCLOSED_QUOTE"}
    ),
    "text after the closing one": Case(
        file(*_lines(20, l7='a7;"Bo"x;1;')), accepted=_all(20, 7), faults={7: "UNCLOSED_QUOTE"}
    ),
    "blank before the opening one": Case(file(*_lines(20, l7='a7; "x";1;')), accepted=_all(20)),
    "ragged inside": Case(file(*_lines(20, l7='a7;"x;y";1')), accepted=_all(20, 7), faults={7: "RAGGED"}),
    "open for too many lines": Case(
        file(*_lines(300), 'a;"' + "\n" * 24 + '";1;'),
        accepted=_all(300),
        faults={302: "UNCLOSED_QUOTE", **dict.fromkeys(range(303, 326), "BLANK_LINE"), 326: "UNCLOSED_QUOTE"},
        notices=("BLANK_LINE",),
    ),
    "too many never closed": Case(
        file(*(f'a{n};"x;1;' if n % 11 == 0 else sound(n) for n in range(2, 1200))), "UNCLOSED_QUOTES"
    ),
    "line ends differ between records": Case(
        file('a2;"x";1;', end="\r\n") + file(sound(3), header="a4;;;"), "MIXED_EOL"
    ),
    "header again in quotes": Case(
        file('"a1";x;1;', *_lines(20), HEADER), accepted=list(range(2, 23)), faults={23: "HEADER_AGAIN"}
    ),
    "latin-1": Case(file('a2;"ä;ö";1;', encoding="latin-1"), accepted=[2], dialect={"encoding": "latin-1"}),
    "utf-16": Case(
        file('a2;"ä;ö";1;', 'a3;"x\ny";1;').decode().encode("utf-16-le"), accepted=[2, 3], dialect=_UTF16, extra=1
    ),
    "comma": Case(
        file('a2,"x,y",1.5,', header=HEADER.replace(";", ",")), accepted=[2], dialect={"delimiter": ",", "decimal": "."}
    ),
    "decimal comma between commas": Case(
        file('a2,x,"1,5",', header=HEADER.replace(";", ",")), accepted=[2], dialect={"delimiter": ","}
    ),
}

CASES = {
    f"{group}: {name}": case
    for group, cases in (("bytes", BYTES), ("header", HEADERS), ("lines", LINES), ("quotes", QUOTES))
    for name, case in cases.items()
}
