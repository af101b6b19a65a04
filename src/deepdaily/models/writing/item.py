"""One story told by a model: facts, then judgement, each checked. What no model can give, the built-in writer gives."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.errors import ModelError
from deepdaily.core.types import Claim, Finding, Item, Language, Section, Story
from deepdaily.models import Model
from deepdaily.models.builtin import byline, cited, headline
from deepdaily.models.writing.facts import Checked, facts_of
from deepdaily.models.writing.judgement import Judged, judged

LEAST_FACTS = 2
"""With fewer standing facts the built-in writer's quotations say more."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a model's writing needs beside the story."""

    model: Model
    language: Language
    audience: str
    key: bytes
    """The installation's key for fences."""
    name: str
    """What readers are told about who wrote."""


async def told_item(story: Story, desk: Desk) -> tuple[Item | None, list[Finding]]:
    """The story as the model tells it, and what was cut on the way; no item where too little of it stands.

    A model that fails after the facts costs the judgement alone.

    Raises:
        ModelError: no model gave usable facts.
    """
    checked = await facts_of(story, desk.model, desk.language, desk.audience, desk.key)
    if checked is None:
        return None, []
    findings = list(checked.findings)
    if len(checked.facts) < LEAST_FACTS:
        few = f"{len(checked.facts)} facts of the model's stand; the built-in writer wrote it"
        return None, [*findings, Finding("evidence", "note", few, story.id)]
    title = checked.title or headline(story, desk.language)
    try:
        said = await judged(
            story.id, title, checked.facts, checked.gaps, desk.model, desk.language, desk.audience, desk.key
        )
    except ModelError as error:
        findings.append(Finding("models", "note", f"no judgement: {error}", story.id))
        said = Judged((), checked.gaps, ())
    return _item(story, desk, title, checked, said), [*findings, *said.findings]


def _item(story: Story, desk: Desk, title: Claim, checked: Checked, said: Judged) -> Item:
    sections = [_facts("what", checked), _facts("detail", checked), *said.sections]
    claims = [title, *(one.claim for one in checked.facts)]
    used = {proof.document for claim in claims for proof in claim.evidence}
    return Item(
        story=story.id,
        title=title,
        sections=tuple(one for one in sections if one.points),
        sources=tuple(cited(one) for one in story.documents if one.id in used or one is story.lead),
        byline=byline(story, used, desk.language),
        unknowns=said.unknowns,
        thread=story.thread,
        writer=desk.name,
    )


def _facts(kind: str, checked: Checked) -> Section:
    points = tuple(one.claim for one in checked.facts if one.section == kind)
    return Section("what" if kind == "what" else "detail", points)
