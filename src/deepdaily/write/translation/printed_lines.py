"""The printed lines of an issue, and the issue that their other words make: one walk finds what is to be told, and puts it in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, Self

from deepdaily.core.evidence import FRAMED
from deepdaily.core.text import language_of
from deepdaily.core.types import Appearance, Claim, Closing, Evidence, FollowUp, Issue, Item, Language, Section
from deepdaily.words import Words, of
from deepdaily.words.across import across, texts

LineKind = Literal["title", "fact", "ours", "advice", "question", "shared", "heading", "words"]
"""`ours`: a judgement; `question`: also what nobody knows; `shared`: of the whole issue; `words`: bylines, labels, the notice."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line as it is printed, without the frame of our own words around it."""

    text: str
    kind: LineKind
    evidence: tuple[Evidence, ...] = ()
    """Of a fact."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said in one language, and how that is said in another."""

    own: Language
    other: Language
    told: Mapping[str, str] = field(default_factory=dict)
    """By the text as it is printed."""
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Of earlier items in the other language, by day and story."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """Asked before in the other language, by the watch's id."""
    missing: dict[str, PrintedLine] = field(default_factory=dict)
    """What was asked for and is not told."""

    @classmethod
    def after(cls, earlier: Sequence[Issue], own: Language, other: Language) -> Self:
        """That knows the titles and questions of earlier issues in the other language."""
        titles = {(issue.day, item.story): item.title.text for issue in earlier for item in issue.items}
        questions = {watch.id: watch.question for issue in reversed(earlier) for watch in issue.closing.watchlist}
        return cls(own, other, titles=titles, questions=questions)

    def having(self, told: Mapping[str, str]) -> Self:
        """The same that knows more, and misses nothing yet."""
        return replace(self, told={**self.told, **told}, missing={})

    def say(self, text: str, kind: LineKind, evidence: tuple[Evidence, ...] = ()) -> str:
        """`text` in the other language; empty where that is not known, which is then `missing`."""
        if not text:
            return ""
        if (known := across(text, self.own, self.other)) is not None:
            return known
        if (framed := self._framed(text, kind)) is not None:
            return framed
        if text not in self.told:
            self.missing.setdefault(text, PrintedLine(text, kind, evidence))
        return self.told.get(text, "")

    def _framed(self, text: str, kind: LineKind) -> str | None:
        """What stands in a frame of ours (`看：…`), in the same frame of the other language; None where nothing does."""
        own, other = of(self.own), of(self.other)
        for name, frame in _frames(self.own):
            if found := frame.fullmatch(text):
                said = found[1] if name == "by_model.worked_out" else self.say(found[1], kind)
                return said and texts(self.other)[name].format(_bare(said))
        before, behind = map(re.escape, own.brackets)
        noted = re.fullmatch(rf"(.+){before}(.+?){behind}({re.escape(own.stop)})?", text)
        if noted and _in_frame(noted[2], self.own):
            said, note = self.say(noted[1], kind), self._framed(noted[2], kind)
            return said and note and said + other.in_brackets(note) + (other.stop if noted[3] else "")
        parts = text.removesuffix(own.stop).split(own.semicolon)
        if any(_in_frame(part, self.own) for part in parts[1:]):
            return _joined([self.say(part, kind) for part in parts], other)
        return None


@cache
def _frames(language: Language) -> list[tuple[str, re.Pattern[str]]]:
    """What stands around something that a model says."""
    framed = ((name, text) for name, text in texts(language).items() if name.startswith("by_model.") and "{}" in text)
    return [(name, re.compile(re.escape(text).replace(r"\{\}", "(.+)"))) for name, text in framed]


def _in_frame(text: str, language: Language) -> bool:
    return any(frame.fullmatch(text) for _, frame in _frames(language))


def _bare(text: str) -> str:
    return text.rstrip("。.；;，, ")


def _joined(lines: Sequence[str], words: Words) -> str:
    """Short lines as one sentence; empty where one of them is lost."""
    return words.semicolon.join(map(_bare, lines)) + words.stop if all(lines) else ""


