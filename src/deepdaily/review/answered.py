"""Unknown is only what no text of the event and no other item of the issue says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from deepdaily.core.gaps import GAPS, Gap, asks, is_of
from deepdaily.core.likeness import COMMON_SHARE, terms_of
from deepdaily.core.naming import unknown_names
from deepdaily.core.text import names, shorten, squeeze, width
from deepdaily.core.to_machines import spoken
from deepdaily.core.types import Draft, Finding, Item, Story
from deepdaily.core.urls import host
from deepdaily.review.agreement import SAID

MOST_CANDIDATES = 3
"""Lines that a reviewer is shown beside an unknown."""

LEAST_COLUMNS = 24
"""A shorter line is a heading: it asks, and does not answer."""

LEAST_LIKELY = 2.0
"""Below it a line has nothing to do with an unknown: one name in common, or a word for what is asked."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A line that may answer."""

    name: str
    """`3.4` for a printed fact, else the page's host."""
    text: str
    around: str
    """With what stands beside it: whom it is about."""
    elsewhere: bool = False
    """Of another item: it answers only what names its subject."""


def without_answered(draft: Draft, stories: Mapping[str, Story]) -> tuple[Draft, list[Finding]]:
    """The draft without unknowns that a text of their event or a fact of another item plainly answers, each with a finding.

    Args:
        stories: by id; items that tell none of them keep what they ask.
    """
    items, findings = list[Item](), list[Finding]()
    for number, item in enumerate(draft.items, 1):
        kept = list[str]()
        for unknown in item.unknowns if item.story in stories else ():
            answer = _answer(unknown, list(_places(draft, number, stories[item.story])))
            if answer is None:
                kept.append(unknown)
            else:
                said = f"dropped {shorten(unknown, SAID)!r}: {answer.name} says {shorten(answer.text, SAID)!r}"
                findings.append(Finding("unknowns", "fix", said, item.story))
        items.append(replace(item, unknowns=tuple(kept)) if item.story in stories else item)
    return replace(draft, items=tuple(items)), findings


def candidates(draft: Draft, number: int, story: Story, unknown: str) -> list[Hint]:
    """The lines most likely to answer an unknown of the item of that number, likeliest first; at most three.

    None that the item quotes: a reader of it sees them anyway. Of other items only what names the same.
    """
    quoted = {squeeze(proof.quote) for claim in draft.items[number - 1].claims() for proof in claim.evidence}
    hints = [one for one in _places(draft, number, story) if one.text.removeprefix("- ") not in quoted]
    wanted = {name.casefold() for name in unknown_names(unknown, "")}  # words of the trade are in every line
    named = [wanted & {name.casefold() for name in names(one.around)} for one in hints]
    spread = Counter(name.casefold() for one in hints for name in names(one.text))
    terms, gaps = set(terms_of(unknown)), [gap for gap in GAPS if gap.asked.search(unknown)]

    def likely(hint: Hint, shared: Collection[str]) -> float:
        if hint.elsewhere and not shared:
            return 0.0
        telling = sum(2.0 if spread[name] <= max(3, COMMON_SHARE * len(hints)) else 0.5 for name in shared)
        told = sum(bool(gap.said.search(hint.text)) + bool(gap.answered_in(hint.text)) for gap in gaps)
        return telling + 2.0 * told + len(terms.intersection(terms_of(hint.text))) / 2

    rated = [(likely(hint, shared), hint) for hint, shared in zip(hints, named, strict=True)]
    best = sorted((one for one in rated if one[0] >= LEAST_LIKELY), key=lambda one: -one[0])
    return [hint for _, hint in best[:MOST_CANDIDATES]]


def _places(draft: Draft, number: int, story: Story) -> Iterator[Hint]:
    """Every sentence of the event's texts, then the printed facts of the other items."""
    for document in story.documents:
        before = ""
        for sentence in spoken(document.text):
            text = squeeze(sentence.text)
            if width(text) >= LEAST_COLUMNS:
                yield Hint(host(document.url), text, f"{before} {text}")
            before = text
    for other, item in enumerate(draft.items, 1):
        for line, claim in enumerate(item.claims(), 1):
            if other != number and claim.evidence and line > 1:
                yield Hint(f"{other}.{line}", claim.text, f"{item.title.text} {claim.text}", elsewhere=True)


def _answer(unknown: str, places: Sequence[Hint]) -> Hint | None:
    """The line that answers the last thing it asks, where each is answered; None where one is not, or it asks more than that."""
    answers = [_answer_to(gap, unknown, places) for gap in asks(unknown)]
    return answers[-1] if answers and all(answers) else None


def _answer_to(gap: Gap, unknown: str, places: Sequence[Hint]) -> Hint | None:
    return next((one for one in places if gap.answered_in(one.text) and is_of(unknown, one.around, one.elsewhere)), None)
