"""What comes from outside, put into every format that is published: does it stay inert?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from deepdaily.core.types import Claim, Closing, Document, Draft, Evidence, Issue, Item, Section, Slot, cited, document_id
from deepdaily.lab.rows import rows_of
from deepdaily.render.feishu import cards
from deepdaily.render.html import page
from deepdaily.render.mail import message
from deepdaily.render.mail_page import HEAD
from deepdaily.render.markdown import post
from deepdaily.render.slack import slack_messages
from deepdaily.render.syndication import atom

NOW = datetime(2026, 3, 12, tzinfo=UTC)
PLAIN = {
    "title": "Plain title", "summary": "Plain summary", "link": "https://good.example/plain", "tag": "AI", "author": "Plain author",
}  # fmt: skip
"""What the other fields hold."""


def output_injection(folder: Path) -> Mapping[str, bytes]:
    """Each case in each format as `<case>.<format>`, and a harmless page to compare with; a format we lack has no file."""
    files = {"baseline.html": page(issue_with({}), {}).encode()}
    for case in rows_of(folder / "cases.jsonl"):
        made = issue_with({case["field"]: case["value"]})
        files |= {f"{case['id']}.{kind}": body for kind, body in _formats(made).items() if kind in case["targets"]}
    return files


def _formats(issue: Issue) -> Mapping[str, bytes]:
    whole = post(issue)
    return {
        "hugo": whole.encode(),
        "toml": _front_matter(whole),
        "atom": atom([issue], title="Plain feed"),
        "html": page(issue, {}).encode(),
        "email": _mail(issue),
        "slack": json.dumps(slack_messages(issue)[0], ensure_ascii=False).encode(),
        "feishu": json.dumps(cards(issue)[0], ensure_ascii=False).encode(),
    }


def _mail(issue: Issue) -> bytes:
    """The mail without the head that is the same in each: what the issue itself brings into it."""
    mail = message(issue, sender="daily@good.example", recipients=["team@good.example"])
    page = mail.get_body(("html",))
    if page is not None:
        page.set_content(page.get_content().replace(HEAD, ""), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _front_matter(whole: str) -> bytes:
    fence = "+++\n"
    return (fence + whole.split(fence)[1] + fence).encode()


def issue_with(given: Mapping[str, str]) -> Issue:
    """An issue of one item, whose fields are `PLAIN` but for those given."""
    said = {**PLAIN, **given}
    text = "Plain title\n\nPlain summary"
    name = document_id(PLAIN["link"], "", text)
    source = Document(name, PLAIN["link"], "sha256:" + "0" * 64, "", "Plain title", text, "en", "test/1", NOW)
    proof = Evidence(name, 0, 5, "Plain")
    item = Item(
        story="s-plain",
        title=Claim(said["title"], (proof,)),
        sections=(Section("what", (Claim(said["summary"], (proof,)),)),),
        sources=(replace(cited(source), url=said["link"], host=said["author"]),),
        byline=said["author"],
    )
    draft = Draft(Slot(NOW), NOW, "24h", "zh", said["title"], (item,))
    return Issue(draft, Closing(said["summary"], (said["tag"],)), (), NOW)
