"""Words and patterns stand in TOML beside their module: a word is added on a line, and a mistake in a row is seen at once."""

from __future__ import annotations

from re import Pattern

import pytest

from deepdaily.core import lexicon
from deepdaily.core.cues import cue, rows, table
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
    known = {name for name, value in vars(lexicon).items() if isinstance(value, Pattern | frozenset)}
    found = table(lexicon.__name__)

    assert known == {*found["cues"], *found["words"]}
