"""A reader's word on an item: given by a form of the day's page, shown there, taken back, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from deepdaily.core.decisions import edit, in_force
from deepdaily.core.types import Decision
from deepdaily.serve.web import FORM_BYTES, Shelf, site_app
from deepdaily.serve.web.export import export
from deepdaily.serve.web.verdicts import given, word_on, words_in_force
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from making import kept_instead
from render import issues
from serve import shelves

DAY = shelves.SECOND.day
ITEM = shelves.second_issue().items[0]
STORY, PAGE = ITEM.story, ITEM.sources[0].url
OWN = {"Origin": "http://127.0.0.1:8765"}
USEFUL = {"day": DAY, "story": STORY, "verdict": "useful"}


class Steps:
    """A clock that goes on by a minute each time it is asked."""

    def __init__(self) -> None:
        self._now = issues.NOW

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return replace(shelves.shelf(store, tmp_path), clock=Steps())


@pytest.fixture
def web(shelf: Shelf) -> Iterator[TestClient]:
    with TestClient(site_app(shelf, "127.0.0.1"), base_url="http://127.0.0.1:8765", headers=OWN) as client:
        yield client


def pressed(text: str) -> list[tuple[str, str]]:
    """Story and verdict of every button that is pressed."""
    forms = re.findall(r'name="story" value="([^"]*)">(.*?)</form>', text)
    return [(story, word) for story, form in forms for word in re.findall(r'value="(\w+)" aria-pressed="true"', form)]


def test_a_word_is_kept_and_the_answer_leads_back_to_the_item(web: TestClient, shelf: Shelf) -> None:
    assert pressed(web.get(f"/d/{DAY}").text) == []

    answer = web.post("/feedback", data=USEFUL, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/d/{DAY}#{STORY}")
    (said,) = shelf.store.decisions()
    assert (said.kind, said.subject, said.title) == ("useful", PAGE, ITEM.name)
    assert re.fullmatch("d-[0-9a-f]{8}", said.id)
    assert pressed(web.get(f"/d/{DAY}").text) == pressed(web.get("/").text) == [(STORY, "useful")]


def test_the_same_word_again_takes_itself_back_and_leaves_nothing_in_force(web: TestClient, shelf: Shelf) -> None:
    for verdict in ("useful", "useless", "useless"):
        web.post("/feedback", data={**USEFUL, "verdict": verdict})

    assert in_force(shelf.store.decisions()) == []
    assert pressed(web.get("/").text) == []
    web.post("/feedback", data=USEFUL)
    assert pressed(web.get("/").text) == [(STORY, "useful")]


def test_a_word_given_by_another_program_shows_at_once(web: TestClient, shelf: Shelf) -> None:
    web.get("/")
    shelf.store.keep_decision(Decision("d-1", "useless", PAGE + "?utm_source=x", issues.NOW))

    assert pressed(web.get("/").text) == [(STORY, "useless")]


def test_an_issue_kept_since_shows_at_once_on_a_day_already_drawn(web: TestClient, shelf: Shelf) -> None:
    assert ITEM.title.text in unescape(web.get(f"/d/{DAY}").text)
    assert "2026-02-12" not in web.get(f"/d/{DAY}").text

    issue = shelves.second_issue()
    kept_instead(shelf.store, replace(issue, draft=replace(issue.draft, title="Kept anew", items=issue.items[1:])))
    later = replace(issue, draft=replace(issue.draft, slot=replace(issue.slot, due=issues.DUE + timedelta(days=1))))
    shelf.store.keep_issue(later)

    text = web.get(f"/d/{DAY}").text
    assert "<h1>Kept anew</h1>" in text
    assert STORY not in text
    assert 'rel="next" href="/d/2026-02-12"' in text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:9999"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
        {**OWN, "Sec-Fetch-Site": "none"},
    ],
)
@pytest.mark.parametrize("path", ["/feedback", "/desk"])
def test_no_other_sites_form_writes_here(web: TestClient, shelf: Shelf, path: str, headers: dict[str, str]) -> None:
    shelf.store.keep_decision(Decision("d-1", "pin", PAGE, issues.NOW))

    assert web.post(path, data={**USEFUL, "id": "d-1"}, headers=headers).status_code == 403
    assert [(one.id, one.taken_back_at) for one in shelf.store.decisions()] == [("d-1", None)]


def test_a_browser_that_says_same_origin_is_believed_behind_a_proxy(web: TestClient, shelf: Shelf) -> None:
    headers = {"Origin": "https://news.example.com", "Sec-Fetch-Site": "same-origin"}

    assert web.post("/feedback", data=USEFUL, headers=headers, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({**USEFUL, "day": "2020-01-01"}, 404),
        ({**USEFUL, "day": "x"}, 404),
        ({**USEFUL, "story": "s-nobody"}, 404),
        ({**USEFUL, "verdict": "ban"}, 404),
        ({}, 404),
        ({**USEFUL, "more": "x" * FORM_BYTES}, 413),
    ],
)
def test_what_is_no_word_on_an_item_is_refused(web: TestClient, shelf: Shelf, form: dict[str, str], status: int) -> None:
    answer = web.post("/feedback", data=form)

    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert shelf.store.decisions() == []


def test_a_store_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    shelf = shelves.shelf(store, tmp_path)
    store.flush()
    store._engine.dispose()
    event.listen(store._engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = ON"))

    web = TestClient(site_app(shelf, "testserver"), headers={"Origin": "http://testserver"})
    answer = web.post("/feedback", data=USEFUL)

    assert answer.status_code == 503
    assert "没能存下来" in answer.text
    assert web.get(f"/d/{DAY}").status_code == 200
    store.close()


def test_the_language_asked_for_stays(web: TestClient) -> None:
    assert 'action="/feedback?lang=en"' in web.get(f"/d/{DAY}?lang=en").text

    answer = web.post("/feedback?lang=en", data=USEFUL, follow_redirects=False)

    assert answer.headers["location"] == f"/d/{DAY}?lang=en#{STORY}"


def test_the_desk_lists_what_is_in_force_and_takes_it_back(web: TestClient, shelf: Shelf) -> None:
    assert 'href="/desk"' not in web.get("/").text
    assert "没有有效的决定" in web.get("/desk").text
    said = [
        Decision("d-1", "ban", "topic:<b>", issues.NOW),
        Decision("d-2", "merge", PAGE, issues.NOW, other="https://b.example/<i>", title="<script>"),
        Decision("d-3", "pin", "https://c.example/", issues.NOW, taken_back_at=issues.NOW),
    ]
    for one in said:
        shelf.store.keep_decision(one)

    text = web.get("/desk").text
    assert 'href="/desk"' in web.get("/").text
    assert re.findall(r'name="id" value="([^"]+)"', text) == ["d-2", "d-1"]
    assert "topic:&lt;b&gt;" in text
    assert "&lt;script&gt;</a>" in text
    assert "<i>" not in text

    answer = web.post("/desk", data={"id": "d-2"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert [one.id for one in in_force(shelf.store.decisions())] == ["d-1"]
    assert web.post("/desk", data={"id": "d-2"}).status_code == 404


def test_what_the_second_reader_said_is_at_the_desk_with_its_day_and_can_be_taken_back(web: TestClient, shelf: Shelf) -> None:
    one = edit("advertising", PAGE, issues.NOW, shelves.SECOND.key)
    shelf.store.keep_decision(one)

    text = web.get("/desk?lang=en").text
    assert f"second reader, for {DAY} alone" in text
    assert "advertising" in text

    web.post("/desk", data={"id": one.id})
    assert in_force(shelf.store.decisions()) == []


def test_a_word_on_one_spelling_of_a_page_is_the_word_on_all() -> None:
    earlier = Decision("d-1", "useless", PAGE + "#part", issues.NOW)
    later = issues.NOW + timedelta(hours=1)

    after = given(ITEM, "useful", [earlier], later)

    assert [(one.kind, one.taken_back_at) for one in after] == [("useless", later), ("useful", None)]
    assert word_on(PAGE, words_in_force(in_force(after))) == "useful"
    assert word_on("", words_in_force(after)) == ""


def test_the_copy_in_files_asks_for_nothing(shelf: Shelf, tmp_path: Path) -> None:
    shelf.store.keep_decision(Decision("d-1", "useful", PAGE, issues.NOW))
    export(replace(shelf, snapshots=Snapshots(tmp_path / "none")), tmp_path / "copy")

    for path in (tmp_path / "copy").rglob("*.html"):
        assert not re.search("<form|<button|desk", path.read_text("utf-8")), path
