"""The channels of the settings: a kind may stand there several times, each under its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition
from deepdaily.publish import Publication
from deepdaily.publish.channels import channel_names, channels, following, link_of, message_channels
from deepdaily.publish.chats import Unset
from deepdaily.read.web_wire import WebWire
from deepdaily.settings import Settings
from deepdaily.settings.loading import load
from deepdaily.store import Store
from render import issues

SLOT = issues.issue().draft.slot
TABLES = """
[[publish]]
to = "hugo"
dir = "zh"
[[publish]]
to = "hugo"
name = "english"
dir = "en"
[[publish]]
to = "feishu"
url_env = "GROUP_ONE"
[[publish]]
to = "feishu"
name = "second-group"
url_env = "GROUP_TWO"
secret_env = "SIGN_TWO"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "deepdaily.toml").write_text(TABLES)
    return load(tmp_path / "deepdaily.toml")[0]


def test_two_of_one_kind_are_two_channels(settings: Settings, tmp_path: Path) -> None:
    made = [(channel.channel, folder) for channel, folder in channels(settings, None)]

    assert made == [("hugo", tmp_path / "zh"), ("english", tmp_path / "en")]
    assert channel_names(settings, None) == {"hugo", "english", "feishu", "second-group"}


def test_a_trial_reaches_the_file_channels_alone_below_its_folder(settings: Settings, tmp_path: Path) -> None:
    assert {folder for _, folder in channels(settings, tmp_path / "trial")} == {tmp_path / "trial"}
    assert channel_names(settings, tmp_path / "trial") == {"hugo", "english"}


async def test_a_missing_secret_is_named_by_the_channel_that_needs_it(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUP_ONE", "https://open.example/one")
    monkeypatch.setenv("GROUP_TWO", "https://open.example/two")
    first, second = message_channels(settings, store, SLOT, WebWire())

    assert (first.channel, second.channel) == ("feishu", "second-group")
    assert not isinstance(first, Unset)
    with pytest.raises(PublishError, match="SIGN_TWO"):
        await second.publish(Publication(issues.issue(), [], {}))


def test_each_group_knows_what_a_killed_run_had_sent_to_it(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GROUP_ONE", "GROUP_TWO", "SIGN_TWO"):
        monkeypatch.setenv(name, "https://open.example/x")
    store.keep_editions([Edition(SLOT.key, "second-group:part", "message-1", "sha256:0", issues.NOW)])

    first, second = message_channels(settings, store, SLOT, WebWire())

    assert (set(first.sent), set(second.sent)) == (set(), {"message-1"})  # type: ignore[attr-defined]


def test_commits_follow_the_hugo_channels_and_commands_follow_the_commits(tmp_path: Path, store: Store) -> None:
    (tmp_path / "deepdaily.toml").write_text(
        '[[publish]]\nto = "hugo"\ngit = "push"\nafter = ["hugo"]\n'
        '[[publish]]\nto = "hugo"\nname = "english"\ngit = "commit"\n[[publish]]\nto = "page"\n'
    )
    settings = load(tmp_path / "deepdaily.toml")[0]
    post = settings.publish[0].dir / "content/posts/2026-02-11/index.md"  # type: ignore[union-attr]
    store.keep_editions([Edition(SLOT.key, "hugo", "content/posts/2026-02-11/index.md", "sha256:0", issues.NOW)])
    store.keep_editions([Edition(SLOT.key, "gone", "x", "sha256:0", issues.NOW)])
    steps = following(settings, store, SLOT)

    assert [(one.channel, one.follows) for one in steps] == [
        ("hugo:git", "hugo"),
        ("english:git", "english"),
        ("hugo:after", "hugo"),
    ]
    assert steps[0].written() == [post]  # type: ignore[attr-defined]


def test_the_entries_of_a_feed_lead_to_the_posts_of_the_site_it_lies_in(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(
        '[[publish]]\nto = "hugo"\ndir = "zh"\n[[publish]]\nto = "hugo"\nname = "english"\ndir = "en"\nsection = "news"\n'
        '[[publish]]\nto = "feeds"\ndir = "en/static"\n[[publish]]\nto = "feeds"\nname = "elsewhere"\ndir = "x"\n'
    )
    made = {one.channel: one for one, _ in channels(load(tmp_path / "deepdaily.toml")[0], None)}

    assert (made["feeds"].posts.channel, made["elsewhere"].posts.channel) == ("english", "hugo")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("settings", "site", "link"),
    [
        ('[digest]\nurl = "https://b.example/"\n', None, "https://b.example/posts/2026-02-11/"),
        ("", None, ""),
        ("", 'baseURL = "https://own.example/x/"', "https://own.example/x/posts/2026-02-11/"),
        (
            '[digest]\nurl = "https://b.example"\n',
            'baseURL = "https://own.example/"\n[permalinks]\nposts = "/:year/:month/:day/"',
            "https://b.example/2026/02/11/",
        ),
        ("", 'baseURL = "https://own.example/"\n[permalinks]\nposts = "/:unheardof/"', ""),
        ("", 'baseURL = "https://own.example/"\n[params]\nmainSections = ["news"]', "https://own.example/news/2026-02-11/"),
    ],
)
def test_a_message_links_to_where_the_site_has_the_post(tmp_path: Path, settings: str, site: str | None, link: str) -> None:
    (tmp_path / "deepdaily.toml").write_text(settings + '[[publish]]\nto = "hugo"\ndir = "blog"\n')
    (tmp_path / "blog").mkdir()
    if site:
        (tmp_path / "blog" / "hugo.toml").write_text(site)

    assert link_of(load(tmp_path / "deepdaily.toml")[0], issues.issue()) == link
