"""Small values for tests, with plausible defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from deepdaily.core.text import language_of
from deepdaily.core.types import (
    Candidate,
    Claim,
    Closing,
    Document,
    Draft,
    Evidence,
    Issue,
    Item,
    Offer,
    Section,
    Slot,
    Story,
    cited,
    document_id,
)
from deepdaily.store import Store
from deepdaily.store.schema import ISSUES

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 12, 7, 30, tzinfo=SHANGHAI)
SLOT = Slot(datetime(2026, 3, 12, 8, 0, tzinfo=SHANGHAI))


def document(
    title: str, body: str = "", *, url: str = "https://blog.example/a", hours: float | None = 5.0, partial: bool = False
) -> Document:
    """A document published `hours` before NOW."""
    text = f"{title}\n\n{body}"
    return Document(
        id=document_id(url, "", text),
        url=url,
        snapshot="sha256:" + "0" * 64,
        locator="",
        title=title,
        text=text,
        language=language_of(text),
        extractor="test/1",
        fetched_at=NOW.astimezone(UTC),
        partial=partial,
        published_at=None if hours is None else NOW - timedelta(hours=hours),
    )


def candidate(title: str, url: str = "https://blog.example/a", *, hours: float | None = 5.0, source: str = "feed") -> Candidate:
    published = None if hours is None else NOW - timedelta(hours=hours)
    return Candidate(url, (Offer(url, source, title, published_at=published),))


def story(
    title: str, body: str = "", *, url: str = "https://blog.example/a", hours: float | None = 5.0, partial: bool = False
) -> Story:
    """A story of one candidate and its document."""
    told = document(title, body, url=url, hours=hours, partial=partial)
    return Story(f"s-{told.id[7:13]}", (candidate(title, url, hours=hours),), (told,))


def issue(*stories: Story, slot: Slot = SLOT, now: datetime = NOW) -> Issue:
    """An issue that told `stories`."""
    items = []
    for one in stories:
        title = one.lead.title
        proof = Evidence(one.lead.id, 0, len(title), title)
        claim = Claim(title, (proof,))
        items.append(Item(one.id, claim, (Section("what", (claim,)),), (cited(one.lead),)))
    return Issue(Draft(slot, now, "24h", "zh", "日报", tuple(items)), Closing(tags=("AI",)), (), now)


def kept_instead(store: Store, issue: Issue) -> None:
    """Keep `issue` in place of its slot's own, as no run does."""
    with store._engine.begin() as db:
        db.execute(ISSUES.delete().where(ISSUES.c.slot == issue.slot.key))
    store.keep_issue(issue)
