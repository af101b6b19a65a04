"""A page without a feed: what is new on it since last time, and what on it is no article."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.errors import BadStatus, NotAFeed, SourceError
from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.sources import collect
from deepdaily.sources.listed_rows import MOST_LOSSES
from deepdaily.sources.page_links import (
    BUILD_LINKS,
    MAX_TAGS,
    MAX_UNZIPPED,
    MOST_ADDRESSES,
    LinkListing,
    ListingBytes,
    parse_listing,
)
from deepdaily.sources.watched_page import MOST_CHILDREN, Watched, WatchedPage
from deepdaily.store import Store
from fakes import FakeFetcher, InlineEngine
from making import issue

NOW = datetime(2026, 2, 11, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://lab.example/news"


def _window(now: datetime = NOW) -> Window:
    return Window(Slot(now), now, now - 7 * DAY)


def _page(*cards: str, around: str = "") -> bytes:
    return f"<!doctype html><html><body>{around}<main>{''.join(cards)}</main></body></html>".encode()


def _card(name: str, day: str = "") -> str:
    when = f'<time datetime="{day}">then</time>' if day else ""
    return f'<article><h3><a href="/news/{name}">The note on {name}</a></h3>{when}<p>Some words.</p></article>'


def _watch(answers: Mapping[str, Any], store: Store, url: str = URL, name: str = "lab", **more: Any) -> WatchedPage:
    return WatchedPage(name, Watched(url, **more), FakeFetcher(answers, "text/html"), InlineEngine(), store)  # type: ignore[arg-type]


def _listing(body: bytes, url: str = URL, **more: str) -> LinkListing:
    return parse_listing(ListingBytes(url, "text/html", body, **more))


def _publish(store: Store, now: datetime) -> None:
    store.keep_issue(issue(slot=Slot(now)))


async def _first_visit(store: Store, *names: str) -> None:
    """On a page that lists these, in a slot that was published."""
    await _watch({URL: _page(*map(_card, names))}, store).harvest(_window())
    _publish(store, NOW)


def _titles(found: Harvest) -> list[str]:
    return [made.title for made in found.offers]


# -- compared with last time ------------------------------------------------------------------------------------------


async def test_the_first_time_only_links_with_a_day_of_the_window_are_offered(store: Store) -> None:
    page = _page(_card("dated", "2026-02-10"), _card("old", "2025-02-10"), _card("undated"))

    found = await _watch({URL: page}, store).harvest(_window())

    assert [(made.url, made.title, made.published_at) for made in found.offers] == [
        ("https://lab.example/news/dated", "The note on dated", datetime(2026, 2, 10, tzinfo=UTC))
    ]
    assert found.health.message == "first visit: 3 links are known from now on, and new ones are offered"
    assert found.health.newest == datetime(2026, 2, 10, tzinfo=UTC)
    assert {loss.url.rpartition("/")[2]: loss.reason for loss in found.losses} == {
        "old": "outside the window, dated 2025-02-10",
        "undated": "known from the first visit, without a day",
    }


@pytest.mark.parametrize("day", ["", "2025-02-10"])
async def test_what_a_first_visit_lists_has_its_loss_up_to_a_bound(day: str, store: Store) -> None:
    dated = f"<lastmod>{day}</lastmod>" * bool(day)
    rows = [f"<url><loc>https://lab.example/news/{number}-a-note-on-it</loc>{dated}</url>" for number in range(MOST_LOSSES + 1)]

    for count in (MOST_LOSSES, MOST_LOSSES + 1):
        sitemap = f"<urlset>{''.join(rows[:count])}</urlset>".encode()
        found = await _watch({URL: sitemap}, store, name=str(count)).harvest(_window())
        assert len({loss.url for loss in found.losses}) == MOST_LOSSES
        assert f"{count} links are known" in found.health.message


async def test_afterwards_what_is_new_is_offered_with_its_day_or_without(store: Store) -> None:
    await _first_visit(store, "a", "b")

    later = _page(_card("new"), _card("dated", "2026-02-12"), _card("a"), _card("b"))
    found = await _watch({URL: later}, store).harvest(_window(NOW + DAY))
    _publish(store, NOW + DAY)
    again = await _watch({URL: later}, store).harvest(_window(NOW + 2 * DAY))

    assert _titles(found) == ["The note on dated", "The note on new"]
    assert [made.published_at is None for made in found.offers] == [False, True]
    assert (again.health.state, again.health.message, again.offers) == ("empty", "no new link", ())


async def test_a_run_that_was_killed_before_its_harvest_was_kept_loses_no_link(store: Store) -> None:
    await _first_visit(store, "a")
    window = _window(NOW + DAY)
    later = _watch({URL: _page(_card("new"), _card("a"))}, store)

    await later.harvest(window)  # what it remembered is stored, and the process dies here
    store.flush()
    [resumed] = await collect([later], window, store, wall_s=9, on_done=lambda _: None)
    [kept] = await collect([later], window, store, wall_s=9, on_done=lambda _: None)
    _publish(store, NOW + DAY)
    [next_day] = await collect([later], _window(NOW + 2 * DAY), store, wall_s=9, on_done=lambda _: None)

    assert _titles(resumed) == _titles(kept) == ["The note on new"]
    assert next_day.offers == ()


@pytest.mark.parametrize("then", [timedelta(minutes=5), DAY])
async def test_what_was_new_to_a_slot_that_was_not_published_is_new_to_the_next_run(store: Store, then: timedelta) -> None:
    """A dry run, one that was killed, one without anything to publish: of the same slot, or of the one before."""
    await _first_visit(store, "a")
    later = _watch({URL: _page(_card("new"), _card("a"))}, store)

    unpublished = await later.harvest(_window(NOW + DAY))
    found = await later.harvest(_window(NOW + DAY + then))
    _publish(store, NOW + DAY + then)
    afterwards = await later.harvest(_window(NOW + 3 * DAY))

    assert _titles(unpublished) == _titles(found) == ["The note on new"]
    assert (afterwards.offers, afterwards.health.message) == ((), "no new link")


async def test_a_correction_finds_new_what_was_new_to_its_issue_and_nothing_that_a_later_one_had(store: Store) -> None:
    await _first_visit(store, "a")
    for day, names in enumerate((("b", "a"), ("c", "b", "a")), 1):
        await _watch({URL: _page(*map(_card, names))}, store).harvest(_window(NOW + day * DAY))
        _publish(store, NOW + day * DAY)

    corrected = await _watch({URL: _page(*map(_card, "cba"))}, store).harvest(_window(NOW + DAY))

    assert _titles(corrected) == ["The note on b"]


async def test_a_first_visit_that_was_killed_is_still_the_first(store: Store) -> None:
    page = _watch({URL: _page(_card("a"), _card("b"))}, store)

    await page.harvest(_window())
    resumed = await page.harvest(_window())

    assert resumed.offers == ()
    assert resumed.health.message.startswith("first visit")


async def test_a_page_that_cannot_be_read_forgets_nothing(store: Store) -> None:
    await _first_visit(store, "a")

    with pytest.raises(NotAFeed):
        await _watch({URL: b"<html><body><div id=app></div></body></html>"}, store).harvest(_window(NOW + DAY))
    found = await _watch({URL: _page(_card("new"), _card("a"))}, store).harvest(_window(NOW + 2 * DAY))

    assert _titles(found) == ["The note on new"]


async def test_two_pages_remember_by_themselves(store: Store) -> None:
    await _first_visit(store, "a")

    other = await _watch({URL: _page(_card("a"))}, store, name="another").harvest(_window(NOW + DAY))

    assert other.health.message.startswith("first visit")


async def test_more_new_links_than_are_offered_are_losses(store: Store) -> None:
    await _first_visit(store, "a")

    page = _page(*(_card(f"n{number}") for number in range(5)))
    found = await _watch({URL: page}, store, most=3).harvest(_window(NOW + DAY))

    assert len(found.offers) == 3
    assert [loss.reason for loss in found.losses] == ["after the first 3 of its source"] * 2


# -- which links are articles -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "noise",
    [
        '<nav><a href="/research/our-open-models">All of our research</a></nav>',
        '<header><div><a href="/platform/for-teams">The platform for teams</a></div></header>',
        '<footer><ul><li><a href="/legal/terms-of-use">Terms of our service</a></li></ul></footer>',
        '<aside><a href="/jobs/come-work-here">Come and work here</a></aside>',
        '<div role="navigation"><a href="/docs/first-steps">The first steps here</a></div>',
        '<a href="/about">About</a>',
        '<a href="/pricing">Our pricing</a>',
        '<a href="/">Back to the start page</a>',
        '<a href="#top">Back to the top</a>',
        '<a href="mailto:a@lab.example">Write us a mail</a>',
        '<a href="javascript:void(0)">Open all the menus</a>',
        '<a href="https://elsewhere.example/a">What another site says</a>',
        '<a href="/news">All the news again</a>',
        '<div class="mega-menu"><div><a href="/platform/for-teams">The platform for teams</a></div></div>',
        '<div id="breadcrumbs"><a href="/company/news-room">The news room here</a></div>',
        '<a href="/news/real/latest">Jul 2, 2025</a>',
        '<a href="/news/real/edits">edited Jan 9, 2017 at 11:06</a>',
        *(["".join(f'<p><a href="/buy/{number}">Be the first to comment</a></p>' for number in range(3))]),
        '<a href="/news/unnamed">Read more</a>',
        '<a href="/news/unnamed">阅读全文</a>',
    ],
)
def test_what_leads_to_no_article_is_not_listed(noise: str) -> None:
    body = _page(_card("real"), around=noise)

    assert [link.url for link in _listing(body).links] == ["https://lab.example/news/real"]


def test_a_title_of_two_pages_is_still_one() -> None:
    pair = '<p><a href="/news/a">The monthly news letter</a></p><p><a href="/news/b">The monthly news letter</a></p>'

    assert len(_listing(_page(pair)).links) == 2


@pytest.mark.parametrize(
    ("card", "title"),
    [
        ('<h2>Lark 2</h2><a href="/news/x">Read more</a>', "Lark 2"),
        ('<a href="/news/x"><img alt=""><h3>Lark 2</h3><p>It is a model of ours.</p></a>', "Lark 2"),
        ('<a href="/news/x"><div class="card__title">Lark 2</div><div>March news</div></a>', "Lark 2"),
        ('<a href="/news/x"><img></a><h3><a href="/news/x">Lark 2</a></h3><a href="/news/x">Continue reading</a>', "Lark 2"),
        ('<header><h2><a href="/news/x">Lark 2</a></h2></header><footer><a href="/news/x">Read on now</a></footer>', "Lark 2"),
        ('<a href="/news/x">全新推理引擎发布</a>', "全新推理引擎发布"),
        ('<a href="/news/x">A model of ours</a>', "A model of ours"),
    ],
)
def test_a_card_is_called_by_its_heading_or_by_its_link(card: str, title: str) -> None:
    body = _page(f"<article>{card}</article>", f"<article>{card.replace('/x', '/y').replace('Lark 2', 'Wren 3')}</article>")

    links = {link.url.rpartition("/")[2]: link.title for link in _listing(body).links}

    assert links["x"] == title
    assert set(links) == {"x", "y"}


@pytest.mark.parametrize(
    "day",
    [
        '<time datetime="2026-02-10T08:00:00Z">x</time>',
        "<span>Feb 10, 2026</span>",
        "<span>2026年2月10日</span>",
        "<p class=date>10 February 2026</p>",
        "<span>2026-02-10</span>",
    ],
)
@pytest.mark.parametrize("tag", ["article", "li", "div"])
def test_the_day_beside_a_link_is_its_day_and_nobody_else_s(day: str, tag: str) -> None:
    cards = [
        f'<{tag}>{day}<a href="/news/dated">The one with a day</a></{tag}>',
        f'<{tag}><a href="/news/bare">The one without any</a></{tag}>',
    ]
    body = _page(f"<div><ul>{''.join(cards)}</ul></div>" if tag == "li" else f"<div>{''.join(cards)}</div>")

    days = {link.url.rpartition("/")[2]: link.at and f"{link.at:%m-%d}" for link in _listing(body).links}

    assert days["bare"] is None
    assert days["dated"] in ("02-10", "02-09")


def test_a_selector_names_the_place_and_lets_other_sites_in() -> None:
    body = _page(_card("real"), '<div class="list"><a href="https://else.example/a">Lark</a><p><a href="/b">Wren</a></p></div>')

    assert [(link.url, link.title) for link in _listing(body, selector=".list").links] == [
        ("https://else.example/a", "Lark"),
        ("https://lab.example/b", "Wren"),
    ]


@pytest.mark.parametrize(("selector", "said"), [(".absent", "nothing on the page matches"), ("a[[", "is no CSS selector")])
def test_a_selector_that_finds_nothing_is_told(selector: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        _listing(_page(_card("real")), selector=selector)


def test_only_paths_that_match_are_listed() -> None:
    body = _page(_card("real"), '<a href="/jobs/a-job">A job in our lab</a>')

    assert [link.url for link in _listing(body, match="/jobs/").links] == ["https://lab.example/jobs/a-job"]


def test_a_page_of_too_many_elements_is_refused_and_one_below_is_read() -> None:
    filler = b"<i>" * (MAX_TAGS - 20)

    assert _listing(_page(_card("real"))[:-14] + b"<br>" * 1_000 + b"</body></html>").links
    with pytest.raises(NotAFeed, match="too many elements"):
        _listing(_page(_card("real")) + filler)


# -- sitemaps ---------------------------------------------------------------------------------------------------------

MAP = "https://lab.example/sitemap.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def _urls(*rows: str) -> bytes:
    return f"{HEAD}<urlset {SPACE}>{''.join(rows)}</urlset>".encode()


def _row(path: str, lastmod: str = "", more: str = "") -> str:
    return f"<url><loc>https://lab.example{path}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}{more}</url>"


def _index(*rows: tuple[str, str]) -> bytes:
    told = "".join(f"<sitemap><loc>https://lab.example/{name}</loc><lastmod>{day}</lastmod></sitemap>" for name, day in rows)
    return f"{HEAD}<sitemapindex {SPACE}>{told}</sitemapindex>".encode()


@pytest.mark.parametrize("packed", [False, True])
async def test_a_sitemap_gives_addresses_with_their_days_and_words_of_the_path(store: Store, packed: bool) -> None:
    body = _urls(_row("/blog/a-faster-decoder", "2026-02-10"), _row("/blog/old", "2024-01-01"), _row("/blog/bare"))

    found = await _watch({MAP: gzip.compress(body) if packed else body}, store, MAP).harvest(_window())

    assert [(made.url, made.title) for made in found.offers] == [("https://lab.example/blog/a-faster-decoder", "a faster decoder")]


def test_a_news_sitemap_gives_its_own_titles_and_days() -> None:
    news = (
        "<news:news><news:publication_date>2026-02-10</news:publication_date><news:title>A faster decoder</news:title></news:news>"
    )

    [link] = _listing(_urls(_row("/n/1", "2026-02-11", news)), MAP).links

    assert (link.title, link.at) == ("A faster decoder", datetime(2026, 2, 10, tzinfo=UTC))


async def test_of_an_index_the_newest_sitemaps_are_read_and_the_cut_is_told(store: Store) -> None:
    names = [(f"s{number}.xml", f"2026-02-0{number}") for number in range(1, 6)]
    answers: dict[str, Any] = {MAP: _index(*names)}
    answers |= {f"https://lab.example/{name}": _urls(_row(f"/blog/of-{name[:2]}", day)) for name, day in names}
    source = _watch(answers, store, MAP)

    found = await source.harvest(_window())

    assert [made.url[-2:] for made in found.offers] == ["s5", "s4"]
    assert f"of its 5 sitemaps the {MOST_CHILDREN} newest are read" in found.health.message


async def test_a_sitemap_of_an_index_that_fails_costs_only_itself(store: Store) -> None:
    answers = {
        MAP: _index(("a.xml", "2026-02-10"), ("b.xml", "2026-02-09")),
        "https://lab.example/a.xml": BadStatus("HTTP 503", status=503),
        "https://lab.example/b.xml": _urls(_row("/blog/news-of-b", "2026-02-10")),
    }

    found = await _watch(answers, store, MAP).harvest(_window())

    assert [made.url for made in found.offers] == ["https://lab.example/blog/news-of-b"]
    assert "a.xml: HTTP 503" in found.health.message
    with pytest.raises(BadStatus):
        await _watch({**answers, "https://lab.example/b.xml": BadStatus("HTTP 500", status=500)}, store, MAP).harvest(_window())


def test_the_day_on_which_a_site_was_built_is_no_day_of_its_pages() -> None:
    built = [_row(f"/blog/{number}", "2026-02-10") for number in range(BUILD_LINKS)]

    assert all(link.at is None for link in _listing(_urls(*built), MAP).links)
    assert all(link.at for link in _listing(_urls(*built[:-1]), MAP).links)


def test_a_sitemap_is_bounded_and_the_cut_is_told() -> None:
    rows = [_row(f"/b/{number}") for number in range(MOST_ADDRESSES + 1)]

    whole, cut = _listing(_urls(*rows[:-1]), MAP), _listing(_urls(*rows), MAP)

    assert (len(whole.links), whole.cut) == (MOST_ADDRESSES, False)
    assert (len(cut.links), cut.cut) == (MOST_ADDRESSES, True)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><urlset><url><loc>&b;</loc></url></urlset>',
        f"{HEAD}<urlset {SPACE}><url><loc>".encode(),
        gzip.compress(b"x" * 100, mtime=0)[:20],
        gzip.compress(b"\0" * (MAX_UNZIPPED + 1), mtime=0),
        b'{"posts": []}',
        b"",
    ],
)
def test_what_is_neither_a_page_nor_a_sitemap_is_told(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        _listing(body, MAP)


def test_a_sitemap_that_was_cut_off_gives_what_it_has_and_says_so() -> None:
    found = _listing(_urls(_row("/blog/one-of-two"), _row("/blog/two-of-two"))[:-40], MAP)

    assert ([link.title for link in found.links], found.cut) == (["one of two"], True)


async def test_a_page_that_leads_to_another_site_says_so(store: Store) -> None:
    class Elsewhere(FakeFetcher):
        async def get(self, url: str, **more: Any) -> Any:
            return replace(await super().get(url, **more), final_url="https://parked.example/news")

    source = WatchedPage("lab", Watched(URL), Elsewhere({URL: _page(_card("a"))}), InlineEngine(), store)  # type: ignore[arg-type]

    assert "it leads to https://parked.example/news" in (await source.harvest(_window())).health.message
