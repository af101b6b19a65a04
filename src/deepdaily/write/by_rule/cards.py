"""What a page states by its form, told in the reader's language: the fields of its head, its release in figures, one small table.

Values, cells and entries stay in the page's own words; what is ours are the names around them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from deepdaily.attributes import attributes_of, tables_of
from deepdaily.attributes.papers import people
from deepdaily.attributes.release_notes import SORTS
from deepdaily.attributes.tables import Grid
from deepdaily.core.glossary import column, has_chinese
from deepdaily.core.quantities import plain, quantities
from deepdaily.core.text import tokens, width
from deepdaily.core.types import Attribute, Claim, Document, Evidence, Language, Section
from deepdaily.words import Words, of

MOST_DOCUMENTS, MOST_TOLD, MOST_ROWS, MOST_PEOPLE = 4, 3, 6, 3
"""Releases told together, entries of one that are told, rows of a table, authors by name."""

SHORTEST, LONGEST = 20, 300
"""Columns of an entry that is told: `Minor fixes` says nothing, and what is longer is no quotation any more."""

FEW = 3
"""Entries of a release that are all told."""

KNOWN_SORTS = 0.6
"""Share of a release's entries whose sort is known from which on they are counted by sort."""

_TOLD = (
    "authors", "subjects", "submitted", "identifier", "severity", "affected", "fixed", "status", "type", "created", "parameters",
    "context", "license", "languages", "base-model", "modality",
)  # fmt: skip
_ORDER = ("security", "breaking", "default", "removed", "fixed", "added", "changed", "improved", "")


def card(document: Document, language: Language) -> list[Section]:
    """Sections of kind `what` and `detail` of one page; empty where its form states nothing."""
    found = attributes_of(document)
    words = of(language)
    fields = [one for one in found if one.name in _TOLD and not _cell_of_table(one)]
    sections = _release([(document, found)], words)
    if fields:
        sections.insert(0, Section("what", _fields(fields, language)))
    return [*sections, *_table(document, language)]


def release_card(documents: Sequence[Document], language: Language) -> list[Section]:
    """The releases of one project together, as they are given; at most MOST_DOCUMENTS."""
    return _release([(one, attributes_of(one)) for one in documents[:MOST_DOCUMENTS]], of(language))


def _cell_of_table(one: Attribute) -> bool:
    return len(one.columns) > 1


# -- fields ------------------------------------------------------------------------------------------------------------


def _fields(found: Sequence[Attribute], language: Language) -> tuple[Claim, ...]:
    """One line of the fields, and one for a banner, which is a sentence of the page."""
    words = of(language)
    banners = [one for one in found if one.name == "status" and not one.columns]
    claims = [Claim(f"{words.by_rule.attributes[one.name]}{words.colon}“{one.value}”", one.evidence) for one in banners]
    told: dict[str, list[str]] = {}
    for one in sorted((one for one in found if one not in banners), key=lambda one: _TOLD.index(one.name)):
        told.setdefault(_label(one, language), []).append(_value(one, words))
    if told:
        line = words.semicolon.join(f"{label}{words.colon}{words.list_comma.join(values)}" for label, values in told.items())
        claims.append(Claim(line, tuple(dict.fromkeys(proof for one in found if one not in banners for proof in one.evidence))))
    return tuple(claims)


def _label(one: Attribute, language: Language) -> str:
    """Our name for it; of parameters, which are total or activated ones, the page's own where that is in the language."""
    own = column(one.columns[0], language) if one.name == "parameters" else ""
    return own.lower() if own and has_chinese(own) == (language == "zh") else of(language).by_rule.attributes[one.name]


def _value(one: Attribute, words: Words) -> str:
    if one.name != "authors":
        return one.value
    named = people(one.value)
    told = words.list_comma.join(named[:MOST_PEOPLE])
    return words.by_rule.and_others.format(told) if len(named) > MOST_PEOPLE else told


# -- releases ----------------------------------------------------------------------------------------------------------


def _release(read: Sequence[tuple[Document, Sequence[Attribute]]], words: Words) -> list[Section]:
    """The entry that whoever upgrades has to know first, then the others worth seeing, then the entries counted by sort."""
    counts: list[Claim] = []
    seen: list[tuple[Attribute, Attribute | None]] = []
    for document, found in read:
        version = next((one for one in found if one.name == "version"), None)
        entries = [one for one in found if one.name == "entry"]
        counts += _counted(document, version, entries, words)
        seen += [(one, version) for one in _worth_seeing(entries)]
    seen.sort(key=lambda pair: pair[0].sort not in SORTS[:4])
    told = [_entry(one, version, words) for one, version in seen]
    sections = [Section("what", tuple(told[:1] or counts)), Section("detail", tuple([*told[1:], *counts] if told else ()))]
    return [one for one in sections if one.points]


