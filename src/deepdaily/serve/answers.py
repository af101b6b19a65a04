"""What programs get of an issue: one shape for the reader's JSON and for agents, with the proofs or without them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from deepdaily.core.types import FollowUp, Issue, Item
from deepdaily.render.foreign import plain, safe_link
from deepdaily.render.proofs import evidence_json

Text = Annotated[str, AfterValidator(plain)]
"""On one line, without control and format characters: what a person does not see, an agent shall not read."""


class Answer(BaseModel):
    """Made from the core's values by the names of their fields."""

    model_config = ConfigDict(from_attributes=True)


class Sentence(Answer):
    """A printed sentence; a judgement is ours, everything else has evidence."""

    section: str = Field(description="title, what, detail, why, impact or advice")
    text: Text
    judgement: bool


class Passage(Answer):
    """The words of a source that a sentence rests on."""

    quote: str = Field(description="Verbatim; cut with an ellipsis where it is longer than we publish.")
    url: str
    snapshot: str = Field(description="sha256 of the bytes as they were fetched")
    fetched_at: str
    document: str
    start: int
    end: int
    extractor: str


class Place(Answer):
    """Where a passage stands in its document."""

    document: str
    start: int
    end: int


class Claim(Sentence):
    """A printed sentence with its proof, which is empty for a judgement."""

    evidence: list[Passage]
    basis: list[Place] = Field([], description="For a judgement: what it is drawn from; the facts have the quotes.")


class DigestItem(Answer):
    number: int
    story: str
    title: Text
    byline: Text
    writer: Text = Field(description="The model that wrote it; empty for the built-in writer.")
    label: Text = Field(description="Why the item claims little; empty where its page was read.")
    sentences: Sequence[Sentence]
    unknowns: list[Text]
    sources: list[str]


class Trend(Answer):
    text: Text
    stories: list[str]


class Question(Answer):
    """One that is followed up."""

    id: str
    question: Text
    story: str


class Followed(Answer):
    """What became of a question of an earlier day."""

    id: str
    question: Text
    state: str = Field(description="answered, moved, unchanged, closed or expired")
    story: str = Field(description="The story that answers or moves it; empty where none does.")
    known: Text = Field(description="What a source says of it now, verbatim; empty where nothing is new.")
    known_from: str = Field(description="The address of that source.")


class DigestLine(Answer):
    day: str
    title: Text
    summary: Text
    degraded: list[Text]


class Digest(DigestLine):
    """One issue without its proofs: get_evidence gives those, item by item."""

    language: str
    rung: str = Field(
        description="24h on a good day; 72h or 7d where that gave too little; then memory, and quiet: a note alone."
    )
    notice: Text
    items: Sequence[DigestItem]
    trends: list[Trend]
    watchlist: list[Question]
    followed: list[Followed]


class ProvenItem(DigestItem):
    """An item whose every sentence carries its proof."""

    title_evidence: list[Passage]
    sentences: Sequence[Claim]


class ProvenDigest(Digest):
    """One issue with all its proofs."""

    items: Sequence[ProvenItem]


# -- from the core's values -------------------------------------------------------------------------------------------


def digest(issue: Issue) -> Digest:
    """The issue without its proofs, which are most of its length."""
    items = [DigestItem(**item_told(item, number)) for number, item in enumerate(issue.items, start=1)]
    return Digest(**_whole(issue), items=items)


def proven_digest(issue: Issue) -> ProvenDigest:
    """The issue, every fact with its passages."""
    items = []
    for number, (item, (title, *claims)) in enumerate(zip(issue.items, proofs(issue), strict=True), start=1):
        proven = {"title_evidence": title.evidence, "sentences": claims}
        items.append(ProvenItem(**item_told(item, number) | proven))
    return ProvenDigest(**_whole(issue), items=items)


def proofs(issue: Issue) -> list[list[Claim]]:
    """The claims of each item with their passages, the title's first."""
    items = json.loads(evidence_json(issue))["items"]
    return [[Claim.model_validate(claim) for claim in item["claims"]] for item in items]


def _whole(issue: Issue) -> dict[str, Any]:
    """The fields of a Digest but its items."""
    return line(issue) | {
        "followed": [
            Followed(id=one.watch.id, question=one.watch.question, state=one.state, story=one.story, **known(one))
            for one in issue.closing.followed
        ],
        "language": issue.draft.language,
        "rung": issue.draft.rung,
        "notice": issue.draft.notice,
        "trends": issue.closing.trends,
        "watchlist": issue.closing.watchlist,
    }


def known(one: FollowUp | None) -> dict[str, str]:
    """What a follow-up proves, and where that stands; both empty where it proves nothing."""
    said = one.proof.text if one and one.proof else ""
    return {"known": said, "known_from": (safe_link(one.source.url) if one and one.source else None) or ""}


def line(issue: Issue) -> dict[str, Any]:
    """The fields of a DigestLine."""
    return {
        "day": issue.day,
        "title": issue.draft.title,
        "summary": issue.closing.summary,
        "degraded": issue.draft.degraded,
    }


def item_told(item: Item, number: int) -> dict[str, Any]:
    """The fields of a DigestItem. Addresses stand once each; those that lead elsewhere than the public web are left out."""
    sentences = [
        Sentence(section=section.kind, text=point.text, judgement=point.judgement)
        for section in item.sections
        for point in section.points
    ]
    addresses = dict.fromkeys(address for source in item.sources if (address := safe_link(source.url)))
    return {
        "number": number, "story": item.story, "title": item.title.text, "byline": item.byline,
        "writer": item.writer, "label": item.label,
        "sentences": sentences, "unknowns": item.unknowns, "sources": list(addresses),
    }  # fmt: skip
