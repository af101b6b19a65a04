"""Which titles are steps of one thread, what is new in each, and how a step is named. Products without a maker are made up."""

from __future__ import annotations

import pytest

from deepdaily.core.text import width
from deepdaily.core.types import Appearance, Language
from deepdaily.memory.threads import STEP_COLUMNS, continues, distinctive, names_it, says_something_new, steps, subjects
from deepdaily.words import of

STEPS = [
    ("Nimbus Agents enters public beta", "Nimbus Agents is generally available"),
    ("Nimbus Agents is generally available", "Nimbus Agents paused after runaway sessions"),
    ("灵犀 3 开启公测", "灵犀 3 正式上线"),
    ("灵犀 3 正式上线", "灵犀 3 暂停服务"),
    ("Quill v1.2 released", "Quill v1.2.1 fixes regression in the scheduler"),
    ("GitHub launches Agent HQ in public preview", "GitHub Agent HQ 正式上线"),
    ("GitHub starts rolling out GPT-5.3-Codex in Copilot", "GPT-5.3-Codex 在 GitHub Copilot 暂停推送"),
    ("GPT-5.3-Codex 在 GitHub Copilot 暂停推送", "GPT-5.3-Codex rollout resumes in GitHub Copilot"),
    ("GitHub pauses the Codex rollout", "GitHub resumes the Codex rollout"),
    ("Claude Opus 4.6 is available in preview", "Claude Opus 4.6 generally available on Bedrock"),
    ("智谱 GLM-5 开启内测", "智谱 GLM-5 正式发布并开源"),
    ("阿里发布 Qwen3-Coder-Next 预览版", "Qwen3-Coder-Next is now open source"),
    ("vLLM v0.12.0 released", "vLLM v0.12.1 fixes a KV cache leak"),
    ("Cursor incident: agent sessions lost", "Cursor publishes post-mortem of lost agent sessions"),
    ("LiteLLM 供应链投毒：恶意版本窃取密钥", "LiteLLM 投毒事件复盘：恶意版本如何进入发布流程"),
    ("MCP 2.1 draft published", "MCP 2.1 spec finalized"),
    ("字节豆包 2.0 公测", "豆包 2.0 正式上线"),
    ("Heron Sandbox enters beta", "Heron Sandbox 2.4 generally available for teams in Europe"),
    ("Gemini CLI plan mode enters beta", "Gemini CLI plan mode is rolled back after bug reports"),
]
OTHERS = [
    ("OpenAI launches GPT-5.3-Codex", "OpenAI tests ads in ChatGPT"),
    ("OpenAI raises $30 billion", "OpenAI releases a new agents SDK"),
    ("Anthropic releases Claude Opus 4.6", "Anthropic pauses Claude Code plugin marketplace"),
    ("Anthropic releases Claude Opus 4.6", "Anthropic releases Claude Opus 4.7"),
    ("GitHub pauses the Codex rollout", "GitHub launches Copilot memory in public preview"),
    ("vLLM v0.12.0 released", "vLLM on GB200: WideEP reaches 26K tokens per second"),
    ("阿里发布 Qwen3-Coder-Next", "阿里云百炼暂停新用户注册"),
    ("智谱 GLM-5 正式发布", "智谱港股上市首日大涨"),
    ("字节豆包 2.0 公测", "字节发布视频模型 Seedance 2.0"),
    ("AWS launches Bedrock agents", "AWS pauses new signups in Frankfurt"),
    ("Google launches Gemini 3 Flash", "Google launches Gemma 4"),
    ("NVIDIA releases TensorRT-LLM 1.2.0", "NVIDIA releases Nemotron 3"),
    ("Cursor raises $2 billion", "Cursor releases Composer 2"),
    ("Hugging Face launches inference providers", "Hugging Face releases smolagents v2.0"),
    ("Mistral launches Vibe CLI", "Mistral launches OCR 4"),
    ("Microsoft pauses Copilot agents in Teams", "Microsoft launches Copilot in Excel"),
    ("腾讯混元发布翻译模型", "腾讯元宝暂停红包活动"),
    ("OpenAI launches Codex app for Mac", "OpenAI pauses Sora app downloads"),
    ("Claude Code v2.1.36 released", "Claude Desktop released for Linux"),
    ("LangChain launches agent builder", "LangGraph v1.2.0 released"),
    ("Kimi K2.5 发布", "月之暗面完成新一轮融资"),
    ("Heron and Codex agents open in public preview on GitHub", "GPT-5.3-Codex generally available for GitHub Copilot"),
]
"""Two stories of one maker, or of one product."""

