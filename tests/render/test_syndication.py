"""Atom and JSON Feed, as feed readers see them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest

from deepdaily.core.types import Issue
from deepdaily.render.syndication import FeedPlace, atom, host_id, json_feed
from render import issues

NS = "{http://www.w3.org/2005/Atom}"


def week() -> list[Issue]:
    return [issues.issue(due=issues.DUE - timedelta(days=n), now=issues.NOW - timedelta(days=n)) for n in range(7)]


def blog(below: str = "", suffix: str = "") -> FeedPlace:
    """A blog with all of the week."""
    paths = {one.day: f"{below}/posts/{one.day}/" for one in week()}
    return FeedPlace("https://blog.example.com", suffix, home=f"{below}/", paths=paths)


@pytest.mark.parametrize("base_url", ["", "https://blog.example.com/"])
@pytest.mark.parametrize("made", [week(), [issues.hostile()]])
def test_feed_readers_find_nothing_wrong(made: list[Issue], base_url: str) -> None:
    text = atom(made, title="日报 & <more>", place=FeedPlace(base_url))
    parsed = feedparser.parse(text)

    assert not parsed.bozo
    assert len(parsed.entries) == len(made) == len(ET.fromstring(text).findall(f"{NS}entry"))
    assert len({entry.id for entry in parsed.entries}) == len(made)
    assert all(entry.content[0].type == "text/html" for entry in parsed.entries)


def test_entries_are_whole_and_carry_their_proofs() -> None:
    content = ET.fromstring(atom(week(), title="t")).findtext(f"{NS}entry/{NS}content") or ""

    assert "18.4K token" in content
    assert "up to 2.7x the 0.8 series.”" in content
    assert 'href="https://engine.example.com/' in content
    assert "我接下来会关注什么" in content


def test_an_entry_keeps_its_id_and_changes_its_date_when_it_is_corrected() -> None:
    made = issues.issue()
    later = replace(made, approved_at=made.approved_at + timedelta(hours=5))
    before, after = (feedparser.parse(atom([one], title="t")).entries[0] for one in (made, later))

    assert before.id == after.id
    assert before.published == after.published
    assert before.updated != after.updated


def test_links_are_there_only_where_the_site_is_known() -> None:
    assert b"<link" not in atom(week(), title="t")
    parsed = feedparser.parse(atom(week(), title="t", place=blog()))

    assert parsed.entries[0].link == "https://blog.example.com/posts/2026-02-11/"
    assert {link.rel for link in parsed.feed.links} == {"self", "alternate"}


def test_hostile_text_is_inert_in_content() -> None:
    content = ET.fromstring(atom([issues.hostile()], title="t")).findtext(f"{NS}entry/{NS}content") or ""

    assert "<script" not in content
    assert "<img" not in content
    assert "&lt;script&gt;" in content


def test_the_json_feed_says_the_same() -> None:
    feed = json.loads(json_feed(week(), title="t", place=blog()))
    parsed = feedparser.parse(atom(week(), title="t", place=blog()))

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in feed["items"]] == [entry.id for entry in parsed.entries]
    assert feed["items"][0]["_deepdaily"]["degraded"] == ["search:brave:rate-limited"]
    assert json.loads(json_feed([issues.hostile()], title="t"))["items"][0]["title"]


def test_the_feed_of_another_language_has_names_and_addresses_of_its_own() -> None:
    english = [replace(one, draft=replace(one.draft, language="en")) for one in week()]
    place = blog("/en", ".en")
    parsed = feedparser.parse(atom(english, title="AI Engineering Daily", place=place))
    feed = json.loads(json_feed(english, title="AI Engineering Daily", place=place))
    own = feedparser.parse(atom(week(), title="t", place=blog()))

    assert parsed.entries[0].link == feed["items"][0]["url"] == "https://blog.example.com/en/posts/2026-02-11/"
    assert {link.href for link in parsed.feed.links} == {
        "https://blog.example.com/feeds/atom.en.xml",
        "https://blog.example.com/en/",
    }
    assert (feed["feed_url"], feed["home_page_url"]) == (
        "https://blog.example.com/feeds/feed.en.json",
        "https://blog.example.com/en/",
    )
    assert (parsed.feed.language, feed["language"]) == ("en", "en")
    assert not {parsed.feed.id, *(entry.id for entry in parsed.entries)} & {own.feed.id, *(entry.id for entry in own.entries)}


def test_a_feed_that_has_an_id_of_its_own_keeps_all_ids_wherever_it_is_published() -> None:
    own = "urn:uuid:5b3c2f1e-7f0a-4c1d-9a51-0d0f7a3b2c11"
    before, after = (FeedPlace(url, feed_id=own) for url in ("", "https://www.blog.example.com"))
    ids = [feedparser.parse(atom(week(), title="t", place=place)) for place in (before, after)]

    assert [entry.id for entry in ids[0].entries] == [entry.id for entry in ids[1].entries]
    assert ids[0].feed.id == ids[1].feed.id
    assert len({ids[0].feed.id, *(entry.id for entry in ids[0].entries)}) == 8
    assert ids[0].feed.id.startswith("urn:uuid:")


def test_a_feed_whose_id_is_its_first_host_keeps_it_elsewhere() -> None:
    moved = FeedPlace("https://new.example.com", feed_id=host_id("https://blog.example.com"))

    assert moved.tag("2026-02-11") == FeedPlace("https://blog.example.com").tag("2026-02-11")
    assert moved.tag("feed") != FeedPlace("https://new.example.com").tag("feed")
    assert host_id("") == "tag:deepdaily.invalid,2026:deepdaily"


def test_an_issue_whose_address_is_not_known_has_no_link() -> None:
    place = FeedPlace("https://blog.example.com", paths={"2026-02-10": "/posts/2026-02-10/"})
    newest, before, *_ = feedparser.parse(atom(week(), title="t", place=place)).entries

    assert "links" not in newest
    assert before.link == "https://blog.example.com/posts/2026-02-10/"
    assert "url" not in json.loads(json_feed(week(), title="t", place=place))["items"][0]
