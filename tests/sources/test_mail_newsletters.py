"""A mailbox of a real Dovecot as a source: what its newsletters link to, nothing of other mail, and no flag is changed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from deepdaily.archive.visible import Asked, unseen
from deepdaily.core.types import Harvest, Offer, Slot, SourceHealth, SourceKind, Window
from deepdaily.read.fetch import Fetcher
from deepdaily.read.web_wire import Answer
from deepdaily.settings.source_tables import Sources
from deepdaily.sources import collect
from deepdaily.sources.mail_box import Mailbox, MailServer, folder_name
from deepdaily.sources.mail_newsletters import MailsWanted, Newsletters
from deepdaily.sources.more_kinds import further, further_listed
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from fakes import FakeWire, InlineEngine
from mail_boxes import PASSWORD, Dovecot, dovecot
from newsletters import COUNTED, HERON, KEY, NOW, READER, WREN, digest, headline, mail

WINDOW = Window(Slot(NOW), NOW, NOW - timedelta(days=7))
YESTERDAY = NOW - timedelta(days=1)
WREN_PAGE = Answer(302, {"location": "https://wren.example/8b?utm_source=beehiiv"}, b"")
HERON_URL, WREN_URL = "https://heron.example/blog/v1", "https://wren.example/8b"
ESSAY = (
    "<p>"
    + "</p><p>".join(f"This is paragraph {n} of a long letter about prefixes and how they are kept." for n in range(40))
    + "</p>"
)
USERS = tuple(f"lark{n}" for n in range(40))


@pytest.fixture(scope="module")
def box() -> Iterator[Dovecot]:
    with dovecot(USERS) as running:
        yield running


@pytest.fixture(scope="module")
def users() -> Iterator[str]:
    return iter(USERS)


@pytest.fixture
def user(users: Iterator[str]) -> str:
    """A user of the server whose mailbox is empty."""
    return next(users)


ALL = MailsWanted()


def server_of(box: Dovecot, user: str, **more: Any) -> MailServer:
    return replace(MailServer("127.0.0.1", box.tls_port, user=user, password=PASSWORD), **more)


def gathered(
    folder: Path,
    server: MailServer,
    certificate: Path | None,
    wanted: MailsWanted = ALL,
    answers: Mapping[str, Any] = {COUNTED: WREN_PAGE},
    *,
    private: bool = True,
    box_s: float = 60.0,
    silence_s: float = 30.0,
    look: Callable[[Harvest, Fetcher, FakeWire], None] = lambda *_: None,
) -> Harvest:
    """The harvest of a mailbox beside a source that is well, which stays so."""

    async def asked() -> Harvest:
        with open_store(folder) as store, Snapshots(folder / "snapshots") as snapshots:
            wire = FakeWire(answers)
            fetcher = Fetcher(wire, store, snapshots, WINDOW.slot.key, NOW)
            trusts = partial(ssl.create_default_context, cafile=certificate)
            mailbox = partial(Mailbox, server, (f"127.0.0.1:{server.port}",) if private else (), trusts, silence_s)
            engine: Any = InlineEngine()
            source = Newsletters("letters", server, wanted, mailbox, fetcher, engine, box_s)
            harvest, steady = await collect([source, Steady()], WINDOW, store, wall_s=600, on_done=lambda _: None)
            assert steady.health.state == "ok"
            look(harvest, fetcher, wire)
            return harvest

    return asyncio.run(asked())


class Steady:
    name, stands_in_for = "steady", tuple[str, ...]()
    kind: SourceKind = "feed"

    async def harvest(self, window: Window) -> Harvest:
        return Harvest(SourceHealth("steady", "feed", "ok", 1), (Offer("https://steady.example/a", "steady", "A"),))


def harvest_of(box: Dovecot, user: str, folder: Path, wanted: MailsWanted = ALL, **more: Any) -> Harvest:
    return gathered(folder, server_of(box, user), box.certificate, wanted, **more)


def urls(harvest: Harvest) -> list[str]:
    return [made.url for made in harvest.offers]


# -- what is offered ------------------------------------------------------------------------------------------------------


def test_the_pages_of_a_digest_are_offered_where_its_counted_links_lead(box: Dovecot, user: str, tmp_path: Path) -> None:
    box.put(user, mail(digest(HERON, WREN)), YESTERDAY, "1")

    harvest = harvest_of(box, user, tmp_path, look=lambda *seen: bodies_hold(*seen))

    assert urls(harvest) == [HERON_URL, WREN_URL]
    heron = harvest.offers[0]
    assert (heron.title, heron.source, heron.published_at) == (
        "Heron 1.0 serves long prompts in half the memory",
        "letters",
        YESTERDAY,
    )
    assert heron.teaser.startswith("The engine keeps prefixes")
    assert (harvest.health.kind, harvest.health.state, harvest.health.newest) == ("mail", "ok", YESTERDAY)
    text = harvest.documents[0]
    assert (text.url, text.locator, text.partial) == (HERON_URL, "12.lark@letter.example 1", True)
    assert text.text.startswith("Heron 1.0 serves long prompts in half the memory\n\nThe engine keeps")


def bodies_hold(harvest: Harvest, fetcher: Fetcher, wire: FakeWire) -> None:
    """Every line of every carried text is seen in the stored bytes; only the counted link was opened, and no page."""
    kept = fetcher._store.snapshot_of(WINDOW.slot.key, "mid:12.lark@letter.example")
    assert kept is not None
    assert {text.snapshot for text in harvest.documents} == {kept.digest}
    quotes = tuple(line for text in harvest.documents for line in text.text.split("\n") if line)
    assert len(quotes) == 4
    assert unseen(Asked(fetcher.body(kept), kept.media_type, quotes)) == []
    assert unseen(Asked(fetcher.body(kept), kept.media_type, ("It says this nowhere",))) == ["It says this nowhere"]
    assert wire.asked == [COUNTED]


def test_all_mails_are_as_new_as_before(box: Dovecot, user: str, tmp_path: Path) -> None:
    for n in range(3):
        box.put(user, mail(digest(HERON), name=f"{n}"), YESTERDAY, f"{n}")

    assert harvest_of(box, user, tmp_path).health.state == "ok"

    assert [row.partition(b"(FLAGS")[2] for row in box.flags(user).values()] == [b" (\\Recent))"] * 3


def test_nothing_that_says_who_reads_is_offered(box: Dovecot, user: str, tmp_path: Path) -> None:
    named = headline(f"https://lab.example/{KEY}/one", "A page for you alone today", "Words.")
    mailed = headline(f"https://lab.example/two?email={READER}", "A page for everybody this time", "Words.")
    lost = headline(COUNTED.replace("4aa", "4ab"), "A link that is counted and gone", "Words.")
    box.put(user, mail(digest(HERON, named, mailed, lost)), YESTERDAY, "1")

    harvest = harvest_of(box, user, tmp_path, answers={f"https://lab.example/{KEY}/one": Answer(200, {}, b"A page")})

    assert urls(harvest) == [HERON_URL, "https://lab.example/two"]
    assert not any(
        KEY in text or READER in text for text in (repr(harvest.offers), repr(harvest.documents), harvest.health.message)
    )
    assert "left out 1 (its address may name the reader, and leads nowhere else)" in harvest.health.message
    assert "1 (its sender's server did not say where it leads)" in harvest.health.message


def test_no_counted_link_is_opened_where_that_is_not_wanted(box: Dovecot, user: str, tmp_path: Path) -> None:
    box.put(user, mail(digest(HERON, WREN)), YESTERDAY, "1")

    def nothing_asked(harvest: Harvest, fetcher: Fetcher, wire: FakeWire) -> None:
        assert wire.asked == []

    harvest = harvest_of(box, user, tmp_path, MailsWanted(follow=False), look=nothing_asked)

    assert urls(harvest) == [HERON_URL]
    assert "`follow` is off" in harvest.health.message


@pytest.mark.parametrize(
    ("leads", "offered", "told"),
    [
        ([Answer(302, {"location": COUNTED + "2"}, b""), WREN_PAGE], [WREN_URL], ""),
        ([Answer(302, {"location": COUNTED + "2"}, b""), Answer(302, {"location": COUNTED}, b"")], [], "from tracker to tracker"),
        ([Answer(302, {"location": "https://letter.example/unsubscribe?x"}, b"")], [], "no story's page"),
        ([Answer(302, {"location": f"https://lab.example/one?email={READER}"}, b"")], ["https://lab.example/one"], ""),
        ([Answer(200, {"refresh": "0; url=https://lab.example/one"}, b"")], ["https://lab.example/one"], ""),
        ([Answer(200, {}, b"A page of its own")], [], "leads nowhere else"),
        ([Answer(429, {"retry-after": "900"}, b"")], [], "did not say where it leads"),
        ([Answer(403, {}, b"")], [], "did not say where it leads"),
        ([Answer(302, {"location": "https://[broken"}, b"")], [], "did not say where it leads"),
        ([Answer(302, {"location": "http://192.168.0.1/"}, b"")], ["http://192.168.0.1/"], ""),  # who reads pages refuses it
    ],
)
def test_wherever_a_counted_link_leads_only_a_page_is_offered(
    box: Dovecot, user: str, tmp_path: Path, leads: list[Answer], offered: list[str], told: str
) -> None:
    box.put(user, mail(digest(WREN)), YESTERDAY, "1")

    harvest = harvest_of(box, user, tmp_path, answers={COUNTED: leads[0], COUNTED + "2": leads[-1]})

    assert urls(harvest) == offered
    assert told in harvest.health.message


def test_a_letter_that_tells_itself_is_offered_at_its_own_page_or_not_at_all(box: Dovecot, user: str, tmp_path: Path) -> None:
    box.put(user, mail(digest(ESSAY), subject="On prefixes", name="1"), YESTERDAY, "1")
    box.put(user, mail(f"<body>{ESSAY}</body>", subject="On suffixes", name="2"), YESTERDAY, "2")

    harvest = harvest_of(box, user, tmp_path)

    assert [(made.url, made.title) for made in harvest.offers] == [("https://letter.example/p/12", "On prefixes")]
    assert harvest.documents[0].partial
    assert "“On suffixes” tells itself and is not offered: it names no page of its own" in harvest.health.message


def test_what_is_paid_for_is_offered_as_such_and_carries_no_text(box: Dovecot, user: str, tmp_path: Path) -> None:
    paid = headline("https://shop.example/gull", "Gull ships your agents ten times faster", "Buy it.")
    box.put(user, mail(digest("<p>Together with Gull</p>" + paid, HERON)), YESTERDAY, "1")

    harvest = harvest_of(box, user, tmp_path)

    assert {made.url: made.sponsored for made in harvest.offers} == {"https://shop.example/gull": True, HERON_URL: False}
    assert [text.url for text in harvest.documents] == [HERON_URL]


# -- which mails ------------------------------------------------------------------------------------------------------------


def test_letters_to_one_and_mails_of_another_week_are_left_alone(box: Dovecot, user: str, tmp_path: Path) -> None:
    private = mail(
        digest(headline("https://secret.example/x", "Our salaries of this year", "Private.")), List_Id="", List_Unsubscribe=""
    )
    box.put(user, private, YESTERDAY, "1")
    box.put(user, mail(digest(WREN), name="2"), WINDOW.since - timedelta(minutes=1), "2")
    box.put(user, mail(digest(WREN), name="3"), NOW + timedelta(hours=2), "3")

    harvest = harvest_of(box, user, tmp_path)

    assert (harvest.offers, harvest.health.state, harvest.health.message) == ((), "empty", "no newsletter in the window")


@pytest.mark.parametrize(
    ("senders", "takes"),
    [
        (("letter.example",), True),
        (("news@letter.example",), True),
        (("example",), True),
        (("other@letter.example",), False),
        (("etter.example",), False),
    ],
)
def test_named_senders_are_the_only_ones(box: Dovecot, user: str, tmp_path: Path, senders: tuple[str, ...], takes: bool) -> None:
    box.put(user, mail(digest(HERON), List_Id="", List_Unsubscribe=""), YESTERDAY, "1")
    box.put(user, mail(digest(WREN), sender="x@elsewhere.test", name="2"), YESTERDAY, "2")

    assert urls(harvest_of(box, user, tmp_path, MailsWanted(senders))) == ([HERON_URL] if takes else [])


def test_the_newest_are_read_and_a_large_one_costs_itself(box: Dovecot, user: str, tmp_path: Path) -> None:
    for n in range(3):
        story = headline(f"https://lab.example/{n}", f"A story of number {n}", "Words.")
        box.put(user, mail(digest(story), name=str(n)), YESTERDAY + timedelta(hours=n), str(n))
    box.put(user, mail(digest(HERON) + f"<!--{'x' * 3_000_000}-->", name="9"), YESTERDAY, "9")

    harvest = harvest_of(box, user, tmp_path, MailsWanted(most=2))

    assert urls(harvest) == ["https://lab.example/2", "https://lab.example/1"]
    assert harvest.health.message == "left out: 1 larger than 2 MB"


def test_a_mail_that_cannot_be_read_costs_itself_and_a_wrong_encoding_only_letters(box: Dovecot, user: str, tmp_path: Path) -> None:
    parts = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 30
    box.put(user, b"List-Id: <x>\r\nSubject: Traps\r\n" + parts, YESTERDAY, "1")
    shown = digest(headline("https://lab.example/a", "苍鹭推理引擎发布一点零版", "显存减半。")).encode("gb18030")
    wrong = b"Message-ID: <8@l.example>\r\nList-Id: <x>\r\nSubject: =?gb18030?B?ssjss8g=?=\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    box.put(user, wrong + shown, YESTERDAY, "2")

    harvest = harvest_of(box, user, tmp_path)

    assert [(made.url, made.title) for made in harvest.offers] == [("https://lab.example/a", "苍鹭推理引擎发布一点零版")]
    assert "“Traps” (1): it has more than 200 parts, or 20 that hold others" in harvest.health.message


# -- bad days ---------------------------------------------------------------------------------------------------------------


def test_each_way_of_closing_the_connection_works(box: Dovecot, user: str, tmp_path: Path) -> None:
    box.put(user, mail(digest(HERON)), YESTERDAY, "1")
    for n, (security, port) in enumerate((("tls", box.tls_port), ("starttls", box.port), ("plain", box.port))):
        found = gathered(tmp_path / str(n), server_of(box, user, security=security, port=port), box.certificate)
        assert urls(found) == [HERON_URL]


@pytest.mark.parametrize(
    ("change", "more", "state", "told", "how"),
    [
        ({"password": "wrong"}, {}, "unreachable", "refuses the login", "app password"),
        ({"password": "", "token": "wrong"}, {}, "unreachable", "refuses the login", "make a new token"),
        ({"folder": "No such ü"}, {}, "unreachable", "the folder No such ü cannot be opened", "in `folder`"),
        ({"host": "localhost.invalid"}, {}, "unreachable", "there is no host", "spelling of host"),
        ({"security": "plain"}, {"private": False}, "unreachable", "not sent in the open", "allow_private"),
        ({}, {"private": False}, "refused", "address not public: 127.0.0.1", ""),
        ({"user": "a\r\nb"}, {}, "unreachable", "refuses the login", ""),
        ({"user": ""}, {}, "no-key", "no name or password", "user_env and password_env"),
        ({"folder": "a\r\nA1 DELETE INBOX"}, {}, "unreachable", "cannot be opened", ""),
    ],
)
def test_what_a_person_wrote_wrong_is_told_with_what_to_do(
    box: Dovecot, user: str, tmp_path: Path, change: dict[str, Any], more: dict[str, Any], state: str, told: str, how: str
) -> None:
    found = gathered(tmp_path, replace(server_of(box, user), **change), box.certificate, **more)

    assert (found.health.state, found.offers) == (state, ())
    assert told in found.health.message
    assert how in found.health.message
    assert PASSWORD not in found.health.message


def test_a_certificate_that_nobody_vouches_for_is_refused(box: Dovecot, user: str, tmp_path: Path) -> None:
    for security, port in (("tls", box.tls_port), ("starttls", box.port)):
        found = gathered(tmp_path / security, server_of(box, user, security=security, port=port), None)
        assert "has no certificate that is trusted" in found.health.message
        assert "SSL_CERT_FILE" in found.health.message


def test_tls_on_a_port_without_it_is_told(box: Dovecot, user: str, tmp_path: Path) -> None:
    found = gathered(tmp_path, server_of(box, user, port=box.port), box.certificate)

    assert "speaks no TLS in this way" in found.health.message


@contextmanager
def saying(*lines: bytes) -> Iterator[int]:
    """The port of a server that says these, a line for each that it hears after its greeting; then it is silent, or ends at None."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            link, _ = listening.accept()
            with link, link.makefile("rb") as heard:
                for said in lines:
                    if said == b"END":
                        return
                    link.sendall(said)
                    tag = heard.readline().split(b" ")[0]
                    if not tag:
                        return
                    waiting[:] = [tag]
                heard.read()

        waiting: list[bytes] = []
        thread = Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("lines", "state", "told"),
    [
        ((), "unreachable", "did not give its mails within"),
        ((b"",), "unreachable", "did not give its mails within"),
        ((b"END",), "unreachable", "ended the connection"),
        ((b"HTTP/1.1 400 Bad Request\r\n", b"END"), "unreachable", "does not answer as IMAP has it"),
        ((b"* BYE too many connections\r\n", b"END"), "rate-limited", "asks for a pause"),
        (
            (b"* OK [CAPABILITY IMAP4rev1] hi\r\n", b"* CAPABILITY IMAP4rev1\r\nXXXX OK\r\n", b"END"),
            "unreachable",
            "does not answer as IMAP has it",
        ),
        ((b"* OK " + b"x" * 2_000_000 + b"\r\n", b"END"), "unreachable", "does not answer as IMAP has it"),
    ],
)
def test_a_server_that_fails_costs_only_this_source(tmp_path: Path, lines: tuple[bytes, ...], state: str, told: str) -> None:
    with saying(*lines) as port:
        server = MailServer("127.0.0.1", port, "plain", user="lark", password=PASSWORD)
        found = gathered(tmp_path, server, None, box_s=0.5)

    assert found.health.state == state
    assert told in found.health.message


