"""What programs get of an issue: one shape for the reader's JSON and for agents, with the proofs or without them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from deepdaily.core.types import FollowUp, Issue, Item
from deepdaily.render.foreign import plain, safe_link
from deepdaily.render.proofs import evidence_of

Text = Annotated[str, AfterValidator(plain)]
"""On one line, without control and format characters: what a person does not see, an agent shall not read."""


class ForPrograms(BaseModel):
    """Made from the core's values by the names of their fields."""

    model_config = ConfigDict(from_attributes=True)


class SentenceAnswer(ForPrograms):
    """A printed sentence; a judgement is ours, everything else has evidence."""

    section: str = Field(description="title, point, what, detail, why, impact or advice")
    text: Text
    judgement: bool
    heading: Text = Field("", description="What its section tells of, in the reader's language; empty: what `section` says.")
    lines: list[Text] = Field([], description="The same as short lines: of an advice what to do, then what to watch.")
    columns: list[Text] = Field([], description="Of a row of a table the names of its columns.")
    cells: list[Text] = Field([], description="The row itself, a cell for each column; `text` says the same.")
    translator: Text = Field("", description="The machine translator whose words it is; its evidence has the original.")


class PassageAnswer(ForPrograms):
    """The words of a source that a sentence rests on."""

    quote: str = Field(description="Verbatim; cut with an ellipsis where it is longer than we publish.")
    url: str
    snapshot: str = Field(description="sha256 of the bytes as they were fetched")
    fetched_at: str
    document: str
    start: int
    end: int
    extractor: str


class PlaceAnswer(ForPrograms):
    """Where a passage stands in its document."""

    document: str
    start: int
    end: int


class ClaimAnswer(SentenceAnswer):
    """A printed sentence with its proof, which is empty for a judgement."""

    evidence: list[PassageAnswer]
    basis: list[PlaceAnswer] = Field([], description="For a judgement: what it is drawn from; the facts have the quotes.")


class ItemAnswer(ForPrograms):
    number: int
    story: str
    title: Text
    kind: str = Field(description="What sort of news it is: security, release, paper, …; empty where that is not known.")
    original_title: Text = Field(description="The source's own title; empty where `title` has it.")
    byline: Text
    writer: Text = Field(description="The model that wrote it; empty for the built-in writer.")
    label: Text = Field(description="Why the item claims little; empty where its page was read.")
    sentences: Sequence[SentenceAnswer]
    unknowns: list[Text]
    sources: list[str]


class TrendAnswer(ForPrograms):
    text: Text
    stories: list[str]


class QuestionAnswer(ForPrograms):
    """One that is followed up."""

    id: str
    question: Text
    story: str
    expires_on: date


class Followed(ForPrograms):
    """What became of a question of an earlier day."""

    id: str
    question: Text
    state: str = Field(description="answered, moved, unchanged, closed or expired")
    story: str = Field(description="The story that answers or moves it; empty where none does.")
    known: Text = Field(description="What a source says of it now, verbatim; empty where nothing is new.")
    known_from: str = Field(description="The address of that source.")


class IssueLine(ForPrograms):
    day: str
    title: Text
    summary: Text
    degraded: list[Text]


class IssueAnswer(IssueLine):
    """One issue without its proofs: get_evidence gives those, item by item."""

    language: str
    rung: str = Field(description="24h on a good day; 72h or 7d where that gave too little; then memory, and quiet: a note alone.")
    notice: Text
    items: Sequence[ItemAnswer]
    trends: list[TrendAnswer]
    watchlist: list[QuestionAnswer]
    followed: list[Followed]


class ProvenItem(ItemAnswer):
    """An item whose every sentence carries its proof."""

    title_evidence: list[PassageAnswer]
    sentences: Sequence[ClaimAnswer]


class ProvenIssue(IssueAnswer):
    """One issue with all its proofs."""

    items: Sequence[ProvenItem]


# -- from the core's values -------------------------------------------------------------------------------------------


def digest(issue: Issue) -> IssueAnswer:
    """The issue without its proofs, which are most of its length."""
    items = [ItemAnswer(**item_told(item, number)) for number, item in enumerate(issue.items, start=1)]
    return IssueAnswer(**_whole(issue), items=items)


def proven_digest(issue: Issue) -> ProvenIssue:
    """The issue, every fact with its passages."""
    items = []
    for number, (item, (title, *claims)) in enumerate(zip(issue.items, proofs(issue), strict=True), start=1):
        proven = {"title_evidence": title.evidence, "sentences": claims}
        items.append(ProvenItem(**item_told(item, number) | proven))
    return ProvenIssue(**_whole(issue), items=items)


def proofs(issue: Issue) -> list[list[ClaimAnswer]]:
    """The claims of each item with their passages, the title's first."""
    return [[ClaimAnswer.model_validate(one) for one in item["claims"]] for item in evidence_of(issue)["items"]]


def _whole(issue: Issue) -> dict[str, Any]:
    """The fields of a IssueAnswer but its items."""
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
    """The fields of a IssueLine."""
    return {"day": issue.day, "title": issue.draft.title, "summary": issue.closing.summary, "degraded": issue.draft.degraded}


def item_told(item: Item, number: int) -> dict[str, Any]:
    """The fields of a ItemAnswer. Addresses stand once each; those that lead elsewhere than the public web are left out."""
    sentences = [
        SentenceAnswer(
            section=section.kind,
            text=point.text,
            judgement=point.judgement,
            heading=section.heading,
            lines=list(point.lines),
            columns=list(section.columns),
            cells=list(point.cells),
            translator=point.translator,
        )
        for section in item.sections
        for point in section.points
    ]
    addresses = dict.fromkeys(address for source in item.sources if (address := safe_link(source.url)))
    return {
        "number": number, "story": item.story, "title": item.title.text, "byline": item.byline,
        "kind": item.kind, "original_title": item.original,
        "writer": item.writer, "label": item.label,
        "sentences": sentences, "unknowns": item.unknowns, "sources": list(addresses),
    }  # fmt: skip
