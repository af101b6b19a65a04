from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from deepdaily.core.types import Call, CallState, Claim, Item, Loss, RunRecord, Section, Slot, Usage
from deepdaily.render.foreign import plain
from deepdaily.serve.answers import digest, proven_digest
from deepdaily.serve.over_days import ISSUES_FOLLOWED
from deepdaily.serve.web import INERT_POLICY, Shelf, site_app
from deepdaily.serve.web.door import PAGE_POLICY
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots, body_digest
from making import kept_instead
from render import issues
from serve import shelves

DAY, BEFORE, SECOND = shelves.SECOND.day, shelves.FIRST.day, shelves.SECOND.key
PAGES = ("/", f"/d/{DAY}", "/archive", f"/e/{DAY}/1", "/s/s-tuning-10", "/watch", "/search?q=prefill", "/board", "/feeds")


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return shelves.shelf(store, tmp_path)


@pytest.fixture
def web(shelf: Shelf) -> Iterator[TestClient]:
    with TestClient(site_app(shelf, "127.0.0.1"), base_url="http://127.0.0.1:8765", client=("127.0.0.1", 50000)) as client:
        yield client


@pytest.mark.parametrize("path", [*PAGES, "/nothing-here"])
def test_every_page_carries_the_policy_and_loads_nothing_from_elsewhere(web: TestClient, path: str) -> None:
    answer = web.get(path)

    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert not re.findall(r'(?:src|<link[^>]+href)="(?!/|data:,)', answer.text)
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    assert len(answer.content) < 80_000


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8765", "[::1]:8765", "LOCALHOST", "daily.example:80"])
def test_this_machine_and_the_configured_host_are_served(shelf: Shelf, host: str) -> None:
    assert TestClient(site_app(shelf, "daily.example")).get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:x", "[::2]", "localhost@evil"])
def test_another_hosts_name_is_refused(web: TestClient, host: str) -> None:
    answer = web.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "QuillServe" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(web: TestClient, method: str) -> None:
    assert web.request(method, "/").status_code == 405


def test_the_newest_day_stands_at_the_root_and_links_to_the_day_before(web: TestClient) -> None:
    text = web.get("/").text

    assert text.replace(' aria-current="page"', "").replace("/?lang=en", f"/d/{DAY}?lang=en") == web.get(f"/d/{DAY}").text
    assert f'rel="prev" href="/d/{BEFORE}"' in text
    assert 'rel="next"' not in text
    assert f'rel="next" href="/d/{DAY}"' in web.get(f"/d/{BEFORE}").text


def test_a_fact_leads_to_its_marked_passage_and_the_passage_back_to_the_fact(web: TestClient) -> None:
    page = web.get("/").text
    number = re.findall(rf'href="/e/{DAY}/(\d+)#e\1"', page)[0]
    passage = web.get(f"/e/{DAY}/{number}").text

    assert re.search(rf'<mark id="e{number}">[^<]+</mark>', passage)
    back = re.search(rf'href="/d/{DAY}#(c\d+)" aria-label="[^"]+ {number}"', passage)
    assert back
    assert f'<details class="fact" id="{back.group(1)}">' in page


def test_a_stored_text_is_shown_whole_and_inert(web: TestClient) -> None:
    numbers = re.findall(rf'href="/e/{DAY}/(\d+)#', web.get("/").text)
    shown = (web.get(f"/e/{DAY}/{number}").text for number in numbers)
    passage = next(text for text in shown if "&lt;script" in text)

    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark" in passage
    assert "<script>alert" not in passage


def test_a_raw_snapshot_is_plain_text_in_a_sandbox(web: TestClient, shelf: Shelf) -> None:
    body = "<script>alert('中')</script>".encode("gbk")
    hostile = replace(issues.SERVER, snapshot=body_digest(body))
    shelves.keep_bytes(shelf.store, shelf.snapshots, hostile, body, "text/html; charset=gbk")

    answer = web.get(f"/raw/{hostile.snapshot}")

    assert answer.text == "<script>alert('中')</script>"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-security-policy"] == INERT_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "punycode", "utf-16"])
def test_no_foreign_name_of_an_encoding_makes_half_characters(web: TestClient, shelf: Shelf, charset: str) -> None:
    body = rb"\ud800 +2AA- \xd8\x00"
    hostile = replace(issues.SERVER, snapshot=body_digest(body))
    shelves.keep_bytes(shelf.store, shelf.snapshots, hostile, body, f"text/html; charset={charset}")

    answer = web.get(f"/raw/{hostile.snapshot}")

    assert answer.status_code == 200
    assert charset == "utf-16" or answer.text == body.decode()