def item_told(item: Item, speech: Speech) -> Item | None:
    """The item in the other language; None where its title, all its facts or the word for how little it claims are lost."""
    title = _title(item.title, speech)
    sections = _founded([_section(one, speech) for one in item.sections], title, item)
    unknowns = tuple(filter(None, (speech.say(one, "question") for one in item.unknowns)))
    label, byline = speech.say(item.label, "words"), speech.say(item.byline, "words")
    facts = any(claim.evidence for section in sections for claim in section.points)
    if title is None or not (facts or item.short) or bool(item.label) != bool(label):
        return None
    thread = tuple(replace(one, title=speech.titles[one.day, one.story]) for one in item.thread if _is_named(one, speech))
    whole = thread if len(thread) == len(item.thread) else ()
    return replace(item, title=title, sections=sections, unknowns=unknowns, label=label, byline=byline, thread=whole)


def _is_named(one: Appearance, speech: Speech) -> bool:
    return (one.day, one.story) in speech.titles


def _title(title: Claim, speech: Speech) -> Claim | None:
    """A title in the source's own words stays one where they are in the language."""
    title = _untold(title, speech)
    if title.verbatim and language_of(title.text) == speech.other:
        return title
    said = speech.say(title.text, "title", title.evidence)
    return replace(title, text=said) if said else None


def _untold(claim: Claim, speech: Speech) -> Claim:
    """A quotation that a translator told, as its source has it; where that is in neither language, in the translator's words."""
    if not claim.translator:
        return claim
    quote, framed = claim.evidence[-1].quote, FRAMED.fullmatch(claim.text)
    if language_of(quote) != speech.other:
        return replace(claim, translator="")
    text = f"{framed[1]}{framed[2]}{quote}{framed[4]}" if framed and len(claim.evidence) > 1 else quote
    return replace(claim, text=text, translator="")


def _section(section: Section, speech: Speech) -> Section:
    points = [_claim(one, section, speech) for one in section.points]
    label, heading = speech.say(section.label, "words"), speech.say(section.heading, "heading")
    # The rows of a table are told as the sentences that they are: cells are too short to be checked on their passages.
    return replace(section, points=tuple(one for one in points if one), label=label, heading=heading, columns=())


def _claim(claim: Claim, section: Section, speech: Speech) -> Claim | None:
    """The claim in the other language, a quotation as it is; None where a word of it is lost."""
    claim = replace(_untold(claim, speech), cells=())
    if claim.verbatim:
        return claim
    if claim.evidence:
        said = speech.say(claim.text, "fact", claim.evidence)
        return replace(claim, text=said) if said else None
    kind: LineKind = "advice" if section.kind == "advice" else "ours"
    if not claim.lines:
        said = speech.say(claim.text, kind)
        return replace(claim, text=said) if said else None
    lines = tuple(speech.say(line, kind) for line in claim.lines)
    return replace(claim, text=_joined(lines, of(speech.other)), lines=lines) if all(lines) else None


def _founded(sections: Sequence[Section], title: Claim | None, before: Item) -> tuple[Section, ...]:
    """Without judgements that are drawn from facts of the item before and from none that is left, and without empty sections."""
    left = {proof for section in sections for claim in section.points for proof in claim.evidence}
    left.update(title.evidence if title else ())
    lost = {proof for claim in before.claims() for proof in claim.evidence} - left
    founded = [
        replace(
            one, points=tuple(claim for claim in one.points if left.intersection(claim.basis) or not lost.intersection(claim.basis))
        )
        for one in sections
    ]
    return tuple(one for one in founded if one.points)


def closing_told(closing: Closing, speech: Speech) -> Closing:
    """The end of the issue in the other language but for its summary; what is lost is left out."""
    trends = [replace(one, text=speech.say(one.text, "shared")) for one in closing.trends]
    watches = [
        replace(one, question=speech.questions.get(one.id) or speech.say(one.question, "question")) for one in closing.watchlist
    ]
    followed = [_followed(one, speech) for one in closing.followed]
    return replace(
        closing,
        trends=tuple(one for one in trends if one.text),
        watchlist=tuple(one for one in watches if one.question),
        followed=tuple(one for one in followed if one.watch.question and (one.proof is None or one.proof.text)),
    )


def _followed(one: FollowUp, speech: Speech) -> FollowUp:
    question = speech.questions.get(one.watch.id) or speech.say(one.watch.question, "question")
    proof = one.proof
    if proof and not proof.verbatim:
        proof = replace(proof, text=speech.say(proof.text, "fact", proof.evidence))
    return replace(one, watch=replace(one.watch, question=question), proof=proof)
