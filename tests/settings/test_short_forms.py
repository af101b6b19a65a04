"""Short ways to write a feed's address."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.settings.loading import load
from deepdaily.settings.short_forms import address_of
from deepdaily.sources.kinds import listed

BRIDGE = "https://rsshub.example.com/"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("reddit:r/LocalLLaMA", "https://old.reddit.com/r/LocalLLaMA/top/.rss?t=day"),
        ("reddit:/r/LocalLLaMA/new/", "https://old.reddit.com/r/LocalLLaMA/new/.rss"),
        ("lobsters:ai", "https://lobste.rs/t/ai.rss"),
        ("lobsters:ai,ml", "https://lobste.rs/t/ai,ml.rss"),
        ("mastodon:@bo.lark@Birds.Example", "https://birds.example/@bo.lark.rss"),
        ("mastodon:#llm@birds.example", "https://birds.example/tags/llm.rss"),
        ("mastodon:#推理@birds.example", "https://birds.example/tags/%E6%8E%A8%E7%90%86.rss"),
        ("bluesky:bo.bsky.social", "https://bsky.app/profile/bo.bsky.social/rss"),
        ("bluesky:@bo.bsky.social", "https://bsky.app/profile/bo.bsky.social/rss"),
        ("bluesky:did:plc:abcdefgh", "https://bsky.app/profile/did:plc:abcdefgh/rss"),
        ("youtube:UC" + "x" * 22, "https://www.youtube.com/feeds/videos.xml?channel_id=UC" + "x" * 22),
        ("youtube:PL0123456789ab", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789ab"),
        ("github:vllm-project/vllm", "https://github.com/vllm-project/vllm/releases.atom"),
        ("rsshub:/lark/notes?limit=5", "https://rsshub.example.com/lark/notes?limit=5"),
        (" reddit:r/LocalLLaMA ", "https://old.reddit.com/r/LocalLLaMA/top/.rss?t=day"),
        ("https://blog.example.com/feed.xml", "https://blog.example.com/feed.xml"),
        ("http://127.0.0.1:1200/a:b", "http://127.0.0.1:1200/a:b"),
    ],
)
def test_a_short_form_stands_for_an_address(written: str, address: str) -> None:
    assert address_of(written, BRIDGE) == address


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("reddit:LocalLLaMA", "write it like reddit:r/LocalLLaMA"),
        ("reddit:r/../x", "write it like reddit:r/LocalLLaMA"),
        ("lobsters:", "write it like lobsters:ai"),
        ("mastodon:bo@birds.example", "write it like mastodon:@name@instance.example"),
        ("mastodon:@bo@localhost", "write it like mastodon:@name@instance.example"),
        ("bluesky:bo", "write it like bluesky:name.bsky.social"),
        ("youtube:@lark", "the id stands in its page's source"),
        ("youtube:lark", "write it like youtube:UC…"),
        ("github:vllm", "write it like github:owner/name"),
        ("rsshub:lark", "write it like rsshub:/route"),
        ("rsshub:/lark\n/x", "write it like rsshub:/route"),
        ("radio:r/x", "or a short one of reddit, lobsters, mastodon, bluesky, youtube, github, rsshub"),
    ],
)
def test_one_that_is_written_wrong_says_how_to_write_it(written: str, told: str) -> None:
    with pytest.raises(ValueError, match="write") as raised:
        address_of(written, BRIDGE)

    assert told in str(raised.value)


def test_a_route_without_a_bridge_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="name your instance"):
        address_of("rsshub:/lark")


def _settings(folder: Path, text: str) -> Path:
    (folder / "deepdaily.toml").write_text(text, "utf-8")
    return folder / "deepdaily.toml"


def test_settings_take_short_forms_and_call_the_source_as_it_is_written(tmp_path: Path) -> None:
    text = '[sources]\npacks = []\nhackernews = false\nrsshub = "https://rsshub.example.com"\nadd = ["reddit:r/LocalLLaMA", "rsshub:/a"]\n'

    settings, _ = load(_settings(tmp_path, text))

    assert listed(settings)[:2] == [
        ("feed", "reddit:r/LocalLLaMA", "https://old.reddit.com/r/LocalLLaMA/top/.rss?t=day"),
        ("feed", "rsshub:/a", "https://rsshub.example.com/a"),
    ]


def test_malformed_ones_are_told_at_once_with_other_mistakes(tmp_path: Path) -> None:
    text = '[sources]\nadd = ["reddit:x", "mastodon:bo", "feed.xml"]\nnoise = 1\n'

    with pytest.raises(SettingsError) as raised:
        load(_settings(tmp_path, text))

    said = str(raised.value)
    assert "4 mistakes" in said
    assert "the first of sources.add = 'reddit:x': write it like reddit:r/LocalLLaMA" in said
    assert "the second of sources.add = 'mastodon:bo': write it like mastodon:@name" in said
    assert "the third of sources.add = 'feed.xml': write the whole address" in said
    assert "sources.noise" in said


def test_a_route_without_an_instance_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="need your instance"):
        load(_settings(tmp_path, '[sources]\nadd = ["rsshub:/a"]\n'))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[[sources.page]]\nurl = 'lab'", "write the whole address of a page or sitemap"),
        ("[[sources.arxiv]]\ncategories = ['LG']", "no category of arXiv"),
        ("[[sources.arxiv]]\nname = 'x'", "name categories"),
        ("[[sources.arxiv]]\ncategories = ['cs.LG']\nquery = 'x'", 'write by = "search"'),
        ("[[sources.huggingface]]\nwhat = ['models']", "models are those of somebody"),
        ("[[sources.huggingface]]\nauthors = ['Qwen']", "models are those of somebody"),
        ("[[sources.huggingface]]\nwhat = ['models']\nauthors = ['a/b']", "no name at Hugging Face"),
        ("[[sources.github]]\nwhat = ['releases', 'trending']", "name repositories"),
        ("[[sources.github]]\nrepositories = ['vllm']", "no repository"),
        ("[[sources.github]]\nrepositories = ['a/b']\nchangelog = '../x'", "path in the repository"),
        ("[[sources.telegram]]\nchannels = ['+AbCd']", "no public channel"),
        ("[[sources.telegram]]\nchannels = []", "must not be empty"),
        ("[[sources.github]]\nrepositories = ['a/b']\n[[sources.github]]\nrepositories = ['a/c']", "two sources are called github"),
        (
            "[[sources.page]]\nurl = 'https://a.example'\n[[sources.page]]\nurl = 'https://a.example'",
            "two sources are called https://a",
        ),
        ("[[sources.arxiv]]\nname = 'brave'\ncategories = ['cs.LG']", "two sources are called brave"),
    ],
)
def test_a_table_that_cannot_be_asked_says_what_to_write(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(_settings(tmp_path, table))

    assert told in f"{raised.value}"


def test_a_channel_may_be_written_by_its_address(tmp_path: Path) -> None:
    text = "[[sources.telegram]]\nchannels = ['https://t.me/s/larknews', '@egret', 't.me/heron_1', 'ibis']\n"

    settings, _ = load(_settings(tmp_path, text))

    assert settings.sources.telegram[0].channels == ("larknews", "egret", "heron_1", "ibis")


@pytest.mark.parametrize("written", ["rsshub://route/a", "reddit://r/a", "github://a/b"])
def test_a_short_form_with_two_slashes_says_how_it_is_written(tmp_path: Path, written: str) -> None:
    with pytest.raises(SettingsError, match=f"write it like {written.partition(':')[0]}:.*without //"):
        load(_settings(tmp_path, f'[sources]\nadd = ["{written}"]\n'))
