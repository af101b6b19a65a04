"""What a site says to programs, where its page cannot be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import BadStatus, FetchError, NoText
from deepdaily.core.types import Window
from deepdaily.read.api_answer import API
from deepdaily.read.extract import PageBytes, page
from deepdaily.read.pages import Pages, Readings
from deepdaily.read.twins import twins_of
from deepdaily.store.opening import open_store
from fakes import FakeFetcher, InlineEngine
from making import NOW, SLOT, candidate
from pdfs import column, pdf

SAID = "The scheduler now keeps 32 prompts in one batch, and a restart no longer drops what was cached."
MORE = "The flag --pools is on by default, and turns off with --no-pools."
RELEASE = {
    "tag_name": "v2.4", "name": "v2.4", "html_url": "https://github.com/lab/quillserve/releases/tag/v2.4", "author": {"login": "ann"},
    "published_at": "2026-03-11T20:00:00Z", "body": f"## What is new\n\n- {SAID}\n- [{MORE}](https://lab.example)\n",
}  # fmt: skip
ISSUE = {
    "number": 7,
    "title": "Pools leak",
    "user": {"login": "ben"},
    "created_at": "2026-03-11T20:00:00Z",
    "body": f"{SAID}\n\n{MORE}",
}
STORY = {
    "id": 9,
    "title": "Ask HN: pools?",
    "text": f"<p>{SAID}<p>{MORE}",
    "author": "cy",
    "created_at": "2026-03-11T20:00:00Z",
    "children": [],
}
LOBSTER = {"short_id": "abc", "title": "Pools", "description": f"<p>{SAID}</p><p>{MORE}</p>", "submitter_user": "di"}
THREAD = [
    {
        "data": {
            "children": [{"data": {"title": "Pools", "selftext": f"{SAID}\n\n{MORE}", "author": "ed", "created_utc": 1773259200.0}}]
        }
    },
    {},
]
PACKAGE = {"info": {"name": "quillserve", "version": "2.4", "description": f"# Quillserve\n\n{SAID}\n\n{MORE}", "author": "Lab"}}
CARD = f"---\nlicense: mit\ntags:\n- serving\n---\n# Quill 7B\n\n{SAID}\n\n{MORE}\n"
PAGES = {
    "https://github.com/lab/quillserve": "https://raw.githubusercontent.com/lab/quillserve/HEAD/README.md",
    "https://github.com/lab/quillserve/releases/tag/v2.4": "https://api.github.com/repos/lab/quillserve/releases/tags/v2.4",
    "https://github.com/lab/quillserve/issues/7": "https://api.github.com/repos/lab/quillserve/issues/7",
    "https://github.com/lab/quillserve/blob/main/CHANGES.md": "https://raw.githubusercontent.com/lab/quillserve/main/CHANGES.md",
    "https://news.ycombinator.com/item?id=9": "https://hn.algolia.com/api/v1/items/9",
    "https://www.reddit.com/r/LocalLLaMA/comments/1ab/pools/": "https://www.reddit.com/r/LocalLLaMA/comments/1ab/.json?limit=1&raw_json=1",
    "https://openreview.net/forum?id=Ab_1": "https://openreview.net/pdf?id=Ab_1",
    "https://huggingface.co/lab/quill-7b": "https://huggingface.co/lab/quill-7b/raw/main/README.md",
    "https://pypi.org/project/quillserve/2.4/": "https://pypi.org/pypi/quillserve/json",
    "https://lobste.rs/s/abc/pools": "https://lobste.rs/s/abc.json",
}


@pytest.mark.parametrize(("url", "twin"), PAGES.items())
def test_a_known_site_has_an_address_for_programs(url: str, twin: str) -> None:
    assert twins_of(url)[0] == twin


@pytest.mark.parametrize("url", ["https://lab.example/post", "https://github.com/lab", "https://huggingface.co/papers/2603.01234"])
def test_other_pages_have_none(url: str) -> None:
    assert twins_of(url) == []


@pytest.mark.parametrize(
    ("answer", "title", "author"),
    [
        (RELEASE, "quillserve v2.4", "ann"),
        (ISSUE, "Pools leak", "ben"),
        (STORY, "Ask HN: pools?", "cy"),
        (LOBSTER, "Pools", "di"),
        (THREAD, "Pools", "ed"),
        (PACKAGE, "quillserve 2.4", "Lab"),
    ],
)
def test_an_answer_of_an_api_is_read_with_its_proofs(answer: object, title: str, author: str) -> None:
    body = json.dumps(answer).encode()

    found = page(PageBytes("https://api.example/x", "application/json; charset=utf-8", body))

    assert (found.title, found.author, found.extractor) == (title, author, API)
    assert {SAID, MORE} <= {line.removeprefix("- ") for line in found.text.split("\n")}
    assert found.published_at in (None, datetime(2026, 3, 11, 20, 0, tzinfo=UTC))
    assert unseen(Asked(body, "application/json", (SAID, MORE))) == []


@pytest.mark.parametrize("body", [b"{}", b"[]", b"nothing", b'{"title": 3}', json.dumps(ISSUE | {"body": None}).encode()])
def test_json_of_no_known_shape_and_a_title_alone_have_no_text(body: bytes) -> None:
    with pytest.raises(NoText):
        page(PageBytes("https://api.example/x", "application/json", body))


def test_the_settings_before_a_model_card_are_no_text() -> None:
    found = page(PageBytes("https://huggingface.co/lab/quill/raw/main/README.md", "text/plain", CARD.encode()))

    assert found.text == f"Quill 7B\n\n{SAID}\n{MORE}"


class TypedFetcher(FakeFetcher):
    """Answers with the media type that goes with their first bytes."""

    async def get(self, url: str, **more: object):  # type: ignore[no-untyped-def]
        told = self.answers.get(url)
        body = told[0] if isinstance(told, list) else told
        pdf_or_json = "application/pdf" if isinstance(body, bytes) and body.startswith(b"%PDF") else "application/json"
        self.media_type = "text/html" if isinstance(body, bytes) and body.startswith(b"<") else pdf_or_json
        return await super().get(url, **more)  # type: ignore[arg-type]


async def read(tmp_path: Path, url: str, answers: Mapping[str, bytes | FetchError]) -> tuple[Readings, list[str]]:
    fetcher = TypedFetcher(answers)
    with open_store(tmp_path) as store:
        pages = Pages(store, fetcher, InlineEngine(), {})  # type: ignore[arg-type]
        window = Window(SLOT, NOW, NOW.replace(year=2025))
        return await pages.read(
            [candidate("Pools of quillserve v2.4", url)], window, wall_s=60, on_done=lambda: None
        ), fetcher.asked


async def test_a_page_that_refuses_programs_is_read_by_its_api_and_keeps_its_address(tmp_path: Path) -> None:
    url = "https://github.com/lab/quillserve/releases/tag/v2.4"

    readings, _ = await read(tmp_path, url, {url: BadStatus("HTTP 403", status=403), PAGES[url]: json.dumps(RELEASE).encode()})

    assert (readings.documents[url].url, readings.documents[url].extractor) == (url, API)
    assert readings.losses == {}


async def test_a_paper_whose_pages_cannot_be_read_is_read_as_html_and_then_as_pdf(tmp_path: Path) -> None:
    url = "https://arxiv.org/abs/2603.01234"
    paper = pdf([(72, 720, 20, "Pools of quillserve"), *column(72, 680, 10, SAID, MORE)])

    readings, asked = await read(tmp_path, url, {url: BadStatus("HTTP 429", status=429), "https://arxiv.org/pdf/2603.01234": paper})

    assert asked == [url, "https://arxiv.org/html/2603.01234", "https://arxiv.org/pdf/2603.01234"]
    assert readings.documents[url].pages == (0,)


async def test_where_nothing_answers_the_page_s_own_reason_is_told(tmp_path: Path) -> None:
    url = "https://github.com/lab/quillserve"

    readings, asked = await read(tmp_path, url, {url: BadStatus("HTTP 451", status=451)})

    assert readings.losses[url].reason == "HTTP 451"
    assert asked == [url, PAGES[url]]
