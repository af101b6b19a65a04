"""Lines that reviewers remarked on, written again in one call; each passes the check that it passed when it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from deepdaily.core.errors import ModelError
from deepdaily.core.evidence import worked_lines
from deepdaily.core.numbering import LONGEST_QUOTES, LineAt, citing, numbered, passages_of, shown
from deepdaily.core.text import width
from deepdaily.core.types import Claim, Draft, Evidence, Item, Story
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence
from deepdaily.models.replies import First, Line, Numbers, _Shape
from deepdaily.words import of
from deepdaily.write.by_model.facts import NONE_STOOD, Checked, NamedClaim, _checked, ended
from deepdaily.write.by_model.judgement import _advice, _Bench, _Said
from deepdaily.write.by_model.numbered import Unit
from deepdaily.write.by_model.shapes import Advice, Fact

REVISION = Purpose("revision", __package__, most_tokens=4_000)

LONGEST_HEADLINE = 160
"""Columns of a title: two lines of a phone."""

JUDGED = ("point", "why", "impact", "advice")


class RevisedLine(_Shape):
    """One line written again; of advice its parts. An empty one gives it up."""

    line: Annotated[str, Field(max_length=8)]
    text: Line = ""
    cites: Numbers = []
    do: Line = ""
    measure: Line = ""
    threshold: Line = ""
    rollback: Line = ""


class Revision(_Shape):
    lines: Annotated[list[RevisedLine], First(40)] = []


@dataclass(frozen=True, slots=True)
class Revised:
    """What the call gave."""

    lines: Mapping[LineAt, Claim | str]
    """By item and line, from 1: the new line, which passed, or why there is none. Every line that was asked for is there."""
    models: Mapping[int, str]
    """By item the model that wrote, where any of its lines passed."""


async def revised(
    draft: Draft, stories: Mapping[str, Story], asked: Mapping[LineAt, Sequence[str]], writer: ModelWriter
) -> Revised:
    """The lines of `asked` written again, each by what was remarked on it; items must tell one of `stories`."""
    if not asked:
        return Revised({}, {})
    desk = _Desk(draft, stories, asked, writer)
    numbers = sorted({number for number, _ in asked})
    lines, models = dict[LineAt, Claim | str](), dict[int, str]()
    for part, outcome in await writer.ask_in_parts(REVISION, numbers, desk.material, Revision):
        wanted = [at for at in asked if at[0] in part]
        if isinstance(outcome, ModelError):
            lines |= dict.fromkeys(wanted, f"it was not written again: {outcome}")
            continue
        given = {one.line: one for one in outcome.value.lines}
        for at in wanted:
            lines[at] = desk.checked(at, given.get(f"{at[0]}.{at[1]}"))
            if isinstance(lines[at], Claim):
                models[at[0]] = outcome.model
    return Revised(lines, models)


class _Desk:
    """What is shown of each item, and the checks of what comes back."""

    def __init__(
        self, draft: Draft, stories: Mapping[str, Story], asked: Mapping[LineAt, Sequence[str]], writer: ModelWriter
    ) -> None:
        self._draft, self._stories, self._asked, self._writer = draft, stories, asked, writer
        self._passages = passages_of(draft)

    def material(self, part: Sequence[int], room: int | None) -> str:
        """The items of a part in a fence; with shorter passages where one item alone is too long."""
        for columns in LONGEST_QUOTES:
            lines = [line for number in part for line in self._lines(number, columns)]
            material = fence(lines, [self._draft.slot.stamp, REVISION.name, *map(str, part)], self._writer.key)
            if room is None or len(material.encode()) <= room:
                break
        return material

    def _lines(self, number: int, columns: int) -> Iterator[str]:
        """The passages of an item's remarked lines, each once; then these lines with the remarks, and where one of them is a
        judgement all facts."""
        every = numbered(self._draft.items[number - 1])
        asked = [(line, kind, claim) for line, kind, claim in every if (number, line) in self._asked]
        judged = any(kind in JUDGED for _, kind, _ in asked)
        told = [one for one in every if one in asked or (judged and one[2].evidence)]
        passages = self._shown(number)
        yield from shown(passages.items(), columns)
        for line, kind, claim in told:
            yield citing(f"{number}.{line}", kind, claim, passages if (number, line) in self._asked else {})
            yield from (f"! {message}" for message in self._asked.get((number, line), ()))

    def checked(self, at: LineAt, given: RevisedLine | None) -> Claim | str:
        """The line as given, if it is another one and may be printed; else why not."""
        item = self._draft.items[at[0] - 1]
        _, kind, old = numbered(item)[at[1] - 1]
        if given is None or not (given.do if kind == "advice" else given.text):
            return "it was not written again"
        new = self._judgement(item, old, kind, given) if kind in JUDGED else self._fact(at[0], old, kind, given)
        return "written again it is the same" if isinstance(new, Claim) and new.text == old.text else new

    def _fact(self, number: int, old: Claim, kind: str, given: RevisedLine) -> Claim | str:
        """Checked in the passages that it cites, of those that were shown; in those of the old line where it cites none of them."""
        documents = {document.id: document for document in self._stories[self._draft.items[number - 1].story].documents}
        units = {
            place: Unit(place, proof.quote, (proof,), documents[proof.document])
            for proof, place in self._shown(number).items()
            if proof.document in documents
        }
        own = [place for place, unit in units.items() if unit.evidence[0] in old.evidence]
        cites = [place for place in given.cites if place in units] or own
        claim, troubles = _checked(Fact(text=_as_ended(given.text, old.text), cites=cites), units, self._writer.language)
        if kind == "title" and width(given.text) > LONGEST_HEADLINE:
            troubles = [*troubles, f"longer than {LONGEST_HEADLINE} columns"]
        return f"written again it did not stand: {'; '.join(troubles)}" if troubles else claim

    def _shown(self, number: int) -> dict[Evidence, int]:
        """The passages of the lines that are to be written again."""
        asked = [claim for line, _, claim in numbered(self._draft.items[number - 1]) if (number, line) in self._asked]
        cited = {proof for claim in asked for proof in (*claim.evidence, *claim.basis)}
        return {proof: place for proof, place in self._passages[number - 1].items() if proof in cited}

    def _judgement(self, item: Item, old: Claim, kind: str, given: RevisedLine) -> Claim | str:
        """Checked on the item's printed facts, as when it was first written; its basis stays what it was."""
        facts = [claim for line, _, claim in numbered(item) if claim.evidence and line > 1]
        note, quotes = of(self._writer.language).by_model.worked_out, [proof.quote for one in facts for proof in one.evidence]
        facts += [Claim(text) for text in worked_lines((claim.text for claim in item.claims() if claim is not old), quotes, note)]
        named = tuple(NamedClaim(f"c{place}", "detail", claim) for place, claim in enumerate(facts, 1))
        story = self._stories[item.story]
        bench = _Bench(story, item.title, Checked(item.title, named, (), (), "", NONE_STOOD), self._writer.language)
        because = [one.id for one in named]
        if kind == "advice":
            parts = {"do": given.do, "measure": given.measure, "threshold": given.threshold, "rollback": given.rollback}
            said = _advice(Advice(**parts, because=because), of(self._writer.language))
        else:
            text = _as_ended(given.text, old.text)
            said = _Said(text, text, because)
        kept = bench.keep([said], 1)
        if not kept:
            return f"written again it did not stand: {bench.findings[0].message.rpartition(': ')[2]}"
        return replace(kept[0], basis=old.basis)


def _as_ended(text: str, old: str) -> str:
    """The text with an end where the old one has one: a title has none."""
    return ended(text, old[-1]) if old.endswith(("。", ".")) else text
