"""Draft to issue. Reviewers report findings; only `approve` makes an Issue, from what the findings leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from deepdaily.core.errors import NothingToPublish
from deepdaily.core.evidence import check_claim, unfounded, worked_lines
from deepdaily.core.text import shorten
from deepdaily.core.types import Claim, Closing, Document, Draft, Evidence, Finding, Issue, Item
from deepdaily.review import stylebook
from deepdaily.words import of


def proven(
    draft: Draft, documents: Mapping[str, Document], lacking: Collection[Evidence] = frozenset()
) -> tuple[Draft, list[Finding]]:
    """The draft without claims that cannot be proven or stand twice and without blocked items, and every finding.

    Args:
        lacking: passages that a reader of the stored bytes does not see: what rests on one is not printed.
    """
    findings: list[Finding] = []
    items = []
    seen: set[str] = set()
    sum_note = of(draft.language).by_model.worked_out
    for item in draft.items:
        mended, found = _provable(item, dict(documents), lacking, seen, sum_note)
        items.append(mended)
        findings += found
    mended_draft = replace(draft, items=tuple(items))
    findings += stylebook.check(mended_draft)
    blocked = {finding.item for finding in findings if finding.severity == "block"}
    return replace(mended_draft, items=tuple(item for item in items if item.story not in blocked)), findings


def _provable(
    item: Item, documents: dict[str, Document], lacking: Collection[Evidence], seen: set[str], sum_note: str
) -> tuple[Item, list[Finding]]:
    """The item without the claims that the evidence check refuses; a title it refuses blocks the item."""
    findings = []
    proven = [proof.quote for claim in item.claims() for proof in claim.evidence]
    troubles = check_claim(item.title, documents) + _unseen(item.title, lacking)
    proven.append(item.title.text)
    event = [
        documents[one].text for one in {proof.document for claim in item.claims() for proof in claim.evidence} & documents.keys()
    ]
    told = [*proven, *(claim.text for claim in item.claims() if claim.evidence)]
    proven += worked_lines((claim.text for claim in item.claims() if claim.judgement), told, sum_note)
    if troubles or item.title.judgement:
        findings.append(Finding("evidence", "block", f"title: {'; '.join(troubles) or 'no passage'}", item.story))
    sections = []
    for section in item.sections:
        kept: list[Claim] = []
        for claim in section.points:
            troubles = _troubles(claim, section.kind, proven, event, documents, sum_note) + _unseen(claim, lacking)
            if claim.text in seen:
                troubles.append("printed before")
            seen.add(claim.text)
            if troubles:
                findings.append(Finding.cut(claim.text, troubles, item.story))
            else:
                kept.append(claim)
                proven += [claim.text] if claim.evidence else []
        sections.append(replace(section, points=tuple(kept)))
    return replace(item, sections=tuple(one for one in sections if one.points)), findings


def _troubles(
    claim: Claim, kind: str, proven: Sequence[str], event: Sequence[str], documents: dict[str, Document], sum_note: str
) -> list[str]:
    """Facts need passages that carry them; a judgement may use only what the item's proven sentences say, and acronyms that the
    event's texts spell out; advice is ours."""
    if claim.evidence:
        return check_claim(claim, documents)
    if kind in ("what", "detail"):
        return ["a fact without a passage"]
    return [] if kind == "advice" else unfounded(claim.text, proven, sum_note, event=event)


def _unseen(claim: Claim, lacking: Collection[Evidence]) -> list[str]:
    return [f"{shorten(proof.quote, 60)!r} is not what a reader of its page sees" for proof in claim.evidence if proof in lacking]


def approve(draft: Draft, closing: Closing, findings: Sequence[Finding], now: datetime) -> Issue:
    """The issue: the draft's items that no finding blocks, short ones last, with the trends and watches that still rest on them.

    Only a quiet day's note may have no items; its watches are the questions of earlier days.

    Raises:
        NothingToPublish: every item is blocked.
    """
    blocked = {finding.item for finding in findings if finding.severity == "block"}
    standing_items = [item for item in draft.items if item.story not in blocked]
    items = tuple(sorted(standing_items, key=lambda item: item.short))
    if not items and draft.rung != "quiet":
        raise NothingToPublish("review left no item standing", "see `deepdaily show --audit` for the findings")
    left = {item.story for item in items}
    trends = [replace(trend, stories=tuple(one for one in trend.stories if one in left)) for trend in closing.trends]
    standing = replace(
        closing,
        trends=tuple(trend for trend in trends if len(trend.stories) >= 2),
        watchlist=tuple(watch for watch in closing.watchlist if watch.story in left or draft.rung == "quiet"),
    )
    return Issue(replace(draft, items=items), standing, tuple(findings), now)
