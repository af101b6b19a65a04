"""A second reader mends what code made of a day, within bounds, and one command takes all of it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

import planted
from deepdaily.choose.edits import MOST
from deepdaily.cli import show
from deepdaily.core.decisions import edit
from deepdaily.core.errors import NoModel
from deepdaily.core.types import Decision, DecisionKind, Issue
from deepdaily.core.urls import page_key
from deepdaily.demo import sample_web
from deepdaily.desk import in_words, taken_back
from deepdaily.mind import ByModel
from deepdaily.models import Model
from deepdaily.models.asking import ModelWriter
from deepdaily.pipeline import run_day
from deepdaily.run import Run
from deepdaily.store.opening import open_store
from deepdaily.write.by_rule import ByRule
from fakes import FakeModel, QuotingModel
from planted import ADVERT, COPSE, OUTSIDE, SPLIT, STRANGER, TWIN, MendingModel, PlantedWire
from running import SLOT, run_of

LATER = SLOT.due + timedelta(hours=3)
PLACES = planted.SETTINGS.digest.items


async def told(
    folder: Path, model: Model | None, said: Sequence[Decision] = (), *, again: bool = False, dry: bool = False
) -> tuple[Issue, Run]:
    """The planted day as `model` writes and edits it; `said` is in the store before."""
    writing = ByModel(ModelWriter(model, "zh", "工程团队", b"key")) if model else ByRule()
    with run_of(folder, PlantedWire(), settings=planted.SETTINGS, writing=writing, dry=dry) as run:
        run.corrects_at = LATER if again else None
        if said:
            run.store.keep_decision(*said)
        return await run_day(run), run


def homes(issue: Issue, *urls: str) -> list[int]:
    """The number of the item that cites each page; 0 where none does."""
    numbers = {page_key(one.url): n for n, item in enumerate(issue.items, 1) for one in item.sources}
    return [numbers.get(page_key(url), 0) for url in urls]


def mended(issue: Issue) -> list[bool]:
    """Whether one event is one item, the stranger an item of its own, the advertorial gone, and what the gate refused told."""
    copse, twin, split, stranger, advert, outside = homes(issue, COPSE, TWIN, SPLIT, STRANGER, ADVERT, OUTSIDE)
    return [
        bool(copse or twin) and (not (copse and twin) or copse == twin),
        bool(stranger) and stranger != split,
        not advert,
        bool(outside),
    ]


def kept(folder: Path) -> list[Decision]:
    with open_store(folder / "data") as store:
        return store.decisions()


# -- one day ----------------------------------------------------------------------------------------------------------


async def test_four_mistakes_are_mended_and_one_undo_brings_all_of_them_back(tmp_path: Path) -> None:
    model = MendingModel()
    first, _ = await told(tmp_path, model)
    with open_store(tmp_path / "data") as store:
        back = taken_back(SLOT.day, store, LATER)
    again, run = await told(tmp_path, model, again=True)

    assert mended(first) == [True] * 4
    assert len(back) == 4
    assert mended(again) == [False] * 4
    assert len(model.read) == 1  # what was taken back is not said again
    assert not [one for one in run.findings if one.reviewer == "second reader"]
    assert len(first.items) == len(again.items) == PLACES


async def test_a_single_word_taken_back_is_the_only_one_that_is_gone(tmp_path: Path) -> None:
    await told(tmp_path, MendingModel())
    with open_store(tmp_path / "data") as store:
        (advert,) = (one for one in store.decisions() if one.kind == "advertising")
        taken_back(advert.id, store, LATER)
    again, _ = await told(tmp_path, MendingModel(), again=True)

    assert mended(again) == [True, True, False, True]


async def test_a_run_that_goes_on_acts_on_the_same_words_without_asking_whoever_writes(tmp_path: Path) -> None:
    first, _ = await told(tmp_path, MendingModel(), dry=True)
    silent = MendingModel({"same": [[1, 2]]})
    second, _ = await told(tmp_path, silent, dry=True)
    by_rule, _ = await told(tmp_path, None)

    assert silent.read == []
    assert [one.story for one in second.items] == [one.story for one in first.items] == [one.story for one in by_rule.items]
    assert mended(by_rule) == [True] * 4


async def test_another_slot_does_not_hear_of_it(tmp_path: Path) -> None:
    other = edit("advertising", COPSE, sample_web.NOW, "daily/2026-03-11T08:00:00+08:00")

    issue, _ = await told(tmp_path, QuotingModel(), [other])

    assert homes(issue, COPSE) != [0]


# -- where it shows ---------------------------------------------------------------------------------------------------


async def test_each_edit_is_a_sentence_in_the_audit_a_row_at_the_desk_and_the_reason_of_a_loss(tmp_path: Path) -> None:
    _, run = await told(tmp_path, MendingModel())
    with open_store(tmp_path / "data") as store:
        shown = show.run(SLOT.key, store, audit=True)
        rows = in_words(store, LATER)
        taken_back(SLOT.day, store, LATER)
        after = show.run(SLOT.key, store, audit=True)
        losses = {loss.url: loss.reason for loss in store.losses(SLOT.key)}

    lines = [line.partition(": ")[2] for line in shown.lines if line.startswith("edit ")]
    assert sorted(lines) == [
        f"the second reader: advertising: {ADVERT}",
        f"the second reader: another story: {STRANGER} and {SPLIT}",
        f"the second reader: of our field: {OUTSIDE}",
        f"the second reader: same event: {TWIN} and {COPSE}",
    ]
    assert [row["kind"] for row in shown.value["edits"]]
    assert {row[2] for row in rows if row[1] != "open question"} == {f"second reader, {SLOT.day}"}
    assert losses[ADVERT] == "the second reader: advertising"
    assert losses[TWIN] == f"the second reader: same event as {COPSE}"
    assert sum(line.endswith("(taken back)") for line in after.lines) == 4
    (stage,) = (one for one in run.record.stages if one.name == "edit")
    assert stage.line.startswith("4 edits")


async def test_where_no_model_answers_the_stories_stand_and_it_is_a_note(tmp_path: Path) -> None:
    issue, run = await told(tmp_path, FakeModel(editing=NoModel("nobody answers")))

    assert mended(issue) == [False] * 4
    assert kept(tmp_path) == []
    (note,) = (one for one in run.findings if one.reviewer == "second reader")
    assert note.severity == "note"
    assert "nobody answers" in note.message


# -- bounds -----------------------------------------------------------------------------------------------------------

ALL = list(range(1, 31))


@pytest.mark.parametrize(
    ("reply", "most", "why"),
    [
        ({"same": [ALL]}, {"merge": 2}, "they name nothing in common"),
        ({"same": [], "advertising": ALL}, {"advertising": MOST["off_topic", "advertising"]}, "at most 4 of a day"),
        ({"same": [], "off_topic": ALL}, {"off_topic": MOST["off_topic", "advertising"]}, "at most 4 of a day"),
        ({"same": [], "strangers": [f"{n}.{m}" for n in ALL for m in (2, 3)]}, {"split": MOST[("split",)]}, "at most 6 of a day"),
    ],
)
async def test_a_model_that_says_it_of_everything_changes_little_and_the_issue_is_whole(
    tmp_path: Path, reply: dict[str, object], most: dict[str, int], why: str
) -> None:
    issue, run = await told(tmp_path, MendingModel(reply))

    assert Counter(one.kind for one in kept(tmp_path)) <= Counter(most)
    assert len(issue.items) == PLACES
    assert any(why in one.message for one in run.findings if one.reviewer == "second reader")


async def test_what_is_banned_a_round_up_or_read_in_part_is_neither_shown_nor_admitted(tmp_path: Path) -> None:
    ban = Decision("d-1", "ban", OUTSIDE, sample_web.NOW)
    roundup, teaser = (
        "https://infra-stories.example/this-week-in-inference-58",
        "https://protocol-notes.example/drafts/agent-identity",
    )
    pages = (OUTSIDE, roundup, teaser)
    words = [edit("ours", url, sample_web.NOW, SLOT.key) for url in pages]

    model = MendingModel({"same": [], "ours": [f"r{n}" for n in ALL]})
    await told(tmp_path, model, [ban], dry=True)
    issue, _ = await told(tmp_path, QuotingModel(), words)

    assert "Nightshift" not in model.read[0]
    assert not any(line.startswith("r") and "This week" in line for line in model.read[0].splitlines())
    assert homes(issue, *pages) == [0, 0, 0]


def desk(kind: DecisionKind, subject: str, other: str = "") -> Decision:
    return Decision(f"d-{kind}", kind, subject, sample_web.NOW, other)


async def test_an_editor_s_word_wins(tmp_path: Path) -> None:
    editors = [desk("pin", ADVERT), desk("merge", STRANGER, SPLIT), desk("split", TWIN, COPSE), desk("ban", OUTSIDE)]
    words: list[tuple[DecisionKind, str, str]] = [
        ("advertising", ADVERT, ""),
        ("split", STRANGER, SPLIT),
        ("merge", TWIN, COPSE),
        ("ours", OUTSIDE, ""),
    ]
    said = [edit(kind, subject, sample_web.NOW, SLOT.key, other) for kind, subject, other in words]

    issue, run = await told(tmp_path, QuotingModel(), [*editors, *said])

    copse, twin, split, stranger, advert, outside = homes(issue, COPSE, TWIN, SPLIT, STRANGER, ADVERT, OUTSIDE)
    assert copse != twin
    assert stranger in (0, split)
    assert (bool(advert), bool(outside)) == (True, False)
    notes = " ".join(one.message for one in run.findings if one.reviewer == "second reader")
    assert all(why in notes for why in ("pinned it", "joined them", "keeps them apart", "not banned"))
