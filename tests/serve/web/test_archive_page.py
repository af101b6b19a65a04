"""Every day by its title, and the way to a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from deepdaily.serve.web import Shelf, site_app
from deepdaily.serve.web.export import export
from deepdaily.store import Store
from deepdaily.store.schema import DRAWN
from render import issues
from serve import shelves

DAY, BEFORE = shelves.SECOND.day, shelves.FIRST.day


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return shelves.shelf(store, tmp_path)


@pytest.fixture
def web(shelf: Shelf) -> Iterator[TestClient]:
    app = site_app(shelf, "127.0.0.1")
    with TestClient(app, base_url="http://127.0.0.1:8765", client=("192.0.2.7", 1), follow_redirects=False) as client:
        yield client


def test_every_day_stands_there_newest_first_by_month_with_title_and_summary(web: TestClient) -> None:
    text = web.get("/archive").text

    assert re.findall(r'<li><a href="/d/([^"]+)"', text) == [DAY, BEFORE]
    assert f"AI 技术深度日报（{DAY}）" in text
    assert "QuillServe 0.9 拆开 prefill 与 decode" in text
    assert f'<h2 id="m-{DAY[:7]}">' in text
    assert 'href="/archive"' in web.get("/").text


@pytest.mark.parametrize(("day", "led"), [(DAY, DAY), (BEFORE, BEFORE), ("2999-01-01", DAY), ("2001-01-01", BEFORE)])
def test_a_date_leads_to_its_issue_or_to_the_one_before(web: TestClient, day: str, led: str) -> None:
    assert web.get(f"/archive?day={day}&lang=en").headers["location"] == f"/d/{led}?lang=en"


def test_what_is_no_date_is_not_there(web: TestClient) -> None:
    assert web.get("/archive?day=tomorrow").status_code == 404


def test_before_the_first_issue_it_is_empty(store: Store, shelf: Shelf, tmp_path: Path) -> None:
    bare = TestClient(site_app(replace(shelf, store=type(store)(store._engine, "other")), "127.0.0.1"), base_url="http://127.0.0.1")

    assert "还没有日报" in bare.get("/archive").text
    assert bare.get("/archive?day=2026-02-11", follow_redirects=False).headers["location"] == "/archive"


def test_a_day_told_in_the_language_of_the_pages_has_its_title_in_it(web: TestClient, shelf: Shelf) -> None:
    told = shelves.second_issue()
    shelf.store.keep_translation(replace(told, draft=replace(told.draft, language="en", title="The English daily")))

    assert "The English daily" in web.get("/archive?lang=en").text
    assert "The English daily" not in web.get("/archive").text


def test_the_copy_in_files_has_it_without_the_form(shelf: Shelf, tmp_path: Path) -> None:
    export(shelf, tmp_path / "copy")
    text = (tmp_path / "copy" / "archive.html").read_text("utf-8")

    assert f'href="d/{DAY}.html"' in text
    assert "<form" not in text


def test_a_stranger_sees_the_passages_and_no_more_than_a_part_of_the_text(store: Store, shelf: Shelf, web: TestClient) -> None:
    near = TestClient(site_app(shelf, "127.0.0.1"), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    whole, part = near.get(f"/e/{DAY}/1").text, web.get(f"/e/{DAY}/1").text

    assert "/raw/sha256:" in whole
    assert "/raw/sha256:" not in part
    assert "只给出所引段落" in part
    assert len(part) < len(whole)
    assert 'id="e1"' in part


def test_one_number_names_a_passage_on_the_day_in_the_story_and_where_it_stands(web: TestClient) -> None:
    day = web.get("/").text
    story = web.get("/s/s-tuning-11").text
    (number,) = set(re.findall(rf'href="/e/{DAY}/(\d+)#e\1"', story))
    fact = re.search(r"微调 <b[^>]*>7B</b>.*?<sup>(\d+)</sup>", day, re.DOTALL)

    assert fact is not None
    assert fact[1] == number
    assert f"↩{number}" in web.get(f"/e/{DAY}/{number}").text


@pytest.mark.parametrize("path", [f"/d/{DAY}?lang=en", "/watch?lang=en", "/board?lang=en", "/archive?lang=en", "/desk?lang=en"])
def test_in_another_language_our_own_words_are_in_it(web: TestClient, path: str) -> None:
    text = web.get(path).text

    for ours in ("条</li>", "分钟", "已核对", "说明</strong>", "看快照摘录", "打开原文", "抓取", "另外看到", "有用", "回到正文"):
        assert ours not in text


def test_the_states_of_sources_are_in_the_language_of_the_pages(web: TestClient) -> None:
    assert "被限流" in web.get("/board").text
    assert "rate-limited" in web.get("/board?lang=en").text


def test_a_question_past_its_day_is_not_open(shelf: Shelf) -> None:
    late = replace(shelf, clock=lambda: issues.NOW.replace(year=2027))
    text = TestClient(site_app(late, "127.0.0.1"), base_url="http://127.0.0.1").get("/watch").text

    assert "待观察" not in text
    assert "已到期" in text


def test_a_day_that_another_version_drew_is_answered_and_kept_anew(shelf: Shelf, web: TestClient) -> None:
    with shelf.store._engine.begin() as db:
        db.execute(update(DRAWN).values(version="another"))

    first = web.get(f"/d/{DAY}").text
    assert shelf.store.drawn(DAY) is not None
    assert web.get(f"/d/{DAY}").text == first
