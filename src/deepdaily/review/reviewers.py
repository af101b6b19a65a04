"""Three reviewers by a model, side by side: structure, reliability, least change. They may cut lines; they write nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from deepdaily.core.errors import ModelError
from deepdaily.core.text import shorten, squeeze
from deepdaily.core.types import Claim, Draft, Finding, Item
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, within
from deepdaily.models.replies import Line, _first, _Shape

Role = Literal["structure", "reliability", "least change"]


PURPOSES: dict[Role, Purpose] = {
    "structure": Purpose("structure", __package__, most_tokens=1_500),
    "reliability": Purpose("reliability", __package__, most_tokens=2_000),
    "least change": Purpose("least change", __package__, most_tokens=1_500),
}

MOST_CUTS = 3
"""Lines of one item that a reviewer may cut: more is another editor, not a review."""

LEAST_CUT = 2
"""Lines before this stay: the title, and the sentence that says what it is, which reviewers take for the title again."""

LONGEST_QUOTE = 1_600
"""Columns of the passages shown beside a line; what is cut ends in …."""


async def looked_over(draft: Draft, writer: ModelWriter, wall_s: float) -> tuple[Draft, list[Finding]]:
    """The draft without the lines that reviewers cut, and every remark. One that fails or is late is a note, and missed."""
    outcomes = await within(wall_s, [_remarks(draft, writer, role) for role in PURPOSES])
    findings, cuts = list[Finding](), set[tuple[int, int]]()
    for role, outcome in zip(PURPOSES, outcomes, strict=True):
        if isinstance(outcome, ModelError | None):
            findings.append(Finding(role, "note", f"did not review: {outcome or 'the time was up'}"))
        else:
            findings += outcome[0]
            cuts |= set(outcome[1])
    items = tuple(_without(item, number, cuts) for number, item in enumerate(draft.items, 1))
    return replace(draft, items=items), findings


async def _remarks(draft: Draft, writer: ModelWriter, role: Role) -> tuple[list[Finding], list[tuple[int, int]]]:
    """One reviewer's findings, and the lines it cuts as (item, line), both from 1.

    Raises:
        ModelError: no model gave a usable reply.
    """
    proofs = role == "reliability"
    lines = [line for number, item in enumerate(draft.items, 1) for line in _lines(number, item, proofs)]
    material = fence(lines, [draft.slot.stamp, role], writer.key)
    reply = (await writer.ask(PURPOSES[role], material, Remarks)).value
    findings, cuts, spent = list[Finding](), list[tuple[int, int]](), Counter[int]()
    for remark in reply.remarks:
        place = _place(remark.line, draft.items)
        if place is None:
            continue
        item, line = draft.items[place[0] - 1], place[1]
        cut = remark.severity == "cut" and line > LEAST_CUT and spent[place[0]] < MOST_CUTS
        if cut:
            spent[place[0]] += 1
            cuts.append(place)
        said = f"{'cut ' if cut else ''}{item.claims()[line - 1].text[:60]!r}: {remark.message}"
        findings.append(Finding(role, "fix" if cut else "note", said, item.story))
    return findings, cuts


def _lines(number: int, item: Item, proofs: bool) -> list[str]:
    """The item's claims, numbered as `2.1` (the title), `2.2` …; with `proofs` the passages below each."""
    kinds = ["title", *(section.kind for section in item.sections for _ in section.points)]
    lines = []
    for line, (kind, claim) in enumerate(zip(kinds, item.claims(), strict=True), 1):
        lines.append(f"{number}.{line} [{kind}] {claim.text}")
        lines += [f"    = {_shown(claim)}"] if proofs and (claim.evidence or claim.basis) else []
    return lines


def _shown(claim: Claim) -> str:
    return shorten(" / ".join(squeeze(proof.quote) for proof in claim.evidence or claim.basis), LONGEST_QUOTE)


def _place(line: str, items: Sequence[Item]) -> tuple[int, int] | None:
    """`2.5` as (2, 5); None where there is no such line."""
    item, dot, place = line.partition(".")
    if not (dot and item.isdecimal() and place.isdecimal() and 1 <= int(item) <= len(items)):
        return None
    found = int(item), int(place)
    return found if 1 <= found[1] <= len(items[found[0] - 1].claims()) else None


def _without(item: Item, number: int, cuts: set[tuple[int, int]]) -> Item:
    """The item without its cut lines, and without judgements drawn from nothing that is left; never without its last fact."""
    line, sections = 1, []
    facts = sum(bool(claim.evidence) for claim in item.claims()[1:])
    for section in item.sections:
        kept = []
        for claim in section.points:
            line += 1
            spare = not claim.evidence or facts > 1
            if (number, line) in cuts and spare:
                facts -= bool(claim.evidence)
            else:
                kept.append(claim)
        sections.append(replace(section, points=tuple(kept)))
    printed = {proof for section in sections for claim in section.points for proof in claim.evidence}
    printed.update(item.title.evidence)
    founded = [
        replace(one, points=tuple(claim for claim in one.points if not claim.basis or printed.intersection(claim.basis)))
        for one in sections
    ]
    return replace(item, sections=tuple(one for one in founded if one.points))


class Remark(_Shape):
    """A reviewer's word on one line of the draft, named as `2.5`: the fifth line of the second item."""

    line: Annotated[str, Field(max_length=8)]
    severity: str = "note"
    """`cut`; anything else is a note."""
    message: Line


class Remarks(_Shape):
    remarks: Annotated[list[Remark], _first(30)] = []
