"""A model's sentence of the day, trends and questions, from the printed items alone; each is checked against those it names."""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.core.evidence import unfounded
from deepdaily.core.text import width
from deepdaily.core.types import Draft, Finding, Item, SectionKind, Story, Trend, Watch
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, in_language
from deepdaily.words import of
from deepdaily.write.by_model.shapes import Ending, Shared
from deepdaily.write.by_rule.trends import MOST_TRENDS, SUMMARY_COLUMNS, watch

CLOSING = Purpose("closing", __package__, most_tokens=1_500)

MOST_WATCHES = 4
LONGEST = 400
"""Columns of a trend or a question."""


async def ending(
    draft: Draft, stories: Sequence[Story], asked_before: Sequence[Watch], writer: ModelWriter
) -> tuple[str, tuple[Trend, ...], tuple[Watch, ...], list[Finding]]:
    """Lead sentence (empty where none stands), trends, questions that were not asked before, and every cut.

    `stories` are those of the draft's items, in order.

    Raises:
        ModelError: no model gave a usable reply.
    """
    reply = (await writer.ask(CLOSING, lambda room: _material(draft, writer.key, room), Ending)).value
    findings: list[Finding] = []

    def stands(text: str, items: Sequence[Item]) -> bool:
        troubles = _troubles(text, items, writer)
        findings.extend([Finding.cut(text, troubles)] if troubles else [])
        return not troubles

    lead = (
        reply.lead.text
        if reply.lead and _opens(reply.lead, draft) and stands(reply.lead.text, _named(reply.lead, draft.items))
        else ""
    )
    trends = [one for one in reply.trends if len(_named(one, draft.items)) > 1 and stands(one.text, _named(one, draft.items))]
    asked = {one.question for one in asked_before}
    questions = [
        one
        for one in reply.watchlist
        if 1 <= one.item <= len(stories) and one.question not in asked and stands(one.question, [draft.items[one.item - 1]])
    ]
    told = tuple(Trend(one.text, tuple(item.story for item in _named(one, draft.items))) for one in trends)
    by_item = {one.item: one for one in reversed(questions)}
    today = draft.slot.due.date()
    watches = [
        watch(one.question, stories[one.item - 1], today, min(one.days, 30)) for one in questions if by_item[one.item] is one
    ]
    return lead, told[:MOST_TRENDS], tuple(watches[:MOST_WATCHES]), findings


def _opens(lead: Shared, draft: Draft) -> bool:
    """Whether it says more than a title does, in the space of a summary."""
    return width(lead.text) <= SUMMARY_COLUMNS and lead.text not in {item.title.text for item in draft.items}


_KINDS: tuple[tuple[SectionKind, ...], ...] = (
    ("point", "what", "detail", "why", "impact", "advice"), ("point", "what", "why"), ("what",), ()
)  # fmt: skip
"""What of the items is shown, the first that fits."""


def _material(draft: Draft, key: bytes, room: int | None) -> str:
    for kinds in _KINDS:
        lines = [line for number, item in enumerate(draft.items, 1) for line in _lines(number, item, kinds)]
        material = fence(lines, [draft.slot.stamp], key)
        if room is None or len(material.encode()) <= room:
            break
    return material


def _lines(number: int, item: Item, kinds: Sequence[SectionKind]) -> list[str]:
    told = [f"[{number}] {item.title.text}"]
    told += [f"  {section.kind}: {claim.text}" for section in item.sections if section.kind in kinds for claim in section.points]
    return told + [f"  unknown: {one}" for one in item.unknowns if len(kinds) > 1]


def _named(shared: Shared, items: Sequence[Item]) -> list[Item]:
    return [items[number - 1] for number in dict.fromkeys(shared.items) if 1 <= number <= len(items)]


def _troubles(text: str, items: Sequence[Item], writer: ModelWriter) -> list[str]:
    if not items:
        return ["it names no item"]
    if not 8 <= width(text) <= LONGEST:
        return [f"not between 8 and {LONGEST} columns"]
    if not in_language(text, writer.language):
        return ["not in the reader's language"]
    printed = [claim.text for item in items for claim in item.claims() if claim.evidence]
    quoted = [proof.quote for item in items for claim in item.claims() for proof in claim.evidence]
    known = [*printed, *quoted, *(one for item in items for one in item.unknowns)]
    return unfounded(text, known, of(writer.language).by_model.worked_out)
