"""The whole run on two frozen days of the real web, one after the other on one store, as a user runs it.

The web is that of `../shared/frozen-web`: feeds, APIs and pages of 2026-02-08 and 2026-02-11, with their troubles.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deepdaily.archive.visible import bare, holds
from deepdaily.core.types import Issue
from deepdaily.core.urls import page_key
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from publish.test_hugo import HUGOS, LAYOUTS, Reading
from publish.test_hugo import run as run_hugo
from webs import SETTINGS, Done, deepdaily, environment, files_below, finished, frozen_day, frozen_web, run_arguments

FIRST, SECOND = DAYS = "2026-02-08", "2026-02-11"
HOSTS_NEEDED = 5


@dataclass(frozen=True, slots=True)
class Runs:
    """What both runs left behind."""

    folder: Path
    store: Store
    done: dict[str, Done]

    def issue(self, day: str) -> Issue:
        issue = self.store.issue(day)
        assert issue is not None, self.done[day].stderr
        return issue

    def post(self, day: str) -> str:
        return (self.folder / "out/content/posts" / day / "index.md").read_text("utf-8")

    def ask(self, *arguments: str) -> Done:
        """A looking command over what the runs left."""
        places = ("--settings", str(SETTINGS), "--data", str(self.folder / "data"), "--out", str(self.folder / "out"))
        return deepdaily(*arguments, *places)


@pytest.fixture(scope="module")
def runs(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("frozen") / "both"
    first, done = frozen_day(tmp_path_factory, shared, FIRST)
    shutil.copytree(first, folder)
    with frozen_web(shared, SECOND) as env:
        second = finished(run_arguments(SECOND, folder), env=env)
    store = open_store(folder / "data")
    yield Runs(folder, store, {FIRST: done, SECOND: second})
    store.close()


@pytest.mark.parametrize("day", DAYS)
def test_a_day_ends_well_and_says_what_it_made(runs: Runs, day: str) -> None:
    done = runs.done[day]

    assert done.returncode in (0, 10), done.stderr
    assert "Traceback" not in done.stderr
    assert "→" in done.stdout
    assert f"deepdaily verify {day}" in done.stdout


@pytest.mark.parametrize("day", DAYS)
def test_a_day_has_six_or_seven_items_from_at_least_five_hosts(runs: Runs, day: str) -> None:
    items = runs.issue(day).items

    assert len(items) in (6, 7)
    assert len({item.sources[0].host for item in items}) >= HOSTS_NEEDED


@pytest.mark.parametrize("day", DAYS)
def test_exit_status_and_notice_agree(runs: Runs, day: str) -> None:
    """A wider window is said to readers and is no trouble."""
    draft = runs.issue(day).draft

    assert bool(draft.degraded) == (runs.done[day].returncode == 10)
    assert bool(draft.notice) == (bool(draft.degraded) or draft.rung != "24h")


def test_the_day_without_search_says_so_on_top(runs: Runs) -> None:
    """2026-02-08: the search API answered 429 and the day had no candidates."""
    head = runs.post(FIRST).partition("\n## ")[0]

    assert any(cause.startswith("search:") for cause in runs.issue(FIRST).draft.degraded)
    assert re.search(r"搜索.*(?:额度|限流)", head)


def test_the_day_with_search_has_no_word_of_it(runs: Runs) -> None:
    assert not any(cause.startswith("search:") for cause in runs.issue(SECOND).draft.degraded)
    assert "搜索" not in runs.issue(SECOND).draft.notice


def test_no_story_comes_back_but_as_a_marked_follow_up(runs: Runs) -> None:
    earlier, later = runs.issue(FIRST).items, runs.issue(SECOND).items
    told = {page_key(cited.url) for item in earlier for cited in item.sources} | {item.title.text for item in earlier}

    for item in later:
        again = told & {item.title.text, *(page_key(cited.url) for cited in item.sources)}
        assert not again or item.thread, item.title.text
        assert all(appearance.day == FIRST for appearance in item.thread)


def test_a_follow_up_names_the_earlier_day_in_the_post(runs: Runs) -> None:
    parts = runs.post(SECOND).split("\n## ")[1:]
    items = runs.issue(SECOND).items

    for item, part in zip(items, parts, strict=False):  # the last part has the trends too
        assert all(appearance.day[5:] in part for appearance in item.thread)


@pytest.mark.parametrize("day", DAYS)
def test_verify_is_green(runs: Runs, day: str) -> None:
    done = runs.ask("verify", day, "--json")
    told = json.loads(done.stdout)

    assert done.returncode == 0, done.stdout
    assert told["green"]
    assert told["facts"] == told["found"] == told["supported"] > 0


@pytest.mark.parametrize("day", DAYS)
def test_every_printed_quotation_is_in_the_stored_bytes(runs: Runs, day: str) -> None:
    """Not by `verify` alone: the published proof names snapshots, and the snapshots hold the words."""
    proof = json.loads((runs.folder / "out/content/posts" / day / "evidence.json").read_text("utf-8"))
    passages = [one for item in proof["items"] for claim in item["claims"] for one in claim["evidence"]]

    with Snapshots(runs.folder / "data/snapshots") as snapshots:
        for passage in passages:
            place = runs.store.place(passage["snapshot"])
            assert place is not None
            held = bare(snapshots.read(place, passage["snapshot"]))
            assert holds(held, passage["quote"])


@pytest.mark.parametrize("day", DAYS)
def test_every_lost_link_has_a_reason_and_every_source_a_row(runs: Runs, day: str) -> None:
    slot = runs.issue(day).slot.key
    harvests, losses = runs.store.harvests(slot), runs.store.losses(slot)
    told = {page_key(cited.url) for item in runs.issue(day).items for cited in item.sources}
    lost = {page_key(loss.url) for loss in losses}

    assert all(loss.reason.strip() for loss in losses)
    assert all(harvest.health.message for harvest in harvests if harvest.health.state not in ("ok", "empty"))
    offered = {page_key(offer.url) for harvest in harvests for offer in harvest.offers}
    assert [url for url in sorted(offered) if url not in lost | told] == []


def test_a_published_day_is_left_alone(runs: Runs) -> None:
    before = files_below(runs.folder / "out")
    done = finished(run_arguments(SECOND, runs.folder), env=environment())

    assert done.returncode == 0
    assert "published already" in done.stdout
    assert files_below(runs.folder / "out") == before


def test_show_tells_an_item_with_its_proof_and_what_became_of_a_link(runs: Runs) -> None:
    first = runs.issue(SECOND).items[0]
    item, link = runs.ask("show", f"{SECOND}#1"), runs.ask("show", first.sources[0].url)

    assert first.title.text in item.stdout
    assert "of our field +" in item.stdout  # a term of its score
    assert first.sources[0].snapshot.removeprefix("sha256:")[:12] in item.stdout
    assert first.sources[0].snapshot in runs.ask("show", f"{SECOND}#1", "--audit").stdout
    assert f"{SECOND}: told as" in link.stdout


@pytest.mark.parametrize("hugo", HUGOS, ids=lambda path: path.parts[1])
def test_both_posts_build_in_a_hugo_site_with_every_source_a_link(runs: Runs, hugo: Path, tmp_path: Path) -> None:
    if not hugo.exists():
        pytest.skip(f"no {hugo}")
    for name, text in LAYOUTS.items():
        (tmp_path / "layouts" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "layouts" / name).write_text(text)
    (tmp_path / "config.toml").write_text('baseURL = "https://blog.example.com/"\ntitle = "site"\n')
    (tmp_path / "content").symlink_to(runs.folder / "out/content")
    run_hugo(hugo, tmp_path, "--panicOnWarning", "--printPathWarnings", "--buildFuture=false")
    listed = {name: run_hugo(hugo, tmp_path, "list", name) for name in ("all", "future", "drafts")}

    for day in DAYS:
        page = Reading((tmp_path / "public/posts" / day / "index.html").read_text("utf-8"))
        sources = {cited.url for item in runs.issue(day).items for cited in item.sources}
        assert {page_key(url) for url in sources} <= {page_key(href) for href in page.hrefs if "://" in href}
        assert {href[1:] for href in page.hrefs if href.startswith("#")} <= set(page.ids)
        assert "**" not in page.text
        assert day in listed["all"]
        assert day not in listed["future"] + listed["drafts"]
