"""The stories of the two seed posts, on the frozen web of their days: how far up the engineering profile ranks them, and which of
them the two issues of one store tell."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.choose.group import stories
from deepdaily.choose.rank import rank, why_untold
from deepdaily.core.types import Ranked
from deepdaily.core.urls import page_key
from deepdaily.ladder import candidates
from deepdaily.memory.launches import launch, same_launch
from deepdaily.read.pages import older
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from floors import Floors
from once import once
from webs import finished, frozen_day, frozen_web, run_arguments

pytestmark = pytest.mark.eval

FIRST = 20


def seed_stories(shared: Path, day: str) -> list[set[str]]:
    """The pages each numbered section names; sections that share a page are one story."""
    (text,) = (text for path in (shared / "seeds").iterdir() if day in (text := path.read_text("utf-8"))[:200])
    found: list[set[str]] = []
    for section in re.split(r"(?m)^## ", text)[1:]:
        pages = {page_key(url) for url in re.findall(r"https://[^\s)]+", section)}
        if re.match(r"\d+\)", section) and pages:
            shared_with = [one for one in found if one & pages]
            found = [one for one in found if not one & pages] + [pages.union(*shared_with)]
    return found


def ranking(store: Store, day: str, span: timedelta) -> list[Ranked]:
    """All stories for us that have a text, of those published within `span`."""
    issue = store.issue(day)
    assert issue is not None
    slot, since = issue.slot.key, issue.draft.now - span
    texts = {page_key(url): text for url, text in store.texts(slot).items() if not older(text.published_at, since)}
    found = [one for one in candidates(store.harvests(slot))[0] if not older(one.published_at, since)]
    read = {one.url: texts[page_key(one.url)] for one in found if page_key(one.url) in texts}
    ours = [story for story in stories(found, read) if not why_untold(story)]
    return rank(ours, datetime.fromisoformat(f"{day}T07:30:00+08:00"), among=found)


@pytest.mark.parametrize(("day", "span"), [("2026-02-11", timedelta(hours=72)), ("2026-02-08", timedelta(days=7))])
def test_the_seeds_stories_are_among_the_first_twenty(
    shared: Path, floors: Floors, tmp_path_factory: pytest.TempPathFactory, day: str, span: timedelta
) -> None:
    folder, _ = frozen_day(tmp_path_factory, shared, day)
    store = open_store(folder / "data")
    first = [{page_key(one.url) for one in ranked.story.candidates} for ranked in ranking(store, day, span)[:FIRST]]
    store.close()

    places = [next((at for at, told in enumerate(first, 1) if told & pages), None) for pages in seed_stories(shared, day)]

    print(day, places)  # noqa: T201
    floors.hold("seeds", {day: sum(place is not None for place in places)})


def test_the_seeds_stories_are_told_on_one_store_and_no_launch_twice(
    shared: Path, floors: Floors, tmp_path_factory: pytest.TempPathFactory
) -> None:
    days = "2026-02-08", "2026-02-11"
    with once(tmp_path_factory, "both-days") as made:
        if made.is_new:
            for day in days:
                with frozen_web(shared, day) as env:
                    finished(run_arguments(day, made.folder), env=env)
            made.keep()
    store = open_store(made.folder / "data")
    issues = [issue for day in days if (issue := store.issue(day))]
    store.close()
    launches = [launch(item.title.text, item.sources[0].url) for issue in issues for item in issue.items]
    told = {issue.day: {page_key(cited.url) for item in issue.items for cited in item.sources} for issue in issues}

    assert not [one for at, one in enumerate(launches) for other in launches[:at] if same_launch(other, one, late=True)]
    floors.hold("seeds", {f"told {day}": sum(bool(pages & told[day]) for pages in seed_stories(shared, day)) for day in days})