def test_nobody_at_the_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = gathered(tmp_path, MailServer("127.0.0.1", port, user="lark", password=PASSWORD), None)

    assert f"takes no connection on port {port}" in found.health.message


def test_folders_have_the_names_that_imap_gives_them() -> None:
    assert [folder_name(name) for name in ("INBOX", "A & B", "新闻/日报", "Über")] == [
        "INBOX",
        "A &- B",
        "&ZbCV+w-/&ZeVipQ-",
        "&ANw-ber",
    ]


# -- settings ---------------------------------------------------------------------------------------------------------------


def test_a_table_makes_and_lists_a_mailbox(store: Store) -> None:
    chosen = Sources.model_validate({"mail": [{"host": "imap.example.com", "senders": ["Letter.example"], "folder": "News"}]})
    nobody: Any = None

    [made] = further(chosen, nobody, nobody, store)

    assert (made.name, made.kind) == ("mail", "mail")
    assert list(further_listed(chosen)) == [("mail", "mail", "News at imap.example.com")]
    assert chosen.mail[0].senders == ("letter.example",)


@pytest.mark.parametrize("table", [{}, {"host": "imaps://x"}, {"host": "a.example", "senders": ["nobody"]}, {"host": "a.example", "security": "none"}, {"host": "a.example", "password": "x"}])  # fmt: skip
def test_a_table_that_cannot_be_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="mail"):
        Sources.model_validate({"mail": [table]})
