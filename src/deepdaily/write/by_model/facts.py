"""Step 1: what the texts say. Each claim is checked inside the units it cites; what fails is asked again once, then cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from deepdaily.core.errors import ModelError
from deepdaily.core.evidence import check_claim
from deepdaily.core.text import language_of, squeeze, width
from deepdaily.core.types import Claim, Finding, Language, Story
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, in_language
from deepdaily.words import of
from deepdaily.write.by_model.numbered import Unit, fenced, units_of
from deepdaily.write.by_model.shapes import Fact, Facts, Inferred, Repair

LONGEST = 240
"""Columns of a claim: 70 Chinese characters are asked for; past this it is a paragraph."""

MOST_CITED = 8
"""Units a claim may rest on: a claim that cites half the page cites nothing."""

LEAST_UNITS = 4
"""A text shorter than this gains nothing from a retelling: the built-in writer quotes it."""


FACTS = Purpose("facts", __package__, most_tokens=3_000)
REPAIR = Purpose("repair", __package__, most_tokens=1_200)


@dataclass(frozen=True, slots=True)
class NamedClaim:
    """A claim that passed, under the model's own name for it."""

    id: str
    section: str
    claim: Claim
    label: str = ""
    """What kind of detail it is; empty for none that could be printed."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A reading of the texts, with the names of the standing facts that rest on the same passages."""

    text: str
    expr: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a reply: facts that stand, in order, and every cut as a finding."""

    title: Claim | None
    facts: tuple[NamedClaim, ...]
    gaps: tuple[str, ...]
    findings: tuple[Finding, ...]
    model: str
    stood: Stood
    readings: tuple[Drawn, ...] = ()


@dataclass(frozen=True, slots=True)
class Stood:
    """How many sentences of a reply passed the check, the headline among them."""

    asked: int
    at_first: int
    at_last: int
    """With those that were written again."""


NONE_STOOD = Stood(0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Trouble:
    fact: Fact
    messages: tuple[str, ...]


TITLE = "t"
"""The title's name among the claims of an item."""


async def facts_of(story: Story, writer: ModelWriter) -> Checked | None:
    """The checked facts of a story; None where its text is too short to be told again.

    Raises:
        ModelError: no model gave a usable reply.
    """
    units = units_of(story)
    if not tellable(story, units):
        return None
    answer = await writer.ask(FACTS, lambda room: fenced(units_of(story, room), writer.key), Facts)
    reply = answer.value
    by_number = {unit.number: unit for unit in units}
    asked = [Fact(id=TITLE, section="what", text=reply.title, cites=reply.title_cites or [1])]
    stop = of(writer.language).stop
    asked += [
        fact.model_copy(update={"id": f"c{place}", "text": ended(fact.text, stop)}) for place, fact in enumerate(reply.claims, 1)
    ]
    passed, failed = _sorted_out(asked, by_number, writer.language)
    findings, lost = list[Finding](), {one.fact.id for one in failed}
    if failed:
        mended, note = await _mended(failed, by_number, writer)
        again, still = _sorted_out(mended, by_number, writer.language)
        passed |= again
        given_up = lost - {fact.id for fact in mended}
        lost -= again.keys()
        findings = [Finding("models", "note", note, story.id)] if note else []
        findings += [_cut(one, story.id) for one in still]
        findings += [_cut(one, story.id) for one in failed if one.fact.id in given_up]
    told = tuple(
        NamedClaim(fact.id, fact.section, passed[fact.id], _label(fact.label, writer.language))
        for fact in asked
        if fact.id in passed
    )
    title = next((one.claim for one in told if one.id == TITLE), None)
    stood = Stood(len(asked), len(asked) - len(failed), len(asked) - len(lost))
    facts = tuple(one for one in told if one.id != TITLE)
    readings = tuple(_drawn(one, facts, by_number) for one in reply.readings)
    return Checked(title, facts, tuple(reply.gaps), tuple(findings), answer.model, stood, readings)


def _drawn(reading: Inferred, facts: Sequence[NamedClaim], units: Mapping[int, Unit]) -> Drawn:
    """A reading is printed beside the facts that print its passages; with none of them it rests on nothing."""
    cited = {proof for number in reading.cites if number in units for proof in units[number].evidence}
    return Drawn(reading.text, reading.expr, tuple(one.id for one in facts if cited.intersection(one.claim.evidence)))


def ended(text: str, stop: str) -> str:
    """The sentence with an end: many models leave it out in a list."""
    return text if not text or text.endswith(("。", "！", "？", ".", "!", "?", "…")) else text + stop


LONGEST_LABEL = 24
"""Columns."""


def _label(said: str, language: Language) -> str:
    """The label as a heading: in the reader's language, short, without a figure or a mark of its own; else empty."""
    label = squeeze(said).strip(" ：:。.#*")
    plain_words = bool(label) and width(label) <= LONGEST_LABEL and not re.search(r"[\d<>\[\](){}|`*_:：/\\]", label)
    return label if plain_words and language_of(label) == ("zh" if language == "zh" else "en") else ""


