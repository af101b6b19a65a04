"""What a user meets at the prompt: help at once, one line for what went wrong, and never a traceback."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from deepdaily.store.opening import open_store
from webs import BIN, Done, deepdaily, environment, files_below, finished, sample_day, serving

NOW = ("--now", "2026-03-12T07:30:00+08:00")
QUIET = '[sources]\npacks = []\nhackernews = false\nsearch = []\nadd = ["{feed}"]\n[network]\nallow_private = ["{site}"]\n'
HEAVY = {"sqlalchemy", "trafilatura", "aiohttp", "feedparser", "lxml", "rich.progress", "pydantic", "warcio"}


def written(folder: Path, text: str) -> str:
    path = folder / "deepdaily.toml"
    path.write_text(text, "utf-8")
    return str(path)


def only_line(done: Done) -> str:
    """The one line on stderr of a command that was refused."""
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    return line


def test_help_names_the_commands_and_imports_nothing_heavy() -> None:
    asked = (
        "import sys\nfrom deepdaily import cli\nsys.argv = ['deepdaily', '--help']\n"
        "try:\n    cli.main()\nfinally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = finished([sys.executable, "-c", asked], env=environment())
    loaded = set(done.stderr.split())

    assert done.returncode == 0
    assert {"run", "demo", "show", "verify", "config", "sources"} <= set(done.stdout.split())
    assert "deepdaily.cli" in loaded
    assert HEAVY & loaded == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[digest]\nlangauge = "zh"', "did you mean language?"),
        ('[digest]\ntimezone = "Asia/Shanghia"', "no time zone 'Asia/Shanghia'"),
        ("[digest\n", "not valid TOML"),
        ('[sources]\npacks = ["ai-enginering"]', "no pack"),
    ],
)
def test_settings_with_a_slip_end_in_one_line_and_status_2(tmp_path: Path, text: str, said: str) -> None:
    done = deepdaily("run", "--settings", written(tmp_path, text), "--data", str(tmp_path / "data"), *NOW)

    assert done.returncode == 2
    assert said in only_line(done)
    assert done.stderr.endswith("; nothing was begun\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--settings", "none.toml"),
        ("run", "--now", "yesterday"),
        ("run", "--date", "2026-02-30"),
        ("show", "2026-03-12"),
        ("verify",),
        ("show", "http://"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_ends_in_one_line_and_status_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = deepdaily(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert only_line(done).startswith("deepdaily: ")


def test_an_unknown_command_or_option_is_bad_usage(tmp_path: Path) -> None:
    for arguments in (["issue"], ["run", "--dryrun"]):
        done = deepdaily(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["a file", "/proc/no-such-folder", "/dev/null/below"])
def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("mine")
    data = str(tmp_path / place)
    done = deepdaily("run", "--data", data, *NOW, cwd=tmp_path)

    assert done.returncode == 2
    assert data in only_line(done)
    assert "--data" in done.stderr
    assert files_below(tmp_path) == {"a file": b"mine"}


def test_a_database_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    path = tmp_path / "deepdaily.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("insert into migrations values ('a step of tomorrow')")
    before = path.read_bytes()
    done = deepdaily("run", "--data", str(tmp_path), *NOW, cwd=tmp_path)

    assert done.returncode == 2
    assert "newer deepdaily" in only_line(done)
    assert "upgrade deepdaily" in done.stderr
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.db").write_text("a shopping list\n" * 100)
    done = deepdaily("show", "--data", str(tmp_path), cwd=tmp_path)

    assert done.returncode == 2
    assert "deepdaily.db" in only_line(done)
    assert (tmp_path / "deepdaily.db").read_text() == "a shopping list\n" * 100


@pytest.mark.parametrize("blocks", [200, 600, 1000])
def test_a_disk_that_fills_up_during_the_run_ends_in_one_line(tmp_path: Path, blocks: int) -> None:
    """Three limits reach the collecting, the reading and the snapshots; each leaves something to go on from."""
    small_disk = ["bash", "-c", f'ulimit -f {blocks}; exec "$@"', "_"]
    done = finished([*small_disk, str(BIN), "demo"], env=environment(), cwd=tmp_path)
    (last,) = [line for line in done.stderr.splitlines() if line.startswith("deepdaily: ")]

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "what is published stays as it is" in last
    assert not (tmp_path / "deepdaily-demo/out").exists()


# -- a small site, with the troubles of a real one --------------------------------------------------------------------

ENTRY = (
    "<entry><id>{site}/{name}</id><title>{title}</title><link href='{site}/{name}'/>"
    "<updated>2026-03-12T05:00:00+08:00</updated><summary>{title}, in a teaser that says little.</summary></entry>"
)
FEED = "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><id>i</id><updated>2026-03-12T05:00:00Z</updated>"
LOGIN = "<!doctype html><html><body><form><h1>Sign in</h1><input type='password' name='p'></form></body></html>"
TITLE = "Quillserve 2.4 released: LLM inference with paged KV cache offload"
PAGE = (
    f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>"
    "<p>Quillserve 2.4 moves cold KV cache blocks of LLM inference to local disks and was released on Tuesday.</p>"
    "<p>On 8 GPUs the new release reached 31% higher throughput than version 2.3 at the same latency.</p>"
    "<p>The default of the block size is now 32 tokens, and a restart keeps what was cached before.</p>"
    "</article></body></html>"
)


def entry(name: str, title: str) -> str:
    return ENTRY.replace("{name}", name).replace("{title}", title)


def run_on(folder: Path, pages: dict[str, tuple[str, str]], feed: str, *more: str) -> Done:
    with serving(pages) as site:
        settings = written(folder, QUIET.replace("{site}", site).replace("{feed}", f"http://{site}{feed}"))
        places = ("--data", str(folder / "data"), "--out", str(folder / "out"))
        return deepdaily("run", "--settings", settings, *places, *NOW, *more)


def test_a_truncated_feed_and_a_page_without_text_cost_only_themselves(tmp_path: Path) -> None:
    feed = FEED + entry("good", TITLE) + entry("empty", "LLM inference in a picture") + "<entry><id>cut"
    pages = {
        "/feed": ("application/atom+xml", feed),
        "/good": ("text/html", PAGE),
        "/empty": ("text/html", "<html><body><svg></svg></body></html>"),
    }
    done = run_on(tmp_path, pages, "/feed", "--json")
    told = json.loads(done.stdout)
    (health,) = told["sources"]
    with closing(open_store(tmp_path / "data")) as store:
        lost = {loss.url.rpartition("/")[2]: loss.reason for loss in store.losses(store.slots()[0])}

    assert done.returncode == 0, done.stderr
    assert (health["state"], health["offers"]) == ("ok", 2)
    assert "empty" in lost
    assert TITLE in (tmp_path / "out/content/posts/2026-03-12/index.md").read_text("utf-8")


def test_a_login_page_instead_of_the_only_feed_makes_a_quiet_day_that_says_so(tmp_path: Path) -> None:
    done = run_on(tmp_path, {"/feed": ("text/html", LOGIN)}, "/feed")

    assert done.returncode == 10, done.stderr
    assert "not-a-feed" in done.stderr.splitlines()[0]
    assert "degraded: rung:quiet" in done.stdout
    assert "问了 1 个来源，0 个正常应答" in (tmp_path / "out/content/posts/2026-03-12/index.md").read_text("utf-8")


def test_a_first_day_without_any_network_leaves_nothing_published_and_says_so(tmp_path: Path) -> None:
    with serving({}) as site:
        gone = site  # nobody listens there any more
    settings = written(tmp_path, QUIET.replace("{site}", gone).replace("{feed}", f"http://{gone}/feed"))
    places = ("--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"))
    done = deepdaily("run", "--settings", settings, *places, *NOW)
    trouble, *_, last = done.stderr.splitlines()

    assert done.returncode == 30
    assert "unreachable" in trouble
    assert last.startswith("deepdaily: ")
    assert "nothing was published today" in last
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_keeps_the_issue_for_the_next_start(tmp_path: Path) -> None:
    pages = {"/feed": ("application/atom+xml", FEED + entry("good", TITLE) + "</feed>"), "/good": ("text/html", PAGE)}
    (tmp_path / "out").write_text("a file, not a folder")
    refused = run_on(tmp_path, pages, "/feed")
    (tmp_path / "out").unlink()
    again = run_on(tmp_path, {}, "/feed")

    assert refused.returncode == 30
    assert "Traceback" not in refused.stderr
    assert "nothing was published; the issue is kept" in refused.stdout
    assert again.returncode == 0, again.stderr
    assert TITLE in (tmp_path / "out/content/posts/2026-03-12/index.md").read_text("utf-8")


def test_a_second_run_of_a_finished_slot_tells_the_first_as_json(tmp_path: Path) -> None:
    pages = {"/feed": ("application/atom+xml", FEED + entry("good", TITLE) + "</feed>"), "/good": ("text/html", PAGE)}
    first, again = run_on(tmp_path, pages, "/feed", "--json"), run_on(tmp_path, {}, "/feed", "--json")

    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == json.loads(first.stdout)
    assert json.loads(again.stdout)["editions"]


def test_the_sample_day_is_published_and_proven_and_a_changed_digit_is_caught(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, well = sample_day(tmp_path_factory)
    tampered = deepdaily("demo", "--tamper", cwd=tmp_path)

    assert well.returncode == 0, well.stderr
    assert "0 published files altered" in well.stdout
    assert tampered.returncode == 1
    assert "1 published files altered" in tampered.stdout


@pytest.mark.parametrize(
    "command", [("show",), ("search", "vllm"), ("verify",), ("serve",), ("mcp",), ("export", "--out", "copy"), ("desk", "list")]
)
def test_a_command_that_reads_makes_no_folder_and_says_that_there_is_none(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = deepdaily(*command, "--data", str(tmp_path / "typo"), cwd=tmp_path)

    assert done.returncode == 2
    typo = tmp_path / "typo"
    assert f"there is no archive in {typo}; `deepdaily run --data {typo}` makes one; name another folder with --data" in only_line(
        done
    )
    assert [*tmp_path.iterdir()] == []


def test_an_error_that_nobody_foresaw_is_one_line_and_its_details_are_in_a_file(tmp_path: Path) -> None:
    breaking = "import deepdaily.cli.look as look; look.house_of = None; from deepdaily.cli import main; main()"
    done = finished([sys.executable, "-c", breaking, "config"], env=environment(TMPDIR=str(tmp_path)), cwd=tmp_path)

    (details,) = tmp_path.iterdir()
    assert done.returncode == 3
    assert only_line(done).startswith("deepdaily: TypeError: 'NoneType' object is not callable; what is published stays as it is; ")
    assert only_line(done).endswith(f"please report it with {details}")
    assert "Traceback (most recent call last)" in details.read_text()
    assert details.stat().st_mode & 0o077 == 0


def test_a_terminal_without_chinese_gets_the_number_of_each_sign(tmp_path: Path) -> None:
    ascii_alone = environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")
    plain, as_json = (deepdaily("config", *more, env=ascii_alone, cwd=tmp_path) for more in ((), ("--json",)))

    assert (plain.returncode, as_json.returncode) == (0, 0)
    assert "\\u6df1\\u5ea6" in plain.stdout
    assert any("深度" in row["value"] for row in json.loads(as_json.stdout))


def test_show_knows_why_an_entry_is_not_told_by_the_address_as_its_feed_wrote_it(tmp_path: Path) -> None:
    summary = "The cache of LLM inference moves to disk, and each request is 12% faster than before. " * 3
    listed = (
        ("https://WWW.Old.example/p/?utm_source=feed&amp;b=1", "2026-01-05T00:00:00Z", "An old post"),
        ("{site}/log#c1", "2026-03-12T01:00:00+08:00", "LLM inference: first change"),
        ("{site}/log#c2", "2026-03-12T02:00:00+08:00", "LLM inference: second change"),
    )
    entries = "".join(
        f"<entry><id>{n}</id><title>{title}</title><link href='{link}'/><updated>{at}</updated><summary>{n} {summary}</summary></entry>"
        for n, (link, at, title) in enumerate(listed)
    )
    with serving({"/feed": ("application/atom+xml", f"{FEED}{entries}</feed>")}) as site:
        settings = written(tmp_path, QUIET.replace("{site}", site).replace("{feed}", f"http://{site}/feed"))
        places = ("--settings", settings, "--data", str(tmp_path / "data"))
        deepdaily("run", *places, "--out", str(tmp_path / "out"), *NOW)
        addresses = [link.replace("{site}", f"http://{site}").replace("&amp;", "&") for link, _, _ in listed]
        old, first, second = (deepdaily("show", address, *places).stdout for address in addresses)

    assert old == "2026-03-12: lost at collect: outside the window, dated 2026-01-05\n"
    assert first == second
    assert "2026-03-12: told as" in first
