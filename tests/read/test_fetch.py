from __future__ import annotations

import asyncio
import gzip
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer

from deepdaily.core.errors import AddressRefused, BadStatus, BodyRefused, NotConnected, QuotaSpent, SnapshotDamaged, Unreachable
from deepdaily.read.fetch import Fetcher
from deepdaily.read.robots import ROBOTS_CAP_BYTES
from deepdaily.read.web_wire import NAME_S, Answer, Surroundings, WebWire
from deepdaily.read.wire_answers import retry_after_s
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots, body_digest
from fakes import FakeStore, FakeWire, SkippingLoop

NOW = datetime(2026, 2, 11, 7, 30, tzinfo=UTC)
A, B = "https://news.example/a", "https://news.example/b"
TEXT = Answer(200, {"content-type": "text/html; charset=gbk", "etag": '"1"', "last-modified": "yesterday"}, b"<p>text")

Make = Callable[..., Fetcher]


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def make(store: FakeStore, tmp_path: Path) -> Make:
    """Fetchers over one store and one folder of snapshots."""

    def make(wire: Any, slot: str = "2026-02-11", now: datetime = NOW, **limits: Any) -> Fetcher:
        return Fetcher(wire, store, Snapshots(tmp_path), slot, now, **limits)  # type: ignore[arg-type]

    return make


def moved(location: str, status: int = 302) -> Answer:
    return Answer(status, {"location": location}, b"")


async def test_an_answer_becomes_a_snapshot_whose_bytes_are_kept(make: Make) -> None:
    fetcher = make(FakeWire({A: TEXT}))

    snapshot = await fetcher.get(A)

    assert snapshot.url == snapshot.final_url == A
    assert (snapshot.fetched_at, snapshot.media_type, snapshot.size_bytes) == (NOW, "text/html; charset=gbk", 7)
    assert snapshot.digest == body_digest(b"<p>text")
    assert fetcher.body(snapshot) == b"<p>text"


async def test_a_slot_asks_for_a_url_once_even_after_a_restart(make: Make) -> None:
    wire = FakeWire({A: TEXT})

    snapshots = await asyncio.gather(*(make_one.get(A) for make_one in [make(wire)] * 3))
    again = await make(wire).get(A)
    assert {*snapshots, again} == {again}
    assert wire.asked == [A]

    await make(wire, slot="2026-02-12").get(A)
    assert wire.asked == [A, A]


class Posted(FakeWire):
    """Answers what is sent with itself."""

    def __init__(self) -> None:
        super().__init__({A: TEXT})
        self.sent: list[bytes] = []

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, cap_bytes: int) -> Answer:
        self.sent.append(body)
        return moved(B, 307) if body == b"moved" else Answer(200, {}, b"answer to " + body)


async def test_what_is_sent_to_one_address_has_an_answer_of_its_own_which_a_slot_asks_for_once(make: Make) -> None:
    wire = Posted()
    fetcher = make(wire)

    one, two, again = [await fetcher.get(A, body=body) for body in (b"one", b"two", b"one")]
    plain = await fetcher.get(A)

    assert [fetcher.body(found) for found in (one, two, plain)] == [b"answer to one", b"answer to two", TEXT.body]
    assert (again, one.final_url, wire.sent) == (one, A, [b"one", b"two"])


async def test_what_is_sent_goes_nowhere_else(make: Make) -> None:
    with pytest.raises(BadStatus, match="HTTP 307"):
        await make(Posted()).get(A, body=b"moved")
    with pytest.raises(AddressRefused, match="no questions by POST"):
        await make(FakeWire({A: TEXT})).get(A, body=b"one")


class Counting:
    """A toll with so many coins."""

    def __init__(self, coins: int) -> None:
        self.coins, self.heard = coins, list[str]()

    async def pay(self) -> None:
        if not self.coins:
            raise QuotaSpent("no coin left")
        self.coins -= 1

    def told(self, headers: Mapping[str, str]) -> None:
        self.heard.append(headers.get("left", ""))


async def test_each_question_that_goes_out_is_paid_for_and_none_that_the_store_answers(make: Make) -> None:
    toll = Counting(3)
    wire = FakeWire({A: [Unreachable("broke"), Answer(200, {"left": "7"}, b"a")], B: [Answer(429, {"left": "6"}, b"")]})
    fetcher = make(wire)

    await fetcher.get(A, toll=toll)
    await fetcher.get(A, toll=toll)
    with pytest.raises(BadStatus):
        await fetcher.get(B, toll=toll)
    with pytest.raises(QuotaSpent):
        await fetcher.get(B, toll=toll)

    assert (wire.asked, toll.heard) == ([A, A, B], ["7", "6"])


