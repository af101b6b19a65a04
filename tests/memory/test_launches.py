"""One launch under several titles, in two languages; another version, place or act is another."""

from __future__ import annotations

import pytest

from deepdaily.memory.launches import launch, same_launch

FORGE = "https://forge.example/changelog/1"


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ("Introducing Claude Opus 4.6", "Anthropic 发布 Claude Opus 4.6"),
        ("Heron and Codex enter public preview", "Codex 与 Heron 开启公测"),
        ("Kimi K2.5 is out", "Moonshot releases Kimi K2.5 for everyone"),
        ("GPT-5.3-Codex is generally available in Copilot", "GPT-5.3-Codex 正式上线 Copilot"),
    ],
)
def test_names_version_and_act_make_a_launch_whatever_the_other_words(told: str, other: str) -> None:
    assert same_launch(launch(told), launch(other, "https://press.example/1"), late=False)
    assert same_launch(launch(other), launch(told), late=False)


@pytest.mark.parametrize(
    ("told", "other"),
    [
        ("Introducing Claude Opus 4.6", "Introducing Claude Opus 4.7"),
        ("Opus 4.6 is now available in Copilot", "Opus 4.6 is now available in Windsurf"),
        ("Introducing Claude Opus 4.6", "Opus 4.6 is now available in Windsurf"),
        ("Heron and Codex enter public preview", "Heron and Codex are generally available"),
        ("Codex enters public preview in VS Code", "Codex enters public preview on the phone"),
        ("A new model is out", "A new model is out"),
    ],
)
def test_another_version_place_or_act_is_another_launch(told: str, other: str) -> None:
    assert not same_launch(launch(told), launch(other), late=True)


def test_a_page_of_the_same_site_that_was_there_before_need_not_name_the_act() -> None:
    told = launch("Heron and Codex are now in public preview on Forge", FORGE)
    beside = launch("Pick an agent: run Heron and Codex", "https://forge.example/news/2")

    assert same_launch(told, beside, late=True)
    assert not same_launch(told, beside, late=False)
    assert not same_launch(told, launch("Pick an agent: run Heron and Codex", "https://elsewhere.example/2"), late=True)
    assert not same_launch(beside, launch("Heron and Codex by night", "https://forge.example/3"), late=True)
