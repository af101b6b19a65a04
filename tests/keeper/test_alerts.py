"""Whoever keeps the daily is told of a poor day, of none, and of a dead source: once, by webhook and by mail."""

from __future__ import annotations

import json
import socketserver
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deepdaily.cli.console import LineMeter
from deepdaily.core.errors import Exit, StoreError
from deepdaily.core.types import Harvest, Slot, SourceHealth, SourceState
from deepdaily.house import House
from deepdaily.keeper import run_slot
from deepdaily.keeper.alerts import DEGRADED, NOTHING, alert, dead_sources, nobody_told, tell_broken_off, tell_end
from deepdaily.run import Errand
from deepdaily.settings import Database, Settings
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from making import NOW, SLOT
from webs import deepdaily, environment

# -- what is told -----------------------------------------------------------------------------------------------------


class Told:
    """Who is told; `well` says whether the message arrives."""

    def __init__(self, well: bool = True) -> None:
        self.well = well
        self.lines: list[str] = []

    async def __call__(self, slot: Slot, trouble: str) -> bool:
        self.lines.append(trouble)
        return self.well


@pytest.fixture
def house(tmp_path: Path, store_url: str) -> House:
    """The installation whose store is `store`."""
    return House(Settings(store=Database(url=store_url)), {}, tmp_path)


async def told_of(house: House, status: Exit | None, *, by_keeper: bool = False, told: Told | None = None) -> list[str]:
    """What a run that ends with `status` tells; None stands for a run that raised."""
    told = told or Told()
    if status is None:
        await tell_broken_off(house, SLOT, told, by_keeper=by_keeper)
    else:
        with house.store() as store:
            await tell_end(store, SLOT, status, told, by_keeper=by_keeper)
    return told.lines


@pytest.mark.parametrize(
    ("status", "lines"), [(Exit.PUBLISHED, []), (Exit.DEGRADED, [DEGRADED]), (Exit.NOTHING, [NOTHING]), (None, [NOTHING])]
)
async def test_a_run_started_by_anyone_tells_how_it_ended(house: House, status: Exit | None, lines: list[str]) -> None:
    assert await told_of(house, status) == lines


@pytest.mark.parametrize(("status", "lines"), [(Exit.DEGRADED, [DEGRADED]), (Exit.NOTHING, []), (None, [])])
async def test_a_run_of_the_keeper_leaves_it_to_the_keeper_to_say_that_nothing_came(
    house: House, status: Exit | None, lines: list[str]
) -> None:
    assert await told_of(house, status, by_keeper=True) == lines


class Breaking(LineMeter):
    """Breaks the run off that it is to show, and before that what `damage` does."""

    def __init__(self, error: Exception, damage: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.error, self.damage = error, damage

    def stage(self, name: str, total: int) -> None:
        self.damage()
        raise self.error


@pytest.fixture
def break_off(monkeypatch: pytest.MonkeyPatch) -> BreakOff:
    """Has a run break off by the meter it is given, and says what was posted of it."""

    async def posted_of(house: House, meter: Breaking, by_keeper: bool) -> list[str]:
        with webhook() as (hook, posted):
            monkeypatch.setenv("HOOK", f"http://{hook}/x")
            more = {"sources": QUIET, "alert": {"url_env": "HOOK"}, "network": {"allow_private": (hook,)}}
            settings = Settings.model_validate({"store": house.settings.store, **more})
            with pytest.raises(type(meter.error), match=str(meter.error)):
                await run_slot(replace(house, settings=settings), Errand(SLOT, NOW, meter, by_keeper=by_keeper))
        return [one["trouble"] for one in posted]

    return posted_of


BreakOff = Callable[[House, Breaking, bool], Awaitable[list[str]]]

QUIET = {"packs": (), "hackernews": False, "search": ()}
"""No source."""


@pytest.mark.parametrize(("by_keeper", "lines"), [(False, [NOTHING]), (True, [])])
@pytest.mark.parametrize("error", [StoreError("disk full"), RuntimeError("a bug")])
async def test_a_run_that_breaks_off_tells_that_nothing_came_and_breaks_off(
    break_off: BreakOff, house: House, error: Exception, by_keeper: bool, lines: list[str]
) -> None:
    assert await break_off(house, Breaking(error), by_keeper) == lines


async def test_the_error_of_a_run_is_not_hidden_by_that_of_a_store_that_broke(break_off: BreakOff, tmp_path: Path) -> None:
    breaking = Breaking(RuntimeError("a bug"), lambda: damage(tmp_path, "runs"))

    assert await break_off(House(Settings(), {}, tmp_path), breaking, False) == [NOTHING]


def damage(folder: Path, table: str) -> None:
    """Leave a store there that opens and has lost a table."""
    open_store(folder).close()
    with closing(sqlite3.connect(folder / "deepdaily.db")) as db:
        db.execute(f"DROP TABLE {table}")


@pytest.mark.parametrize("whole", [True, False])
async def test_an_alert_that_cannot_be_recorded_is_delivered_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whole: bool
) -> None:
    if not whole:
        damage(tmp_path, "alerts")
    assert await alert(House(Settings(), {}, tmp_path), SLOT, NOTHING)
    said = capsys.readouterr().err

    assert f"deepdaily {SLOT.day}: {NOTHING}; see" in said
    assert ("no record of alerts: the database" in said) is not whole


