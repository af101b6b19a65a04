"""The prompts, one Markdown file a purpose and language, in `deepdaily/prompts/`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from deepdaily.core.text import CJK, language_of
from deepdaily.core.types import Language
from deepdaily.models import Prompt, Purpose

_MOST_TOKENS: dict[Purpose, int] = {
    "ranking": 400, "facts": 3_000, "repair": 1_200, "judgement": 2_200, "closing": 1_500,
    "structure": 1_500, "reliability": 2_000, "least change": 1_500,
}  # fmt: skip
"""Room for half as much again as the longest honest reply of a trial."""

LEAST_CHINESE = 3
"""Characters of a Chinese sentence at least: one on a parameter may be nine tenths Latin."""


def prompt(purpose: Purpose, language: Language, material: str, audience: str) -> Prompt:
    """The call for `purpose`; its instructions are the same for every item, so that their prefix is cached."""
    instructions = _template(f"{purpose.replace(' ', '-')}.{language}.md").replace("{audience}", audience)
    return Prompt(purpose, instructions, material, _MOST_TOKENS[purpose])


def in_language(text: str, language: Language) -> bool:
    """Whether our own words in `text` are in the reader's language; quotations, names and code keep theirs."""
    own = re.sub(r"[“「][^”」]*[”」]", "", text)
    return language_of(own) == "en" if language == "en" else len(re.findall(f"[{CJK}]", own)) >= LEAST_CHINESE


@cache
def _template(name: str) -> str:
    return (files("deepdaily") / "prompts" / name).read_text(encoding="utf-8").strip()
