"""A release is weighed by what its notes change: repairs and chores are below the floor, in both languages."""

from __future__ import annotations

import pytest

from deepdaily.choose.changes import SMALL, changes_signals, is_notes
from deepdaily.choose.rank import rank, stands
from deepdaily.core.types import Story
from making import NOW, document, story

TAG = "https://github.com/quill/engine/releases/tag/v1.4.2"


def notes(*lines: str, title: str = "Quill engine v1.4.2", url: str = TAG, partial: bool = False) -> Story:
    return story(title, "\n".join(lines), url=url, partial=partial)


SMALL_NOTES = [
    ("- Improved scrolling performance of the log view", "- Fixed a typo in the help text", "- chore: bump actions/cache to 5"),
    ("- Fixed an issue where /undo was not available at once", "- Various bug fixes and performance improvements"),
    ("Bug Fixes and Improvements", "- Tab order of the settings page", "Docs", "- Add an example for tenants"),
    ("## What's Changed", "- [Bugfix] handle empty prompts by @someone in #4411", "- refactor: add support module for tests"),
    ("- 修复会话列表闪烁的问题", "- 优化终端渲染", "- 更新文档，修正错别字", "- 依赖升级"),
    ("问题修复", "- 会话列表不再闪烁", "- 解决粘贴时丢失换行的问题"),
    ("",),
]


@pytest.mark.parametrize("lines", SMALL_NOTES)
def test_notes_of_repairs_and_chores_are_small_and_below_the_floor(lines: tuple[str, ...]) -> None:
    told = notes(*lines, title="Claude GPT agent LLM Quill v1.4.2")

    assert changes_signals(told) == {SMALL: 1.0}
    assert not stands(rank([told], NOW)[0])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("- Fixed a command injection in the bash tool (CVE-2026-1234)", "grave fault"),
        ("- Fixed a bug by which excluded commands could bypass the permission prompt", "grave fault"),
        ("- 修复一个可绕过权限审批的漏洞", "grave fault"),
        ("- Fixed data loss when two sessions write one checkpoint", "grave fault"),
        ("- Removed the legacy completions endpoint", "breaking change"),
        ("- The v1 scheduler is deprecated", "breaking change"),
        ("- 移除旧版接口，升级前需要迁移配置", "breaking change"),
        ("- Prefix caching is on by default", "changed behaviour"),
        ("- The API now rejects prompts without a tenant", "changed behaviour"),
        ("- 并发上限默认改为 8", "changed behaviour"),
        ("- Cut decode latency by 40% on H200", "measured gain"),
        ("- 解码延迟降低 40%", "measured gain"),
        ("- fix: batching is 2.5x faster for long prompts", "measured gain"),
    ],
)
def test_one_line_of_weight_is_enough(line: str, name: str) -> None:
    assert changes_signals(notes("- Fixed a typo", line)) == {name: 1.0}


def test_new_capabilities_count_by_how_many_there_are_in_both_languages() -> None:
    one = changes_signals(notes("- Added a spinner to the session list"))
    many = changes_signals(notes("- Added MCP servers over HTTP", "- New /rewind command", "feat: run agents in parallel"))

    assert one == {"new capability": pytest.approx(1 / 3), SMALL: pytest.approx(0.667)}
    assert (
        many
        == changes_signals(notes("- 新增 MCP 远程服务器", "- 支持并行智能体", "- 引入 /rewind 命令"))
        == {"new capability": 1.0}
    )


def test_a_heading_speaks_for_the_lines_below_it_until_the_next() -> None:
    lines = (
        "### Added",
        "- Remote sessions",
        "- Kimi K2.5 through the gateway",
        "- OAuth for servers",
        "### Fixed",
        "- Star icon clipped",
    )

    assert changes_signals(notes(*lines)) == {"new capability": 1.0}
    assert changes_signals(notes("### Breaking changes", "- Tenants per key")) == {"breaking change": 1.0}
    assert changes_signals(notes("### Fixed", *lines[1:4])) == {SMALL: 1.0}


def test_steps_told_together_count_together() -> None:
    earlier = document("Quill engine v1.4.1", "- Fixed a command injection", url=TAG.replace("4.2", "4.1"))
    told = notes("- Fixed a typo")
    both = Story(told.id, told.candidates, (*told.documents, earlier))

    assert changes_signals(both) == {"grave fault": 1.0}


@pytest.mark.parametrize(
    ("title", "url", "held"),
    [
        ("Quill 1.4.2", "https://quill.example/changelog", True),
        ("Control which servers face the Internet", "https://docs.quill.example/release_notes/v1-4-2", True),
        ("Quill 1.95.1038", "https://quill.example/now", True),
        ("Claude Opus 4.6", "https://lab.example/news/claude-opus-4-6", False),
        ("Quill 0.5: sustained performance at scale", "https://quill.example/blog/0-5", False),
        ("Codex is generally available", "https://forge.example/changelog/2026-03-01-codex-is-available", False),
    ],
)
def test_notes_are_known_by_their_address_or_a_title_of_name_and_build(title: str, url: str, held: bool) -> None:
    assert is_notes(document(title, url=url)) == held


def test_of_notes_read_in_part_and_of_other_pages_nothing_small_is_said() -> None:
    assert changes_signals(notes("- Fixed a typo", partial=True)) == {}
    assert changes_signals(story("Quill is in public preview", "We fixed a typo.")) == {}


def test_an_advisory_is_grave_by_its_title() -> None:
    assert changes_signals(story("Malicious release of an MCP package sends keys out")) == {"grave fault": 1.0}
    assert changes_signals(story("MCP 工具包被投毒，恶意版本窃取密钥")) == {"grave fault": 1.0}
