"""What sort of news a page brings; where neither address nor title tells, nobody guesses."""

from __future__ import annotations

import pytest

from deepdaily.attributes import kind_of
from making import document

BLOG = "https://quill.example/blog/a"
FIGURES = "It is 3x faster, takes 20 ms instead of 60 ms, and 40% less memory at 900 tokens/s. " * 2


@pytest.mark.parametrize(
    ("title", "url", "kind"),
    [
        ("Tidal Attention lowers latency", "https://arxiv.org/abs/2602.01234", "paper"),
        ("Quillserve v2.4.0", "https://github.com/quill/quillserve/releases/tag/v2.4.0", "release"),
        ("Crash on start", "https://github.com/quill/quillserve/issues/12", "issue"),
        ("Path traversal", "https://github.com/advisories/GHSA-abcd-12ef-34gh", "security"),
        ("Elevated errors", "https://status.quill.example/incidents/a1", "incident"),
        ("SEP-1: Security of trees", "https://quill.example/community/seps/1-trees", "protocol"),
        ("quill/Quill-30B · Hugging Face", "https://huggingface.co/quill/Quill-30B", "model"),
        ("How we serve models", "https://huggingface.co/blog/serving", "practice"),
        ("Deprecations", "https://docs.quill.example/docs/deprecations", "deprecation"),
        ("CVE-2026-12345 in Quillserve", BLOG, "security"),
        ("青鹭推理引擎曝出漏洞", BLOG, "security"),
        ("Post-mortem of the February outage", BLOG, "incident"),
        ("Retiring the old API", BLOG, "deprecation"),
        ("Announcing Rust 1.93.0", BLOG, "release"),
        ("Quillserve v2.4 is out", BLOG, "release"),
        ("Quill agents are now generally available", BLOG, "availability"),
        ("Introducing GPT-6", BLOG, "model"),
        ("Mistral releases small models for speech", BLOG, "model"),
        ("Acme unveils a new AI accelerator", BLOG, "hardware"),
        ("Acme raises $40M", BLOG, "business"),
        ("Regulators look at Acme", BLOG, "policy"),
        ("A guide to trees", BLOG, "practice"),
        ("Trees of requests", "https://docs.quill.example/guides/trees", "docs"),
        ("Faster trees in preview", "https://docs.quill.example/guides/trees", "docs"),
        ("Trees of requests", BLOG, ""),
        ("Daily Digest: GPT-6 is now generally available", BLOG, ""),
    ],
)
def test_an_address_or_a_title_tells_the_kind(title: str, url: str, kind: str) -> None:
    assert kind_of(document(title, "A tree grows.", url=url)) == kind


def test_a_report_of_performance_has_figures() -> None:
    assert kind_of(document("Faster trees", FIGURES, url=BLOG)) == "performance"
    assert kind_of(document("Faster trees", "They are faster.", url=BLOG)) == ""


def test_a_post_with_a_version_and_many_figures_reports_performance() -> None:
    title = "Quillserve 2.4"

    assert kind_of(document(title, FIGURES, url=BLOG)) == "performance"
    assert kind_of(document(title, "It has a new name.", url=BLOG)) == "release"
    assert kind_of(document(title, FIGURES, url="https://quill.example/news-of/a")) == "release"


def test_a_model_with_its_number_is_no_release_and_a_version_is_no_model() -> None:
    assert kind_of(document("Gemini 3.5 released", "It is here.", url=BLOG)) == "model"
    assert kind_of(document("Quill Router v0.1 Iris: The First Major Release", "It is here.", url=BLOG)) == "release"


def test_the_beginning_tells_of_a_hole_that_the_title_does_not() -> None:
    assert kind_of(document("Trees of requests", "This closes CVE-2026-12345.", url=BLOG)) == "security"
    assert kind_of(document("Trees of requests", "x " * 500 + "CVE-2026-12345", url=BLOG)) == ""
