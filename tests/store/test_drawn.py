"""A day's page is kept with its issue, and never outlives what it was made of."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from deepdaily.core.types import Loss
from deepdaily.store import Store
from deepdaily.store.schema import DRAWN
from render import issues

ISSUE = issues.issue()
DAY, SLOT = ISSUE.day, ISSUE.slot.key


def kept(store: Store) -> Store:
    store.keep_documents(issues.DOCUMENTS.values())
    store.keep_issue(ISSUE)
    return store


def test_a_day_is_drawn_when_its_issue_is_kept(store: Store) -> None:
    assert kept(store).drawn(DAY) == store.draw(ISSUE)
    assert store.drawn("2020-01-01") is None


def test_what_another_version_drew_is_drawn_again_and_kept(store: Store) -> None:
    with kept(store)._engine.begin() as db:
        db.execute(update(DRAWN).values(version="another"))
    assert store.drawn(DAY) is None

    store.keep_drawn(ISSUE, store.draw(ISSUE))
    assert store.drawn(DAY) == store.draw(ISSUE)


def test_other_losses_make_another_page(store: Store) -> None:
    kept(store).keep_losses(SLOT, [Loss("https://near.example/a", "select", "score 2.50 below the last chosen 3.00", "s-near")])

    assert store.drawn(DAY) is None
    assert [one.day for one in store.day_lines()] == [DAY]


def test_a_correction_and_a_translation_have_pages_of_their_own(store: Store) -> None:
    corrected = replace(ISSUE, draft=replace(ISSUE.draft, title="Corrected"))
    english = replace(corrected, draft=replace(corrected.draft, language="en", title="In English"))
    kept(store).correct_issue(corrected)
    assert [(one.above.title if one else "") for one in (store.drawn(DAY), store.drawn(DAY, "en"))] == ["Corrected", "Corrected"]

    store.keep_translation(english)
    told = store.drawn(DAY, "en")
    assert told is not None
    assert (told.above.title, told.above.language) == ("In English", "en")
    assert [one.title for one in store.day_lines("en")] == ["In English"]

    with store._engine.begin() as db:
        db.execute(update(DRAWN).where(DRAWN.c.language == "en").values(version="another"))
    assert store.drawn(DAY, "en") is None
    store.keep_drawn(english, store.draw(english))
    assert store.drawn(DAY, "en") == told


def test_the_stories_told_lately_are_known_without_their_issues(store: Store) -> None:
    assert kept(store).told_stories(limit=60) == {"s-quillserve-09", "s-tool-protocol-21", "s-sponsored-answers"}
    assert store.told_stories(limit=0) == frozenset()
