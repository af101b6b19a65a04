"""First-hand is who did it: not whoever is named, not the shop that carries it too, not a manual."""

from __future__ import annotations

import pytest

from deepdaily.core.actors import arrives_elsewhere, by_actor


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://www.anthropic.com/news/opus", "Introducing Claude Opus 4.6"),
        ("https://mistral.ai/news/x", "Speech at the speed of sound"),
        ("https://github.blog/changelog/2026-02-09-x", "GPT-5.3-Codex is now generally available for GitHub Copilot"),
        ("https://windsurf.com/blog/opus", "Opus 4.6 is now available in Windsurf"),
        ("https://quill.dev/blog/1-4", "Quill 1.4 keeps the cache on disk"),
        ("https://llamaindex.ai/blog/a", "Llama Index adds agents"),
        ("https://github.com/quill/engine/releases/tag/v1", "v1.4.2"),
        ("https://huggingface.co/acme/model", "acme/model"),
        ("https://qwen.ai/blog/x", "通义千问发布新模型"),
        ("https://sorrel.example/blog/x", "Sorrel推出推理引擎"),
        ("https://azure.com/x", "OpenAI新模型登陆Azure云"),
    ],
)
def test_the_owner_of_the_site_speaks_of_its_own(url: str, title: str) -> None:
    assert by_actor(url, title)


@pytest.mark.parametrize(
    ("url", "title"),
    [
        ("https://docs.litellm.ai/blog/opus", "Day 0 support: Claude Opus 4.6"),
        ("https://cloudflare.com/blog/x", "Llama 4 is now available on Workers"),
        ("https://together.ai/blog/x", "Kimi K2.5 首发支持"),
        ("https://press.example/1", "Anthropic releases Claude Opus 4.6"),
        ("https://quill-users.example/1", "Quill 1.4 keeps the cache on disk"),
        ("https://github.com/openai/codex/issues/1", "Codex loses its session"),
        ("https://huggingface.co/papers/2602.1", "A study of caches"),
        ("https://huggingface.co/blog/someone/caches", "How caches work"),
        ("https://platform.openai.com/docs/guides/codex", "Codex guide"),
    ],
)
def test_whoever_carries_reports_or_documents_it_does_not(url: str, title: str) -> None:
    assert not by_actor(url, title)


@pytest.mark.parametrize(
    "title",
    [
        "Claude Opus 4.6 is now available in Windsurf", "Day 0 support for GPT-5.3-Codex", "Gemini 3 lands in VS Code", "Cursor now supports Grok 5",
        "腾讯云首发支持 DeepSeek-V3.2", "Windsurf 接入 Opus 4.6", "Now available: Claude Opus 4.6 on Quill Cloud", "Kimi K2.5 登陆 Azure", "Codex and Claude are available in public preview on GitHub",
    ],
)  # fmt: skip
def test_an_arrival_in_another_product_is_told_in_many_words(title: str) -> None:
    assert arrives_elsewhere(title)


@pytest.mark.parametrize(
    "title",
    [
        "Claude Opus 4.6 is now available", "GPT-5.3-Codex is available in public preview", "Gemini 3 is available for everyone",
        "Claude Code comes to iOS and the API is available in 9 countries", "vLLM now supports speculative decoding", "智谱发布 GLM-5",
        "GPT-5.3-Codex available on macOS", "Now available: Claude Opus 4.6 in public beta",
    ],
)  # fmt: skip
def test_to_whom_and_in_which_state_something_comes_is_no_arrival_elsewhere(title: str) -> None:
    assert not arrives_elsewhere(title)


def test_a_house_is_known_by_its_own_name_whatever_kind_of_house_it_is() -> None:
    assert by_actor("https://sorrel-labs.example/blog/30b", "Sorrel-30B runs on one card")
    assert by_actor("https://quillai.example/news/2", "Introducing Quill 2")
    assert not by_actor("https://other-labs.example/blog/30b", "Sorrel-30B runs on one card")