async def test_equal_bytes_are_stored_once(make: Make, store: FakeStore, tmp_path: Path) -> None:
    fetcher = make(FakeWire({A: TEXT, B: TEXT}))

    first, second = await fetcher.get(A), await fetcher.get(B)

    assert first.digest == second.digest
    assert len(store.places) == 1
    assert fetcher.body(second) == b"<p>text"


async def test_the_database_serves_as_well_as_the_fake(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, Snapshots(tmp_path / "snapshots") as snapshots:
        first = Fetcher(FakeWire({A: TEXT}), store, snapshots, "daily/2026-02-11", NOW)
        second = Fetcher(FakeWire({A: Answer(304, {}, b"")}), store, snapshots, "daily/2026-02-12", NOW)

        assert await first.get(A) == await first.get(A) == await second.get(A, conditional=True)
        assert second.body(await second.get(A)) == b"<p>text"


async def test_bytes_that_were_never_kept_are_damage(make: Make, store: FakeStore) -> None:
    fetcher = make(FakeWire({A: TEXT}))
    snapshot = await fetcher.get(A)
    assert fetcher.body(snapshot) == TEXT.body  # what was just stored need not be read back
    store.places.clear()

    with pytest.raises(SnapshotDamaged):
        fetcher.body(snapshot)


async def test_bodies_are_kept_decoded(make: Make) -> None:
    fetcher = make(FakeWire({A: Answer(200, {"content-encoding": "gzip"}, gzip.compress(b"<p>text"))}))

    assert fetcher.body(await fetcher.get(A)) == b"<p>text"


@pytest.mark.parametrize(("coding", "body"), [("gzip", gzip.compress(b"x" * 101, mtime=0)), ("br", b"x"), ("", b"x" * 101)])
async def test_a_body_too_large_or_in_another_coding_is_refused(make: Make, coding: str, body: bytes) -> None:
    with pytest.raises(BodyRefused, match=r"news\.example"):
        await make(FakeWire({A: Answer(200, {"content-encoding": coding}, body)}), cap_bytes=100).get(A)


# -- redirects ------------------------------------------------------------------------------------------------------------


async def test_redirects_are_followed_and_the_last_address_is_named(make: Make) -> None:
    wire = FakeWire({A: moved("/b", 301), B: moved("//other.example/c#part", 308), "https://other.example/c": TEXT})

    snapshot = await make(wire).get(A)

    assert (snapshot.url, snapshot.final_url) == (A, "https://other.example/c")


@pytest.mark.parametrize(
    ("answers", "moved_to"),
    [
        ({A: moved("/b", 301), B: TEXT}, B),
        ({A: moved("/b", 308), B: moved("https://new.example/c", 301), "https://new.example/c": TEXT}, "https://new.example/c"),
        ({A: moved("/b", 301), B: moved("https://new.example/c", 302), "https://new.example/c": TEXT}, B),
        ({A: moved("/b", 302), B: moved("https://new.example/c", 301), "https://new.example/c": TEXT}, ""),
        ({A: moved("/b", 307), B: TEXT}, ""),
        ({A: TEXT}, ""),
    ],
)
async def test_where_an_address_leads_for_good_is_as_far_as_permanent_redirects_go(
    make: Make, answers: dict[str, Answer], moved_to: str
) -> None:
    assert (await make(FakeWire(answers)).get(A)).moved_to == moved_to


async def test_who_only_says_who_asks_is_waited_for_like_everybody_and_sent_on_to_no_other_site(make: Make) -> None:
    wire = FakeWire(
        {A: [Answer(429, {"retry-after": "0"}, b""), moved("https://other.example/c")], "https://other.example/c": TEXT}
    )

    await make(wire).get(A, headers={"User-Agent": "reader/1"})

    assert [headers["User-Agent"].partition("/")[0] for _, headers in wire.requests] == ["reader", "reader", "deepdaily"]


@pytest.mark.parametrize(
    ("answer", "led"),
    [
        (moved(B), B),
        (moved("/b#top"), B),
        (Answer(200, {"refresh": f"0; url={B}"}, b""), B),
        (Answer(200, {}, b"A page"), ""),
        (Answer(302, {}, b""), ""),
    ],
)
async def test_where_a_link_leads_is_told_without_going_there(make: Make, answer: Answer, led: str) -> None:
    wire = FakeWire({A: answer, B: TEXT})

    assert await make(wire).leads_to(A) == led
    assert wire.asked == [A]


async def test_a_link_that_leads_nowhere_is_an_error_as_any(make: Make) -> None:
    for answer, error in (
        (Answer(403, {}, b""), BadStatus),
        (moved("https://[x"), AddressRefused),
        (Unreachable("reset"), Unreachable),
    ):
        with pytest.raises(error):
            await make(FakeWire({A: answer})).leads_to(A)
    with pytest.raises(AddressRefused):
        await make(FakeWire({})).leads_to("http://192.168.0.1/a")


async def test_five_redirects_are_followed_and_a_sixth_is_not(make: Make) -> None:
    chain: dict[str, Answer | Exception | list[Answer | Exception]] = {
        f"https://news.example/{n}": moved(f"/{n + 1}") for n in range(6)
    }
    chain["https://news.example/6"] = TEXT
    wire = FakeWire(chain)

    assert (await make(wire).get("https://news.example/1")).final_url == "https://news.example/6"
    with pytest.raises(BadStatus, match="redirects"):
        await make(wire).get("https://news.example/0")
    assert len(wire.asked) == 6 + 6


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/latest/", "http://2130706433:1/", "file:///etc/passwd", "//[::1]/", "http://[x", "\\\\x"]
)
async def test_a_redirect_to_where_we_do_not_go_is_refused_unasked(make: Make, location: str) -> None:
    wire = FakeWire({A: moved("/b"), B: moved(location)})

    with pytest.raises(AddressRefused):
        await make(wire).get(A)
    assert wire.asked == [A, B]


