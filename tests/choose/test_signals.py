"""What is counted about a candidate: independent voices once each, labs by name and by site, and nothing about money."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from deepdaily.choose.signals import Signals, candidate_signals
from deepdaily.core.types import Candidate
from making import candidate

TITLE = "Anthropic releases Claude Opus 4.6 with agent teams"
NOISE = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]


def signals(*candidates: Candidate) -> list[Signals]:
    return candidate_signals([*candidates, *NOISE])[: len(candidates)]


def test_independent_publishers_of_like_titles_are_counted() -> None:
    alone, *_ = signals(candidate(TITLE, "https://a.example/1"))
    told, *_ = signals(
        candidate(TITLE, "https://a.example/1"),
        candidate("Claude Opus 4.6 is out: Anthropic adds agent teams", "https://b.example/2"),
        candidate("Anthropic 发布 Claude Opus 4.6，支持智能体团队", "https://c.example/3"),
    )

    assert alone["independent publishers"] == 0
    assert told["independent publishers"] > 1  # ln 3


def test_a_flood_of_copies_and_a_publisher_s_own_repetition_count_once() -> None:
    copies = [candidate(TITLE, f"https://site{n}.example/1") for n in range(30)]
    variants = ["Claude Opus 4.6 by Anthropic has agent teams", "Anthropic: Claude Opus 4.6 and its agent teams"]
    same_site = [candidate(title, f"https://x{n}.site0.example/1") for n, title in enumerate(variants)]

    assert signals(*copies)[0]["independent publishers"] == 0
    assert signals(candidate(TITLE, "https://site0.example/1"), *same_site)[0]["independent publishers"] == 0


def test_a_lab_is_named_by_its_site_too() -> None:
    (found,) = signals(candidate("Detecting and preventing distillation attacks", "https://www.anthropic.com/news/x"))
    (other,) = signals(candidate("Detecting and preventing distillation attacks", "https://blog.example/x"))

    assert found["names a lab or project"] == 1
    assert "names a lab or project" not in other


def test_a_model_is_known_by_its_number() -> None:
    (named,) = signals(candidate("GLM-5: from vibe coding to agentic engineering", "https://a.example/1"))
    (plain,) = signals(candidate("From vibe coding to agentic engineering", "https://a.example/1"))

    assert "names a model" in named
    assert "names a model" not in plain


def test_an_offer_s_mark_of_money_is_not_looked_at() -> None:
    plain = candidate(TITLE)
    bought = Candidate(plain.url, tuple(replace(offer, sponsored=True) for offer in plain.offers))

    assert signals(plain) == signals(bought)


@pytest.mark.parametrize(
    "arrival",
    [
        candidate("Day 0 support: Claude Opus 4.6", "https://litellm.ai/blog/opus"),
        candidate("Now available: Anthropic Claude Opus 4.6 on Quill Cloud", "https://www.cloudflare.com/blog/opus"),
        candidate("首日支持 Claude Opus 4.6", "https://together.ai/blog/opus"),
    ],
)
def test_who_carries_a_launch_too_has_neither_its_reports_nor_its_first_hand(arrival: Candidate) -> None:
    """2026-02-08: the page of one that carried a model was ranked second, with the launch's own reports."""
    reports = [candidate(TITLE, f"https://site{n}.example/1") for n in range(3)]
    found, *_ = signals(arrival, *reports, candidate("Claude Opus 4.6", "https://anthropic.com/news/opus"))

    assert "an arrival elsewhere" in found
    assert "first-hand" not in found
    assert found["independent publishers"] == found["sources around it"] == 0


def test_reports_of_the_arrival_itself_are_its_own() -> None:
    own, report, _ = signals(
        candidate("Claude Opus 4.6 is now available in Windsurf", "https://windsurf.com/blog/opus"),
        candidate("Claude Opus 4.6 is now available in Windsurf, a code editor", "https://press.example/1"),
        candidate("Claude Opus 4.6 is now available in Quillcode", "https://quillcode.dev/blog/1"),
    )

    assert own["first-hand"] == 1
    assert own["independent publishers"] == report["independent publishers"] == pytest.approx(math.log(2))
