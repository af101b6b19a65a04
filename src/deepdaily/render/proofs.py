"""What an issue tells machines: its claims with their passages, and the table that post and feed carry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from deepdaily.core.text import shorten
from deepdaily.core.types import Cited, Claim, Evidence, FollowUp, Issue, Item, Section
from deepdaily.render.foreign import QUOTE_COLUMNS, anchor, plain
from deepdaily.render.notes import notes_of


def evidence_json(issue: Issue) -> str:
    """The proofs of an issue as a file, ending in a newline."""
    text = json.dumps(evidence_of(issue), ensure_ascii=False, indent=1)
    # A model's reply can hold half a surrogate pair, which UTF-8 cannot: keep JSON's own spelling of it.
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def evidence_of(issue: Issue) -> dict[str, Any]:
    """The proofs of an issue, schema 1. A quotation longer than we publish is cut, its place is not."""
    cited = {evidence: note.cited for evidence, note in notes_of(issue).items()}
    items = [
        {
            "story": item.story,
            "writer": plain(item.writer) or "built-in",
            "claims": [_claim(of, claim, cited) for of, claim in _claims(item)],
        }
        for item in issue.items
    ]
    told: dict[str, Any] = {"schema": 1, "slot": issue.slot.stamp, "items": items}
    if issue.closing.followed:
        told["followed"] = [_followed(one, cited) for one in issue.closing.followed]
    return told


def for_machines(issue: Issue) -> dict[str, Any]:
    """The `[deepdaily]` table of the post's front matter and the feeds' extension object, schema 1."""
    draft = issue.draft
    return {
        "schema": 1,
        "slot": draft.slot.stamp,
        "rung": draft.rung,
        "degraded": [plain(cause) for cause in draft.degraded],
        "items": [anchor(item.story) for item in draft.items],
    }


def _claims(item: Item) -> Iterator[tuple[Section | str, Claim]]:
    """Each with its section; the title has none."""
    yield "title", item.title
    for section in item.sections:
        for point in section.points:
            yield section, point


def _followed(one: FollowUp, cited: Mapping[Evidence, Cited]) -> dict[str, Any]:
    return {
        "watch": one.watch.id,
        "question": one.watch.question,
        "state": one.state,
        "story": one.story,
        "claims": [_claim("followed", one.proof, cited)] if one.proof else [],
    }


def _claim(of: Section | str, claim: Claim, cited: Mapping[Evidence, Cited]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "section": of if isinstance(of, str) else of.kind,
        "text": claim.text,
        "judgement": claim.judgement,
        "evidence": [_passage(evidence, cited[evidence]) for evidence in claim.evidence],
    }
    own = {} if isinstance(of, str) else {"heading": of.heading, "columns": of.columns}
    beside = own | {"lines": claim.lines, "cells": claim.cells, "translator": claim.translator}
    told |= {name: value for name, value in beside.items() if value}
    if claim.basis:  # the passages themselves stand with the facts they prove
        told["basis"] = [{"document": one.document, "start": one.start, "end": one.end} for one in claim.basis]
    return told


def _passage(evidence: Evidence, source: Cited) -> dict[str, Any]:
    page = source.page_of(evidence)
    return ({"page": page} if page else {}) | {
        "quote": shorten(evidence.quote, QUOTE_COLUMNS),
        "start": evidence.start,
        "end": evidence.end,
        "document": evidence.document,
        "snapshot": source.snapshot,
        "url": source.url,
        "fetched_at": f"{source.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "extractor": source.extractor,
    }