async def test_an_api_key_is_not_carried_to_another_origin_nor_stored(make: Make, store: FakeStore, tmp_path: Path) -> None:
    wire = FakeWire({A: moved("/b"), B: moved("http://news.example/c"), "http://news.example/c": moved(f"{A}/d")})
    wire.answers[f"{A}/d"] = TEXT

    await make(wire).get(A, headers={"X-Api-Key": "SECRET"})

    assert [headers.get("X-Api-Key") for _, headers in wire.requests] == ["SECRET", "SECRET", None, None]
    assert "SECRET" not in repr(store.fetches)
    assert b"SECRET" not in gzip.decompress((tmp_path / "2026-02-11-1.warc.gz").read_bytes())


async def test_only_codings_that_can_be_bounded_are_offered(make: Make) -> None:
    wire = FakeWire({A: TEXT})
    await make(wire).get(A, headers={"Accept": "application/json", "Accept-Encoding": "br"})

    ((_, headers),) = wire.requests
    assert headers["Accept-Encoding"] == "gzip, deflate"
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"].startswith("deepdaily/")


async def test_a_blank_in_a_redirect_is_what_browsers_take_it_for(make: Make) -> None:
    wire = FakeWire({A: moved(" /my \tfeed.xml "), "https://news.example/my%20feed.xml": TEXT})

    assert (await make(wire).get(A)).final_url == "https://news.example/my%20feed.xml"


@pytest.mark.parametrize(
    ("location", "reached"),
    [
        ("/文", "https://news.example/文"),
        ("\\b\\c", "https://news.example/b/c"),
        ("https:\\\\news.example\\b", B),
        ("HTTPS://news.example/b", B),
        ("//news.example/b#:~:text=x\\y", B),
        ("b", B),
    ],
)
async def test_a_redirect_is_read_as_browsers_do(make: Make, location: str, reached: str) -> None:
    assert (await make(FakeWire({A: moved(location), reached: TEXT})).get(A)).final_url == reached


@pytest.mark.parametrize(
    "location",
    ["\\\\169.254.169.254\\latest", "http:\\\\127.0.0.1", "https://news.example\\@[::1]/?\\", "http://0x7f.1/", "?a\\b",
     "https://ann:word@other.example/", "https://other.example:8443/", "http://[::ffff:7f00:1]/", "http://①②⑦.1/", "feed:b"],
)  # fmt: skip
async def test_a_forgiven_redirect_is_guarded_as_any(make: Make, location: str) -> None:
    wire = FakeWire({A: moved(location)})

    with pytest.raises(AddressRefused):
        await make(wire).get(A)
    assert wire.asked == [A]


