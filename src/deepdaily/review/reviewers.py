"""Three reviewers by a model, side by side: structure, reliability, least change. They may cut lines; they write nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Annotated, Literal

from pydantic import Field

from deepdaily.core.errors import ModelError
from deepdaily.core.text import shorten, squeeze
from deepdaily.core.types import Claim, Draft, Finding, Item
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, within
from deepdaily.models.replies import First, Line, _Shape

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

LONGEST_QUOTES = (1_600, 400, 120)
"""Columns of the passages shown beside a line, the first that fits; what is cut ends in …."""


MOST_SPLITS = 2
"""Times that a part is parted again, for a window that was learnt on the way."""


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
    """One reviewer's findings, and the lines it cuts as (item, line), both from 1."""
    remarks, findings = await _read(draft, range(1, len(draft.items) + 1), writer, role)
    cuts, spent = list[tuple[int, int]](), Counter[int]()
    for remark in remarks:
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


async def _read(
    draft: Draft, numbers: Sequence[int], writer: ModelWriter, role: Role, spare: int = MOST_SPLITS
) -> tuple[list[Remark], list[Finding]]:
    """One reviewer's remarks on the items of these numbers, and a note for those that it could not read.

    All are read at once, or in parts where a window asks for it; what turns out to be too long is parted again.
    """
    room = writer.room(PURPOSES[role], Remarks)
    parts = _parts(draft, numbers, role, writer.key, room)
    outcomes = await within(
        inf, [writer.ask(PURPOSES[role], _material(draft, part, role, writer.key, room), Remarks) for part in parts]
    )
    remarks, findings = list[Remark](), list[Finding]()
    for part, outcome in zip(parts, outcomes, strict=True):
        if not isinstance(outcome, ModelError | None):
            remarks += outcome.value.remarks
        elif spare and (now := writer.room(PURPOSES[role], Remarks)) is not None and (room is None or now < room):
            more, notes = await _read(draft, part, writer, role, spare - 1)
            remarks, findings = remarks + more, findings + notes
        else:
            which = "" if len(part) == len(draft.items) else f" items {part[0]} to {part[-1]}"
            findings.append(Finding(role, "note", f"did not review{which}: {outcome}"))
    return remarks, findings


def _parts(draft: Draft, numbers: Sequence[int], role: Role, key: bytes, room: int | None) -> list[list[int]]:
    """The numbers in order, as many together as there is room for."""
    parts: list[list[int]] = []
    for number in numbers:
        joined = [*parts[-1], number] if parts else [number]
        if parts and (room is None or len(_material(draft, joined, role, key).encode()) <= room):
            parts[-1] = joined
        else:
            parts.append([number])
    return parts


def _material(draft: Draft, part: Sequence[int], role: Role, key: bytes, room: int | None = None) -> str:
    """The items of a part as numbered lines in a fence; with shorter passages where one item alone is too long."""
    whole = len(part) == len(draft.items)
    names = [draft.slot.stamp, role, *([] if whole else [str(number) for number in part])]
    for longest in LONGEST_QUOTES:
        quoted = longest if role == "reliability" else 0
        material = fence([line for number in part for line in _lines(number, draft.items[number - 1], quoted)], names, key)
        if room is None or len(material.encode()) <= room:
            break
    return material


def _lines(number: int, item: Item, quoted: int) -> list[str]:
    """The item's claims, numbered as `2.1` (the title), `2.2` …; below each so many columns of its passages."""
    kinds = ["title", *(section.kind for section in item.sections for _ in section.points)]
    lines = []
    for line, (kind, claim) in enumerate(zip(kinds, item.claims(), strict=True), 1):
        lines.append(f"{number}.{line} [{kind}] {claim.text}")
        lines += [f"    = {_shown(claim, quoted)}"] if quoted and (claim.evidence or claim.basis) else []
    return lines


def _shown(claim: Claim, columns: int) -> str:
    return shorten(" / ".join(squeeze(proof.quote) for proof in claim.evidence or claim.basis), columns)


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
    remarks: Annotated[list[Remark], First(30)] = []