# -- dead sources -----------------------------------------------------------------------------------------------------


def keep(store: Store, days_ago: int, state: SourceState | None, source: str = "a feed", hours: int = 0) -> Slot:
    """A slot in which `source` was in `state`, or was not asked."""
    slot = Slot(SLOT.due - timedelta(days=days_ago) + timedelta(hours=hours))
    store.begin(slot.key, NOW)
    if state:
        store.keep_harvest(slot.key, Harvest(SourceHealth(source, "feed", state)))
    return slot


def dead(store: Store, states: Sequence[SourceState | None]) -> list[str]:
    """Dead sources after a row of days, one state a day, the last one today's."""
    for days_ago, state in zip(range(len(states) - 1, -1, -1), states, strict=True):
        keep(store, days_ago, state)
    return dead_sources(store, SLOT)


@pytest.mark.parametrize(
    "states",
    [
        ["unreachable", "not-a-feed", "refused"],
        ["ok", "unreachable", "unreachable", "unreachable"],
        ["unreachable", None, "unreachable", "unreachable"],
    ],
)
def test_a_source_that_failed_on_three_days_is_dead(store: Store, states: list[SourceState | None]) -> None:
    assert dead(store, states) == ["a feed"]


@pytest.mark.parametrize(
    "states",
    [
        ["unreachable", "unreachable"],
        ["unreachable", "unreachable", "ok"],
        ["unreachable", "ok", "unreachable", "unreachable"],
        ["unreachable", "empty", "unreachable", "unreachable"],
        ["no-key", "no-key", "no-key"],
        ["unreachable", "unreachable", "unreachable", None],
    ],
)
def test_a_source_that_answered_or_was_not_asked_is_not_dead(store: Store, states: list[SourceState | None]) -> None:
    assert dead(store, states) == []


def test_many_slots_of_one_day_are_one_day(store: Store) -> None:
    for hours in (-4, -3, -2, -1, 0):
        keep(store, 0, "unreachable", hours=hours)

    assert dead_sources(store, SLOT) == []


class Counted(Store):
    """A store that counts the slots whose harvests are read."""

    def __init__(self, store: Store) -> None:
        super().__init__(store._engine, store._digest)
        self.read: list[str] = []

    def harvests(self, slot: str) -> list[Harvest]:
        self.read.append(slot)
        return super().harvests(slot)


def test_the_archive_is_read_back_to_the_last_answer_each_slot_once(store: Store) -> None:
    answered: list[SourceState] = ["ok"] * 20
    assert dead(store, [*answered, "unreachable", "unreachable", "unreachable"]) == ["a feed"]
    counted = Counted(store)

    assert dead_sources(counted, SLOT) == ["a feed"]
    assert counted.read == store.slots()[:4]


def test_the_archive_is_read_back_to_the_last_alert(store: Store) -> None:
    dead(store, ["unreachable"] * 20)
    store.keep_alert(store.slots()[2], "source dead: a feed")
    counted = Counted(store)

    assert dead_sources(counted, SLOT) == []
    assert counted.read == store.slots()[:3]


async def test_a_dead_source_is_named_once_until_it_has_answered_in_between(store: Store, house: House) -> None:
    assert dead(store, ["unreachable"] * 3) == ["a feed"]
    assert await told_of(house, Exit.PUBLISHED) == ["no answer for 3 days from a feed"]
    assert await told_of(house, Exit.PUBLISHED) == []

    states: list[SourceState] = ["unreachable", "ok", "unreachable", "unreachable", "unreachable"]
    days = [keep(store, -n, state) for n, state in enumerate(states, 1)]
    assert [dead_sources(store, slot) for slot in days] == [[], [], [], [], ["a feed"]]