@pytest.mark.parametrize("refresh", ["0;url=/b", "0; URL='/b'", '3, url = "/b" ', ".5;url=b", "0;url=//news.example/b#x"])
async def test_a_refresh_header_is_a_redirect(make: Make, refresh: str) -> None:
    wire = FakeWire({A: Answer(200, {"refresh": refresh}, b"moved", ("seen=1",)), B: TEXT})

    assert (await make(wire).get(A)).final_url == B
    assert wire.requests[1][1]["Cookie"] == "seen=1"


@pytest.mark.parametrize("refresh", ["300;url=/b", "0;url=/a", "5", "0;url=", "0;url=https://news.example/a#top", "soon"])
async def test_a_page_that_shows_itself_anew_is_the_page(make: Make, refresh: str) -> None:
    wire = FakeWire({A: Answer(200, {"refresh": refresh}, b"<p>text")})

    assert (await make(wire).get(A)).size_bytes == 7


async def test_a_refresh_header_leads_where_a_redirect_may_and_no_further(make: Make) -> None:
    with pytest.raises(AddressRefused):
        await make(FakeWire({A: Answer(200, {"refresh": "0;url=http://10.0.0.1/"}, b"")})).get(A)
    with pytest.raises(BadStatus, match="redirects"):
        await make(FakeWire({A: Answer(200, {"refresh": "0;url=/b"}, b""), B: moved("/a")})).get(A)


async def test_a_cookie_comes_back_within_its_fetch_and_in_no_other(make: Make) -> None:
    greeted = Answer(302, {"location": "/a"}, b"", ("seen=1; Path=/; HttpOnly", "lang=zh"))
    wire = FakeWire({A: [greeted, TEXT, TEXT]})

    await make(wire).get(A)
    await make(wire, slot="2026-02-12").get(A)

    assert [headers.get("Cookie") for _, headers in wire.requests] == [None, "seen=1; lang=zh", None]


async def test_a_cookie_is_not_carried_to_another_site(make: Make) -> None:
    greeted = Answer(302, {"location": "https://other.example/", "set-cookie": "seen=1; Domain=other.example"}, b"")
    wire = FakeWire({A: greeted, "https://other.example/": TEXT})

    await make(wire).get(A)

    assert "Cookie" not in wire.requests[1][1]


async def test_a_site_that_takes_no_connection_over_https_is_asked_over_http(make: Make) -> None:
    wire = FakeWire({A: NotConnected("refused"), "http://news.example/a": TEXT})

    snapshot = await make(wire).get(A)

    assert (snapshot.url, snapshot.final_url) == (A, "http://news.example/a")


@pytest.mark.parametrize(
    ("url", "error", "headers"),
    [
        (A, Unreachable("certificate"), {}),
        (A, NotConnected("refused"), {"X-Api-Key": "SECRET"}),
        ("https://news.example:443/a", NotConnected("refused"), {}),
        ("http://news.example/a", NotConnected("refused"), {}),
    ],
)
async def test_http_is_not_asked_for_what_was_refused_nor_with_a_key(
    make: Make, url: str, error: Unreachable, headers: Mapping[str, str]
) -> None:
    wire = FakeWire({url: error})

    with pytest.raises(Unreachable):
        await make(wire).get(url, headers=headers)
    assert set(wire.asked) == {url}


async def test_a_coding_nobody_opens_is_asked_for_again_without_one(make: Make) -> None:
    strange = Answer(200, {"content-encoding": "zstd"}, b"\x28\xb5\x2f\xfd\x00")
    wire = FakeWire({A: [strange, TEXT], B: strange})

    assert (await make(wire).get(A)).size_bytes == 7
    with pytest.raises(BodyRefused, match="zstd"):
        await make(wire).get(B)
    assert [headers["Accept-Encoding"] for _, headers in wire.requests] == ["gzip, deflate", "identity"] * 2


# -- other answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [304, 404, 429, 503, 206, 302])
async def test_any_status_but_200_is_said_with_what_the_server_told(make: Make, status: int) -> None:
    headers = {"retry-after": "30", "x-ratelimit-remaining": "0", "content-encoding": "gzip"}
    wire = FakeWire({A + "?token=SECRET": Answer(status, headers, gzip.compress(b'{"error": "quota"}' * 9000))})

    with pytest.raises(BadStatus, match=f"HTTP {status}") as raised:
        await make(wire).get(A + "?token=SECRET")

    error = pickle.loads(pickle.dumps(raised.value))
    assert (error.status, error.retry_after_s, error.headers) == (status, 30.0, headers)
    assert error.body.startswith(b'{"error": "quota"}')
    assert len(error.body) == 65536
    assert "SECRET" not in str(error)
    assert len(wire.asked) == 1


