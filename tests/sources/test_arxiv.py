"""arXiv: the day's announcements, and its search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.errors import BadStatus, NotAFeed, RateLimited, SourceError
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.sources.arxiv import MOST_PAPERS, PER_REQUEST, Arxiv, PapersWanted, parse_arxiv
from fakes import FakeFetcher, InlineEngine

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
LISTING = "https://rss.arxiv.org/atom/cs.LG+cs.CL"
SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)
ABSTRACT = "We bound the cost of decoding when $n &lt; 4$ &amp; the draft is short.\n  It falls by 31 %."


def _entry(number: str = "2602.01234", announced: str = "new", day: str = "2026-02-11T00:00:00-05:00") -> str:
    dated = f"<published>{day}</published>" if day else ""
    return (
        f"<entry><id>oai:arXiv.org:{number}v1</id><title>Short\n Drafts {number}</title>{dated}"
        f'<link href="https://arxiv.org/abs/{number}" rel="alternate" type="text/html"/>'
        f"<summary>arXiv:{number}v1 Announce Type: {announced} \nAbstract: {ABSTRACT}</summary>"
        f"<arxiv:announce_type>{announced}</arxiv:announce_type><dc:creator>Ada Lark, Bo Wren</dc:creator></entry>"
    )


def _hit(number: str, day: str) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{number}v2</id><title>Drafts {number}</title><updated>2026-02-11T00:00:00Z</updated>"
        f"<published>{day}</published><summary>{ABSTRACT}</summary><author><name>Ada Lark</name></author>"
        f"<author><name>Bo Wren</name></author></entry>"
    )


def _feed(*entries: str, head: str = "<updated>2026-02-11T05:00:00Z</updated>") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><feed {SPACES}><title>t</title>{head}{"".join(entries)}</feed>'.encode()


def _total(number: int) -> str:
    return f"<opensearch:totalResults>{number}</opensearch:totalResults>"


class Search(FakeFetcher):
    """Answers every address of the search from a list, in turn."""

    def __init__(self, *answers: Any) -> None:
        super().__init__({})
        self._left = list(answers)

    async def get(self, url: str, **more: Any) -> Any:
        self.answers[url] = self._left.pop(0)
        return await super().get(url, **more)


def _source(fetcher: Any, **wanted: Any) -> Arxiv:
    chosen = PapersWanted(**({"categories": ("cs.LG", "cs.CL")} | wanted))
    return Arxiv("arxiv", chosen, fetcher, InlineEngine())  # type: ignore[arg-type]


async def _announced(body: Any, **wanted: Any) -> Harvest:
    return await _source(FakeFetcher({LISTING: body}, "application/atom+xml"), **wanted).harvest(WINDOW)


async def test_an_announced_paper_is_offered_at_its_page_with_its_whole_abstract() -> None:
    body = _feed(_entry())

    found = await _announced(body)

    [made], [text] = found.offers, found.documents
    assert (made.url, made.title) == ("https://arxiv.org/abs/2602.01234", "Short Drafts 2602.01234")
    assert made.published_at == datetime(2026, 2, 11, 5, tzinfo=UTC)
    assert (
        text.text == "Short Drafts 2602.01234\n\nWe bound the cost of decoding when $n < 4$ & the draft is short. It falls by 31 %."
    )
    assert (text.partial, text.author, text.locator, text.url) == (False, "Ada Lark, Bo Wren", "2602.01234v1", made.url)
    assert unseen(Asked(body, "application/atom+xml", tuple(text.text.split("\n\n")))) == []


@pytest.mark.parametrize(
    ("announce", "numbers"), [(("new",), ["1"]), (("new", "cross"), ["1", "2"]), (("replace", "replace-cross"), ["3", "4"])]
)
async def test_only_papers_announced_as_wanted_are_offered(announce: tuple[str, ...], numbers: list[str]) -> None:
    kinds = ("new", "cross", "replace", "replace-cross")
    body = _feed(*(_entry(f"2602.0000{number}", kind) for number, kind in enumerate(kinds, 1)))

    assert [made.url[-1] for made in (await _announced(body, announce=announce)).offers] == numbers


async def test_a_listing_that_says_it_in_the_summary_alone_is_read_too() -> None:
    bare = _entry().replace("<arxiv:announce_type>new</arxiv:announce_type>", "")
    replaced = _entry("2602.00002", "replace").replace("<arxiv:announce_type>replace</arxiv:announce_type>", "")

    assert len((await _announced(_feed(bare, replaced))).offers) == 1


async def test_a_weekend_without_announcements_is_no_failure() -> None:
    found = await _announced(_feed())

    assert found.health.state == "empty"
    assert found.health.message == "an empty listing: arXiv announces nothing on Saturdays, Sundays and its holidays"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (_entry(announced="replace"), "1 papers, none of them announced as new"),
        (_entry(day="2026-01-01T00:00:00Z"), "nothing in the window"),
    ],
)
async def test_a_listing_of_others_says_why_nothing_is_offered(entry: str, said: str) -> None:
    found = await _announced(_feed(entry))

    assert (found.health.state, found.health.message) == ("empty", said)


async def test_an_entry_without_a_day_has_that_of_the_listing() -> None:
    [made] = (await _announced(_feed(_entry(day="")))).offers

    assert made.published_at == datetime(2026, 2, 11, 5, tzinfo=UTC)


async def test_a_search_is_asked_page_by_page_until_one_is_too_old() -> None:
    first = [_hit(f"2602.{number:05}", "2026-02-10T00:00:00Z") for number in range(PER_REQUEST)]
    second = [_hit("2602.90001", "2026-02-09T00:00:00Z"), _hit("2512.00001", "2025-12-01T00:00:00Z")]
    fetcher = Search(_feed(*first, head=_total(900)), _feed(*second, head=_total(900)))

    found = await _source(fetcher, query='abs:"short draft"', by_search=True, most=900).harvest(WINDOW)

    assert len(found.offers) == PER_REQUEST + 1
    asked = [parse_qs(urlsplit(url).query) for url in fetcher.asked]
    assert asked[0]["search_query"] == ['(cat:cs.LG OR cat:cs.CL) AND (abs:"short draft")']
    assert [(one["start"], one["max_results"]) for one in asked] == [(["0"], ["200"]), (["200"], ["200"])]
    assert found.offers[0].url == "https://arxiv.org/abs/2602.00000"
    assert found.documents[0].author == "Ada Lark, Bo Wren"


async def test_a_search_that_says_it_has_papers_and_gives_none_has_failed() -> None:
    with pytest.raises(SourceError, match="has 12 papers, and gives none"):
        await _source(Search(_feed(head=_total(12))), by_search=True).harvest(WINDOW)

    found = await _source(Search(_feed(head=_total(0))), by_search=True).harvest(WINDOW)
    assert (found.health.state, found.health.message) == ("empty", "nothing in the window")


@pytest.mark.parametrize("as_status", [False, True])
async def test_a_query_that_is_not_understood_is_told_in_arxiv_s_words(as_status: bool) -> None:
    body = _feed("<entry><id>http://arxiv.org/api/errors#q</id><title>Error</title><summary>unmatched quote</summary></entry>")
    answer = BadStatus("HTTP 400", status=400, body=body) if as_status else body

    with pytest.raises(SourceError, match="arXiv says: unmatched quote") as raised:
        await _source(Search(answer), by_search=True).harvest(WINDOW)
    assert raised.value.remedy == "mend `query`"


@pytest.mark.parametrize(("status", "wait"), [(429, None), (429, 60.0), (503, 5.0)])
async def test_haste_is_told_with_the_time_it_names(status: int, wait: float | None) -> None:
    with pytest.raises(RateLimited) as raised:
        await _announced(BadStatus(f"HTTP {status}", status=status, retry_after_s=wait))
    assert raised.value.retry_after_s == wait


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"<feed", b"", b"{}", b'<!DOCTYPE f [<!ENTITY a "b">]><feed>&a;</feed>'])
def test_what_is_no_answer_of_arxiv_is_told(body: bytes) -> None:
    with pytest.raises(SourceError):
        parse_arxiv(body)


def test_the_trap_of_an_entity_is_refused() -> None:
    with pytest.raises(NotAFeed, match="entities"):
        parse_arxiv(b'<!DOCTYPE f [<!ENTITY a "b">]><feed>&a;</feed>')


def test_an_answer_is_bounded() -> None:
    assert len(parse_arxiv(_feed(*[_entry()] * (MOST_PAPERS + 1))).papers) == MOST_PAPERS


def test_old_numbers_and_entries_without_one() -> None:
    found = parse_arxiv(
        _feed(
            _hit("hep-th/9901001", "2026-02-10T00:00:00Z"), _entry().replace("arXiv.org:2602.01234v1", "").replace("/abs/", "/x/")
        )
    )

    assert [paper.row.link for paper in found.papers] == ["https://arxiv.org/abs/hep-th/9901001"]
