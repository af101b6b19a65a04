"""An issue as one mail: a plain text part and an HTML part of the same content."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from deepdaily.core.types import Issue
from deepdaily.render.body import escape, fragment
from deepdaily.render.digest import briefs, questions
from deepdaily.render.foreign import plain, shown
from deepdaily.words import of

MOST_HTML_BYTES = 100_000
"""Gmail clips a message at 102 KB."""

_TABLE = '<div style="overflow-x:auto"><table border="1" cellpadding="6" style="border-collapse:collapse;font-size:14px">'
"""What a page's own style says of a table, where there is no style but an element's own."""

_STYLE = (
    "max-width:600px;margin:0 auto;padding:16px;font:16px/1.6 -apple-system,'PingFang SC','Noto Sans CJK SC',sans-serif;"
    "color:#1c1b1a;background:#fdfcf8"
)


def header(text: str) -> str:
    """Foreign text as a header's value: one line, and no encoded word comes out of it.

    On CPython 3.11.7 a subject with `=?utf-8?B?…?=` wrote a real `Bcc:` line.
    """
    return re.sub(r"=\s*\?", "= ?", " ".join(plain(text).split()))[:200]


def message(issue: Issue, *, sender: str, recipients: list[str]) -> EmailMessage:
    """The mail. Its Message-ID is the slot's, so that a second attempt threads with the first.

    Raises:
        ValueError: sender or a recipient is no mail address.
    """
    draft = issue.draft
    mail = _addressed(header(draft.title) or draft.slot.day, sender, recipients, issue.approved_at, draft.slot.stamp)
    mail.set_content(text(issue), cte="quoted-printable")
    told = re.sub('<div class="table"[^>]*><table>', _TABLE, fragment(issue))
    html = (
        f'<!doctype html><html lang="{of(draft.language).tag}"><body><div style="{_STYLE}">'
        f"<h1>{escape(draft.title)}</h1>\n{told}</div></body></html>"
    )
    if len(html.encode()) <= MOST_HTML_BYTES:  # a clipped mail loses its end without a word; the text part is whole
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def note(line: str, *, sender: str, recipients: list[str], now: datetime) -> EmailMessage:
    """A mail of one line to the keepers of the daily, which is its subject too.

    Raises:
        ValueError: sender or a recipient is no mail address.
    """
    mail = _addressed(header(line), sender, recipients, now, line)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
    mail.set_content(plain(line) + "\n", cte="quoted-printable")
    return mail


def _addressed(subject: str, sender: str, recipients: list[str], date: datetime, named: str) -> EmailMessage:
    """A mail without a text yet; its Message-ID is made from `named` alone."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = _address(sender)
    mail["To"] = [_address(one) for one in recipients]
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = f"<{sha256(named.encode()).hexdigest()[:24]}@{_address(sender).domain}>"
    return mail


def _address(written: str) -> Address:
    found = Address(addr_spec=written)
    if not found.username or not found.domain:
        raise ValueError(f"{written!r} is no mail address")
    return found


def text(issue: Issue) -> str:
    """The plain part: each item in a few lines, trends and questions below."""
    words, draft = of(issue.draft.language), issue.draft
    blocks = [plain(draft.title), *([f"{words.notice}{words.colon}{plain(draft.notice)}"] if draft.notice else [])]
    for brief in briefs(issue):
        lines = [f"{brief.number}. {brief.title}", *(f"{'     ' if row.below else '   '}{row.text}" for row in brief.rows)]
        blocks.append("\n".join([*lines, *([f"   {brief.address}"] if brief.address else [])]))
    for heading, entries in ((words.trends, [trend.text for trend in issue.closing.trends]), (words.watchlist, questions(issue))):
        if entries:
            blocks.append("\n".join([heading, *(f"- {plain(entry)}" for entry in entries)]))
    hosts = sorted({shown(source.host) for item in draft.items for source in item.sources})
    sources = [f"{words.sources}{words.colon}{', '.join(hosts)}"] if hosts else []
    return "\n\n".join([*blocks, *sources]) + "\n"
