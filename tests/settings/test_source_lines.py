"""Feeds written into a settings file and taken out, and nothing else touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.settings.source_lines import add_feeds, drop_feed, remove_feed

A, B = "https://a.example/feed.xml", "https://b.example/feed.xml"
KEPT = f"""# mine
[digest]
title = "日报 {{date}}"   # a title

[sources]
packs = []  # none
add = [
  "{A}",  # the first
  '{B}',
]

[[sources.feed]]
url = "https://c.example/f"
headers = {{ Authorization = "C" }}

# where it goes
[[publish]]
to = "hugo"
dir = "out"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "deepdaily.toml"
    path.write_text(text, "utf-8")
    return path


def sources(path: Path) -> dict[str, object]:
    told: dict[str, object] = tomllib.loads(path.read_text("utf-8"))["sources"]
    return told


@pytest.mark.parametrize(
    "before", ["", KEPT, "[sources]\npacks = []", '[[sources.search]]\nprovider = "brave"\n', "\ufeff[digest]\nitems = 5\n"]
)
def test_a_feed_is_written_behind_what_is_there(before: str, tmp_path: Path) -> None:
    path = written(tmp_path, before)

    add_feeds(path, [{"url": A, "name": 'The "A" 博客'}, {"url": B}])

    text = path.read_text("utf-8")
    assert text.startswith(before.removeprefix("\ufeff").rstrip())
    told = sources(path)["feed"]
    assert isinstance(told, list)
    assert told[-2:] == [{"url": A, "name": 'The "A" 博客'}, {"url": B}]


def test_where_no_file_is_one_is_made_that_only_its_group_s_rules_bind(tmp_path: Path) -> None:
    add_feeds(tmp_path / "new.toml", [{"url": A}])

    assert sources(tmp_path / "new.toml") == {"feed": [{"url": A}]}


def test_who_may_read_the_file_stays_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path, KEPT)
    path.chmod(0o600)

    add_feeds(path, [{"url": A}])

    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["deepdaily.toml"]


@pytest.mark.parametrize(
    "before", ["sources = { packs = [] }\n", f'[sources]\nfeed = [{{ url = "{B}", headers = {{ X-Key = "K" }} }}]\n']
)
def test_where_no_table_can_stand_the_lines_to_write_are_told_and_nothing_is_changed(before: str, tmp_path: Path) -> None:
    path = written(tmp_path, before)

    with pytest.raises(SettingsError) as caught:
        add_feeds(path, [{"url": A}])

    lines = caught.value.remedy.partition("\n")[2]
    was = tomllib.loads(before)["sources"]
    assert tomllib.loads(lines)["sources"] == was | {"feed": [*was.get("feed", []), {"url": A}]}
    assert path.read_text() == before
    add_feeds(written(tmp_path, lines), [{"url": "https://d.example/f"}])


def test_an_address_and_a_table_are_taken_out_with_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, KEPT)

    assert [remove_feed(path, url) for url in (A, "https://c.example/f", B, "https://d.example/f")] == [True, True, True, False]

    text = path.read_text("utf-8")
    assert sources(path) == {"packs": [], "add": []}
    for comment in ("# mine", "# a title", "# none", "# the first", "# where it goes"):
        assert comment in text
    assert tomllib.loads(text)["publish"] == [{"to": "hugo", "dir": "out"}]


def test_a_table_goes_with_its_headers_and_its_neighbours_stay(tmp_path: Path) -> None:
    tables = [f'[[sources.feed]]\nurl = "https://{n}.example/f"\n[sources.feed.headers]\nX-Key = "K{n}"\n' for n in range(3)]
    path = written(tmp_path, "\n".join(tables))

    remove_feed(path, "https://1.example/f")

    assert sources(path) == {"feed": [{"url": f"https://{n}.example/f", "headers": {"X-Key": f"K{n}"}} for n in (0, 2)]}


@pytest.mark.parametrize(
    "before",
    [
        "",
        KEPT,
        '[sources]\ndrop = ["old"]\n',
        "[sources]\ndrop = []\n",
        '[[sources.search]]\nprovider = "brave"\n[digest]\ndrop = [1]\n',
    ],
)
def test_a_feed_of_a_list_is_dropped_by_a_line(before: str, tmp_path: Path) -> None:
    path = written(tmp_path, before)
    was = tomllib.loads(before).get("sources", {})

    drop_feed(path, 'WIRED: "AI"')

    assert sources(path) == was | {"drop": ['WIRED: "AI"', *was.get("drop", [])]}


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not valid TOML"):
        add_feeds(written(tmp_path, "[sources"), [{"url": A}])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'# mine\n\n[[sources.feed]]\nurl = "{A}"\n', "# mine\n"),
        (f'[[sources.feed]]\nurl = "{A}"\n', ""),
        (f'[digest]\nitems = 5\n\n[[sources.feed]]\nurl = "{A}"\n\n\n', "[digest]\nitems = 5\n"),
        (f'[digest]\nitems = 5\n\n[[sources.feed]]\nurl = "{A}"\n\n# it\n[serve]\n', "[digest]\nitems = 5\n\n# it\n[serve]\n"),
        (f'[[sources.feed]]\nurl = "{A}"\n\n[serve]\n', "[serve]\n"),
        (f'[sources]\nadd = [\n  "{A}",\n  "{B}",\n]\n', f'[sources]\nadd = [\n  "{B}",\n]\n'),
        (f'[sources]\nadd = ["{A}", "{B}"]\n', f'[sources]\nadd = ["{B}"]\n'),
        (f'[sources]\nadd = ["{B}", "{A}"]\n', f'[sources]\nadd = ["{B}"]\n'),
        (f'[sources]\nadd = ["{B}", "{A}"]\n\n[[sources.feed]]\nurl = "{A}"\n', f'[sources]\nadd = ["{B}"]\n'),
        (f'[sources]\nadd = ["{A}", "{A}"]\n', "[sources]\nadd = []\n"),
    ],
)
def test_what_is_taken_out_leaves_no_empty_place(before: str, after: str, tmp_path: Path) -> None:
    path = written(tmp_path, before)

    assert remove_feed(path, A)

    assert path.read_text() == after


def test_a_short_form_is_taken_out_by_what_it_means(tmp_path: Path) -> None:
    path = written(tmp_path, '[sources]\nadd = ["github:a/b", "rsshub:/x"]\n')

    assert remove_feed(path, "https://github.com/a/b/releases.atom")
    assert not remove_feed(path, "https://hub.example/x")
    assert remove_feed(path, "https://hub.example/x", "https://hub.example/")

    assert sources(path) == {"add": []}
