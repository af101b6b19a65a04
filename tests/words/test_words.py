"""One table of words a language: whole, alike, and of use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, get_type_hints

import pytest

import deepdaily
from deepdaily.memory.questions import RULES
from deepdaily.memory.threads import STATES
from deepdaily.serve.web.board import _HEIGHTS
from deepdaily.serve.web.verdicts import WORDS_GIVEN
from deepdaily.words import Words, languages, of, read
from deepdaily.write.by_rule.rules import SILENCES, STATUSES, TOPICS
from deepdaily.write.by_rule.titles import FORMS, VERBS

SOURCE = Path(deepdaily.__file__).parent
TABLES = {language: (files("deepdaily.words") / f"{language}.toml").read_text("utf-8") for language in languages()}


def texts(words: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its place; a row of texts, as the names of the days, is one."""
    if is_dataclass(words):
        for field in fields(words):
            yield from texts(getattr(words, field.name), f"{place}.{field.name}")
    elif isinstance(words, dict):
        for name, text in words.items():
            yield f"{place}.{name}", text
    else:
        yield place, words if isinstance(words, str) else ""


def test_the_package_brings_its_tables() -> None:
    assert languages() == ("en", "zh")
    assert of("zh").tag == "zh-CN"


@pytest.mark.parametrize("language", languages())
def test_every_table_has_the_same_texts_to_be_filled_with_the_same(language: str) -> None:
    def filled(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)

    shape = {place: filled(text) for place, text in texts(of(language))}

    assert shape == {place: filled(text) for place, text in texts(of("zh"))}


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('stop = "."\n', "", "words: missing or unknown: stop"),
        ('stop = "."\n', 'stop = "."\nstops = ".."\n', "words: missing or unknown: stops"),
        ('skip = "Skip to the text"\n', "skip = 3\n", "words.page is no text"),
        ('closed = "Closed by the editor"\n', "closed = 1\n", "words.ended is no text"),
        ('impact = "What may follow"\n', "", "words.sections: missing or unknown: impact"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(line: str, instead: str, said: str) -> None:
    assert line in TABLES["en"]
    with pytest.raises(ValueError, match=said):
        read(TABLES["en"].replace(line, instead))


@pytest.mark.parametrize("language", languages())
def test_what_is_named_in_the_code_has_its_words(language: str) -> None:
    words, by_rule = of(language), of(language).by_rule

    assert words.steps.keys() == {state.name for state in STATES}
    assert by_rule.titles.keys() == FORMS.keys()
    assert by_rule.verbs.keys() == VERBS.keys()
    assert by_rule.silences.keys() == {silence.name for silence in SILENCES}
    assert by_rule.questions.keys() == {rule.name for rule in RULES}
    assert (by_rule.statuses.keys(), by_rule.topics.keys()) == (STATUSES.keys(), TOPICS.keys())
    assert words.outcomes.keys() == _HEIGHTS.keys()
    assert words.verdicts.keys() == set(WORDS_GIVEN)


@pytest.mark.parametrize("language", languages())
def test_a_model_has_its_prompts_in_every_language(language: str) -> None:
    def written(language: str) -> set[str]:
        return {path.name.partition(".")[0] for path in SOURCE.rglob(f"*.{language}.md")}

    assert "facts" in written("en")
    assert written(language) == written("en")


def code(kind: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob(f"*.{kind}")))


def test_no_word_is_kept_that_nobody_says() -> None:
    words, said = of("en"), set(re.findall(r"""[.\["'](\w+)""", code("py") + code("html")))

    assert {*named(Words), *words.page, *words.site, *words.board} - said == set()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("group", "in_templates", "in_code"),
    [("page", r"words\.page", r"says|\.page"), ("site", "site", r"site"), ("board", r"words\.board", r"\.board")],
)
def test_every_word_that_a_page_asks_for_is_there(language: str, group: str, in_templates: str, in_code: str) -> None:
    asked = re.findall(rf"\b(?:{in_templates})\.(\w+)", code("html"))
    asked += re.findall(rf"""(?:{in_code})\[["']?(\w+)""", code("py") + code("html"))

    assert len(asked) >= 2
    assert set(asked) - getattr(of(language), group).keys() == set()


def named(kind: Any) -> Iterator[str]:
    """Every field of a group of words and of the groups in it."""
    for name, shape in get_type_hints(kind).items():
        yield name
        yield from named(shape) if is_dataclass(shape) else ()