@pytest.mark.parametrize("status", [302, 401, 403, 404, 410, 429, 500, 503])
async def test_a_status_comes_with_what_a_person_can_do(make: Make, status: int) -> None:
    with pytest.raises(BadStatus) as raised:
        await make(FakeWire({A: Answer(status, {}, b"")})).get(A)

    assert raised.value.remedy


@pytest.mark.parametrize(
    "answer",
    [Answer(203, {}, b"<p>text"), Answer(206, {"content-range": "bytes 0-6/7"}, b"<p>text"), Answer(300, {"location": "/b"}, b"")],
)
async def test_what_is_the_whole_page_is_taken_under_its_other_names(make: Make, answer: Answer) -> None:
    assert (await make(FakeWire({A: answer, B: TEXT})).get(A)).size_bytes == 7


@pytest.mark.parametrize("part", ["bytes 0-6/8", "bytes 1-7/8", "bytes 0-6/*", "", "bytes 0-8/9"])
async def test_a_part_of_a_page_is_no_page(make: Make, part: str) -> None:
    with pytest.raises(BadStatus, match="206"):
        await make(FakeWire({A: Answer(206, {"content-range": part}, b"<p>text")})).get(A)


async def test_a_status_is_said_even_when_its_body_cannot_be_opened(make: Make) -> None:
    with pytest.raises(BadStatus) as raised:
        await make(FakeWire({A: Answer(500, {"content-encoding": "br"}, b"?")})).get(A)

    assert raised.value.body == b""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        (" 1.5", 1.5),
        ("Wed, 11 Feb 2026 07:31:00 GMT", 60.0),
        ("Wed, 11 Feb 2026 07:31:00 -0000", 60.0),
        ("Wed, 11 Feb 2026 07:29:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("9" * 400, None),
        ("Wed, 99 Feb 2026 07:31:00 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds
    assert retry_after_s(value, NOW.astimezone(timezone(timedelta(hours=8)))) == seconds


async def test_a_broken_connection_is_tried_once_more_and_no_answer_ever_is(make: Make) -> None:
    once = FakeWire({A: [Unreachable("reset"), TEXT]})
    twice = FakeWire({B: [Unreachable("reset"), Unreachable("reset"), TEXT]})

    assert (await make(once).get(A)).size_bytes == 7
    with pytest.raises(Unreachable):
        await make(twice).get(B)
    assert (len(once.asked), len(twice.asked)) == (2, 2)


# -- conditional ----------------------------------------------------------------------------------------------------------


async def test_an_unchanged_answer_counts_as_fetched_now(make: Make, store: FakeStore) -> None:
    tomorrow = NOW + timedelta(days=1)
    await make(FakeWire({A: TEXT})).get(A)
    wire = FakeWire({A: Answer(304, {"etag": '"2"'}, b"")})

    fetcher = make(wire, slot="2026-02-12", now=tomorrow)
    snapshot = await fetcher.get(A, conditional=True)

    ((_, headers),) = wire.requests
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "yesterday")
    assert snapshot.fetched_at == tomorrow
    assert fetcher.body(snapshot) == b"<p>text"
    _, validators = store.fetches["2026-02-12", A]
    assert (validators.etag, validators.last_modified) == ('"2"', "yesterday")


async def test_conditions_are_sent_only_when_asked_for_and_only_where_they_came_from(make: Make) -> None:
    await make(FakeWire({A: moved("/b"), B: TEXT})).get(A)
    plain, conditional = FakeWire({A: moved("/b"), B: TEXT}), FakeWire({A: moved("/b"), B: TEXT})

    await make(plain, slot="2026-02-12").get(A)
    await make(conditional, slot="2026-02-13").get(A, conditional=True)

    assert ["If-None-Match" in headers for _, headers in plain.requests] == [False, False]
    assert ["If-None-Match" in headers for _, headers in conditional.requests] == [False, True]


async def test_not_modified_without_a_condition_is_no_answer(make: Make) -> None:
    await make(FakeWire({A: TEXT})).get(A)
    wire = FakeWire({A: moved("/b"), B: Answer(304, {}, b"")})

    with pytest.raises(BadStatus):
        await make(wire, slot="2026-02-12").get(A, conditional=True)


async def test_no_condition_is_sent_for_bytes_that_are_gone(make: Make, store: FakeStore) -> None:
    await make(FakeWire({A: TEXT})).get(A)
    store.places.clear()
    wire = FakeWire({A: TEXT})

    fetcher = make(wire, slot="2026-02-12")
    assert fetcher.body(await fetcher.get(A, conditional=True)) == b"<p>text"
    assert "If-None-Match" not in wire.requests[0][1]


async def test_validators_that_cannot_be_sent_back_are_not_kept(make: Make, store: FakeStore) -> None:
    await make(FakeWire({A: Answer(200, {"etag": '"a\nb"', "last-modified": "x" * 4096}, b"")})).get(A)

    _, validators = store.fetches["2026-02-11", A]
    assert (validators.etag, validators.last_modified) == ("", "")


# -- robots ---------------------------------------------------------------------------------------------------------------

ROBOTS = "https://news.example/robots.txt"


def robots(text: str) -> Answer:
    return Answer(200, {}, text.encode())


async def test_robots_are_read_once_a_host_and_obeyed_when_asked(make: Make) -> None:
    wire = FakeWire({ROBOTS: robots("User-agent: *\nDisallow: /a"), A: TEXT, B: TEXT})
    fetcher = make(wire)

    refused, kept = await asyncio.gather(fetcher.get(A, robots=True), fetcher.get(B, robots=True), return_exceptions=True)
    assert isinstance(refused, AddressRefused)
    assert "robots.txt" in str(refused)
    assert not isinstance(kept, BaseException)
    assert sorted(wire.asked) == [B, ROBOTS]

    await fetcher.get(A)
    assert wire.asked[-1] == A


async def test_robots_of_every_host_on_the_way_are_asked(make: Make) -> None:
    other = "https://other.example"
    wire = FakeWire({A: moved(f"{other}/c"), f"{other}/robots.txt": robots("User-agent: deepdaily\nDisallow: /")})

    with pytest.raises(AddressRefused):
        await make(wire).get(A, robots=True)
    assert f"{other}/c" not in wire.asked


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, {}, b""),
        Answer(500, {}, b"User-agent: *\nDisallow: /"),
        Unreachable("no"),
        moved("http://127.0.0.1/"),
        Answer(200, {"content-encoding": "gzip"}, gzip.compress(b"Disallow: /a\n" * ROBOTS_CAP_BYTES)),
        robots("<html>not robots</html>"),
        robots("User-agent: *\nDisallow:"),
        robots("User-agent: Otherbot\nDisallow: /\nUser-agent: deepdailyfoo\nDisallow: /"),
        robots("User-agent: *\nDisallow: /\n\nUser-agent: Deepdaily # us\nAllow: /"),
    ],
)
async def test_robots_that_are_absent_failing_or_speak_of_others_allow(make: Make, answer: Answer | Exception) -> None:
    wire = FakeWire({ROBOTS: [answer] * 2, A: TEXT})

    assert await make(wire).get(A, robots=True)


