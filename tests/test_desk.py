"""At the desk: what is meant is found, what is not there is refused, and every word can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deepdaily.core.decisions import edit, in_force
from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Harvest, Offer, SourceHealth
from deepdaily.desk import SLOTS_LOOKED_AT, decided, in_words, taken_back
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from making import NOW, SLOT, issue, story
from webs import deepdaily

PAGE, OTHER = "https://a.example/post", "https://b.example/post"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def told(store: Store) -> str:
    """An issue of one story is kept; the story's id."""
    one = story("Halyard 3.2 halves its memory", url=PAGE)
    store.keep_issue(issue(one))
    return one.id


def test_an_item_is_named_by_its_day_and_number_or_by_its_story(store: Store) -> None:
    name = told(store)

    by_number = decided("useful", f"{SLOT.day}#1", "", store, NOW)
    by_story = decided("useful", name, "", store, NOW + timedelta(hours=1))

    assert by_number.subject == by_story.subject == PAGE
    assert by_number.title
    assert len(in_words(store, NOW)) == 1  # one page, one vote


def test_a_page_nobody_told_is_known_by_its_address_and_by_the_title_it_was_offered_under(store: Store) -> None:
    store.begin(SLOT.key, NOW)
    store.keep_harvest(SLOT.key, Harvest(SourceHealth("x", "feed", "ok"), (Offer(OTHER, "x", "A title"),)))

    assert decided("pin", OTHER + "?utm_source=x", "", store, NOW).title == "A title"
    assert decided("pin", PAGE, "", store, NOW).title == ""


@pytest.mark.parametrize("what", ["topic:hardware rumours", "noise.example", PAGE])
def test_a_topic_a_host_or_a_page_is_banned(store: Store, what: str) -> None:
    assert decided("ban", what, "", store, NOW).subject == what


@pytest.mark.parametrize(
    ("kind", "what", "other", "said"),
    [
        ("pin", "2026-01-01#3", "", "no item"),
        ("useful", "s-unknown", "", "no item"),
        ("ban", "topic: ", "", "no words"),
        ("ban", "two words", "", "no page, host or topic"),
        ("merge", PAGE, PAGE + "/", "same page"),
        ("close", "w-12345678", "", "no question"),
        ("pin", "ftp://a.example/x", "", "no web address"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_is_kept(store: Store, kind: str, what: str, other: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        decided(kind, what, other, store, NOW)  # type: ignore[arg-type]

    assert store.decisions() == []


def test_a_decision_is_taken_back_once_and_stays_in_the_books(store: Store) -> None:
    made = decided("merge", PAGE, OTHER, store, NOW)

    taken_back(made.id, store, NOW)

    assert in_words(store, NOW) == []
    assert [one.kind for one in store.decisions()] == ["merge"]
    with pytest.raises(SettingsError, match="no decision"):
        taken_back(made.id, store, NOW)


def test_an_editor_decides_lists_and_takes_back_at_the_prompt(tmp_path: Path) -> None:
    def desk(*words: str) -> str:
        done = deepdaily("desk", *words, "--data", str(tmp_path), cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    name = desk("split", PAGE, OTHER).partition(":")[0]

    assert [(row["id"], row["kind"]) for row in json.loads(desk("list", "--json"))] == [(name, "split")]
    desk("undo", name)
    assert json.loads(desk("list", "--json")) == []


def test_a_day_takes_back_all_that_the_second_reader_said_of_it_and_nothing_else(store: Store) -> None:
    store.begin(SLOT.key, NOW)
    other = replace(SLOT, digest="weekly")
    words = [edit("advertising", PAGE, NOW, SLOT.key), edit("ours", OTHER, NOW, SLOT.key), edit("ours", OTHER, NOW, other.key)]
    store.keep_decision(*words)
    mine = decided("pin", PAGE, "", store, NOW)

    assert {one.id for one in taken_back(SLOT.day, store, NOW)} == {one.id for one in words[:2]}
    assert in_force(store.decisions()) == sorted([words[2], mine], key=lambda one: (one.at, one.id))
    assert [(row[1], row[2]) for row in in_words(store, NOW)] == [("pin", "desk")]  # the other word is another digest's
    assert taken_back(mine.id, store, NOW)[0].subject == PAGE
    with pytest.raises(SettingsError, match="no decision"):
        taken_back(SLOT.day, store, NOW)


def test_what_a_second_reader_said_is_listed_for_the_newest_runs_alone(store: Store) -> None:
    slots = [replace(SLOT, due=SLOT.due - timedelta(days=days)) for days in range(SLOTS_LOOKED_AT + 2)]
    for slot in slots:
        store.begin(slot.key, NOW)
        store.keep_decision(edit("ours", PAGE, NOW, slot.key))

    assert {row[2] for row in in_words(store, NOW)} == {f"second reader, {slot.day}" for slot in slots[:SLOTS_LOOKED_AT]}


def test_a_day_is_taken_back_at_the_prompt_and_the_next_command_is_named(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "data")
    opened.begin(SLOT.key, NOW)
    opened.keep_decision(edit("merge", PAGE, NOW, SLOT.key, OTHER))
    opened.close()

    done = deepdaily("desk", "undo", SLOT.day, "--data", str(tmp_path / "data"), cwd=tmp_path)

    assert f"merge {PAGE} is taken back" in done.stdout
    assert f"deepdaily run --date {SLOT.day} --again" in done.stdout
