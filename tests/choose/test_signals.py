"""What is counted about a candidate: independent voices once each, labs by name and by site, and nothing about money."""

from __future__ import annotations

from dataclasses import replace

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
