"""An issue as one mail: a plain text part and an HTML part of the same content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from deepdaily.core.types import Issue, Item, Section, Shape
from deepdaily.render.digest import Brief, dispatch, lists, named, own_link, own_mark
from deepdaily.render.foreign import plain, safe_link
from deepdaily.render.mail_page import mail_page, paragraphs, short_page
from deepdaily.render.phrases import headline_of, lines, original, points, signed, thread, voice
from deepdaily.words import Words, of

MOST_HTML_BYTES = 100_000
"""Gmail clips a message at 102 KB."""


def header(text: str) -> str:
    """Foreign text as a header's value: one line, and no encoded word comes out of it.

    On CPython 3.11.7 a subject with `=?utf-8?B?…?=` wrote a real `Bcc:` line.
    """
    return re.sub(r"=\s*\?", "= ?", " ".join(plain(text).split()))[:200]


def message(
    issue: Issue,
    *,
    sender: str | Address,
    recipients: Sequence[str | Address],
    shape: Shape = "full",
    link: str = "",
    unsubscribe: str = "",
) -> EmailMessage:
    """The mail. Its Message-ID is the slot's, so that a second attempt threads with the first.

    Args:
        link: of the issue on the web; empty where that is not known.
        unsubscribe: an https address or `mailto:` of whoever takes readers off the list; empty: the sender.

    Raises:
        ValueError: sender or a recipient is no mail address.
    """
    draft = issue.draft
    mail = _addressed(header(draft.title) or draft.slot.day, sender, recipients, issue.approved_at, draft.slot.stamp)
    leave = unsubscribe or f"mailto:{_address(sender).addr_spec}?subject=unsubscribe"
    _listed(mail, f"{issue.slot.digest}.{_address(sender).domain}", leave)
    whole = text(issue, link) if shape == "full" else _short_text(issue, shape, link)
    mail.set_content(whole, cte="quoted-printable")
    html = _html(issue, shape, link, leave, whole)
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def _html(issue: Issue, shape: Shape, link: str, leave: str, whole: str) -> str:
    """The richest page that no mail program clips; empty where all are too long."""
    pages = _pages(issue, shape, link, leave, whole)
    return next((html for html in pages if len(html.encode("utf-8", "surrogatepass")) <= MOST_HTML_BYTES), "")


def _pages(issue: Issue, shape: Shape, link: str, leave: str, whole: str) -> Iterator[str]:
    """The issue with proofs, without, and short; a short shape alone."""
    if shape == "full":
        yield mail_page(issue, own_link(link), leave)
        yield paragraphs(issue, whole, leave)
    yield short_page(issue, dispatch(issue, "brief" if shape == "full" else shape, link), leave)


def note(line: str, *, sender: str | Address, recipients: Sequence[str | Address], now: datetime) -> EmailMessage:
    """A mail of one line to the keepers of the daily, which is its subject too.

    Raises:
        ValueError: sender or a recipient is no mail address.
    """
    mail = _addressed(header(line), sender, recipients, now, line)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
    mail.set_content(plain(line) + "\n", cte="quoted-printable")
    return mail


def _addressed(
    subject: str, sender: str | Address, recipients: Sequence[str | Address], date: datetime, named_by: str
) -> EmailMessage:
    """A mail without a text yet; its Message-ID is made from `named_by` alone."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = _address(sender)
    mail["To"] = [_address(one) for one in recipients]
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = f"<{sha256(named_by.encode()).hexdigest()[:24]}@{_address(sender).domain}>"
    return mail


def _listed(mail: EmailMessage, name: str, leave: str) -> None:
    """What a mail program needs to sort the mail (RFC 2919) and to offer a way out (RFC 2369, RFC 8058)."""
    mail["List-Id"] = f"<{name}>"
    mail["List-Unsubscribe"] = f"<{leave}>"
    if leave.startswith("https:"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _address(written: str | Address) -> Address:
    found = Address(addr_spec=written) if isinstance(written, str) else written
    if not found.username or not found.domain:
        raise ValueError(f"{written!r} is no mail address")
    return found


# -- the plain part ---------------------------------------------------------------------------------------------------


def text(issue: Issue, link: str = "") -> str:
    """The plain part, whole: each item with all it says, trends and questions below."""
    words, draft = of(issue.draft.language), issue.draft
    blocks = [plain(draft.title), *([f"{words.notice}{words.colon}{plain(draft.notice)}"] if draft.notice else [])]
    blocks += ["\n".join(_item(number, item, words, issue.day)) for number, item in enumerate(issue.items, 1)]
    blocks += _lists(issue)
    return "\n\n".join([*blocks, *_on(own_link(link), words)]) + "\n"


def _item(number: int, item: Item, words: Words, day: str) -> Iterator[str]:
    label = words.in_brackets(plain(item.label)) if item.label else ""
    yield f"{number}. {label}{headline_of(item, words) or day}"
    yield from (f"   {plain(line)}" for line in (original(item, words), signed(item, words)) if line)
    if item.thread:
        yield f"   {plain(thread(item, day, words))}"
    for section in points(item):
        whose = plain(voice(section, words))
        for claim in section.points:
            yield f"   {lines(claim, words)[0]}{words.in_brackets(whose) if whose else ''}"
    for section in item.sections:
        if section.points and section.kind != "point":
            yield from _section(section, words)
    if item.unknowns:
        yield f"   {words.unknowns}{words.colon}"
        yield from (f"   - {plain(one)}" for one in item.unknowns)
    yield from dict.fromkeys(f"   {link}" for one in item.sources if (link := safe_link(one.url)))


def _section(section: Section, words: Words) -> Iterator[str]:
    """Its name and its sentences, one alone on the same line."""
    alone = len(section.points) == 1
    if not alone:
        yield f"   {named(section, words)}{words.colon}".rstrip()
    for claim in section.points:
        first, *below = lines(claim, words)
        before = f"   {named(section, words)}{words.colon}" if alone else "   - "
        yield before + first + own_mark(claim, section, words)
        yield from (f"     {line}" for line in below)


def _lists(issue: Issue) -> list[str]:
    return ["\n".join([title, *(f"- {row.text} {row.address}".rstrip() for row in rows)]) for title, rows in lists(issue)]


def _on(link: str, words: Words) -> list[str]:
    return [f"{words.message['read_on']}{words.colon}{link}"] if link else []


def _short_text(issue: Issue, shape: Shape, link: str) -> str:
    told = dispatch(issue, shape, link)
    items = ["\n".join(_short(brief)) for brief in told.briefs]
    if shape == "headline":
        items = ["\n".join(f"{brief.number}. {brief.title}" for brief in told.briefs)]
    beside = [line for line in (told.title, told.notice, told.summary) if line]
    return "\n\n".join([*beside, *items, *_on(told.link, told.words)]) + "\n"


def _short(brief: Brief) -> Iterator[str]:
    yield f"{brief.number}. {brief.title}"
    yield from (f"   {row.text}" for row in brief.rows)
    yield from [f"   {brief.address}"] if brief.address else []
