"""The copy in files: it links within itself, shows every passage, and needs no server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deepdaily.core.errors import PublishError
from deepdaily.render.notes import notes_of
from deepdaily.serve.web import Shelf
from deepdaily.serve.web.export import export
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from render import issues
from serve import shelves

DAY = shelves.SECOND.day


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> Path:
    shelf = shelves.shelf(store, tmp_path / "data")
    export(shelf, tmp_path / "copy")
    return tmp_path / "copy"


def pages(copy: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in copy.rglob("*.html")}


def test_every_link_leads_to_a_file_of_the_copy_or_to_the_open_web(copy: Path) -> None:
    broken = []
    for path, text in pages(copy).items():
        for address in re.findall(r' (?:href|src)="([^"]*)"', text):
            place, _, mark = address.partition("#")
            if place.startswith(("https://", "http://", "data:")):
                continue
            file = (path.parent / place).resolve() if place else path
            if not file.is_file() or (mark and f'id="{mark}"' not in file.read_text("utf-8")):
                broken.append((path.name, address))

    assert broken == []


def test_a_day_shows_the_passages_of_its_facts_itself(copy: Path) -> None:
    text = (copy / "d" / f"{DAY}.html").read_text("utf-8")
    numbers = {note.number for note in notes_of(shelves.second_issue()).values()}

    assert {int(number) for number in re.findall(r'<mark id="e(\d+)"', text)} == numbers
    assert not list(copy.rglob("e/**"))


def test_no_page_of_the_copy_needs_a_server_or_a_script(copy: Path) -> None:
    for text in pages(copy).values():
        assert "<script" not in text.replace("&lt;script", "")
        assert "<form" not in text
        assert "lang=en" not in text
        assert "default-src 'none'" in text


def test_the_copy_has_days_stories_watchlist_and_feeds(copy: Path) -> None:
    places = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}

    assert {"index.html", "watch.html", "feeds.html", "feed.atom", "feed.json", "llms.txt", "style.css"} <= places
    assert {f"d/{DAY}{twin}" for twin in (".html", ".md", ".json")} | {"s/s-tuning-10.html"} <= places
    assert f"](d/{DAY}.md)" in (copy / "llms.txt").read_text("utf-8")


def test_an_empty_archive_gives_a_copy_that_says_so(store: Store, tmp_path: Path) -> None:
    export(Shelf(store, Snapshots(tmp_path), "Daily", "en", lambda: issues.NOW), tmp_path / "copy")

    assert "No issue yet" in (tmp_path / "copy" / "index.html").read_text("utf-8")
    assert not (tmp_path / "copy" / "feed.atom").exists()


def test_a_folder_that_cannot_be_written_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("a file")

    with pytest.raises(PublishError, match="cannot write"):
        export(shelves.shelf(store, tmp_path / "data"), tmp_path / "copy")
