"""Words and patterns stand in TOML beside their module: a word is added on a line, and a mistake in a row is seen at once."""

from __future__ import annotations

import gc
import re
from importlib import import_module
from pathlib import Path

import pytest

import deepdaily
from deepdaily.core import lexicon
from deepdaily.core.cues import Cue, cue, rows, table
from deepdaily.memory.threads import State


def test_a_line_end_parts_alternatives_as_a_bar_does() -> None:
    found = cue("one|two\nthree\n")

    assert [bool(found.search(text)) for text in ("One", "two", "THREE", "four")] == [True, True, True, False]


def test_whole_words_stand_between_borders_and_others_anywhere() -> None:
    found = cue({"whole": "ai", "within": "模型"})

    assert [bool(found.search(text)) for text in ("an AI day", "a fair day", "大模型")] == [True, False, True]


def test_a_row_is_named_and_its_texts_are_patterns() -> None:
    (state,) = rows(State, {"paused": {"cue": "pause|halt", "stage": 2}})

    assert (state.name, state.stage, bool(state.cue.search("Halted"))) == ("paused", 2, True)


@pytest.mark.parametrize("row", [{}, {"cue": "pause", "stages": 2}], ids=["lacks its pattern", "misspelt"])
def test_a_row_that_does_not_fit_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        rows(State, {"paused": row})


def test_every_row_of_the_lexicon_is_read() -> None:
    known = {name for name, value in vars(lexicon).items() if isinstance(value, Cue | frozenset)}
    found = table(lexicon.__name__)

    assert known == {*found["cues"], *found["words"]}


def test_a_cue_is_asked_as_a_pattern_is() -> None:
    asked, pattern = Cue(r"(\d+) GPUs?", re.I), re.compile(r"(\d+) GPUs?", re.I)
    text = "8 gpus, then 1 GPU"

    for _ in range(2):
        assert asked.findall(text) == pattern.findall(text)
        assert asked.sub("n", text, 1) == pattern.sub("n", text, 1)
        assert asked.split(text) == pattern.split(text)
        assert [found[1] for found in asked.finditer(text, 3)] == ["1"]
        assert (asked.search("GPU"), asked.match("a GPU"), asked.fullmatch("8 GPUs more")) == (None, None, None)


def test_a_cue_has_nothing_that_a_pattern_does_not_do() -> None:
    with pytest.raises(AttributeError):
        _ = Cue("one").scanner


def test_every_pattern_of_the_tables_can_be_read() -> None:
    """It is compiled when it is first asked: a slip in one that is seldom asked would wait for its day."""
    source = Path(deepdaily.__path__[0])
    for path in source.rglob("*.py"):
        if "core.cues import" in path.read_text("utf-8"):
            import_module(".".join(("deepdaily", *path.relative_to(source).with_suffix("").parts)).removesuffix(".__init__"))
    found = [one for one in gc.get_objects() if isinstance(one, Cue)]

    assert len(found) > 300
    for one in found:
        re.compile(one.pattern, one.flags)


def test_what_is_begun_stands_at_the_beginning_of_a_word() -> None:
    found = cue({"begun": "leak|data loss", "within": "漏洞"})

    assert [bool(found.search(text)) for text in ("Leaked", "bleak", "no data losses", "一个漏洞")] == [True, False, True, True]


@pytest.mark.parametrize(
    "words",
    [
        "open|opens|closed|over 9|cl[ao|x]p|clo(?:sing|ne)|c\\|d",
        "open|(?:red|over) door|opens|[ab]cd|openly|(?:x|y)?z?end",
        "opens?|o?pen|\\w+ing",
    ],
    ids=["each begins with a sign", "some begin with several", "some may begin with anything"],
)
def test_a_table_finds_what_its_alternatives_find_in_the_order_of_the_table(words: str) -> None:
    """They are tried by their first signs; that may cost time or save it, and change nothing."""
    text = "Opens open overdoor over door RED DOOR over 9 closed CLOSING clone clap clxp c|d acd bcdopenly zend xend pen singing"
    plain = re.compile(rf"\b({words})\b|门", re.I)
    found = cue({"whole": words, "within": "门"})

    assert [one.span() for one in found.finditer(text + "开门")] == [one.span() for one in plain.finditer(text + "开门")]
