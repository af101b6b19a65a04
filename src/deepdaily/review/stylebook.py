"""The house's rules as checks: what a reader with five minutes would trip over."""

from __future__ import annotations

import re

from deepdaily.core.text import width
from deepdaily.core.types import Draft, Finding, Item

LONGEST_TITLE = 160
"""Columns: two lines of a phone."""

_FILLER = re.compile(r"值得关注|意义重大|拭目以待|不容忽视|引发热议|game.?changer|it remains to be seen|stay tuned", re.I)


def check(draft: Draft) -> list[Finding]:
    """Findings on a draft, in the order of its items: `block` takes the item out, `fix` is mended or noted."""
    findings = [finding for item in draft.items for finding in _item(item)]
    if len({cited.host for item in draft.items for cited in item.sources[:1]}) < min(5, len(draft.items)):
        findings.append(Finding("stylebook", "note", "fewer than five hosts lead the items"))
    return findings


def _item(item: Item) -> list[Finding]:
    found = []
    told = [section for section in item.sections if section.kind in ("what", "detail") and section.points]
    if not told and not item.short:  # a short item says it in its title, which is proven
        found.append(Finding("stylebook", "block", "nothing says what it is", item.story))
    if not item.sources:
        found.append(Finding("stylebook", "block", "no source", item.story))
    if width(item.title.text) > LONGEST_TITLE:
        found.append(Finding("stylebook", "note", "the title is longer than two lines", item.story))
    for claim in item.claims():
        if claim.judgement and _FILLER.search(claim.text):
            found.append(Finding("stylebook", "fix", f"filler: {claim.text[:40]}", item.story))
    return found
