"""A whole day from places of other kinds: a page without a feed, a subreddit and a repository end in items with proof."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.archive.proving import unproven
from deepdaily.core.types import Window
from deepdaily.demo import sample_web
from deepdaily.demo.other_places import LAB, SETTINGS
from deepdaily.demo.site import beside
from deepdaily.keeper import calendar_of
from deepdaily.pipeline import collect, run_day
from deepdaily.read.web_wire import Answer
from deepdaily.settings import Settings
from making import issue
from running import SLOT, run_of

CHOSEN = Settings.model_validate({**tomllib.loads(SETTINGS), "digest": {"language": "en", "least_items": 1}})
DAY = timedelta(days=1)


class GrowingWire(sample_web.DemoWire):
    """The sample day's web, on which the lab's page is empty of news until `grown`."""

    grown = False

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        answer = await super().get(url, headers, cap_bytes=cap_bytes)
        if url != LAB or self.grown:
            return answer
        old = b'<main><article><h3><a href="/notes/old">A note of long ago</a></h3></article></main>'
        return Answer(200, answer.headers, b"<html><body>" + old + b"</body></html>")


async def test_each_place_ends_in_an_item_whose_proofs_stand_in_the_stored_bytes(tmp_path: Path) -> None:
    with run_of(tmp_path, sample_web.DemoWire(), settings=CHOSEN) as run:
        issue = await run_day(run)

        told = {source.url: source for item in issue.items for source in item.sources}
        assert set(told) == {page.url for page in beside()}
        assert told["https://github.com/heron-engine/heron/releases/tag/v0.14.0"].carried
        proofs = [proof for claim in issue.claims() for proof in claim.evidence]
        assert len(proofs) > 2 * len(issue.items)
        assert await unproven(proofs, run.store, run.snapshots, run.engine) == frozenset()
        health = {one.health.source: one.health for one in await collect(run)}
        assert {name: (one.kind, one.state) for name, one in health.items()} == {
            "reddit:r/LocalLark": ("feed", "ok"),
            "fern-lab": ("page", "ok"),
            "github": ("github", "ok"),
        }


@pytest.mark.parametrize("killed", [False, True])
async def test_a_link_that_is_new_on_a_page_is_offered_once_even_where_the_run_was_killed(tmp_path: Path, killed: bool) -> None:
    wire: Any = GrowingWire()
    with run_of(tmp_path, wire, settings=CHOSEN, now=sample_web.NOW - DAY) as run:
        await collect(run)
        run.store.keep_issue(issue(slot=SLOT))

    wire.grown = True
    slot = type(SLOT)(SLOT.due + DAY)
    if killed:  # after it remembered the links, before its harvest was kept
        with run_of(tmp_path, wire, slot, settings=CHOSEN) as run:
            page = next(one for one in run.sources if one.kind == "page")
            await page.harvest(Window(slot, run.now, run.now - 7 * DAY))
    with run_of(tmp_path, wire, slot, settings=CHOSEN) as run:
        harvests = {one.health.source: one for one in await collect(run)}

    assert [made.url for made in harvests["fern-lab"].offers] == ["https://fern-lab.example/notes/prefix-tree-on-disk"]


async def test_what_a_dry_run_offers_the_real_run_after_it_offers_too(tmp_path: Path) -> None:
    wire: Any = GrowingWire()
    with run_of(tmp_path, wire, settings=CHOSEN, now=sample_web.NOW - DAY) as run:
        await collect(run)
        run.store.keep_issue(issue(slot=SLOT))
    wire.grown = True
    slot, told = type(SLOT)(SLOT.due + DAY), []
    for minutes, dry in ((0, True), (5, False)):
        with run_of(tmp_path, wire, slot, settings=CHOSEN, dry=dry) as run:
            run.now = calendar_of(run.store, slot, sample_web.NOW + timedelta(minutes=minutes))
            told.append([item.sources[0].url for item in (await run_day(run)).items])
            assert run.store.status(slot.key) == ("dry" if dry else "published")

    assert told[0] == told[1]
    assert "https://fern-lab.example/notes/prefix-tree-on-disk" in told[1]
