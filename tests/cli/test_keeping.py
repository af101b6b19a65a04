"""`sources`: feeds are found, written into the settings, taken out, exchanged, and looked back at."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import Exit
from deepdaily.core.types import Harvest, Offer, Slot, SourceHealth
from deepdaily.store.opening import open_store
from webs import deepdaily, environment

BASE = "# mine\n[sources]\npacks = []\nhackernews = false\nsearch = []\n"
LARKSPUR = "https://larkspur.example/feed.atom"


def typed(folder: Path, *words: str) -> tuple[int, str, str]:
    done = deepdaily("sources", *words, cwd=folder, env=environment(DEEPDAILY_WEB="sample"))
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def sources(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = tomllib.loads((folder / "deepdaily.toml").read_text("utf-8"))["sources"]
    return told


def test_a_feed_is_found_shown_and_written_and_one_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(BASE)

    status, told, lost = typed(tmp_path, "add", "larkspur.example", LARKSPUR, "https://nowhere.example/")
    again = typed(tmp_path, "add", LARKSPUR)

    assert status == 1
    assert "2 entries, newest of 2026-03-11; 0 in 24 hours, 0 in 7 days" in told
    assert "✘ https://nowhere.example/: no feed at https://nowhere.example/: HTTP 404" in lost
    assert sources(tmp_path)["feed"] == [{"url": LARKSPUR, "name": "Larkspur: incidents and notes"}]
    assert (tmp_path / "deepdaily.toml").read_text().startswith(BASE)
    assert (again[0], "it is asked already" in again[1]) == (0, True)


def test_a_feed_goes_out_and_in_again_as_opml(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(BASE)
    typed(tmp_path, "add", LARKSPUR)

    typed(tmp_path, "export", "mine.opml")
    removed = typed(tmp_path, "remove", "Larkspur: incidents and notes")
    empty = sources(tmp_path).get("feed", [])
    taken = typed(tmp_path, "import", "mine.opml")
    twice = typed(tmp_path, "import", "mine.opml")

    assert removed[0] == 0
    assert empty == []
    assert "1 feed added" in taken[1]
    assert "0 feeds added to deepdaily.toml, 1 was asked already" in twice[1]
    assert sources(tmp_path)["feed"] == [{"url": LARKSPUR, "name": "Larkspur: incidents and notes"}]
    assert f'xmlUrl="{LARKSPUR}"' in typed(tmp_path, "export")[1]


BRIDGED = BASE.replace("packs", 'rsshub = "https://larkspur.example"\npacks')


def test_a_short_form_is_found_and_written_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(BRIDGED)

    added, again = typed(tmp_path, "add", "rsshub:/feed.atom"), typed(tmp_path, "add", LARKSPUR)
    wrong = typed(tmp_path, "add", "reddit:LocalLLaMA", "rsshub://feed.atom", "redit:r/a", "github:")

    assert (added[0], again[0], wrong[0]) == (0, 0, 1)
    assert sources(tmp_path)["feed"] == [{"url": "rsshub:/feed.atom", "name": "Larkspur: incidents and notes"}]
    assert "it is asked already" in again[1]
    for said in ("reddit:r/LocalLLaMA or", "write it like rsshub:/route", "a short one of reddit, ", "github:owner/name"):
        assert said in wrong[2]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ('add = ["rsshub:/feed.atom"]', "rsshub:/feed.atom"),
        ('add = ["rsshub:/feed.atom"]', LARKSPUR),
        ('add = ["rsshub:/feed.atom", "https://larkspur.example/feed.atom"]', LARKSPUR),
        ('[[sources.feed]]\nurl = "rsshub:/feed.atom"', "rsshub:/feed.atom"),
        ('[[sources.feed]]\nurl = "rsshub:/feed.atom"\nname = "Larkspur"', "Larkspur"),
        (f'[[sources.feed]]\nurl = "{LARKSPUR}"', "rsshub:/feed.atom"),
        ('add = ["lobsters:ai"]', "https://lobste.rs/t/ai.rss"),
        ('[[sources.feed]]\nurl = "github:a/b"', "github:a/b"),
    ],
)
def test_a_short_form_is_taken_out_however_it_is_named(lines: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(f"{BRIDGED}{lines}\n")

    status, told, _ = typed(tmp_path, "remove", what)

    assert (status, "is removed from deepdaily.toml" in told) == (0, True)
    assert [*sources(tmp_path).get("add", []), *sources(tmp_path).get("feed", [])] == []


@pytest.mark.parametrize(
    ("lines", "what", "said"),
    [
        ('[[sources.telegram]]\nchannels = ["larknews"]', "telegram", "take its table [[sources.telegram]] out"),
        ('[[sources.opml]]\nurl = "mine.opml"', "mine.opml", "take its table [[sources.opml]] out"),
        (f'[[sources.feed]]\nname = "Larkspur"\nurl = "{LARKSPUR}"', "larkspur", "did you mean 'Larkspur'?"),
    ],
)
def test_what_is_no_feed_says_where_it_stands(lines: str, what: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(f"{BASE}{lines}\n")

    status, _, told = typed(tmp_path, "remove", what)

    assert (status, said in told) == (Exit.BAD_USAGE, True)


@pytest.mark.parametrize(
    "taken",
    [
        '[[sources.search]]\nprovider = "brave"\nname = "{}"',
        '[[sources.github]]\nname = "{}"\nwhat = ["trending"]',
        '[[sources.opml]]\nurl = "mine.opml"\nname = "{}"',
        '[[sources.feed]]\nurl = "https://other.example/f"\nname = "{}"',
    ],
    ids=["search", "github", "opml", "feed"],
)
def test_a_name_that_another_source_bears_gets_a_number_whoever_bears_it(taken: str, tmp_path: Path) -> None:
    title = "Larkspur: incidents and notes"
    (tmp_path / "deepdaily.toml").write_text(BASE.replace("search = []\n", "") + taken.format(title) + "\n")
    outlines = f'<outline text="{title}" xmlUrl="https://a.example/f"/><outline text="hackernews" xmlUrl="https://b.example/f"/>'
    (tmp_path / "some.opml").write_text(f"<opml><body>{outlines}</body></opml>")

    typed(tmp_path, "add", LARKSPUR)
    typed(tmp_path, "import", "some.opml")

    names = [one["name"] for one in sources(tmp_path)["feed"]][-3:]
    assert names == [f"{title}-2", f"{title}-3", "hackernews-2"]
    assert typed(tmp_path, "list")[0] == 0


def test_a_list_is_written_over_no_file_without_a_word_and_over_no_settings_at_all(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(BASE + f'add = ["{LARKSPUR}"]\n')
    (tmp_path / "mine.opml").write_text("kept")

    refused, over = typed(tmp_path, "export", "mine.opml"), typed(tmp_path, "export", "deepdaily.toml", "--force")
    kept = (tmp_path / "mine.opml").read_text()
    forced = typed(tmp_path, "export", "mine.opml", "--force")

    assert (refused[0], over[0], kept) == (Exit.BAD_USAGE, Exit.BAD_USAGE, "kept")
    assert "add --force" in refused[2]
    assert "a settings file by its name" in over[2]
    assert sources(tmp_path)["add"] == [LARKSPUR]
    assert (forced[0], "1 feed is in mine.opml" in forced[1]) == (0, True)


def test_a_feed_of_a_list_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text("# mine\n")

    assert typed(tmp_path, "remove", "WIRED: AI")[0] == 0

    assert sources(tmp_path)["drop"] == ["https://www.wired.com/feed/tag/ai/latest/rss"]
    assert "WIRED" not in typed(tmp_path, "list")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("remove", "nobody"), "no feed is called 'nobody'"),
        (("import", "missing.opml"), "missing.opml cannot be read"),
        (("import", "https://nowhere.example/list.opml"), "HTTP 404"),
        (("import", LARKSPUR), "no OPML"),
        (("export", "no/such/folder.opml"), "cannot be written"),
        (("why", "nobody"), "there is no archive"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(BASE)

    status, _, told = typed(tmp_path, *words)

    assert status == Exit.BAD_USAGE
    assert said in told
    assert (tmp_path / "deepdaily.toml").read_text() == BASE


def kept(folder: Path) -> None:
    """Twenty days up to now: one feed fails, one rests, one is well."""
    now = datetime.now(UTC).replace(microsecond=0)
    with open_store(folder / "deepdaily-data") as store:
        for days_ago in range(20, -1, -1):
            slot = Slot(now - timedelta(days=days_ago))
            store.begin(slot.key, slot.due)
            well = SourceHealth("well", "feed", "ok", 1, newest=now, moved_to="https://new.example/f")
            lame = SourceHealth("lame", "feed", "unreachable", message="no connection")
            rests = SourceHealth("rests", "feed", "resting" if days_ago < 3 else "refused", message="failed 9 days in a row")
            offer = Offer("https://a.example/1", "well", "T")
            for one in (Harvest(well, (offer,)), Harvest(lame), Harvest(rests)):
                store.keep_harvest(slot.key, one)


def test_one_source_or_all_are_looked_back_at_with_lines_to_paste(tmp_path: Path) -> None:
    tables = "".join(
        f'\n[[sources.feed]]\nname = "{name}"\nurl = "https://{name}.example/f"\n' for name in ("well", "lame", "rests")
    )
    (tmp_path / "deepdaily.toml").write_text(BASE + tables)
    kept(tmp_path)

    well, rests, every = typed(tmp_path, "why", "well"), typed(tmp_path, "why", "https://rests.example/f"), typed(tmp_path, "why")
    value = json.loads(typed(tmp_path, "why", "lame", "--json")[1])

    assert "asked on 21 days: 21 with offers, 0 without, 0 failed, 0 left out" in well[1]
    assert (
        'moved well: for good to https://new.example/f: write "https://new.example/f" in place of "https://well.example/f"'
        in well[1]
    )
    assert "resting: failed 9 days in a row" in rests[1]
    assert "drop lame: dead: no answer since" in every[1]
    assert "sources remove lame`" in every[1]
    assert (value["source"]["failed"], value["proposals"][0]["verb"]) == (21, "drop")


def looks_back(folder: Path, *days: SourceHealth) -> tuple[int, str, str]:
    """What `why` says of all where one source did so on the last days, the newest last."""
    table = '\n[[sources.feed]]\nname = "lame"\nurl = "https://lame.example/f"\n'
    (folder / "deepdaily.toml").write_text(BASE + table)
    now = datetime.now(UTC).replace(microsecond=0)
    with open_store(folder / "deepdaily-data") as store:
        for ago, health in enumerate(reversed(days)):
            slot = Slot(now - timedelta(days=ago))
            store.begin(slot.key, slot.due)
            store.keep_harvest(slot.key, Harvest(health))
    return typed(folder, "why")


FAILED = SourceHealth("lame", "feed", "unreachable", message="no connection")
RESTED = SourceHealth("lame", "feed", "resting", message="failed 4 days in a row; asked again on 2026-03-14")
EMPTY = SourceHealth("lame", "feed", "empty")


def test_a_source_that_fails_and_rests_is_named_where_nothing_is_proposed_yet(tmp_path: Path) -> None:
    since = (datetime.now(UTC) - timedelta(days=4)).date()

    said = looks_back(tmp_path, EMPTY, FAILED, FAILED, FAILED, FAILED, RESTED)[1]

    assert said.splitlines() == [
        "nothing is proposed: no source, searches aside, failed for 14 days, was silent for 30 and longer than it usually is, "
        "or answered on 20 without being printed",
        f"lame: failing since {since}: unreachable: no connection; resting: {RESTED.message}",
    ]
    value = json.loads(typed(tmp_path, "why", "--json")[1])
    assert [(one["source"], one["failed"]) for one in value["failing"]] == [("lame", 4)]


@pytest.mark.parametrize("days", [(EMPTY, EMPTY), (FAILED, EMPTY)])
def test_a_source_that_answers_is_no_trouble_however_it_did_before(days: tuple[SourceHealth, ...], tmp_path: Path) -> None:
    assert looks_back(tmp_path, *days)[1].count("\n") == 1


def test_what_is_dropped_is_not_named_twice_and_where_nobody_was_asked_that_is_said(tmp_path: Path) -> None:
    dead = looks_back(tmp_path, *[FAILED] * 16)[1]
    (tmp_path / "new").mkdir()

    assert "drop lame: dead" in dead
    assert dead.count("lame is") == dead.count("lame: failing") == 0
    assert looks_back(tmp_path / "new")[1] == "nothing is proposed: no source was asked in the last 30 days\n"


def test_the_doctor_has_a_line_for_what_moved_and_one_for_what_could_be_dropped(tmp_path: Path) -> None:
    names = ("well", "lame", "rests")
    tables = "".join(f'\n[[sources.feed]]\nname = "{name}"\nurl = "https://{name}.example/f"\n' for name in names)
    (tmp_path / "deepdaily.toml").write_text(BASE + f'add = ["{LARKSPUR}"]\n' + tables)
    kept(tmp_path)

    done = deepdaily("doctor", "--json", cwd=tmp_path, env=environment(DEEPDAILY_WEB="sample"))
    notes = [one["told"] for one in json.loads(done.stdout) if one["part"] == "sources" and one["state"] == "note"]

    assert "could be dropped: lame, rests, well" in notes
    assert "moved for good: well" in notes
