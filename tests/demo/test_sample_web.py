"""The sample day is a web one could meet: enough to write about, and every trap a reader should see us avoid."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest

from deepdaily.core.errors import NotAFeed, NoText
from deepdaily.core.text import width
from deepdaily.demo.sample_web import NOW, QUERIES, DemoWire, settings
from deepdaily.demo.site import feeds, pages
from deepdaily.read.extract import Extracted, PageBytes, page
from deepdaily.read.web_wire import Answer
from deepdaily.sources.feed_entries import Entry, FeedBytes, parse_feed
from deepdaily.sources.hackernews import parse_hits
from deepdaily.sources.search.brave import parse_brave

HN = "https://hn.algolia.com/api/v1/"
BRAVE = "https://api.search.brave.com/res/v1/web/search?count=20&q="
PLANET = "https://planet-ai.example/index.rdf"


async def asked(url: str, wire: DemoWire | None = None) -> Answer:
    return await (wire or DemoWire()).get(url, {}, cap_bytes=10 * 2**20)


async def read(name: str) -> Extracted:
    [mine] = [one for one in pages() if one.name == name]
    answer = await asked(mine.url)
    return page(PageBytes(mine.url, answer.headers["content-type"], answer.body))


async def entries(name: str) -> list[Entry]:
    [mine] = [one for one in feeds() if one.name == name]
    answer = await asked(mine.url)
    return parse_feed(FeedBytes(mine.url, answer.headers["content-type"], answer.body))


def test_the_last_day_alone_fills_an_issue() -> None:
    today = [one for one in pages() if NOW - timedelta(hours=24) <= one.published <= NOW and width(one.body) >= 1000]

    assert len(today) >= 20
    assert len({urlsplit(one.url).hostname for one in today}) >= 9
    assert sum(one.language == "zh" for one in today) >= 8


def test_every_address_is_one_that_cannot_exist() -> None:
    hosts = {urlsplit(url).hostname or "" for url in [*(one.url for one in pages()), *(one.url for one in feeds())]}

    assert all(host.endswith(".example") for host in hosts)


def test_every_page_is_linked_from_somewhere_and_every_link_has_a_feed() -> None:
    linked = {name for one in pages() for name in one.feeds}

    assert [one.name for one in pages() if not (one.feeds or one.points or one.search)] == []
    assert linked <= {one.name for one in feeds()}


async def test_every_page_that_has_text_is_read_without_its_menu_and_cookie_line() -> None:
    textless = {"64-no-text", "65-missing"}
    for one in pages():
        if one.name in textless or "?" in one.url:
            continue
        extracted = await read(one.name)
        assert extracted.language == one.language, one.name
        assert "cookies" not in extracted.text, one.name
        assert "Twelve terminals" not in extracted.text, one.name
        assert one.body.splitlines()[0] in extracted.text, one.name


@pytest.mark.parametrize("name", [one.name for one in feeds() if not one.trouble])
async def test_a_healthy_feed_gives_all_its_entries(name: str) -> None:
    mine = [one for one in pages() if name in one.feeds]

    assert {entry.link for entry in await entries(name)} == {one.url for one in mine}


async def test_a_feed_in_gb18030_keeps_its_chinese() -> None:
    titles = [entry.title for entry in await entries("moxing")]

    assert "四张 L40S 微调 14B 模型：LoRA 与 QLoRA 的显存、时长和评测差距" in titles


async def test_a_feed_cut_off_in_the_middle_still_gives_its_first_entry() -> None:
    found = await entries("evalyard")

    assert found[0].title.startswith("Coding agents lose 11.4 points")


async def test_a_login_page_is_no_feed_and_a_busy_one_says_so() -> None:
    with pytest.raises(NotAFeed):
        await entries("members")
    assert (await asked("https://gpu-mail.example/feed")).status == 503


async def test_a_page_with_nothing_but_a_drawing_has_no_text() -> None:
    with pytest.raises(NoText):
        await read("64-no-text")


async def test_what_is_linked_but_gone_and_what_was_never_there_are_404() -> None:
    for url in ("https://protocol-notes.example/drafts/agent-identity", "https://nowhere.example/robots.txt"):
        assert (await asked(url)).status == 404


async def test_only_the_paid_page_is_recognised_as_paid() -> None:
    assert (await read("62-sponsored")).sponsored
    assert not (await read("12-nvfp4-70b")).sponsored


async def test_the_affiliate_link_is_marked_by_its_feed_reader() -> None:
    paid = [entry.link for entry in await entries("the-ledger") if entry.sponsored]

    assert paid == ["https://best-gpus.example/local-llm?aff_id=7719&item=24gb"]


async def test_the_page_that_gives_orders_has_a_visible_one_that_reading_keeps_and_a_hidden_one_it_drops() -> None:
    text = (await read("24-grammar")).text

    assert text.count("INJECTION-CANARY-7f3c") == 1
    assert "SYSTEM:" not in text


async def test_the_hostile_title_reaches_the_reader_whole_but_for_its_control_character() -> None:
    title = (await read("16-hostile-title")).title

    assert title.startswith('"+++ {{< figure >}} **bold** <script>alert(1)</script> ](javascript:alert(1)):')


def test_repeats_are_the_same_text_under_another_address() -> None:
    texts = Counter(one.body for one in pages())

    assert sorted(texts[one.body] for one in pages() if one.same_text_as) == [2, 2]


async def test_hacker_news_has_points_for_some_pages_and_a_shorter_front_page() -> None:
    new = parse_hits((await asked(HN + "search_by_date?tags=story&hitsPerPage=100")).body).stories
    front = parse_hits((await asked(HN + "search?tags=front_page&hitsPerPage=100")).body).stories

    assert {hit.url for hit in front} < {hit.url for hit in new}
    assert max(hit.points for hit in front) == max(one.points for one in pages())


async def test_the_first_search_is_refused_as_too_fast_with_quota_left_and_the_second_finds_pages_no_feed_has() -> None:
    refused, answered = [await asked(BRAVE + quote(query)) for query in QUERIES]
    found = {result.url for result in parse_brave(answered.body).found}

    assert refused.status == 429
    assert json.loads(refused.body)["error"]["code"] == "RATE_LIMITED"
    assert refused.headers["x-ratelimit-remaining"] != "0, 0"
    assert len(found) == 5
    assert len(found - {one.url for one in pages() if one.feeds}) == 2


async def test_a_broken_search_has_nothing_left_of_the_month_whatever_is_asked() -> None:
    for query in QUERIES:
        answer = await asked(BRAVE + quote(query), DemoWire("search"))
        assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (429, "0, 0")


async def test_when_all_is_broken_three_feeds_stay_with_too_few_hosts_for_the_last_day() -> None:
    wire = DemoWire("all")
    staying = [one.name for one in feeds() if (await asked(one.url, wire)).status == 200]
    linked = [one for one in pages() if set(staying) & set(one.feeds)]
    today = [one for one in linked if one.published >= NOW - timedelta(hours=24)]
    three_days = [one for one in linked if one.published >= NOW - timedelta(hours=72)]

    assert staying == ["copse", "quant-lab", "planet"]
    assert (await asked(HN + "search?tags=front_page", wire)).status == 500
    assert 3 <= len(today) < 14 < len(three_days)


def test_the_settings_name_the_feeds_of_the_day_and_no_pack() -> None:
    sources = settings().sources

    assert sources.packs == ()
    assert PLANET in sources.add
    assert [search.queries for search in sources.search] == [QUERIES]
