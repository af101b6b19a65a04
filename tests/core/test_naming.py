"""A name is known in whatever form the source writes it, and an invented one in none."""

from __future__ import annotations

import pytest

from deepdaily.core.naming import is_spelled_out, unknown_names


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("They train GANs", "a generative adversarial network (GAN)"),
        ("Growth YoY is 9", "grew year-over-year"),
        ("Use VS for it", "Visual Studio is used"),
        ("It needs GPT 5.2", "needs GPT-5.2"),
        ("It needs GPT5", "needs GPT-5"),
        ("A Hopper-class card", "on Hopper cards"),
        ("在Kimi上运行", "It runs on Kimi"),
        ("Alibaba Cloud follows", "阿里云跟进"),
        ("英伟达跟进", "Nvidia follows"),
        ("It runs on Kubernetes", "runs on k8s"),
        ("带宽 8 TB/s", "带宽很高"),
        ("Uses AI", "人工智能"),
        ("Seed funding came", "Money came"),
        ("The head_dim is set", "`head_dim` was set"),
        ("nothing here", ""),
    ],
)
def test_a_name_of_the_source_is_known(text: str, known: str) -> None:
    assert unknown_names(text, known) == []


@pytest.mark.parametrize(
    ("text", "known", "name"),
    [
        ("Google pays", "OpenAI pays", "Google"),
        ("腾讯跟进", "Alibaba follows", "腾讯"),
        ("用Qwen的人", "Kimi users", "Qwen"),
        ("The CI-like builds", "specific builds", "CI-like"),
        ("sets enable_fast_path", "sets enable_slow_path", "enable_fast_path"),
        ("runs on XYZ", "runs on something else", "XYZ"),
        ("runs on GPT5", "runs on GPT-53", "GPT5"),
    ],
)
def test_another_name_is_named(text: str, known: str, name: str) -> None:
    assert name in unknown_names(text, known)


def test_an_acronym_is_spelled_out_where_a_text_has_its_words_next_to_each_other() -> None:
    long_text = (
        "We ran some tests for a system. The time to first token fell. Supervised Fine-Tuning helped, so did a world model (WM)."
    )
    assert is_spelled_out("TTFT", [long_text])
    assert is_spelled_out("SFT", ["nothing", long_text])
    assert is_spelled_out("WM", [long_text])


def test_words_that_only_happen_to_begin_with_its_letters_spell_no_short_acronym() -> None:
    long_text = "We ran some tests for a system; the team trains for the talk."
    assert not is_spelled_out("SFT", ["some find that"])
    assert not is_spelled_out("RST", [long_text])
    assert not is_spelled_out("TTFT", [long_text.replace("for the talk", "daily")])
    assert not is_spelled_out("Qwen", [long_text])