@pytest.mark.parametrize(
    "text", ["\ufeffUser-agent: *\r\nDisallow: /a", "User-agent: *\rDisallow:/a", "user-agent:deepdaily \ndisallow: /a"]
)
async def test_robots_are_obeyed_however_they_are_written(make: Make, text: str) -> None:
    for answer in (robots(text), Answer(203, {"content-encoding": "gzip"}, text.encode())):
        wire = FakeWire({ROBOTS: moved("/r.txt"), "https://news.example/r.txt": answer, A: TEXT})

        with pytest.raises(AddressRefused, match=r"robots\.txt"):
            await make(wire).get(A, robots=True)


@pytest.mark.parametrize("packed", [False, True])
async def test_of_a_monstrous_robots_txt_the_first_rules_are_obeyed(make: Make, packed: bool) -> None:
    text = b"User-agent: *\nDisallow: /a\n" + b"# words\n" * ROBOTS_CAP_BYTES + b"Disallow: /b\n"
    sent = Answer(200, {"content-encoding": "gzip"}, gzip.compress(text)) if packed else Answer(200, {}, text)
    fetcher = make(FakeWire({ROBOTS: sent, A: TEXT, B: TEXT}))

    with pytest.raises(AddressRefused):
        await fetcher.get(A, robots=True)
    assert await fetcher.get(B, robots=True)