PLACED = dict(zip(every := [title for pair in (*STEPS, *OTHERS) for title in pair], subjects(every), strict=True))


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_steps_of_one_thing_are_one_thread(earlier: str, later: str) -> None:
    assert continues(PLACED[earlier], PLACED[later])


@pytest.mark.parametrize(("earlier", "later"), OTHERS)
def test_two_stories_of_one_maker_are_two_threads(earlier: str, later: str) -> None:
    assert not continues(PLACED[earlier], PLACED[later])


@pytest.mark.parametrize(
    ("title", "told", "new"),
    [
        ("Nimbus Agents is generally available", ["Nimbus Agents enters public beta"], True),
        ("Nimbus Agents 开启公测", ["Nimbus Agents enters public beta"], False),
        ("Nimbus Agents opens its beta", ["Nimbus Agents enters beta", "Nimbus Agents 正式上线"], False),  # late
        ("Quill v1.2.1 fixes a regression", ["Quill v1.2 released"], True),
        ("Quill 1.2.1 is out", ["Quill v1.2.1 fixes a regression"], False),
        ("灵犀 3 恢复服务", ["灵犀 3 上线", "灵犀 3 暂停服务"], True),
        ("灵犀 3 再次暂停", ["灵犀 3 上线", "灵犀 3 暂停服务"], False),
        ("灵犀 3 再次暂停", ["灵犀 3 上线", "灵犀 3 暂停服务", "灵犀 3 恢复服务"], True),
        ("灵犀 3 暂停服务", ["灵犀 3 上线", "灵犀 3 暂停服务", "灵犀 3 恢复服务"], False),  # late
        ("Quill cache bench", ["Quill cache bench, by its maker"], False),
        ("Quill cache bench: 40% slower on ARM", ["Quill cache bench, by its maker"], True),
    ],
)
def test_only_a_step_that_was_not_told_is_news(title: str, told: list[str], new: bool) -> None:
    assert says_something_new(title, told) is new


@pytest.mark.parametrize(
    ("language", "titles", "named"),
    [
        ("zh", ["Nimbus Agents enters public beta", "Nimbus Agents 上线", "Nimbus Agents 暂停"], ["公测", "上线", "暂停"]),
        ("en", ["Nimbus 公测", "Nimbus launched", "Nimbus paused", "Nimbus 恢复"], ["beta", "launched", "paused", "resumed"]),
        ("en", ["Quill v1.2.0 released", "Quill v1.2.1 fixes a regression", "Quill withdrawn"], ["1.2.0", "1.2.1", "withdrawn"]),
        ("zh", ["Quill v2.1.34", "Quill v2.1.39（连同 v2.1.38）"], ["2.1.34", "2.1.39"]),
        ("en", ["Cache poisoning at Foo", "Cache poisoning at Foo: 2 million keys read"], ["Cache poisoning at Foo", "2 million keys read"]),
    ],
)  # fmt: skip
def test_a_step_is_named_by_what_was_new_in_it(language: Language, titles: list[str], named: list[str]) -> None:
    assert steps([Appearance("2026-03-01", "s", title) for title in titles], of(language).steps) == named


def test_a_long_title_makes_a_short_step() -> None:
    (only,) = steps(
        [Appearance("2026-03-01", "s", "A very long title that tells of a thing without any state" * 3)], of("en").steps
    )

    assert width(only) <= STEP_COLUMNS


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("GitHub starts rolling out GPT-5.3-Codex in Copilot", ("GPT-5.3-Codex", "Copilot")),
        ("智谱 GLM-5 开启内测", ("GLM-5",)),
        ("灵犀 3 开启公测", ("灵犀 3",)),
        ("OpenAI raises $30 billion", ("OpenAI",)),
        ("an untitled note", ()),
    ],
)
def test_a_subject_is_told_by_its_product_before_its_maker(title: str, names: tuple[str, ...]) -> None:
    assert distinctive(title) == names


@pytest.mark.parametrize(
    ("text", "entity", "named"),
    [
        ("The Nimbus team says its Agents are back", "Nimbus Agents", True),
        ("灵犀 3恢复服务", "灵犀 3", True),
        ("Nimbuses and agents", "Nimbus", False),
        ("GPT-5.31", "GPT-5.3", False),
    ],
)
def test_an_entity_is_named_by_all_of_its_words_as_words(text: str, entity: str, named: bool) -> None:
    assert names_it(text, entity) is named