def _counted(document: Document, version: Attribute | None, entries: Sequence[Attribute], words: Words) -> list[Claim]:
    """The line that counts the entries by sort. None where a line between them is no entry, where one holds a list of its own, and
    where too few are known."""
    if (
        len(entries) < 2
        or len({one.value for one in entries}) < len(entries)
        or any(one.value.endswith((":", "：")) for one in entries)
        or any(_LIST_WITHIN.search(one.value) for one in entries)
        or sum(bool(one.sort) for one in entries) < KNOWN_SORTS * len(entries)
    ):
        return []
    first, last = entries[0].evidence[0], entries[-1].evidence[0]
    above, listed = document.text[: first.start].split("\n"), document.text[first.start - 2 : last.end].split("\n")
    below = document.text[last.end :].split("\n")[1:2]
    if sum(line.startswith("- ") for line in listed) != len(entries) or any(
        line.startswith("- ") for line in (*above[-2:-1], *below)
    ):
        return []
    counts = Counter(one.sort for one in entries)
    parts = words.list_comma.join(f"{words.by_rule.sorts[sort or 'other']} {counts[sort]}" for sort in _ORDER if counts[sort])
    line = f"{words.by_rule.entries.format(len(entries))}{words.colon}{parts}"
    return [Claim(_of_version(version, line, words), (*_proofs(version), first, last))]


_LIST_WITHIN = re.compile(r"[:：] - .{0,400} - ")


def _worth_seeing(entries: Sequence[Attribute]) -> list[Attribute]:
    """What whoever upgrades has to know first, then changes with a figure; all of a few. In the order of the page."""
    once = list({one.value: one for one in reversed(entries)}.values())
    short = [one for one in reversed(once) if SHORTEST <= width(one.value) <= LONGEST]
    urgent = [one for sort in SORTS[:4] for one in short if one.sort == sort]
    changed = [one for one in short if one.sort in ("changed", "improved") or (not one.sort and not _OF_ANOTHER.match(one.value))]
    measured = [one for one in changed if _is_measured(one.value)]
    rest = short if len(entries) <= FEW else []
    chosen = list(dict.fromkeys([*urgent, *measured, *rest]))[:MOST_TOLD]
    return sorted(chosen, key=lambda one: one.evidence[0].start)


_OF_ANOTHER = re.compile(r"(?:[A-Z][a-z]+ed|With|At|Also|Now)\b")
"""How an entry begins that goes on with the one before."""


def _is_measured(entry: str) -> bool:
    return any(one.number.unit for one in quantities(plain(entry)))


def _entry(one: Attribute, version: Attribute | None, words: Words) -> Claim:
    quoted = f"“{one.value}”"
    line = f"{words.by_rule.sorts[one.sort]}{words.colon}{quoted}" if one.sort else quoted
    return Claim(_of_version(version, line, words), (*_proofs(version), *one.evidence))


def _of_version(version: Attribute | None, line: str, words: Words) -> str:
    return f"{version.value}{words.colon}{line}" if version else line


def _proofs(version: Attribute | None) -> tuple[Evidence, ...]:
    return version.evidence if version else ()


# -- tables ------------------------------------------------------------------------------------------------------------


def _table(document: Document, language: Language) -> list[Section]:
    """The table with figures that has most of the title's words, its first rows; empty where there is none."""
    found = tables_of(document)
    if not found:
        return []
    wanted = set(tokens(document.title))
    grid = max(found, key=lambda one: len(wanted & set(tokens(_words_of(one)))))
    words = of(language)
    named = words.by_rule.table_of.format(grid.caption) if grid.caption else words.by_rule.table
    shown = grid.rows[:MOST_ROWS]
    if len(shown) < len(grid.rows):
        named = words.by_rule.table_cut.format(table=named, count=len(grid.rows), shown=len(shown))
    heads = tuple(column(head, language) for head in grid.columns)
    rows = tuple(Claim(_row(heads, cells, words), (grid.header.passage(), line.passage()), cells=cells) for line, cells in shown)
    return [Section("detail", rows, heading=named, columns=heads)]


def _words_of(grid: Grid) -> str:
    return " ".join((grid.caption, *grid.columns, *(cell for _, cells in grid.rows for cell in cells)))


def _row(heads: Sequence[str], cells: Sequence[str], words: Words) -> str:
    told = (f"{head} = {cell}" for head, cell in zip(heads[1:], cells[1:], strict=True) if any(map(str.isalnum, cell)))
    return f"{cells[0]}{words.colon}{words.semicolon.join(told)}"