async def test_robots_made_to_keep_us_busy_do_not(make: Make) -> None:
    """10,000 agents times 15,000 rules take the parser minutes: this test would not end."""
    agents = "".join(f"User-agent: a{n}\u2028" for n in range(10_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(15_000))
    wire = FakeWire({ROBOTS: robots(agents + rules + "User-agent: *\nDisallow: /a"), A: TEXT})

    with pytest.raises(AddressRefused):
        await make(wire).get(A, robots=True)


# -- turns and time -------------------------------------------------------------------------------------------------------


class Gate:
    """A wire whose answers wait until they are let through; counts how many wait."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.most = 0
        self.opened = asyncio.Event()

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        self.waiting.append(url)
        self.most = max(self.most, len(self.waiting))
        await self.opened.wait()
        self.waiting.remove(url)
        return TEXT


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_one_host_is_asked_a_few_at_a_time_and_does_not_hold_up_others(make: Make) -> None:
    gate = Gate()
    fetcher = make(gate, per_host=2, at_once=4)
    hosts = ["one"] * 5 + ["two"] * 5 + ["three"] * 5
    async with asyncio.TaskGroup() as group:
        for n, host in enumerate(hosts):
            group.create_task(fetcher.get(f"https://{host}.example/{n}"))
        await settle()
        assert sorted(url.split(".")[0].removeprefix("https://") for url in gate.waiting) == ["one"] * 2 + ["two"] * 2
        gate.opened.set()
    assert gate.most == 4


class Clockwork(Gate):
    """Never answers, but for the first URL."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if url == A:
            return moved("/b")
        return await super().get(url, headers, cap_bytes=cap_bytes)


async def test_the_deadline_ends_an_answer_that_never_comes_redirects_included(make: Make) -> None:
    with pytest.raises(Unreachable, match=r"no whole answer in 0\.05 s") as raised:
        await make(Clockwork(), deadline_s=0.05).get(A)
    assert raised.value.remedy


async def test_waiting_for_a_turn_is_not_counted(make: Make) -> None:
    """Three in a row of one lane, each as slow as its deadline: all get as far as being asked."""
    gate = Gate()
    fetcher = make(gate, per_host=1, deadline_s=0.05)

    outcomes = await asyncio.gather(*(fetcher.get(f"{B}{n}") for n in range(3)), return_exceptions=True)

    assert gate.waiting == [f"{B}{n}" for n in range(3)]
    assert all(isinstance(outcome, Unreachable) for outcome in outcomes)


# -- the web itself, on loopback ------------------------------------------------------------------------------------------

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[TestServer]]]:
    servers: list[TestServer] = []

    async def serve(handler: Handler) -> TestServer:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return server

    yield serve
    for server in servers:
        await server.close()


Serve = Callable[[Handler], Awaitable[TestServer]]


async def echo(request: web.Request) -> web.StreamResponse:
    """A bomb, a redirect, or what it was asked."""
    if request.path == "/bomb":
        return web.Response(body=gzip.compress(b"\0" * 10**7), headers={"Content-Encoding": "gzip"})
    if request.path == "/moved":
        return web.Response(status=302, headers={"Location": "/", "Set-Cookie": "a=b"})
    return web.json_response({name.lower(): value for name, value in request.headers.items()})


async def test_the_web_wire_hands_over_what_was_sent(serve: Serve) -> None:
    server = await serve(echo)
    async with WebWire((f"127.0.0.1:{server.port}",)) as wire:
        bomb = await wire.get(f"http://127.0.0.1:{server.port}/bomb", {}, cap_bytes=10**5)
        redirect = await wire.get(f"http://127.0.0.1:{server.port}/moved", {}, cap_bytes=10**5)
        plain = await wire.get(f"http://127.0.0.1:{server.port}/", {"X-Key": "k"}, cap_bytes=10**5)

    assert len(bomb.body) < 10**5
    assert (redirect.status, redirect.headers["location"], redirect.cookies) == (302, "/", ("a=b",))
    assert b'"x-key": "k"' in plain.body
    assert b"cookie" not in plain.body