async def test_a_message_that_did_not_arrive_is_tried_again(store: Store, house: House) -> None:
    assert dead(store, ["unreachable"] * 3) == ["a feed"]
    await told_of(house, Exit.PUBLISHED, told=Told(well=False))

    assert await told_of(house, Exit.PUBLISHED) == ["no answer for 3 days from a feed"]


async def test_a_trial_that_tells_nobody_does_not_silence_the_next_run(store: Store) -> None:
    assert dead(store, ["unreachable"] * 3) == ["a feed"]
    await tell_end(store, SLOT, Exit.PUBLISHED, nobody_told, by_keeper=False)

    assert dead_sources(store, SLOT) == ["a feed"]


async def test_a_week_without_network_is_one_message_that_names_ten_and_counts_the_rest(store: Store, house: House) -> None:
    for days_ago in range(3):
        for n in range(13):
            keep(store, days_ago, "unreachable", f"feed {n:02}")
    (line,) = await told_of(house, Exit.PUBLISHED)

    assert line.endswith("feed 09 and 3 more")


# -- delivered, or not ------------------------------------------------------------------------------------------------


async def delivered(house: House, tables: dict[str, Any], hook: str, times: int = 2) -> list[bool]:
    """Whether an alert that is told so many times was delivered, each time."""
    more = {"network": {"allow_private": (hook,)}, **tables}
    settings = Settings.model_validate({"store": house.settings.store, **more})
    return [await alert(replace(house, settings=settings), SLOT, NOTHING) for _ in range(times)]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "ok"),
        (204, ""),
        (200, '{"errcode":0,"errmsg":"ok"}'),
        (200, '{"StatusCode":0,"code":0}'),
        (202, "<html>thanks</html>"),
    ],
)
async def test_an_alert_that_was_taken_is_told_once_whatever_the_words(
    house: House, store: Store, monkeypatch: pytest.MonkeyPatch, status: int, said: str
) -> None:
    with webhook(status, said) as (hook, posted):
        monkeypatch.setenv("HOOK", f"http://{hook}/x")
        assert await delivered(house, {"alert": {"url_env": "HOOK"}}, hook) == [True, True]

    assert [one["trouble"] for one in posted] == [NOTHING]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, '{"message":"no such hook"}'),
        (500, '{"error":"boom"}'),
        (429, "{}"),
        (302, ""),
        (200, '{"code":19002,"msg":"params error, msg_type need"}'),
        (200, '{"errcode":310000,"errmsg":"keywords not in content"}'),
    ],
)
async def test_an_alert_that_was_not_taken_is_told_again(
    house: House, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    with webhook(status, said) as (hook, posted):
        monkeypatch.setenv("HOOK", f"http://{hook}/s3cret-of-the-hook")
        assert await delivered(house, {"alert": {"url_env": "HOOK"}}, hook) == [False, False]

    assert len(posted) == 2
    told = capsys.readouterr().err
    assert "the alert was not delivered" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("form", "said", "place"),
    [
        ("slack", "ok", ("text",)),
        ("feishu", '{"code":0}', ("content", "text")),
        ("wecom", '{"errcode":0}', ("text", "content")),
        ("dingtalk", '{"errcode":0}', ("text", "content")),
        ("discord", "{}", ("content",)),
        ("telegram", '{"ok":true}', ("text",)),
        ("webhook", "", ("text",)),
    ],
)
async def test_an_alert_has_the_form_of_its_service(
    house: House, store: Store, monkeypatch: pytest.MonkeyPatch, form: str, said: str, place: tuple[str, ...]
) -> None:
    with webhook(200, said) as (hook, posted):
        monkeypatch.setenv("HOOK", f"http://{hook}/x?chat_id=7")
        assert await delivered(house, {"alert": {"url_env": "HOOK", "form": form}}, hook, 1) == [True]

    told: Any = posted[0]
    for name in place:
        told = told[name]
    assert f"deepdaily {SLOT.day}: nothing published" in told
    assert ("trouble" in posted[0]) is (form == "webhook")


