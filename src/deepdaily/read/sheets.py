"""Which classes and ids a page's own style sheet hides. Simple rules alone: `.a`, `#b`, `p.c`, several of them by commas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deepdaily.read.bearing import style_of

SHEET_CHARS = 200_000
"""Of all sheets of a page together; what follows is not looked at."""

_SIMPLE = re.compile(r"(?:[a-z][a-z0-9-]{0,30})?[.#]([\w-]{1,100})", re.IGNORECASE)
_BRACE = re.compile(r"([{}])")


def hidden_names(sheets: Iterable[str]) -> dict[str, str]:
    """By class or id the way in which the sheets hide what bears it; empty for most pages.

    Rules within `@media` and the like are left out: they hold for paper, or for narrow windows.
    """
    found: dict[str, str] = {}
    for selectors, declared in _rules(_without_comments("\n".join(sheets)[:SHEET_CHARS])):
        hides = style_of(declared).hides
        for selector in selectors.split(",") if hides else ():
            if named := _SIMPLE.fullmatch(selector.strip()):
                found[named[1].lower()] = hides
    return found


def _without_comments(sheet: str) -> str:
    kept, at = [], 0
    while (begin := sheet.find("/*", at)) >= 0:
        kept.append(sheet[at:begin])
        end = sheet.find("*/", begin + 2)
        if end < 0:
            return "".join(kept)
        at = end + 2
    return "".join([*kept, sheet[at:]])


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of each rule that stands in no other."""
    opened: list[str] = []
    parts = _BRACE.split(sheet)
    for before, brace in zip(parts[::2], parts[1::2], strict=False):
        if brace == "{":
            opened.append(before.rpartition(";")[2].strip())
        elif opened and not (selectors := opened.pop()).startswith("@") and not opened:
            yield selectors, before