async def test_the_web_wire_stops_at_the_cap_announced_or_not(serve: Serve) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if request.path == "/announced":
            response.content_length = 10**10
        await response.prepare(request)
        while request.path != "/announced":
            await response.write(b"x" * 65536)
        return response

    server = await serve(endless)
    async with WebWire((f"127.0.0.1:{server.port}",)) as wire:
        for path in ("announced", "endless"):
            with pytest.raises(BodyRefused) as caught:
                await wire.get(f"http://127.0.0.1:{server.port}/{path}", {}, cap_bytes=10**6)
            assert "name a smaller one" in caught.value.remedy


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_resolved_address_is_checked_before_connecting(serve: Serve, host: str) -> None:
    """The wire is asked directly, as after a lookup that the guard could not foresee."""
    asked: list[str] = []

    async def note(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response()

    server = await serve(note)
    async with WebWire() as wire:
        with pytest.raises(AddressRefused):
            await wire.get(f"http://{host}:{server.port}/", {}, cap_bytes=1000)
    assert asked == []


async def test_https_where_http_is_spoken_is_told_without_the_words_of_a_library(serve: Serve) -> None:
    async def plain(request: web.Request) -> web.StreamResponse:
        return web.Response()

    server = await serve(plain)
    async with WebWire((f"127.0.0.1:{server.port}",)) as wire:
        with pytest.raises(NotConnected, match="nothing there speaks https") as caught:
            await wire.get(f"https://127.0.0.1:{server.port}/", {}, cap_bytes=1000)
    assert "SSL" not in str(caught.value)
    assert "write http://" in caught.value.remedy


async def test_what_is_no_http_or_no_server_is_unreachable(serve: Serve) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-x\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with WebWire((f"127.0.0.1:{port}",)) as wire:
        with pytest.raises(Unreachable) as babbled:
            await wire.get(f"http://127.0.0.1:{port}/?key=SECRET", {}, cap_bytes=1000)
        server.close()
        with pytest.raises(NotConnected, match=r"127\.0\.0\.1") as raised:
            await wire.get(f"http://127.0.0.1:{port}/?key=SECRET", {}, cap_bytes=1000)
    assert not isinstance(babbled.value, NotConnected)
    assert "rules of HTTP" in babbled.value.remedy
    assert "SECRET" not in str(babbled.value)
    assert "SECRET" not in str(raised.value)


async def test_a_page_comes_through_guard_wire_and_archive(serve: Serve, make: Make) -> None:
    server = await serve(echo)
    allowed = (f"127.0.0.1:{server.port}",)
    async with WebWire(allowed) as wire:
        fetcher = make(wire, allow_private=allowed)
        snapshot = await fetcher.get(f"http://127.0.0.1:{server.port}/moved")
        with pytest.raises(BodyRefused):
            await make(wire, allow_private=allowed, cap_bytes=10**6).get(f"http://127.0.0.1:{server.port}/bomb")
        with pytest.raises(AddressRefused):
            await make(wire).get(f"http://127.0.0.1:{server.port}/other")

    assert b"gzip, deflate" in fetcher.body(snapshot)


async def test_a_proxy_of_the_environment_is_the_trusted_hop(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    async def proxy(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"{request.raw_path} {request.headers.get('Proxy-Authorization', '')}")

    server = await serve(proxy)
    monkeypatch.setenv("http_proxy", f"http://user:word@127.0.0.1:{server.port}")
    monkeypatch.setenv("no_proxy", "localhost")
    async with WebWire() as wire:
        answer = await wire.get("http://news.example/a?b", {}, cap_bytes=1000)
        with pytest.raises(AddressRefused):
            await wire.get(f"http://localhost:{server.port}/", {}, cap_bytes=1000)

    assert answer.body == b"http://news.example/a?b Basic dXNlcjp3b3Jk"


async def test_an_answer_that_asks_for_a_moment_is_waited_for_twice_and_no_longer(make: Make) -> None:
    busy, later = Answer(429, {"retry-after": "0"}, b""), Answer(503, {"retry-after": "600"}, b"")
    wire, busier, away = FakeWire({A: [busy, busy, TEXT]}), FakeWire({A: busy}), FakeWire({A: later})

    snapshot = await make(wire).get(A)
    for one in (busier, away):
        with pytest.raises(BadStatus):
            await make(one, slot="next").get(A)

    assert snapshot.size_bytes == len(TEXT.body)
    assert (len(busier.asked), len(away.asked)) == (3, 1)


async def test_who_sends_a_key_reads_such_an_answer_itself(make: Make) -> None:
    wire = FakeWire({A: Answer(429, {"retry-after": "0"}, b"")})

    with pytest.raises(BadStatus):
        await make(wire).get(A, headers={"X-Key": "k"})

    assert len(wire.asked) == 1


def test_a_name_server_that_does_not_answer_costs_seconds_not_the_deadline() -> None:
    class Silent(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> Any:
            await asyncio.Event().wait()

        async def close(self) -> None:
            pass

    async def ask() -> float:
        async with WebWire(network=Surroundings(Silent, proxies=dict)) as wire:
            with pytest.raises(Unreachable, match="no name server"):
                await wire.get(A, {}, cap_bytes=1000)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SkippingLoop)
        return loop.skipped_s

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        assert NAME_S - 1 < runner.run(ask()) < NAME_S + 1
