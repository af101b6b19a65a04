"""Channels that are files: what they own, what they refuse, and that nothing is ever half written."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Issue
from deepdaily.publish import Publication, Publisher
from deepdaily.publish.card_png import can_draw
from deepdaily.publish.files import FEED_ISSUES, Feeds, Hugo, Page, site_told
from deepdaily.settings.channel_tables import HugoTable
from render import issues

Channel = Callable[[Path], Hugo | Feeds | Page]


def feeds(folder: Path) -> Feeds:
    return Feeds(folder, "日报", "https://blog.example.com")


CHANNELS: list[Channel] = [Hugo, feeds, Page]
TODAY = issues.issue()
BUNDLE = ["card.svg", *["card.png"] * can_draw("zh"), "evidence.json", "index.md"]


def earlier(days: int) -> Issue:
    return issues.issue(due=issues.DUE - timedelta(days=days), now=issues.NOW - timedelta(days=days))


async def out(channel: Publisher, issue: Issue = TODAY, *others: Issue) -> list[str]:
    recent = sorted((issue, *others), key=lambda one: one.slot.due, reverse=True)
    return [one.location for one in await channel.publish(Publication(issue, recent, issues.DOCUMENTS))]


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (os.stat(path).st_ino, os.stat(path).st_mtime_ns) for path in folder.rglob("*")}


@pytest.mark.parametrize("made", CHANNELS)
async def test_what_is_on_disk_is_what_the_editions_say_and_rendering_again_gives(made: Channel, tmp_path: Path) -> None:
    channel = made(tmp_path)
    publication = Publication(TODAY, [TODAY], issues.DOCUMENTS)
    editions = await channel.publish(publication)

    assert written(tmp_path) == channel.files(publication)
    for edition in editions:
        assert edition.digest == "sha256:" + sha256((tmp_path / edition.location).read_bytes()).hexdigest()
        assert edition.channel == channel.channel
        assert edition.slot == TODAY.slot.key
        assert edition.published_at == TODAY.approved_at


async def test_each_channel_has_its_places(tmp_path: Path) -> None:
    assert [place.removeprefix("content/posts/2026-02-11/") for place in await out(Hugo(tmp_path))] == BUNDLE
    assert await out(feeds(tmp_path)) == ["feeds/atom.xml", "feeds/feed.json"]
    assert await out(Page(tmp_path)) == ["page/2026-02-11.html", "page/index.html"]


@pytest.mark.parametrize("made", CHANNELS)
async def test_publishing_again_touches_no_file(made: Channel, tmp_path: Path) -> None:
    await out(made(tmp_path))
    before = stamps(tmp_path)
    await out(made(tmp_path))

    assert stamps(tmp_path) == before


async def test_a_corrected_issue_replaces_its_own_post(tmp_path: Path) -> None:
    await out(Hugo(tmp_path))
    await out(Hugo(tmp_path), replace(TODAY, draft=replace(TODAY.draft, notice="更正。")))

    assert b"\xe6\x9b\xb4\xe6\xad\xa3" in (tmp_path / "content/posts/2026-02-11/index.md").read_bytes()


@pytest.mark.parametrize(
    "text", ["# mine\n", '+++\ntitle = "mine"\n+++\n', "+++\nbroken = \n+++\n", '+++\n[deepdaily]\nslot = "x"\n+++\n']
)
async def test_a_post_that_is_not_ours_is_refused_and_kept(text: str, tmp_path: Path) -> None:
    mine = tmp_path / "content/posts/2026-02-11/index.md"
    mine.parent.mkdir(parents=True)
    mine.write_text(text)

    with pytest.raises(PublishError) as refused:
        await out(Hugo(tmp_path))

    assert mine.read_text() == text
    assert list(written(tmp_path)) == ["content/posts/2026-02-11/index.md"]
    assert "2026-02-11" in refused.value.remedy


async def test_a_single_file_at_the_same_address_is_refused(tmp_path: Path) -> None:
    """H9: one page would silently overwrite the other."""
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "content/posts/2026-02-11.md").write_text("mine")

    with pytest.raises(PublishError):
        await out(Hugo(tmp_path))


async def test_other_files_of_the_site_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "content/posts/2026-02-10").mkdir(parents=True)
    (tmp_path / "content/posts/2026-02-10/index.md").write_text("mine")
    (tmp_path / "hugo.toml").write_text("title = 'mine'")
    await out(Hugo(tmp_path))

    assert (tmp_path / "content/posts/2026-02-10/index.md").read_text() == "mine"
    assert (tmp_path / "hugo.toml").read_text() == "title = 'mine'"


@pytest.mark.parametrize("made", CHANNELS)
async def test_a_folder_that_cannot_be_written_is_named(made: Channel, tmp_path: Path) -> None:
    blocked = tmp_path / "blog"
    blocked.write_text("a file where the folder should be")

    with pytest.raises(PublishError) as refused:
        await out(made(blocked))

    assert str(blocked) in f"{refused.value} {refused.value.remedy}"


async def test_a_write_that_fails_leaves_the_old_bytes_and_no_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "page/2026-02-11.html"
    target.mkdir(parents=True)

    with pytest.raises(PublishError):
        await out(Page(tmp_path))

    assert list(target.parent.iterdir()) == [target]


async def test_an_older_issue_brought_out_again_leaves_the_index_with_the_newest(tmp_path: Path) -> None:
    await out(Page(tmp_path), TODAY, earlier(1))
    assert await out(Page(tmp_path), earlier(1), TODAY) == ["page/2026-02-10.html"]

    assert (tmp_path / "page/index.html").read_bytes() == (tmp_path / "page/2026-02-11.html").read_bytes()


async def test_a_feed_carries_the_last_month(tmp_path: Path) -> None:
    await out(feeds(tmp_path), TODAY, *(earlier(n) for n in range(1, FEED_ISSUES + 5)))

    assert (tmp_path / "feeds/atom.xml").read_text().count("<entry") == FEED_ISSUES


async def test_published_files_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    await out(Page(tmp_path))

    assert (tmp_path / "page/index.html").stat().st_mode & 0o777 == 0o644


async def test_hostile_text_names_no_file(tmp_path: Path) -> None:
    await out(Hugo(tmp_path / "site"), issues.hostile())

    assert sorted(written(tmp_path)) == sorted(f"site/content/posts/2026-02-11/{name}" for name in BUNDLE)


def in_english(issue: Issue) -> Issue:
    return replace(issue, draft=replace(issue.draft, language="en", title="AI Engineering Daily"))


@pytest.mark.parametrize("made", CHANNELS)
async def test_another_language_has_files_of_its_own_beside_those_of_the_first(made: Channel, tmp_path: Path) -> None:
    alone = made(tmp_path).files(Publication(TODAY, [TODAY], issues.DOCUMENTS))
    other = Publication(in_english(TODAY), [in_english(TODAY)], issues.DOCUMENTS)
    both = made(tmp_path).files(Publication(TODAY, [TODAY], issues.DOCUMENTS, [other]))

    assert {place: both[place] for place in alone} == alone
    more = both.keys() - alone.keys()
    assert sorted(place.replace(".en.", ".") for place in more) == sorted(alone)
    assert all(b"en" in both[place] for place in more if "/card." not in place)


async def test_an_older_day_brought_out_again_leaves_the_index_of_every_language_alone(tmp_path: Path) -> None:
    old = earlier(1)
    other = Publication(in_english(old), [in_english(old)], issues.DOCUMENTS)
    places = Page(tmp_path).files(Publication(old, [TODAY, old], issues.DOCUMENTS, [other]))

    assert sorted(places) == [f"page/{old.day}.en.html", f"page/{old.day}.html"]


@pytest.mark.parametrize(
    ("config", "address"),
    [
        (None, "/en/posts/2026-02-11/"),
        ('defaultContentLanguage = "zh"\n[languages.zh]\n[languages.en]\n', "/en/posts/2026-02-11/"),
        ('title = "x"\n', "/posts/2026-02-11-en/"),
    ],
)
async def test_a_feed_in_another_language_leads_to_where_the_site_has_its_posts(
    tmp_path: Path, config: str | None, address: str
) -> None:
    if config:
        (tmp_path / "hugo.toml").write_text(config)
    other = Publication(in_english(TODAY), [in_english(TODAY)], issues.DOCUMENTS)
    both = Publication(TODAY, [TODAY], issues.DOCUMENTS, [other])
    told, posts = feeds(tmp_path).files(both), Hugo(tmp_path).files(both)

    folder = "static/feeds" if config else "feeds"
    assert f"https://blog.example.com{address}".encode() in told[f"{folder}/atom.en.xml"]
    assert b"https://blog.example.com/posts/2026-02-11/" in told[f"{folder}/atom.xml"]
    assert f"content{address.removeprefix('/en')}index{'' if '-en' in address else '.en'}.md" in posts


async def test_a_post_without_a_card_names_none(tmp_path: Path) -> None:
    without = Hugo(tmp_path, table=HugoTable(card=False)).files(Publication(TODAY, [TODAY], issues.DOCUMENTS))

    assert sorted(place.rpartition("/")[2] for place in without) == ["evidence.json", "index.md"]
    assert b"card" not in without["content/posts/2026-02-11/index.md"]


@pytest.mark.skipif(not can_draw("zh"), reason="no renderer or no font")
async def test_a_card_has_the_size_that_is_shared_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = (Hugo(tmp_path).files(Publication(TODAY, [TODAY], {})) for _ in range(2))
    png = first["content/posts/2026-02-11/card.png"]

    assert png == second["content/posts/2026-02-11/card.png"]
    assert (png[:4], int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (b"\x89PNG", 1200, 630)
    assert b'images = [\n    "posts/2026-02-11/card.png",\n]' in first["content/posts/2026-02-11/index.md"]


@pytest.mark.parametrize("config", ['disableKinds = ["page"]\n', 'ignoreFiles = ["posts/"]\n'])
async def test_a_post_that_the_site_would_not_build_is_not_written(tmp_path: Path, config: str) -> None:
    (tmp_path / "hugo.toml").write_text(config)

    with pytest.raises(PublishError, match="would not be built"):
        await out(Hugo(tmp_path))
    assert list(written(tmp_path)) == ["hugo.toml"]


async def test_a_folder_within_a_site_is_refused_with_the_site_s_own(tmp_path: Path) -> None:
    (tmp_path / "blog/content").mkdir(parents=True)
    (tmp_path / "blog/config.toml").write_text('title = "x"\n')

    with pytest.raises(PublishError) as refused:
        await out(Hugo(tmp_path / "blog/content"))
    assert str(tmp_path / "blog") in refused.value.remedy
    assert await out(Hugo(tmp_path / "blog/deepdaily-out"))


async def test_posts_that_are_there_stay_where_they_are_when_the_site_names_another_section(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text('title = "x"\n')
    before = await out(Hugo(tmp_path))
    (tmp_path / "hugo.toml").write_text('mainSections = ["news"]\n')

    assert await out(Hugo(tmp_path)) == before
    assert all(place.startswith("content/news/2026-02-10/") for place in await out(Hugo(tmp_path), earlier(1)))
    assert all(place.startswith("content/own/a/") for place in await out(Hugo(tmp_path, table=HugoTable(section="own/a"))))


async def test_a_yaml_post_of_ours_is_known_again_and_a_foreign_one_refused(tmp_path: Path) -> None:
    channel = Hugo(tmp_path, table=HugoTable(front_matter="yaml", params={"title": "mine", "categories": ["News"], "toc": True}))
    await out(channel)
    assert await out(channel)
    post = tmp_path / "content/posts/2026-02-11/index.md"
    front = post.read_text("utf-8").split("\n---\n")[0]

    assert "mine" not in front
    assert 'categories:\n  - "News"\n' in front
    assert "\ntoc: true\n" in front
    post.write_text("---\ntitle: mine\n---\n")
    with pytest.raises(PublishError, match="was not written for the slot"):
        await out(channel)


async def test_feeds_name_the_site_s_own_address_where_the_settings_name_none(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text('baseURL = "https://own.example/"\n')
    told = Feeds(tmp_path, "t").files(Publication(TODAY, [TODAY], issues.DOCUMENTS))

    assert b"https://own.example/posts/2026-02-11/" in told["static/feeds/atom.xml"]
    assert b"<link" not in Feeds(tmp_path / "no", "t").files(Publication(TODAY, [TODAY], issues.DOCUMENTS))["feeds/atom.xml"]
    assert next(iter(Page(tmp_path).files(Publication(TODAY, [TODAY], issues.DOCUMENTS)))) == "static/page/2026-02-11.html"


def test_what_is_odd_of_a_site_is_told(tmp_path: Path) -> None:
    assert "is no Hugo site" in site_told(tmp_path)[0]
    assert site_told(tmp_path / "deepdaily-out") == []
    (tmp_path / "hugo.toml").write_text('contentDir = "c"\n[permalinks]\nposts = "/:unheard/"\n')
    where, address, pattern, *_ = site_told(tmp_path)

    assert str(tmp_path / "c/posts") in where
    assert str(tmp_path / "static") in where
    assert "baseURL" in address
    assert "[permalinks]" in pattern
    (tmp_path / "hugo.toml").write_text("= broken")
    assert "cannot be read" in site_told(tmp_path)[0]


async def test_a_foreign_post_is_kept_in_the_folder_of_every_language(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text(
        'defaultContentLanguage = "zh"\n[languages.zh]\ncontentDir = "content/zh"\n[languages.en]\ncontentDir = "content/en"\n'
    )
    foreign = tmp_path / "content" / "en" / "posts" / TODAY.day / "index.md"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("+++\ntitle = 'mine'\n+++\n")
    other = Publication(in_english(TODAY), [in_english(TODAY)], issues.DOCUMENTS)
    with pytest.raises(PublishError, match="was not written for the slot"):
        await Hugo(tmp_path).publish(Publication(TODAY, [TODAY], issues.DOCUMENTS, [other]))

    assert foreign.read_text() == "+++\ntitle = 'mine'\n+++\n"