def tellable(story: Story, units: Sequence[Unit]) -> bool:
    """Whether a text is whole and long enough to be told again."""
    return len(units) >= LEAST_UNITS and not story.lead.partial


def _cut(trouble: _Trouble, story: str) -> Finding:
    what = "the headline" if trouble.fact.id == TITLE else "cut"
    return Finding("evidence", "fix", f"{what} {trouble.fact.text[:60]!r}: {'; '.join(trouble.messages)}", story)


def _sorted_out(asked: Iterable[Fact], units: Mapping[int, Unit], language: Language) -> tuple[dict[str, Claim], list[_Trouble]]:
    """Those that stand by name, and those that do not."""
    passed, failed = dict[str, Claim](), list[_Trouble]()
    for fact in asked:
        claim, messages = _checked(fact, units, language)
        if messages:
            failed.append(_Trouble(fact, tuple(messages)))
        elif claim.text not in {one.text for one in passed.values()}:
            passed[fact.id] = claim
    return passed, failed


def _checked(fact: Fact, units: Mapping[int, Unit], language: Language) -> tuple[Claim, list[str]]:
    """The fact as a claim, and what is wrong with it.

    What its own units lack may stand in a neighbour, in their heading or in the title: then that is cited too, so that
    what is printed under a figure always holds the figure.
    """
    cited = [units[number] for number in dict.fromkeys(fact.cites) if number in units][:MOST_CITED]
    if not cited:
        return Claim(fact.text), ["it cites no sentence of the text"]
    if width(fact.text) > LONGEST:
        return Claim(fact.text), [f"longer than {LONGEST} columns"]
    if not in_language(fact.text, language):
        return Claim(fact.text), ["not in the reader's language"]
    claim, messages = _claim(fact.text, cited)
    for near in _beside(cited, units) if messages else ():
        wider, fewer = _claim(fact.text, [*cited, near])
        if len(fewer) < len(messages):
            cited, claim, messages = [*cited, near], wider, fewer
    return claim, messages


def _claim(text: str, cited: Sequence[Unit]) -> tuple[Claim, list[str]]:
    proofs = dict.fromkeys(proof for unit in cited for proof in unit.evidence)
    claim = Claim(text, tuple(proofs))
    return claim, check_claim(claim, {unit.document.id: unit.document for unit in cited})


def _beside(cited: Sequence[Unit], units: Mapping[int, Unit]) -> list[Unit]:
    """Neighbours, headings and title lines of the cited units, nearest first, of the same document."""
    titles: dict[str, int] = {}
    for unit in units.values():
        titles.setdefault(unit.document.id, unit.number)
    near = [number for unit in cited for number in (unit.number - 1, unit.number + 1)]
    near += [unit.heading for unit in cited] + [titles[unit.document.id] for unit in cited]
    own = {unit.number for unit in cited}
    known = {unit.document.id for unit in cited}
    found = [units[number] for number in dict.fromkeys(near) if number in units and number not in own]
    return [unit for unit in found if unit.document.id in known]


MOST_SPEAKING = 3
"""Lines shown for each thing that a claim lacks."""


def _speaking_of(messages: Iterable[str], units: Mapping[int, Unit]) -> Iterator[Unit]:
    """The first units that have what a claim lacks: the figure, the name, the word."""
    for message in messages:
        kind, _, lacked = message.partition(" ")
        if kind in ("number", "name", "superlative", "version"):
            said = re.compile(rf"(?<![A-Za-z0-9.]){re.escape(lacked)}", re.I)
            yield from islice((unit for unit in units.values() if said.search(unit.text)), MOST_SPEAKING)


async def _mended(failed: Sequence[_Trouble], units: Mapping[int, Unit], writer: ModelWriter) -> tuple[list[Fact], str]:
    """The failed claims written again, from their own units; those given up are left out. And why none could be asked."""
    shown: dict[int, Unit] = {}
    lines = []
    for one in failed:
        cited = [units[number] for number in one.fact.cites if number in units]
        shown |= {unit.number: unit for unit in [*cited, *_beside(cited, units), *_speaking_of(one.messages, units)]}
        cites = ", ".join(map(str, one.fact.cites))
        lines += [f"{one.fact.id} [{cites}]: {one.fact.text}", f"  ! {'; '.join(one.messages)}"]
    material = fenced([shown[number] for number in sorted(shown)], writer.key, before=lines)
    try:
        reply = (await writer.ask(REPAIR, material, Repair)).value
    except ModelError as error:
        return [], f"not asked again: {error}"
    wanted = {one.fact.id: one.fact for one in failed}
    again = [
        wanted[one.id].model_copy(update={"text": one.text, "cites": one.cites or wanted[one.id].cites})
        for one in reply.claims
        if one.id in wanted and one.text
    ]
    return again, ""
