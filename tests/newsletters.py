"""Newsletters for the tests, as senders build them: tables in tables, counted links, a footer. Invented; no word is anybody's."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
READER = "lark@home.example"
KEY = "q8XbT2mZr7LwYc5Vn1Kd9Hs4Gf6Jp3Ra0Ue8Wi2Oq7Xb"
"""What stands for a reader in links that count clicks."""

COUNTED = f"https://link.mail.beehiiv.com/ss/c/u001.{KEY}/4aa/h1/{KEY}"
HEADER = f'<table><tr><td><div style="display:none">Three things today</div><a href="https://letter.example/p/12?email={READER}">View online</a> | <a href="https://letter.example/signup">Sign up</a></td></tr></table>'
FOOTER = f'<table><tr><td>You get this at {READER}. <a href="https://letter.example/u/{KEY}">Unsubscribe</a> · <a href="https://letter.example/prefs?e={KEY}">Manage your preferences</a> · <a href="https://letter.example/ads">Advertise with us</a><img src="https://letter.example/open/{KEY}.gif" width="1" height="1"></td></tr></table>'


def row(markup: str) -> str:
    return f"<table><tr><td>{markup}</td></tr></table>"


def digest(*stories: str) -> str:
    return f"<!doctype html><html><body>{HEADER}{''.join(map(row, stories))}{FOOTER}</body></html>"


def headline(link: str, title: str, text: str) -> str:
    return f'<a href="{link}"><span><strong>{title}</strong></span></a><br><br><span>{text}</span>'


HERON = headline(
    "https://tracking.tldrnewsletter.com/CL0/https:%2F%2Fheron.example%2Fblog%2Fv1%3Futm_source=tldrai/1/0100/x=1",
    "Heron 1.0 serves long prompts in half the memory (3 minute read)",
    "The engine keeps prefixes on disk and reads them back in pages of 16 tokens. Its p99 falls from 210 ms to 95 ms.",
)
WREN = headline(
    COUNTED, "Wren publishes an 8B model with open weights", "It was trained on 4T tokens and scores 61.2% on the house benchmark."
)
ADVERT = headline(
    "https://shop.example/offer?utm_medium=email",
    "Ship agents ten times faster with Gull (Sponsor)",
    "Gull is the platform for everyone.",
)


def mail(
    html: str = "",
    *,
    subject: str = "The Lark Letter",
    sender: str = "Lark Letter <news@letter.example>",
    name: str = "12.lark",
    plain: str = "",
    **more: str,
) -> bytes:
    """A newsletter as it arrives; `more` are header fields, of which an empty one is left out."""
    made = EmailMessage()
    fields = {
        "From": sender, "To": READER, "Subject": subject, "Date": format_datetime(NOW), "Message-ID": f"<{name}@letter.example>",
        "List-Id": "<lark.letter.example>", "List-Unsubscribe": f"<https://letter.example/u/{KEY}>",
    } | {key.replace("_", "-"): value for key, value in more.items()}  # fmt: skip
    for field, value in fields.items():
        if value:
            made[field] = value
    made.set_content(plain or "Read it in a program that shows HTML.")
    if html:
        made.add_alternative(html, subtype="html")
    return bytes(made)


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
