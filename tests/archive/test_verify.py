"""The proof holds long after the day, and breaks where anything was changed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deepdaily.archive.lookup import fate
from deepdaily.archive.verify import Verdict, published_files, verify
from deepdaily.core.types import Claim, Issue, Loss, Section
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.publish import Publication
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from making import document, kept_instead
from webs import sample_day

DAY = "2026-03-12"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample day, freshly published."""
    folder, done = sample_day(tmp_path_factory)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copy(sample: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoilt."""
    return Path(shutil.copytree(sample, tmp_path / "copy"))


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Store, Issue]]:
    store = open_store(folder / "data")
    try:
        issue = store.issue(DAY)
        assert issue is not None
        yield store, issue
    finally:
        store.close()


def verdict_on(folder: Path) -> Verdict:
    house = House(sample_web.settings(), {}, folder / "data", folder / "out")
    with opened(folder) as (store, issue), Snapshots(house.snapshots) as snapshots:
        return verify(issue, store, snapshots, published_files(issue, store, house.channels()))


def test_an_untouched_day_is_green_and_every_fact_is_counted_twice(sample: Path) -> None:
    verdict = verdict_on(sample)

    assert verdict.green
    assert verdict.facts == verdict.found == verdict.supported > 20


def test_a_changed_digit_in_the_post_is_shown_beside_the_proven_one(copy: Path) -> None:
    post = copy / f"out/content/posts/{DAY}/index.md"
    text = post.read_text("utf-8")
    figure = re.compile(r"\d(?=%)").search(text, text.index("\n## "))
    assert figure is not None
    at = figure.start()
    post.write_text(f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}", "utf-8")
    (line,) = (verdict := verdict_on(copy)).altered

    assert not verdict.green
    assert "index.md" in line
    assert text[at - 5 : at + 2] in line


def deepened(issue: Issue) -> Issue:
    """The issue with a point and an advice in lines before its first item."""
    item = issue.items[0]
    point = Section("point", (Claim("先量一周，省不到 37% 就不换。", basis=item.title.evidence),))
    advice = Section("advice", (Claim("先量；线：73%", lines=("先量", "线：73%")),), heading="要做的")
    items = (replace(item, sections=(point, *item.sections, advice)), *issue.items[1:])
    return replace(issue, draft=replace(issue.draft, items=items))


@pytest.mark.parametrize("digits", ["37%", "73%"])
async def test_a_changed_digit_of_a_point_or_of_a_line_of_advice_is_shown(copy: Path, digits: str) -> None:
    hugo = Hugo(copy / "out")
    with opened(copy) as (store, issue):
        kept_instead(store, deepened(issue))
        store.keep_editions(await hugo.publish(Publication.of(deepened(issue), store)))
        store.keep_editions(await Page(copy / "out").publish(Publication.of(deepened(issue), store)))
        store.keep_editions(await Feeds(copy / "out", "AI 技术深度日报").publish(Publication.of(deepened(issue), store)))
    assert verdict_on(copy).green
    post = copy / f"out/content/posts/{DAY}/index.md"
    post.write_text(post.read_text("utf-8").replace(digits, "55%"), "utf-8")

    (line,) = verdict_on(copy).altered
    assert digits in line
    assert "55%" in line


@pytest.mark.parametrize("location", [f"content/posts/{DAY}/evidence.json", f"page/{DAY}.html"])
def test_a_file_that_was_cut_or_taken_away_is_noticed(copy: Path, location: str) -> None:
    path = copy / "out" / location
    path.write_bytes(path.read_bytes()[:-2])
    cut = verdict_on(copy)
    path.unlink()
    gone = verdict_on(copy)

    assert (cut.green, gone.green) == (False, False)
    assert "cannot be read" in gone.altered[0]


def test_a_damaged_byte_of_a_snapshot_takes_the_proof_of_what_rests_on_it(copy: Path) -> None:
    with opened(copy) as (store, issue):
        place = store.place(issue.items[0].sources[0].snapshot)
    assert place is not None
    path = copy / "data/snapshots" / place.file
    held = bytearray(path.read_bytes())
    held[place.offset + 400] ^= 0xFF
    path.write_bytes(held)
    verdict = verdict_on(copy)

    assert not verdict.green
    assert len(verdict.damaged) == 1
    assert 0 < verdict.found < verdict.facts


def test_a_claim_altered_in_the_store_is_missing_from_its_snapshot_and_no_longer_supported(copy: Path) -> None:
    with opened(copy) as (store, issue):
        first = issue.items[0]
        claim = next(one for section in first.sections for one in section.points if one.evidence)
        longer = f"99.97%: {claim.text}"
        forged = replace(claim, text=longer, evidence=(replace(claim.evidence[0], quote=longer),))
        sections = tuple(
            replace(section, points=tuple(forged if one == claim else one for one in section.points)) for section in first.sections
        )
        items = (replace(first, sections=sections), *issue.items[1:])
        kept_instead(store, replace(issue, draft=replace(issue.draft, items=items)))
    verdict = verdict_on(copy)

    assert not verdict.green
    assert (verdict.facts - verdict.found, verdict.facts - verdict.supported) == (1, 1)
    assert any("99.97%" in line for line in verdict.missing)


def test_a_claim_that_says_more_than_its_passage_is_unsupported_though_the_passage_is_there(copy: Path) -> None:
    with opened(copy) as (store, issue):
        first = issue.items[0]
        boast = replace(first.title, text=first.title.text + "，快 87 倍")
        items = (replace(first, title=boast), *issue.items[1:])
        kept_instead(store, replace(issue, draft=replace(issue.draft, items=items)))
    verdict = verdict_on(copy)

    assert verdict.found == verdict.facts
    assert verdict.supported == verdict.facts - 1


def test_every_link_of_the_day_has_a_fate(sample: Path) -> None:
    with opened(sample) as (store, issue):
        slot = issue.slot.key
        told = fate(issue.items[0].sources[0].url, store)
        lost = fate(store.losses(slot)[0].url, store)
        unknown = fate("https://nowhere.example/", store)

    assert [day for day, _ in told] == [DAY]
    assert [what.stage for _, what in lost if hasattr(what, "stage")]
    assert unknown == []


def test_a_link_that_led_elsewhere_is_found_by_its_own_address_and_by_where_it_led(copy: Path) -> None:
    with opened(copy) as (store, issue):
        told = issue.items[0].sources[0]
        store.keep_reading(issue.slot.key, "https://go.example/r/1", store.documents([told.document])[told.document])
        by_link, by_page = fate("https://go.example/r/1", store), fate(told.url, store)

    assert by_link == by_page != []


@pytest.mark.parametrize("stage", ["cluster", "select"])
def test_a_link_that_led_elsewhere_and_was_lost_is_found_by_both_addresses(copy: Path, stage: Any) -> None:
    """A loss bears the link as it was offered while pages are grouped, and the address of what was read once there are stories."""
    link, page = "https://go.example/r/2", "https://far.example/page"
    with opened(copy) as (store, issue):
        store.keep_reading(issue.slot.key, link, document("A page behind a link", url=page))
        store.keep_reading(issue.slot.key, "https://go.example/r/3", document("Another one", url="https://far.example/other"))
        loss = Loss(link if stage == "cluster" else page, stage, "below the last chosen")
        store.add_losses(issue.slot.key, [loss])

        assert fate(link, store) == fate("http://www.far.example/page/", store) == [(DAY, loss)]
        assert fate("https://go.example/r/3", store) == fate("https://far.example/other", store) == []
