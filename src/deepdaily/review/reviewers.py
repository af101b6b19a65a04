"""Two reviewers by a model, side by side: reliability, with the passages, and form. What comes of their remarks is in `mending`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from deepdaily.core.errors import ModelError
from deepdaily.core.numbering import LONGEST_QUOTES, citing, numbered, passages_of, shown
from deepdaily.core.text import shorten
from deepdaily.core.types import Draft, Finding, Story
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, within
from deepdaily.models.replies import First, Line, _Shape
from deepdaily.review.answered import candidates
from deepdaily.review.mending import FORM, RELIABILITY, Remark, told_by_model

PURPOSES: dict[str, Purpose] = {
    RELIABILITY: Purpose(RELIABILITY, __package__, most_tokens=2_500),
    FORM: Purpose(FORM, __package__, most_tokens=2_000),
}

UNKNOWN = "u"
"""Before the number of an unknown: `2.u1`."""


async def looked_over(
    draft: Draft, stories: Mapping[str, Story], writer: ModelWriter, wall_s: float
) -> tuple[list[Remark], list[Finding]]:
    """What the reviewers remark, and a note for each that failed, was late, or could not read all of it."""
    readers = [_Reader(draft, stories, writer, role) for role in PURPOSES]
    outcomes = await within(wall_s, [reader.remarks() for reader in readers])
    remarks, findings = list[Remark](), list[Finding]()
    for reader, outcome in zip(readers, outcomes, strict=True):
        if isinstance(outcome, ModelError | None):
            findings.append(Finding(reader.role, "note", f"did not review: {outcome or 'the time was up'}"))
        else:
            remarks, findings = remarks + outcome[0], findings + outcome[1]
    return remarks, findings


class _Reader:
    """One reviewer before the draft: form reads every item, reliability those that a model told."""

    def __init__(self, draft: Draft, stories: Mapping[str, Story], writer: ModelWriter, role: str) -> None:
        self.role, self._draft, self._stories, self._writer = role, draft, stories, writer
        self._passages, every = passages_of(draft), list(range(1, len(draft.items) + 1))
        self._numbers = told_by_model(draft, stories) if role == RELIABILITY else every

    async def remarks(self) -> tuple[list[Remark], list[Finding]]:
        """Every remark on a line that is there, and a note for each other one and for each part that was not read."""
        told = await self._writer.ask_in_parts(PURPOSES[self.role], self._numbers, self._material, Remarks)
        remarks, findings = list[Remark](), list[Finding]()
        for part, outcome in told:
            if isinstance(outcome, ModelError):
                which = "" if part == self._numbers else f" items {part[0]} to {part[-1]}"
                findings.append(Finding(self.role, "note", f"did not review{which}: {outcome}"))
                continue
            for one in outcome.value.remarks:
                remark = self._remark(one)
                if remark is None:
                    findings.append(Finding(self.role, "note", f"spoke of {one.line!r}, which is no line: {one.message}"))
                else:
                    remarks.append(remark)
        return remarks, findings

    def _remark(self, said: RemarkedLine) -> Remark | None:
        """`2.5` and `2.u1` as places; None where there is no such line."""
        number, _, line = said.line.partition(".")
        of_unknown = line.startswith(UNKNOWN)
        place = line.removeprefix(UNKNOWN)
        if not (number.isdecimal() and place.isdecimal() and int(number) in self._numbers):
            return None
        item = self._draft.items[int(number) - 1]
        if not 1 <= int(place) <= len(item.unknowns if of_unknown else item.claims()):
            return None
        return Remark(self.role, (int(number), int(place)), said.severity == "cut", said.message, of_unknown)

    def _material(self, part: Sequence[int], room: int | None) -> str:
        """The items of a part in a fence; with shorter passages where one item alone is too long."""
        names = [self._draft.slot.stamp, self.role, *([] if list(part) == self._numbers else map(str, part))]
        for columns in LONGEST_QUOTES:
            lines = [line for number in part for line in self._lines(number, columns)]
            material = fence(lines, names, self._writer.key)
            if room is None or len(material.encode()) <= room:
                break
        return material

    def _lines(self, number: int, columns: int) -> Iterator[str]:
        """The item's passages, each once, its claims as `2.1` (the title), `2.2` …, and its unknowns with what may answer them."""
        item = self._draft.items[number - 1]
        if self.role == FORM:
            yield from (f"{number}.{line} [{kind}] {claim.text}" for line, kind, claim in numbered(item))
            return
        passages = self._passages[number - 1]
        yield from shown(passages.items(), columns)
        yield from (citing(f"{number}.{line}", kind, claim, passages) for line, kind, claim in numbered(item))
        for place, unknown in enumerate(item.unknowns, 1):
            yield f"{number}.{UNKNOWN}{place} [unknown] {unknown}"
            for hint in candidates(self._draft, number, self._stories[item.story], unknown):
                yield f"? {hint.name}: {shorten(hint.text, columns)}"


class RemarkedLine(_Shape):
    """A reviewer's word on one line of the draft, named as `2.5`: the fifth line of the second item."""

    line: Annotated[str, Field(max_length=8)]
    severity: str = "note"
    """`cut`; anything else is a note."""
    message: Line


class Remarks(_Shape):
    remarks: Annotated[list[RemarkedLine], First(30)] = []
