"""One story told by a model: facts, then judgement, each checked. What no model can give, the built-in writer gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepdaily.core.errors import ModelError
from deepdaily.core.types import Claim, Finding, Item, Section, SectionKind, Story, cited
from deepdaily.models.asking import ModelWriter
from deepdaily.write.by_model.facts import NONE_STOOD, Checked, NamedClaim, Stood, facts_of
from deepdaily.write.by_model.judgement import Judged, judged, unjudged
from deepdaily.write.headline import byline, headline

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
    """The story as the model tells it.

    A model that fails after the facts costs the judgement alone.

    Raises:
        ModelError: no model gave usable facts.
    """
    checked = await facts_of(story, writer)
    if checked is None:
        return ToldItem(None)
    findings = list(checked.findings)
    if len(checked.facts) < LEAST_FACTS:
        few = f"{len(checked.facts)} facts of the model's stand; the built-in writer wrote it"
        return ToldItem(None, (*findings, Finding("evidence", "note", few, story.id)), checked.stood)
    title = checked.title or headline(story, writer.language)
    try:
        said = await judged(story.id, title, checked, writer)
    except ModelError as error:
        findings.append(Finding("models", "note", f"no judgement: {error}", story.id))
        said = unjudged(story.id, title, checked, writer)
    item = _item(story, writer, title, checked, said)
    item = replace(item, writer=", ".join(dict.fromkeys(filter(None, (checked.model, said.model)))))
    return ToldItem(item, (*findings, *said.findings), checked.stood)


MOST_WHAT, MOST_DETAILS = 3, 6
"""Facts an item prints: with four and seven, blind readers found items long beside the seeds' (docs/benchmarks.md)."""


def _printed(facts: Sequence[NamedClaim], judgements: Sequence[Section]) -> list[NamedClaim]:
    """The facts that are printed, in their order: those a judgement is drawn from first, then as the model ranked them."""
    drawn = {proof for section in judgements for point in section.points for proof in point.basis}

    def worth(one: NamedClaim) -> bool:
        return not drawn.intersection(one.claim.evidence)

    kept: list[NamedClaim] = []
    for kind, most in (("what", MOST_WHAT), ("detail", MOST_DETAILS)):
        kept += sorted((one for one in facts if one.section == kind), key=worth)[:most]
    return [one for one in facts if one in kept]


def _item(story: Story, writer: ModelWriter, title: Claim, checked: Checked, said: Judged) -> Item:
    facts = _printed(checked.facts, said.sections)
    sections = [_facts("what", facts), _facts("detail", facts), *said.sections]
    claims = [title, *(one.claim for one in facts)]
    used = {proof.document for claim in claims for proof in claim.evidence}
    return Item(
        story=story.id,
        title=title,
        sections=tuple(one for one in sections if one.points),
        sources=tuple(cited(one) for one in story.documents if one.id in used or one is story.lead),
        byline=byline(story, used, writer.language),
        unknowns=said.unknowns,
        thread=story.thread,
    )


def _facts(kind: SectionKind, facts: Sequence[NamedClaim]) -> Section:
    return Section(kind, tuple(one.claim for one in facts if one.section == kind))
