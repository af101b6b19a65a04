"""When a page was published: as it says, and never as a guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deepdaily.read.extract import PageBytes, page
from deepdaily.read.page_dates import dates_in, moment, stated

PROSE = "".join(
    f"<p>Part {part} tells how a queue of its own keeps a long prompt from holding up every short one behind it.</p>"
    for part in "abcd"
)


def read(
    inner: str = "", head: str = "", after: str = "", url: str = "https://blog.example.com/queues", lang: str = "en"
) -> datetime | None:
    body = f"<main><article><h1>Queues of their own</h1>{inner}{PROSE}</article></main>{after}"
    source = (
        f'<html lang="{lang}"><head><meta charset="utf-8"><title>Queues of their own</title>{head}</head><body>{body}</body></html>'
    )
    return page(PageBytes(url, "text/html", source.encode())).published_at


def day(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2027-05-04T08:30:00+02:00">',
        '<meta property="article:published_time" content="2027年5月4日 14:30">',
        '<meta name="pubdate" content="2027-05-04 06:30">',
        '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2027-05-04T06:30:00Z","dateModified":"2027-06-01"}</script>',
        '<script type="application/ld+json">/*<![CDATA[*/ {"@graph": [] </script><script type="application/ld+json">[{"@graph":[{"@type":"WebPage"},{"datePublished":"May 4, 2027 6:30"}]}]</script>',
    ],
)
def test_the_head_of_a_page_states_the_moment(head: str) -> None:
    assert read(head=head) == datetime(2027, 5, 4, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "May 4, 2027",
        "4 May 2027",
        "4th of May 2027",
        "Tuesday, 4 May 2027",
        "2027-05-04",
        "2027/5/4",
        "2027.05.04",
        "2027年5月4日",
        "2027 年 05 月 04 日",
        "4. Mai 2027",
        "4 mai 2027",
        "4 de mayo de 2027",
        "04.05.2027",
        "5/4/2027",
        "2027 May 4",
        "4 мая 2027",
        "4 maja 2027",
        "2027년 5월 4일",
        "20270504",
    ],
)
def test_a_date_is_read_as_people_write_it(said: str) -> None:
    assert stated(said) == day("2027-05-04")
    assert read(f"<p>{said}</p>") == (None if said == "20270504" else day("2027-05-04"))


def test_day_and_month_in_figures_stand_as_the_page_s_language_has_them() -> None:
    assert read("<p>Posted 5/4/2027</p>", lang="en-GB") == day("2027-04-05")
    assert read("<p>Posted 5/4/2027</p>", lang="fr") == day("2027-04-05")
    assert read("<p>Posted 17/4/2027</p>") == day("2027-04-17")
    assert read("<p>Posted 04.17.2027</p>") == day("2027-04-17")


@pytest.mark.parametrize(
    "line",
    [
        '<div class="info"><span>发布时间：2027年5月4日</span> <span>来源：示例网</span></div>',
        "<p>2027年5月4日 来源：示例网</p>",
        "<p>By Ann · May 4, 2027 · 5 min read</p>",
        "<p>Updated June 1, 2027</p><p>Published May 4, 2027</p>",
        '<time datetime="2027-05-04">3 h ago</time>',
        '<span class="post-date">May 4, 2027</span>',
    ],
)
def test_a_line_at_the_headline_is_the_date(line: str) -> None:
    assert read(line) == day("2027-05-04")


def test_a_later_change_is_the_date_where_no_other_is_named() -> None:
    assert read("<p>Last updated on May 4, 2027</p>") == day("2027-05-04")


@pytest.mark.parametrize(
    "label", ["发布日期：2027年5月4日", "更新时间: 2027-05-04", "Published: May 4, 2027", "Posted on 4 May 2027"]
)
def test_a_label_anywhere_is_better_than_nothing(label: str) -> None:
    assert read(after=f"<div>{label}</div>") == day("2027-05-04")


def test_the_address_may_hold_the_date() -> None:
    assert read(url="https://blog.example.com/2027/05/04/queues") == day("2027-05-04")
    assert read(url="https://blog.example.com/2027-05-04-queues") == day("2027-05-04")
    assert read(url="https://blog.example.com/2027/5/4/queues") == day("2027-05-04")
    assert read(url="https://blog.example.com/20279999/queues") is None


@pytest.mark.parametrize(
    "no_date",
    [
        "<p>© 2027 Ann Example. All rights reserved.</p>",
        "<p>In 2027 the team began with a single queue.</p>",
        "<p>May 2027</p>",
        "<p>2027年5月</p>",
        "<p>2027-05</p>",
        "<p>today 10:20</p>",
        "<p>今天 10:20</p>",
        "<p>2 hours ago</p>",
        "<p>Version 2027.13.41 is out</p>",
        "<p>February 30, 2027</p>",
        "<p>0427年5月4日</p>",
        f"<p>{'The service that was shut down had been opened on May 4, 2027, and served for years, ' * 3}</p>",
        '<time>soon</time><meta property="article:published_time" content="2027">',
    ],
)
def test_a_year_a_month_or_what_the_text_tells_of_is_no_date(no_date: str) -> None:
    assert read(no_date) is None
    assert read(after=f"<footer>{no_date}</footer>") is None


def test_a_list_beside_the_article_does_not_date_it() -> None:
    aside = "<aside><ul><li>2027-06-30 Newest of all</li></ul></aside><div class='related'><time>2027-06-29</time></div>"

    assert read("<p>Posted on May 4, 2027 by Ann</p>", after=aside) == day("2027-05-04")


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2027-05-04 10:20 +08:00", "2027-05-04T02:20"),
        ("2027/05/04 10:20:00 -0500", "2027-05-04T15:20"),
        ("2027年5月4日 10:20", "2027-05-04T02:20"),
        ("May 4, 2027 at 10:20 UTC", "2027-05-04T10:20"),
        ("4 May 2027, 10:20", "2027-05-04T10:20"),
        ("2027-05-04 29:99", "2027-05-04"),
    ],
)
def test_a_time_beside_it_is_in_its_zone(written: str, at: str) -> None:
    found = stated(written)

    assert found == (day(at) if found is not None or at != "2027-05-04" else None)


def test_dates_of_a_line_come_in_order() -> None:
    assert [one.at.day for one in dates_in("Updated 2027-06-09, published May 4, 2027, first 3.5.2027")] == [9, 4, 3]
    assert dates_in("version 1.2.2027.4 of 2027-5") == []


def test_what_is_no_moment_is_none() -> None:
    assert moment("soon") is None
    assert moment("0001-01-01") is None
    assert moment("9999-12-31T23:59:59-12:00") is None
    assert stated(None) is None
    assert stated({"@value": 4}) is None


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("May 4, 2027 at 5:30 PM", "2027-05-04T17:30"),
        ("May 4, 2027, 12:05 a.m.", "2027-05-04T00:05"),
        ("May 4, 2027 5:30pm PST", "2027-05-05T01:30"),
        ("May 4, 2027 17:30 GMT+2", "2027-05-04T15:30"),
        ("4. Mai 2027 um 17:30 Uhr", "2027-05-04T17:30"),
        ("4 mai 2027 à 17h30", "2027-05-04T17:30"),
        ("2027年5月4日 下午5:30", "2027-05-04T09:30"),
        ("2027年5月4日 上午12:30", "2027-05-03T16:30"),
        ("2027年5月4日 星期二 17时30分", "2027-05-04T09:30"),
        ("2027年5月4日（二）17:30", "2027-05-04T09:30"),
        ("1809405000", "2027-05-04T04:30"),
        ("1809405000000", "2027-05-04T04:30"),
    ],
)
def test_an_hour_is_read_as_people_write_it(said: str, moment: str) -> None:
    assert stated(said) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Updated June 1, 2027 · Published May 4, 2027</p>",
        "<p>更新于 2027-06-01 发布于 2027-05-04</p>",
        "<p>Edited 1 June 2027, posted 4 May 2027</p>",
    ],
)
def test_of_two_dates_in_a_line_the_one_of_the_change_is_not_taken(line: str) -> None:
    assert read(line) == day("2027-05-04")


@pytest.mark.parametrize(
    "elsewhere",
    [
        '<section id="comments"><p><time datetime="2027-05-04">May 4, 2027</time></p><p>Nice.</p></section>',
        '<div class="comment-list"><div><time datetime="2027-05-04">May 4</time></div></div>',
        '<div class="related-posts"><a href="/x">Another</a><time datetime="2027-05-04">May 4</time></div>',
        '<aside><span class="date">May 4, 2027</span></aside>',
        '<div class="event-date">May 4, 2027</div>',
        "<p>Join us on May 4, 2027.</p>",
        "<blockquote><p>It is out.</p>Ann, May 4, 2027</blockquote>",
    ],
)
def test_a_date_of_comments_other_texts_or_events_is_not_the_page_s(elsewhere: str) -> None:
    long = f"<p>{'A long prompt waits in no queue but its own, ' * 3}as was told.</p>"

    assert read(after="", inner=f"{long}{elsewhere}") is None
    assert read(after=elsewhere) is None


def test_the_day_on_which_a_page_was_asked_for_is_no_date_of_it() -> None:
    today = '<header><time datetime="2027-06-09">Today</time></header><p class="date">今天是2027年6月9日</p>'
    source = f"<title>Queues of their own</title>{today}<article><h1>Queues of their own</h1><p>May 4, 2027</p>{PROSE}</article>"

    assert page(PageBytes("https://blog.example.com/q", "text/html", source.encode())).published_at == day("2027-05-04")


def test_linked_data_of_other_things_dates_no_page() -> None:
    for kind in ("WebSite", "Comment", "Event", "ImageObject"):
        data = f'<script type="application/ld+json">{{"@type":"{kind}","datePublished":"2020-01-05"}}</script>'
        assert read("<p>May 4, 2027</p>", head=data) == day("2027-05-04")
    video = '<script type="application/ld+json">{"@type":"VideoObject","uploadDate":"2020-01-05"}</script>'
    assert read("<p>May 4, 2027</p>", head=video) == day("2027-05-04")
    assert read(head=video) == day("2020-01-05")


def test_a_short_year_is_read_behind_a_label_alone() -> None:
    assert read(after="<div>Published on 05/14/27</div>") == day("2027-05-14")
    assert read(after="<div>Score 05/14/27</div>") is None


def test_the_headline_among_several_is_the_one_that_is_most_like_the_title() -> None:
    source = (
        "<title>Queues of their own, told by Ann</title><h1>Ann's long notes</h1><p>Since May 4, 2020</p>"
        f"<article><h1>Queues of their own</h1><p>May 4, 2027</p>{PROSE}</article>"
    )

    assert page(PageBytes("https://blog.example.com/q", "text/html", source.encode())).published_at == day("2027-05-04")