def test_a_damaged_snapshot_says_so(shelf: Shelf, tmp_path: Path) -> None:
    elsewhere = replace(shelf, snapshots=Snapshots(tmp_path / "empty"))

    near = TestClient(site_app(elsewhere, "127.0.0.1"), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    answer = near.get(f"/raw/{shelves.TUNING.snapshot}")

    assert answer.status_code == 503
    assert "no record at" in answer.text


@pytest.mark.parametrize("story", ["s-tuning-10", "s-tuning-11"])
def test_a_story_is_followed_over_its_days_newest_first(web: TestClient, story: str) -> None:
    text = web.get(f"/s/{story}").text

    assert re.findall(r'<time datetime="([^"]+)"', text) == [DAY, BEFORE]
    assert text.index("现在只需 6 GB") < text.index("只需 9 GB")


def test_a_fact_told_before_is_not_new(store: Store, tmp_path: Path) -> None:
    shelf = shelves.shelf(store, tmp_path)
    second = shelves.second_issue()
    again = replace(second.items[-1], sections=shelves.first_issue().items[0].sections, sources=(issues.cited(shelves.TUNING), issues.cited(shelves.TUNING_AGAIN)))  # fmt: skip
    kept_instead(store, replace(second, draft=replace(second.draft, items=(*second.items[:-1], again))))

    text = TestClient(site_app(shelf, "testserver")).get("/s/s-tuning-10").text

    assert text.count("只需 9 GB") == 1
    assert "没有新增的事实" in text


def test_search_finds_a_chinese_word_of_two_characters(web: TestClient) -> None:
    found = re.findall(r'<a href="/d/([\d-]+)#(s-[\w-]+)">', web.get(f"/search?q={quote('微调')}").text)

    assert set(found) == {(BEFORE, "s-tuning-10"), (DAY, "s-tuning-11")}


def test_a_term_is_found_in_either_language_and_what_has_a_part_of_the_query_stands_below(web: TestClient) -> None:
    english = web.get("/search?q=fine-tuning").text
    part = web.get(f"/search?q={quote('微调 mamba')}").text

    assert set(re.findall(r'<a href="/d/[\d-]+#(s-[\w-]+)">', english)) == {"s-tuning-10", "s-tuning-11"}
    assert "只含其中一部分的" not in english
    assert part.index("没有一条同时含有“微调 mamba”的每个词") < part.index("只含其中一部分的：") < part.index("#s-tuning-1")


@pytest.mark.parametrize("asked", ["<script>alert(1)</script>", "\x00\x00", "\"' OR 1=1 --", "量子" * 400, "*:(^"])
def test_a_search_that_finds_nothing_is_no_error(web: TestClient, asked: str) -> None:
    answer = web.get("/search", params={"q": asked})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_the_watchlist_tells_what_moved(web: TestClient) -> None:
    text = web.get("/watch").text

    states = re.findall(r'class="state (\w+)"', text)
    assert states == ["open", "open", "moved", "answered", "closed", "expired"]
    assert "vLLM 会不会跟进双池？" in text


def test_the_board_shows_outcomes_funnel_sources_and_stages_with_their_numbers(web: TestClient) -> None:
    text = web.get("/board").text

    assert text.count("<svg") == text.count("<table") == 5
    assert "1 正常发布 · 1 降级发布" in text
    assert "search:brave:rate-limited" in text
    assert "HTTP 429 &lt;b&gt;" in text
    assert re.search(r'<th scope="row">read</th><td>3\.00</td>', text)  # two rungs, one stage


def test_what_the_models_took_stands_on_the_board(web: TestClient, shelf: Shelf) -> None:
    assert "模型用量" not in web.get("/board").text

    states: tuple[CallState, ...] = ("answered", "answered", "answered", "refused", "failed")
    for number, state in enumerate(states):
        waited = number / 4 if state == "answered" else None
        usage = Usage(1200, 400, 50, waited, 2.0, 0.0123) if state != "failed" else Usage()
        shelf.store.keep_call(Call(str(number), shelves.SECOND.key, "qwen", "facts", state, issues.NOW, usage), DAY)
    text = web.get("/board").text

    assert "5,000 token" in text
    row = f'<th scope="row">{DAY}</th><td>5</td><td>2</td><td>4,800</td><td>1,600</td><td>200</td><td>0.0492</td><td>0.25</td>'
    assert row in text


def test_a_run_that_published_nothing_stands_on_the_board(web: TestClient, shelf: Shelf) -> None:
    key = shelves.SECOND.key.replace(DAY, "2026-02-12")
    shelf.store.begin(key, issues.NOW)
    shelf.store.keep_record(key, RunRecord("failed"))

    assert "1 未发布" in web.get("/board").text
    assert 'rel="next"' not in web.get(f"/d/{DAY}").text


def test_the_day_ends_with_what_was_seen_but_not_told(web: TestClient, shelf: Shelf) -> None:
    assert "另外看到" not in web.get(f"/d/{BEFORE}").text

    low = issues.document("https://low.example/a", "<i>A small thing</i>", "It is small.")
    shelf.store.keep_reading(SECOND, low.url, low)
    reports = [Loss("https://copy.example/b", "cluster", "one story with another", "s-quillserve-09")]
    passed = [
        Loss(low.url, "select", "too much like <b>", "s-low"),
        Loss("https://near.example/", "select", "score 2.50 below the last chosen 3.00", "s-near"),
    ]
    shelf.store.keep_losses(SECOND, [*passed, *reports])
    text = web.get(f"/d/{DAY}").text

    assert "另外看到（3）" in text
    assert 'href="https://low.example/a" rel="noopener noreferrer">&lt;i&gt;A small thing&lt;/i&gt;</a>' in text
    assert '<span lang="en">too much like &lt;b&gt;</span>' in text
    assert "near.example · 得分 2.50，低于最后入选的 3.00" in text
    assert "copy.example · 第 1 条的另一篇报道" in text


def test_a_day_has_twins_in_markdown_and_json(web: TestClient) -> None:
    markdown, value = web.get(f"/d/{DAY}.md"), web.get(f"/d/{DAY}.json").json()

    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "## 1)" in markdown.text
    assert [item["number"] for item in value["items"]] == [1, 2, 3, 4]
    assert value["items"][3]["title_evidence"][0]["quote"] == shelves.TUNING_AGAIN.title
    fact, ours = value["items"][3]["sentences"]
    assert fact["evidence"][0]["url"] == shelves.TUNING_AGAIN.url
    assert ours["judgement"]
    assert ours["basis"] == [{key: fact["evidence"][0][key] for key in ("document", "start", "end")}]
    assert value["degraded"] == ["search:brave:rate-limited"]


def test_the_json_of_a_day_is_what_agents_get_with_the_proofs_added() -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            proofs = {"title_evidence", "evidence", "basis"}
            return {key: bare(one) for key, one in value.items() if key not in proofs}
        return [bare(one) for one in value] if isinstance(value, list) else value

    issue = shelves.second_issue()

    assert bare(proven_digest(issue).model_dump()) == digest(issue).model_dump()


def test_programs_are_told_headings_lines_and_the_last_day_of_a_question() -> None:
    made = issues.issue()
    for told in (digest(made), proven_digest(made)):
        sentences = told.items[0].sentences

        assert [one.heading for one in sentences if one.section == "detail"] == ["性能信号", "性能信号", "", ""]
        assert [one.lines for one in sentences if one.section == "advice"] == [list(issues.ADVICE.lines)]
        assert [one.text for one in sentences if one.section == "point"] == [issues.POINT.text]
        assert told.watchlist[0].expires_on == made.closing.watchlist[0].expires_on


def test_feeds_and_llms_txt_list_both_days(web: TestClient) -> None:
    atom = ET.fromstring(web.get("/feed.atom").text)

    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    assert len(web.get("/feed.json").json()["items"]) == 2
    assert re.findall(r"\(/d/([\d-]+)\.md\)", web.get("/llms.txt").text) == [DAY, BEFORE]


def test_a_feed_of_the_reader_leads_to_what_serves_it(shelf: Shelf) -> None:
    with TestClient(site_app(replace(shelf, base_url="https://news.example/"), "127.0.0.1"), base_url="http://127.0.0.1") as client:
        atom = ET.fromstring(client.get("/feed.atom").text)
        links = [link.get("href", "") for link in atom.iter("{http://www.w3.org/2005/Atom}link")]
        feed = client.get("/feed.json").json()

        assert sorted(links) == [f"https://news.example/{path}" for path in ("", f"d/{BEFORE}", f"d/{DAY}", "feed.atom")]
        assert all(client.get(link.removeprefix("https://news.example")).status_code == 200 for link in links)
    assert (feed["home_page_url"], feed["feed_url"]) == ("https://news.example/", "https://news.example/feed.json")


@pytest.mark.parametrize(
    "path",
    ["/d/2026-02-30", "/d/x", "/d/2020-01-01", "/d/x.json", f"/e/{DAY}/999", f"/e/{DAY}/x", "/s/nobody", "/raw/sha256:00",
     "/raw/..%2f..%2fetc", "/static/style.css", f"/raw/sha256:{'0' * 64}"],
)  # fmt: skip
def test_what_is_not_there_is_a_friendly_404(web: TestClient, path: str) -> None:
    answer = web.get(path)

    assert answer.status_code == 404
    assert "没有这一页" in answer.text


@pytest.mark.parametrize("path", ["//evil.example/login", "/%2Fevil.example/", "/%5Cevil.example/", "/%09/evil.example/"])
def test_no_address_makes_a_link_to_another_site(web: TestClient, path: str) -> None:
    text = web.get("http://127.0.0.1:8765" + path).text
    (other,) = re.findall(r'class="other" href="([^"]*)"', text)

    assert re.match(r"/[^/\\\s]", other)


def test_a_story_that_is_not_followed_any_more_is_not_linked(web: TestClient, shelf: Shelf) -> None:
    found = f"/search?q={quote('微调')}"
    for path in (f"/d/{BEFORE}", found):
        assert 'href="/s/s-tuning-10"' in web.get(path).text

    later = issues.issue(shelves.told("s-later", shelves.TUNING, "其余用法不变。"))
    for number in range(1, ISSUES_FOLLOWED + 1):
        slot = Slot(issues.DUE + timedelta(days=number))
        shelf.store.keep_issue(replace(later, draft=replace(later.draft, slot=slot)))

    assert web.get("/s/s-tuning-10").status_code == 404
    for path in (f"/d/{BEFORE}", found):
        assert "/s/s-tuning-10" not in web.get(path).text
    assert 'href="/s/s-later"' in web.get("/").text


def test_an_empty_store_says_how_to_begin(store: Store, tmp_path: Path) -> None:
    empty = TestClient(site_app(Shelf(store, Snapshots(tmp_path), "Daily", "en", lambda: issues.NOW), "testserver"))

    assert "deepdaily run" in empty.get("/").text
    assert [empty.get(path).status_code for path in ("/board", "/watch", "/feeds", "/llms.txt", "/healthz")] == [200] * 5
    assert empty.get("/feed.atom").status_code == 404


def test_health_names_the_newest_slot(web: TestClient) -> None:
    assert web.get("/healthz").json() == {"status": "ok", "newest_slot": shelves.SECOND.stamp}


class Tags(HTMLParser):
    """What a browser would make of a page: every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    @property
    def acting(self) -> list[tuple[str, dict[str, str | None]]]:
        """Tags that load or run something which is not ours."""
        return [
            (tag, attributes)
            for tag, attributes in self.found
            if tag in ("img", "iframe", "object")
            or (tag == "script" and not (attributes.get("src") or "").startswith("/reader.js?"))
            or any(name.startswith("on") or (value or "").startswith("javascript:") for name, value in attributes.items())
        ]


@pytest.mark.parametrize("hostile", issues.HOSTILE)
def test_foreign_text_stays_text_on_every_page(shelf: Shelf, hostile: str) -> None:
    hostile = hostile.encode("utf-8", "ignore").decode()  # a store takes no half characters
    source = issues.document("https://evil.example/a", hostile, f"x {hostile} y")
    section = Section("what", (issues.fact(f"x {hostile} y", source),))
    item = Item("s-evil", Claim(hostile), (section,), (issues.cited(source),), byline=hostile)
    shelf.store.keep_documents([source])
    made = issues.issue(item)
    watches = tuple(replace(watch, question=hostile, story="s-evil") for watch in made.closing.watchlist)
    draft, closing = replace(made.draft, title=hostile, notice=hostile), replace(made.closing, watchlist=watches)
    kept_instead(shelf.store, replace(made, draft=draft, closing=closing))
    web = TestClient(site_app(shelf, "testserver"))

    for path in ("/", f"/e/{DAY}/1", "/s/s-evil", "/watch", f"/search?q={quote(plain(hostile)[:60])}"):
        answer = web.get(path)
        assert answer.status_code == 200
        assert Tags(answer.text).acting == []


def test_the_check_for_acting_tags_sees_them() -> None:
    page = '<img src=x><script>1</script><a href="javascript:x">y</a><p onclick="z">'

    assert len(Tags(page).acting) == 4


def test_the_look_and_the_script_stay_small(web: TestClient) -> None:
    assert len(web.get("/style.css").content) < 20_000
    assert len(web.get("/reader.js").content) < 5_000


def test_an_issue_kept_again_is_followed_at_once(web: TestClient, shelf: Shelf) -> None:
    assert "只需 9 GB" in web.get("/s/s-tuning-10").text
    first = shelves.first_issue()
    silent = replace(first.items[0], sections=())
    kept_instead(shelf.store, replace(first, draft=replace(first.draft, items=(silent,))))

    assert "只需 9 GB" not in web.get("/s/s-tuning-10").text
    assert "只需 9 GB" not in web.get(f"/d/{BEFORE}").text


def test_only_the_names_of_the_settings_are_answered_beside_this_machines(shelf: Shelf) -> None:
    web = TestClient(site_app(shelf, "0.0.0.0", ["News.example.com"]))

    asked = ("news.example.com", "news.example.com:8765", "localhost", "0.0.0.0", "other.example.com")
    assert [web.get("/board", headers={"Host": host}).status_code for host in asked] == [200, 200, 200, 400, 400]
    assert [web.get("/healthz", headers={"Host": host}).status_code for host in asked] == [200] * 5


def inner(text: str) -> set[str]:
    """The addresses on this site that a page links to, without its style and its twins for programs."""
    found = re.findall(r'<a [^>]*href="(/[^"]*)"', text)
    return {address for address in found if not re.search(r"^/(feed\.|llms|raw/)|\.(md|json)$", address)}


@pytest.mark.parametrize("path", PAGES)
def test_another_language_of_the_pages_stays_over_every_link(web: TestClient, path: str) -> None:
    english = web.get(path, params={"lang": "en"} | dict(q.split("=") for q in path.split("?")[1:])).text
    backs = [address for address in inner(english) if "lang=en" not in address]

    assert '<html lang="en">' in english
    assert ">Watchlist</a>" in english
    assert backs == [path]  # back to the daily's own language
    assert sum("lang=" in address for address in inner(web.get(path).text)) == 1


def test_the_text_of_an_issue_stays_in_its_language_and_says_which(web: TestClient) -> None:
    text = web.get("/?lang=en").text

    assert '<main id="main" lang="zh-CN">' in text
    assert "是什么" in text
    assert '<nav class="switch" lang="en" aria-label="Other days">' in text
    assert web.get("/?lang=xx").text.startswith('<!doctype html>\n<html lang="zh-CN">')


def test_a_search_in_another_language_stays_there(web: TestClient) -> None:
    assert '<input type="hidden" name="lang" value="en">' in web.get("/search?lang=en").text
    assert 'name="lang"' not in web.get("/search").text


@pytest.fixture
def bilingual(web: TestClient, store: Store) -> TestClient:
    """The second day is told in English, too, without its first item."""
    issue = shelves.second_issue()
    draft = replace(issue.draft, language="en", title="In English", items=issue.items[1:])
    store.keep_translation(replace(issue, draft=draft))
    return web


def test_a_day_that_was_told_in_the_language_asked_for_is_shown_in_it(bilingual: TestClient) -> None:
    own, english, other = (bilingual.get(f"/d/{day}") for day in (DAY, f"{DAY}?lang=en", f"{shelves.FIRST.day}?lang=en"))

    assert "<h1>In English</h1>" in english.text
    assert "What it is" in english.text
    assert '<article lang="en"' in english.text or 'lang="en"' in english.text
    assert "是什么" in own.text
    assert "是什么" in other.text  # that day was not


def test_the_twins_and_feeds_of_a_day_are_in_the_language_asked_for(bilingual: TestClient) -> None:
    value = bilingual.get(f"/d/{DAY}.json?lang=en").json()
    feed = bilingual.get("/feed.json?lang=en").json()

    assert (value["language"], len(value["items"])) == ("en", 3)
    assert len(bilingual.get(f"/d/{DAY}.json").json()["items"]) == 4
    assert "What it is" in bilingual.get(f"/d/{DAY}.md?lang=en").text
    assert (feed["language"], feed["title"], len(feed["items"])) == ("en", "AI Engineering Daily", 1)
    assert len(bilingual.get("/feed.json").json()["items"]) == 2


def test_the_passages_of_a_translated_day_are_those_it_cites(bilingual: TestClient) -> None:
    english = bilingual.get(f"/d/{DAY}?lang=en").text
    addresses = re.findall(rf'href="(/e/{DAY}/\d+)\?lang=en#(e\d+)"', english)

    assert addresses
    for address, mark in addresses[:3]:
        passage = bilingual.get(f"{address}?lang=en").text
        assert f'<mark id="{mark}">' in passage
        assert f'href="/d/{DAY}?lang=en#c' in passage


def test_a_daily_without_another_language_gives_its_own_feed_in_any(web: TestClient) -> None:
    assert web.get("/feed.json?lang=en").json()["language"] == "zh-CN"
