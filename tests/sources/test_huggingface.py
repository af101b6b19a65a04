"""Hugging Face: papers of its daily lists and models of named organisations."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import BadStatus, RateLimited
from deepdaily.core.types import Slot, Votes, Window
from deepdaily.sources.huggingface import API, DAYS, MOST_ROWS, HuggingFace, parse_papers
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
LISTS = [f"{API}daily_papers?date={(NOW - timedelta(days=ago)).date()}" for ago in range(DAYS)]
QWEN = f"{API}models?author=Wren&sort=createdAt&direction=-1&limit=30"
SUMMARY = "We keep the cache of keys & values in two tiers.\nA prompt of 1M tokens then needs <12 GB of fast memory."


def _paper(number: str = "2602.01234", **changes: Any) -> dict[str, Any]:
    paper = {
        "id": number,
        "title": f"Tiers of\n Cache {number}",
        "summary": SUMMARY,
        "upvotes": 7,
        "authors": [{"name": "A. Lark"}],
    }
    paper |= {"publishedAt": "2026-02-08T17:00:00.000Z", "submittedOnDailyAt": "2026-02-11T03:00:00.000Z"}
    return {"paper": paper | changes, "publishedAt": "2026-02-08T17:00:00.000Z", "title": "Tiers"}


def _json(*rows: Any) -> bytes:
    return json.dumps(rows).encode()


def _source(answers: dict[str, Any], what: tuple[str, ...] = ("papers",), authors: tuple[str, ...] = ()) -> HuggingFace:
    return HuggingFace("huggingface", what, authors, 30, FakeFetcher(answers, "application/json"), InlineEngine())  # type: ignore[arg-type]


async def test_a_listed_paper_is_offered_at_arxiv_with_its_abstract_and_upvotes() -> None:
    answers = dict.fromkeys(LISTS[1:], _json()) | {LISTS[0]: _json(_paper("2602.00001", upvotes=3), _paper())}

    found = await _source(answers).harvest(WINDOW)

    best, other = found.offers
    assert (best.url, best.title, best.votes) == (
        "https://arxiv.org/abs/2602.01234",
        "Tiers of Cache 2602.01234",
        Votes("huggingface", 7),
    )
    assert best.published_at == datetime(2026, 2, 11, 3, tzinfo=UTC)
    assert other.votes == Votes("huggingface", 3)
    [text, _] = found.documents
    assert text.text.startswith("Tiers of Cache 2602.01234\n\nWe keep the cache")
    assert (text.partial, text.author, text.published_at) == (False, "A. Lark", datetime(2026, 2, 8, 17, tzinfo=UTC))
    assert unseen(Asked(answers[LISTS[0]], "application/json", tuple(text.text.split("\n\n")))) == []


async def test_a_paper_of_two_lists_is_offered_once_with_its_most_votes() -> None:
    answers = dict.fromkeys(LISTS, _json(_paper())) | {LISTS[1]: _json(_paper(upvotes=90))}

    found = await _source(answers).harvest(WINDOW)

    assert [made.votes for made in found.offers] == [Votes("huggingface", 90)]
    assert len(found.documents) == 1


async def test_new_models_of_an_organisation_are_offered_with_their_likes() -> None:
    rows = [
        {"id": "Wren/Wren-8B", "likes": 41, "createdAt": "2026-02-10T01:00:00.000Z", "pipeline_tag": "text-generation"},
        {"id": "Wren/old", "likes": 4, "createdAt": "2025-02-10T01:00:00.000Z"},
        {"id": "Wren/secret", "likes": 4, "createdAt": "2026-02-10T01:00:00.000Z", "private": True},
    ]

    found = await _source({QWEN: _json(*rows)}, ("models",), ("Wren",)).harvest(WINDOW)

    [made] = found.offers
    assert (made.url, made.title, made.teaser) == ("https://huggingface.co/Wren/Wren-8B", "Wren/Wren-8B", "text generation")
    assert made.votes == Votes("huggingface", 41)
    assert [loss.reason for loss in found.losses] == ["outside the window, dated 2025-02-10"]


async def test_an_organisation_without_models_is_asked_for_its_name() -> None:
    found = await _source({QWEN: _json()}, ("models",), ("Wren",)).harvest(WINDOW)

    assert (found.health.state, found.health.message) == (
        "empty",
        "models of Wren: none is listed; is the name right?; nothing in the window",
    )


async def test_a_day_that_is_refused_costs_only_itself_and_is_told() -> None:
    answers = dict.fromkeys(LISTS, _json(_paper())) | {LISTS[1]: BadStatus("HTTP 400", status=400)}

    found = await _source(answers).harvest(WINDOW)

    assert (found.health.state, found.health.message) == ("ok", "papers of 2026-02-10: HTTP 400")


async def test_a_list_of_today_that_has_not_begun_is_no_failure() -> None:
    answers = dict.fromkeys(LISTS, _json(_paper())) | {LISTS[0]: BadStatus("HTTP 400", status=400)}

    found = await _source(answers).harvest(WINDOW)

    assert (found.health.state, found.health.message) == ("ok", "")


@pytest.mark.parametrize(
    ("headers", "named", "wait"),
    [({"ratelimit": '"api";r=0;t=120'}, None, 120.0), ({}, 30.0, 30.0), ({}, None, None), ({"ratelimit": "odd"}, None, None)],
)
async def test_a_limit_names_its_time_where_the_answer_does(
    headers: dict[str, str], named: float | None, wait: float | None
) -> None:
    refused = BadStatus("HTTP 429", status=429, retry_after_s=named, headers=headers)

    with pytest.raises(RateLimited) as raised:
        await _source(dict.fromkeys(LISTS, refused)).harvest(WINDOW)

    assert raised.value.retry_after_s == wait


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "../x"},
        {"id": None},
        {"title": "", "publishedAt": None, "submittedOnDailyAt": None},
        {"authors": {"name": 3}, "id": 5},
    ],
)
def test_a_paper_that_cannot_be_used_costs_only_itself(odd: dict[str, Any]) -> None:
    raw = _paper(**odd)
    raw.pop("publishedAt")

    assert [row.id for row in parse_papers(_json(raw, "x", {"paper": None}, _paper()))] == ["2602.01234"]


def test_a_paper_s_odd_parts_cost_only_themselves() -> None:
    [row] = parse_papers(_json(_paper(authors="nobody", upvotes="many", summary=None)))

    assert (row.author, row.votes, row.text) == ("", None, "")


def test_a_list_is_bounded() -> None:
    assert len(parse_papers(_json(*[_paper()] * (MOST_ROWS + 1)))) == MOST_ROWS
