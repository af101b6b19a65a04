"""Step 2: what the facts mean for the reader. The model sees checked facts alone; code composes and checks each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepdaily.core.cues import Cue
from deepdaily.core.evidence import unfounded, worked_out
from deepdaily.core.text import width
from deepdaily.core.types import Claim, Finding, Language, Section, SectionKind, Story
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, in_language
from deepdaily.words import Words, of
from deepdaily.write.by_model.facts import TITLE, Checked, Drawn, ended
from deepdaily.write.by_model.shapes import Advice, Judgement, Opinion

JUDGEMENT = Purpose("judgement", __package__, most_tokens=2_200)

MOST_READINGS, MOST_WHY, MOST_IMPACT, MOST_ADVICE, MOST_UNKNOWNS = 3, 1, 1, 2, 3

MOST_REASONS = 3
"""Lines of readings and why: with more, blind readers found the same caution said three times. A consequence takes the place of the
last reading, as it says what none of them does."""

LONGEST_POINT, LONGEST, LONGEST_ADVICE = 160, 400, 1_000
"""Columns of a composed sentence; advice has four parts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Sections of judgement that passed, what nobody knows, and every cut as a finding."""

    sections: tuple[Section, ...]
    unknowns: tuple[str, ...]
    findings: tuple[Finding, ...]
    model: str = ""
    """Empty where no model judged."""


async def judged(story: Story, title: Claim, checked: Checked, writer: ModelWriter, beside: Sequence[str] = ()) -> Judged:
    """Point, why, impact, advice and unknowns of one story, asked from its facts alone.

    Args:
        beside: what the day's other items tell, a line each, so that none is judged as if it stood alone.

    Raises:
        ModelError: no model gave a usable reply.
    """
    bench, words = _Bench(story, title, checked, writer.language), of(writer.language)
    readings = bench.read(_read(one, words) for one in checked.readings)
    answer = await writer.ask(
        JUDGEMENT, lambda room: _material(story, title, checked, readings, beside, writer.key, room), Judgement
    )
    reply = answer.value
    point = bench.keep((_opinion(one, words, LONGEST_POINT) for one in _told(reply.point)), 1)
    impact = bench.keep((_opinion(one, words) for one in reply.impact), MOST_IMPACT)
    read = readings[: MOST_READINGS - len(impact)]
    why = [*read, *bench.keep((_opinion(one, words) for one in reply.why), MOST_WHY)][:MOST_REASONS]
    advice = bench.keep((_advice(one, words) for one in reply.advice), MOST_ADVICE)
    kinds: tuple[tuple[SectionKind, list[Claim]], ...] = (("point", point), ("why", why), ("impact", impact), ("advice", advice))
    sections = tuple(Section(kind, tuple(points)) for kind, points in kinds if points)
    return Judged(sections, bench.unknowns(reply.unknowns or checked.gaps), tuple(bench.findings), answer.model)


def _told(one: Opinion | None) -> list[Opinion]:
    return [one] if one and one.text else []


def _material(
    story: Story, title: Claim, checked: Checked, readings: Sequence[Claim], beside: Sequence[str], key: bytes, room: int | None
) -> str:
    """Title, facts, readings and gaps by name, then the other items, in a fence; without these where there is no room for them."""
    lines = [f"{TITLE}| {title.text}", *(f"{one.id}| {one.claim.text}" for one in checked.facts)]
    lines += [f"{READING}{place}| {one.text}" for place, one in enumerate(readings, 1)]
    lines += [f"g{place}| {gap}" for place, gap in enumerate(checked.gaps, 1)]
    whole = fence([*lines, *beside], [story.id], key)
    return whole if room is None or len(whole.encode()) <= room else fence(lines, [story.id], key)


READING = "r"
"""Before the number of a reading, where judgements name it."""


def unjudged(story: Story, title: Claim, checked: Checked, writer: ModelWriter) -> Judged:
    """What is left where no model judges: the readings and the gaps of the sources."""
    bench = _Bench(story, title, checked, writer.language)
    readings = bench.read(_read(one, of(writer.language)) for one in checked.readings)
    sections = (Section("why", tuple(readings)),) if readings else ()
    return Judged(sections, bench.unknowns(checked.gaps), tuple(bench.findings))


@dataclass(frozen=True, slots=True)
class _Said:
    """A composed sentence; `checked` is the part of it that must rest on the facts, `wrong` why it cannot stand anyway."""

    text: str
    checked: str
    because: Sequence[str]
    wrong: str = ""
    ours: str = ""
    """What we propose: its figures are ours, its names are not."""
    proposal: bool = False
    longest: int = LONGEST
    """Columns."""
    lines: tuple[str, ...] = ()


class _Bench:
    """Checks composed sentences against the facts they name."""

    def __init__(self, story: Story, title: Claim, checked: Checked, language: Language) -> None:
        self._story, self._gaps, self._language = story.id, checked.gaps, language
        self._texts = [document.text for document in story.documents]
        self._sum_note = of(language).by_model.worked_out
        self._facts = {one.id: one.claim for one in checked.facts} | {TITLE: title}
        self.findings: list[Finding] = []

    def keep(self, said: Iterable[_Said], most: int) -> list[Claim]:
        """At most `most` that stand, each with the passages of its facts."""
        kept: list[Claim] = []
        for one in said:
            named = [self._facts[name] for name in dict.fromkeys(one.because) if name in self._facts]
            troubles = self._troubles(one, named)
            if troubles:
                self.findings.append(Finding.cut(one.text, troubles, self._story))
            elif len(kept) < most:
                basis = tuple(dict.fromkeys(proof for fact in named for proof in fact.evidence))
                kept.append(Claim(one.text, basis=basis, lines=one.lines))
        return kept

    def read(self, said: Iterable[_Said]) -> list[Claim]:
        """The readings that stand; judgements may name them, and what they work out."""
        kept = self.keep(said, MOST_READINGS)
        self._facts |= {f"{READING}{place}": Claim(one.text, one.basis) for place, one in enumerate(kept, 1)}
        return kept

    def _troubles(self, said: _Said, named: Sequence[Claim]) -> list[str]:
        if said.wrong:
            return [said.wrong]
        if not named:
            return ["it names no fact it rests on"]
        if width(said.text) > said.longest:
            return [f"longer than {said.longest} columns"]
        if not in_language(said.text, self._language):
            return ["not in the reader's language"]
        passages = _passages(self._facts.values())
        notes = unfounded(said.checked, passages, self._sum_note, proposal=said.proposal, event=self._texts)
        ours = unfounded(said.ours, passages, self._sum_note, event=self._texts)
        return notes + [note for note in ours if note.startswith(("name", "version"))]

    def unknowns(self, told: Sequence[str]) -> tuple[str, ...]:
        """Gaps by number or in words; what names things that no fact names is cut."""
        by_name = {f"g{place}": gap for place, gap in enumerate(self._gaps, 1)}
        said = dict.fromkeys(by_name.get(one.strip("[] "), one) for one in told)
        every = _passages(self._facts.values())
        fits = [one for one in said if 4 <= width(one) <= 200 and not unfounded(one, every, self._sum_note, event=self._texts)]
        return tuple(fits[:MOST_UNKNOWNS])


def _passages(facts: Iterable[Claim]) -> list[str]:
    return [line for fact in facts for line in (fact.text, *(proof.quote for proof in fact.evidence))]


def _opinion(one: Opinion, words: Words, longest: int = LONGEST) -> _Said:
    text = ended(one.text, words.stop)
    if one.not_when:
        text += words.in_brackets(words.by_model.not_when.format(_bare(one.not_when)))
    return _Said(text, text, one.because, longest=longest)


def _advice(one: Advice, words: Words) -> _Said:
    """Do, measure, threshold (ours, and said to be), way back; in this order, what is missing left out."""
    said = words.by_model
    framed = (
        ("{}", one.do),
        (said.measure, one.measure),
        (said.threshold, _OURS.sub("", one.threshold)),
        (said.way_back, one.rollback),
        (said.presumes, said.presumes_comma.join(one.presumes)),
    )
    lines = tuple(frame.format(_bare(part)) for frame, part in framed if _bare(part))
    parts = (one.do, one.measure, one.rollback)
    checked = "\n".join(part[:1].lower() + part[1:] for part in parts)  # a verb at its head is no name
    text = words.semicolon.join(lines) + words.stop
    return _Said(text, checked, one.because, ours=one.threshold, proposal=True, longest=LONGEST_ADVICE, lines=lines)


_OURS = Cue(r"^\s*(?:our (?:own )?proposal|我们的建议值?)\s*[:：]\s*", re.I)
"""What a model may say of a threshold that is said behind it anyway."""


def _bare(part: str) -> str:
    return part.strip().rstrip("。.；;，,")


def _read(one: Drawn, words: Words) -> _Said:
    """A reading, with its sum where it has one, so that a reader can do it again; the check does it too."""
    if not one.expr:
        text = ended(one.text, words.stop)
        return _Said(text, text, one.because)
    note = words.in_brackets(words.by_model.worked_out.format(one.expr.strip()))
    text = one.text.rstrip("。.") + note + words.stop
    return _Said(text, text, one.because, "" if worked_out(one.expr) is not None else f"{one.expr!r} is no sum")
