"""A story told by a model: facts, then judgement, each checked. What no model can give, the built-in writer gives."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from deepdaily.core.errors import ModelError
from deepdaily.core.types import Claim, Finding, Item, Section, Story, cited
from deepdaily.models.asking import ModelWriter
from deepdaily.words import of
from deepdaily.write.by_model.facts import NONE_STOOD, Checked, NamedClaim, Stood, facts_of
from deepdaily.write.by_model.judgement import Judged, judged, unjudged
from deepdaily.write.by_rule.headline import byline, headline

LEAST_FACTS = 2
"""With fewer standing facts the built-in writer's quotations say more."""


@dataclass(frozen=True, slots=True)
class ToldItem:
    """A story as a model told it."""

    item: Item | None
    """None where too little of it stands."""
    findings: tuple[Finding, ...] = ()
    """What was cut on the way; empty for a text too short to be told."""
    stood: Stood = NONE_STOOD


async def told_item(story: Story, writer: ModelWriter) -> ToldItem:
    """The story as the model tells it alone, facts and then judgement.

    Raises:
        ModelError: no model gave usable facts.
    """
    begun = await begun_item(story, writer)
    return begun if isinstance(begun, ToldItem) else await judged_item(story, begun, writer)


async def begun_item(story: Story, writer: ModelWriter) -> Checked | ToldItem:
    """The checked facts of the story; where its text is too short to be told again, no item and no findings.

    Raises:
        ModelError: no model gave usable facts.
    """
    return await facts_of(story, writer) or ToldItem(None)


def enough(checked: Checked) -> bool:
    """Whether so much of a reply stands that it makes an item."""
    return len(checked.facts) >= LEAST_FACTS


def gist(story: Story, checked: Checked, writer: ModelWriter) -> str:
    """What the other items of the day are told of this one: its headline and its first fact, on a line."""
    title = checked.title or headline(story, writer.language)
    words = of(writer.language)
    return words.by_model.also.format(words.semicolon.join((title.text, checked.facts[0].claim.text)))


async def judged_item(
    story: Story, checked: Checked, writer: ModelWriter, beside: Sequence[str] = (), until: float = inf
) -> ToldItem:
    """The item that its checked facts make, judged; a model that fails or is late here costs the judgement alone.

    Args:
        beside: the `gist` of the day's other items.
        until: when it must be done, as the running loop counts.
    """
    findings = list(checked.findings)
    if not enough(checked):
        few = f"{len(checked.facts)} facts of the model's stand; the built-in writer wrote it"
        return ToldItem(None, (*findings, Finding("evidence", "note", few, story.id)), checked.stood)
    title = checked.title or headline(story, writer.language)
    try:
        async with asyncio.timeout_at(None if until == inf else until):
            said = await judged(story, title, checked, writer, beside)
    except (ModelError, TimeoutError) as error:
        why = str(error) or "the time for writing was up"
        findings.append(Finding("models", "note", f"no judgement: {why}", story.id))
        said = unjudged(story, title, checked, writer)
    item = _item(story, writer, title, checked, said)
    item = replace(item, writer=", ".join(dict.fromkeys(filter(None, (checked.model, said.model)))))
    return ToldItem(item, (*findings, *said.findings), checked.stood)


MOST_WHAT, MOST_DETAILS = 3, 5
"""Facts an item prints: with four and seven, blind readers found items long beside the seeds' (docs/benchmarks.md)."""


def _printed(facts: Sequence[NamedClaim], judgements: Sequence[Section]) -> list[NamedClaim]:
    """The facts that are printed, in their order: all that a judgement is drawn from, then as the model ranked them."""
    drawn = {proof for section in judgements for point in section.points for proof in point.basis}

    kept: list[NamedClaim] = []
    for kind, most in (("what", MOST_WHAT), ("detail", MOST_DETAILS)):
        founding = [one for one in facts if one.section == kind and drawn.intersection(one.claim.evidence)]
        others = [one for one in facts if one.section == kind and one not in founding]
        kept += [*founding, *others[: max(0, most - len(founding))]]
    return [one for one in facts if one in kept]


def _item(story: Story, writer: ModelWriter, title: Claim, checked: Checked, said: Judged) -> Item:
    facts = _printed(checked.facts, said.sections)
    point = [one for one in said.sections if one.kind == "point"]
    sections = [*point, *_told_facts(facts), *(one for one in said.sections if one not in point)]
    claims = [title, *(one.claim for one in facts)]
    used = {proof.document for claim in claims for proof in claim.evidence}
    return Item(
        story=story.id,
        title=title,
        sections=tuple(sections),
        sources=tuple(cited(one) for one in story.documents if one.id in used or one is story.lead),
        byline=byline(story, used, writer.language),
        unknowns=said.unknowns,
        thread=story.thread,
    )


MOST_HEADINGS = 3
"""Labelled groups of details: more is a list of labels."""


def _told_facts(facts: Sequence[NamedClaim]) -> Iterator[Section]:
    """What it is, then the details: those of one label together, in the order in which labels come first."""
    what = tuple(one.claim for one in facts if one.section == "what")
    if what:
        yield Section("what", what)
    details = [one for one in facts if one.section != "what"]
    labels = dict.fromkeys(one.label for one in details if one.label)
    headed = sorted(labels, key=lambda label: sum(one.label == label for one in details), reverse=True)[:MOST_HEADINGS]
    by_heading: dict[str, list[Claim]] = {}
    for one in details:
        by_heading.setdefault(one.label if one.label in headed else "", []).append(one.claim)
    for heading, claims in by_heading.items():
        yield Section("detail", tuple(claims), heading=heading)