async def test_an_alert_goes_to_the_chats_that_are_named_each_with_its_own_signature(
    house: House, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = [
        {"to": "feishu", "name": "team", "url_env": "HOOK", "secret_env": "SIGN"},
        {"to": "feishu", "name": "other", "url_env": "HOOK"},
        {"to": "slack", "name": "nameless", "url_env": "NOT_SET"},
    ]
    monkeypatch.delenv("NOT_SET", raising=False)
    monkeypatch.setenv("SIGN", "s3cret")
    with webhook(200, '{"code":0}') as (hook, posted):
        monkeypatch.setenv("HOOK", f"http://{hook}/x")
        tables = {"publish": chats, "alert": {"channels": ["team", "nameless"]}}
        assert await delivered(house, tables, hook) == [True, True]

    ((body),) = posted
    assert "sign" in body
    assert body["msg_type"] == "text"


async def test_a_named_chat_without_its_secret_is_said(
    house: House, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    tables = {"publish": [{"to": "slack", "url_env": "NOT_SET"}], "alert": {"channels": ["slack"]}}

    assert await delivered(house, tables, "127.0.0.1:9", 1) == [False]
    assert "the environment has no NOT_SET" in capsys.readouterr().err


# -- both ways, as a user sets them -----------------------------------------------------------------------------------


@contextmanager
def webhook(status: int = 200, said: str = "{}") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook on loopback that answers so: its host and port, and what it was sent."""
    got: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said.encode() if status != 204 else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as port:
        yield f"127.0.0.1:{port}", got


@contextmanager
def mailbox() -> Iterator[tuple[int, list[str]]]:
    """An SMTP server on loopback without TLS: its port, and the mails it was sent."""
    got: list[str] = []

    class Smtp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    got.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self.wfile.write(b"221 bye\r\n" if line == b"QUIT" else b"250 ok\r\n")

    with running(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)) as port:
        yield port, got


@contextmanager
def running(server: socketserver.TCPServer) -> Iterator[int]:
    with server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


SETTINGS = """
[sources]
packs = []
add = ["http://127.0.0.1:9/feed"]
hackernews = false
search = []
[network]
allow_private = ["127.0.0.1:9", "{hook}"]
[alert]
url_env = "HOOK"
mail = true
recipients = ["oncall@example.com"]
[[publish]]
to = "mail"
host = "127.0.0.1"
port = {smtp}
sender = "AI Daily <daily@example.com>"
recipients = ["readers@example.com"]
"""


def run(folder: Path, hook: str, smtp: int, *more: str, status: int = 30) -> str:
    """A run that ends with nothing; what it says on stderr."""
    (folder / "deepdaily.toml").write_text(SETTINGS.replace("{hook}", hook).replace("{smtp}", str(smtp)), "utf-8")
    moment = ("--now", "2026-03-12T07:30:00+08:00")
    done = deepdaily("run", *moment, *more, env=environment(HOOK=f"http://{hook}/x"), cwd=folder)
    assert done.returncode == status, done.stderr
    return done.stderr


def test_a_one_shot_run_without_an_issue_alerts_by_webhook_and_mail_once_a_slot(tmp_path: Path) -> None:
    with webhook() as (hook, posted), mailbox() as (smtp, mails):
        said = run(tmp_path, hook, smtp)
        run(tmp_path, hook, smtp)

    line = "deepdaily 2026-03-12: nothing published; see `deepdaily show 2026-03-12 --audit`"
    assert "nothing was published today" in said
    assert [(one["trouble"], one["text"]) for one in posted] == [("nothing published", line)]
    (mail,) = mails
    assert "To: oncall@example.com" in mail
    assert "Subject: deepdaily 2026-03-12: nothing published" in mail
    assert "Auto-Submitted: auto-generated" in mail


def test_one_way_that_fails_does_not_silence_the_other_and_both_failing_is_tried_again(tmp_path: Path) -> None:
    with webhook() as (hook, posted), mailbox() as (smtp, mails):
        unheard = run(tmp_path, "127.0.0.1:9", 9)
        run(tmp_path, "127.0.0.1:9", smtp)
        run(tmp_path, hook, smtp)

    assert unheard.count("the alert was not delivered") == 2
    assert (len(mails), posted) == (1, [])


@pytest.mark.parametrize("trial", [("--out", "elsewhere"), ("--dry-run",), ("--by-keeper",)])
def test_a_trial_and_a_run_of_the_keeper_alert_nobody(tmp_path: Path, trial: tuple[str, ...]) -> None:
    with webhook() as (hook, posted), mailbox() as (smtp, mails):
        run(tmp_path, hook, smtp, *trial)

    assert (posted, mails) == ([], [])


@pytest.mark.parametrize(("trial", "alerts"), [((), 1), (("--out", "elsewhere"), 0), (("--dry-run",), 0), (("--by-keeper",), 0)])
def test_a_store_that_does_not_open_is_told(tmp_path: Path, trial: tuple[str, ...], alerts: int) -> None:
    (tmp_path / "data").write_text("a file, where a folder should be", "utf-8")
    with webhook() as (hook, posted), mailbox() as (smtp, mails):
        said = run(tmp_path, hook, smtp, "--data", "data", *trial, status=2)

    assert "the data folder data cannot be made" in said
    assert (len(posted), len(mails)) == (alerts, alerts)
