"""What a browser has is not sent again, and what is sent is packed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from deepdaily.core.types import Decision
from deepdaily.serve.web import Shelf, site_app
from deepdaily.store import Store
from render import issues
from serve import shelves

DAY = shelves.SECOND.day


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return shelves.shelf(store, tmp_path)


@pytest.fixture
def web(shelf: Shelf) -> Iterator[TestClient]:
    with TestClient(site_app(shelf, "127.0.0.1"), base_url="http://127.0.0.1:8765") as client:
        yield client


@pytest.mark.parametrize("path", ["/", f"/d/{DAY}.md", "/archive", "/feed.atom", "/feed.json", "/style.css"])
def test_who_has_an_answer_is_not_sent_it_again(web: TestClient, path: str) -> None:
    first = web.get(path)
    again = web.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    other = web.get(path, headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.content) == (200, first.content)


def test_a_page_that_changed_is_sent(web: TestClient, shelf: Shelf) -> None:
    before = web.get("/").headers["etag"]
    shelf.store.keep_decision(Decision("d-1", "useful", issues.SERVER.url, issues.NOW))

    assert web.get("/", headers={"If-None-Match": before}).status_code == 200


def test_what_is_made_of_the_issue_alone_says_since_when(web: TestClient) -> None:
    changed = web.get(f"/d/{DAY}.json").headers["last-modified"]

    for since, status in ((changed, 304), ("Thu, 01 Jan 2015 00:00:00 GMT", 200), ("yesterday", 200)):
        assert web.get(f"/d/{DAY}.json", headers={"If-Modified-Since": since}).status_code == status
    assert "last-modified" not in web.get("/").headers


def test_pages_are_packed_for_who_can_unpack_them(web: TestClient) -> None:
    packed, bare = web.get("/", headers={"Accept-Encoding": "gzip"}), web.get("/", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in bare.headers
    assert packed.text == bare.text
    assert packed.headers["etag"] == bare.headers["etag"]


@pytest.mark.parametrize("path", ["/", f"/d/{DAY}", "/archive", "/feed.atom", "/style.css", "/healthz"])
def test_the_head_of_every_page_is_answered(web: TestClient, path: str) -> None:
    answer = web.head(path)

    assert (answer.status_code, answer.content) == (200, b"")


def test_errors_have_no_name_to_come_back_by(web: TestClient) -> None:
    answer = web.get("/nothing-here", headers={"If-None-Match": "*"})

    assert answer.status_code == 404
    assert "etag" not in answer.headers
