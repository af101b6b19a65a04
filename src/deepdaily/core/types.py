"""The nouns, in the order the data flows. All frozen; all datetimes aware."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Literal

from deepdaily.core.errors import Exit
from deepdaily.core.urls import host

Language = str
"""Of a text `zh` or `en`, as `text.language_of` tells; of the daily one of `words.languages`."""


Rung = Literal["24h", "72h", "7d", "memory", "quiet"]
"""`memory`: from unused candidates, open watches and threads of the store; `quiet`: an honest note instead of items."""


SectionKind = Literal["point", "what", "detail", "why", "impact", "advice"]
"""`point`: what the reader decides, in one sentence; it comes first, and nothing else of an item is bold."""


StoryKind = Literal[
    "", "security", "incident", "issue", "paper", "policy", "deprecation", "protocol", "business", "availability", "release",
    "model", "hardware", "performance", "docs", "practice",
]  # fmt: skip
"""What sort of news a page brings; empty where its title, address and beginning do not tell."""


FollowUpState = Literal["answered", "moved", "unchanged", "closed", "expired"]
"""`moved`: there is news of it, but no answer; `closed`: by an editor; `expired`: its last day has passed."""


DecisionKind = Literal["pin", "ban", "merge", "split", "close", "useful", "useless", "off_topic", "advertising", "ours"]
"""The last three are a second reader's alone: a story that is not to be told, and one that the gate refused and may be."""


Severity = Literal["note", "fix", "block"]


SourceKind = Literal[
    "feed", "hackernews", "search", "page", "arxiv", "huggingface", "github", "telegram", "mail", "mcp",
]  # fmt: skip
"""A new kind needs its word in `words`, for a day on which a whole kind gave nothing."""


SourceState = Literal[
    "ok", "empty", "rate-limited", "quota-spent", "not-a-feed", "unreachable", "refused", "no-key", "not-needed", "resting",
]  # fmt: skip
"""`no-key`, `not-needed`, `resting`: nobody asked it, for want of a key, because the search it stands in for answered, or because
it failed for days and is asked less often."""


DAILY = "daily"
"""The digest's name where the settings give none, and of all slots from before digests had names."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When an issue of a digest is due, in the digest's time zone. One issue a slot."""

    due: datetime
    digest: str = DAILY

    @property
    def day(self) -> str:
        """`2026-02-11`: the issue's name everywhere."""
        return self.due.date().isoformat()

    @property
    def key(self) -> str:
        """`daily/2026-02-11T08:00:00+08:00`: its name in the store. Of one digest's keys the newest is the greatest text."""
        return f"{self.digest}/{self.due.isoformat()}"

    @classmethod
    def of_key(cls, key: str) -> Slot:
        digest, _, due = key.partition("/")
        return cls(datetime.fromisoformat(due), digest)

    @property
    def stamp(self) -> str:
        """`2026-02-11T08:00:00+08:00`: its name in what is published or printed; of another digest than `daily` its key."""
        return self.due.isoformat() if self.digest == DAILY else self.key


@dataclass(frozen=True, slots=True)
class Votes:
    """How many readers of a site voted for a link. Votes of two sites are of two sizes: they are never compared."""

    site: str
    """`hackernews`"""
    n: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One source naming one link in one slot. `url` is canonical."""

    url: str
    source: str
    title: str
    teaser: str = ""
    votes: Votes | None = None
    published_at: datetime | None = None
    sponsored: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A canonical URL with all its offers: cheap, untrusted, never quoted."""

    url: str
    offers: tuple[Offer, ...]

    @property
    def title(self) -> str:
        """The longest offered title: aggregators shorten, publishers rarely do."""
        return self.offers[0].title if len(self.offers) == 1 else max((offer.title for offer in self.offers), key=len)

    @property
    def published_at(self) -> datetime | None:
        """The earliest date any source gives: a re-post does not make a story new."""
        return min((offer.published_at for offer in self.offers if offer.published_at), default=None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bytes of an answer when we fetched it; the bytes themselves are in a WARC file."""

    url: str
    digest: str
    """`sha256:` and 64 hex digits, of the body after decompression."""
    final_url: str
    fetched_at: datetime
    media_type: str
    size_bytes: int
    moved_to: str = ""
    """Where `url` leads for good, as its server says; empty where it stays."""


@dataclass(frozen=True, slots=True)
class Document:
    """A readable text taken from a snapshot.

    `text` begins with the title on a line of its own (where there is one); blocks are separated by newlines.
    """

    id: str
    url: str
    snapshot: str
    """Digest of the snapshot."""
    locator: str
    """Which part of the snapshot: "" for the whole page, an entry's id for a feed or API answer."""
    title: str
    text: str
    language: Language
    extractor: str
    fetched_at: datetime
    partial: bool = False
    """Not all of it was read: a teaser, a search snippet, or a page whose rest is for those who pay."""
    author: str = ""
    published_at: datetime | None = None
    pages: tuple[int, ...] = ()
    """Where each page begins in `text`, in a document that has pages (a PDF)."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a document points: `text[start : start + len(words)] == words`."""

    url: str
    """Absolute, as the page writes it."""
    words: str
    start: int
    rel: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Values in rows, as a document shows them."""

    rows: tuple[tuple[str, ...], ...]
    headings: int
    """How many of the first rows name the columns."""
    start: int
    """Where its first row stands in the document's text."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What a document's text does not show: where it links to, and which of its lines are tables. Kept beside it."""

    links: tuple[Link, ...] = ()
    tables: tuple[Table, ...] = ()


NO_STRUCTURE = Structure()


def document_id(url: str, locator: str, text: str) -> str:
    """The name of a document: `sha256:` of its URL, locator and text."""
    return "sha256:" + sha256("\0".join((url, locator, text)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Appearance:
    """One earlier issue that told this thread."""

    day: str
    story: str
    title: str


@dataclass(frozen=True, slots=True)
class Story:
    """One event: its candidates, and the documents that tell it, lead first (there is always one)."""

    id: str
    candidates: tuple[Candidate, ...]
    documents: tuple[Document, ...]
    thread: tuple[Appearance, ...] = ()
    """Earlier appearances, oldest first; empty for a new story."""

    @property
    def lead(self) -> Document:
        return self.documents[0]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an editor or a reader said at the desk, or a second reader of a slot. It holds until it is taken back."""

    id: str
    """`d-3f2a91c0`."""
    kind: DecisionKind
    subject: str
    """A canonical page URL; for `ban` also a host or `topic:WORDS`; for `close` a watch's id."""
    at: datetime
    other: str = ""
    """For `merge` and `split`: the second page."""
    title: str = ""
    """The subject's title when it was said: likeness to it counts, too."""
    taken_back_at: datetime | None = None
    by: str = ""
    """Who said it: `second reader`; empty for an editor or a reader."""
    slot: str = ""
    """Key of the only slot that it holds for; empty for every one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a score, as `show` prints it."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Ranked:
    story: Story
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passage behind a claim: `document.text[start:end] == quote`."""

    document: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A printed sentence. Without evidence it is our judgement, and is marked so."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    basis: tuple[Evidence, ...] = ()
    """For a judgement: the passages of the facts it is drawn from. They do not prove it; they let a reader follow it."""
    lines: tuple[str, ...] = ()
    """The sentence as short lines, where there is room for them below each other; empty for one that is one line. `text` says the
    same."""
    cells: tuple[str, ...] = ()
    """A row of a table, a cell for each of its section's `columns`; empty for a sentence. `text` says the same."""
    translator: str = ""
    """The translator that put the passage, which is the whole evidence, into the issue's language; `text` is its words. Empty where
    no machine translated."""

    @property
    def judgement(self) -> bool:
        return not self.evidence

    @property
    def verbatim(self) -> bool:
        """The sentence is the source's own: print it in quotation marks."""
        return len(self.evidence) == 1 and self.evidence[0].quote == self.text


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a document states by its form - a field, a cell under its header, an entry of a list -, never in a running sentence."""

    name: str
    """Which: one of `attributes.NAMES`."""
    value: str
    """As the page writes it."""
    evidence: tuple[Evidence, ...]
    """Every passage that it takes to read it: of a cell its row and its header."""
    of: str = ""
    """What it is of, as the page names it; empty for what the whole page is of."""
    sort: str = ""
    """Of an entry of release notes: security, breaking, default, removed, added, changed, improved, fixed; else empty."""
    columns: tuple[str, ...] = ()
    """Of a row or a cell: the names of its columns, as the page writes them; of a field its label."""
    cells: tuple[str, ...] = ()
    """As many as columns; of a field its value."""
    day: date | None = None
    """The day that the value is or names, where it has one."""


@dataclass(frozen=True, slots=True)
class Section:
    kind: SectionKind
    points: tuple[Claim, ...]
    label: str = ""
    """Whose voice, in the reader's language: 「原文所述」, 「规则生成的建议」; empty for plain fact."""
    heading: str = ""
    """What its points tell of, in the reader's language: 性能信号, 关键手段; empty for the name of its kind."""
    columns: tuple[str, ...] = ()
    """Names of the columns of a table, whose rows its points are, in the reader's language; empty for sentences."""


@dataclass(frozen=True, slots=True)
class Cited:
    """What a reader needs to know about a document that an item rests on."""

    document: str
    snapshot: str
    url: str
    host: str
    title: str
    fetched_at: datetime
    extractor: str
    carried: bool = False
    """The snapshot is a feed's or an API's answer that carried the text, not the page itself."""
    pages: tuple[int, ...] = ()
    """As the document's."""

    def page_of(self, evidence: Evidence) -> int:
        """The page on which a passage begins, from 1; 0 in a document without pages."""
        return bisect_right(self.pages, evidence.start)


@dataclass(frozen=True, slots=True)
class Item:
    """One numbered piece of the issue; its number is its place."""

    story: str
    title: Claim
    sections: tuple[Section, ...]
    sources: tuple[Cited, ...]
    byline: str = ""
    """Where it stands: first-hand or press, when, how many independent sources. Reader's language."""
    label: str = ""
    """Why it claims little: 「来自候选链接池：未读到原文」; empty where the page was read."""
    unknowns: tuple[str, ...] = ()
    thread: tuple[Appearance, ...] = ()
    writer: str = ""
    """The model that wrote it, by its own name; empty for the built-in writer."""
    kind: StoryKind = ""

    @property
    def short(self) -> bool:
        """Told in its title and nothing else: one line of the issue, with its link and its proof."""
        return not any(section.points for section in self.sections)

    @property
    def original(self) -> str:
        """The source's own title where it is printed in other words; empty where it is printed as it is."""
        quote = self.title.evidence[0].quote if self.title.evidence else ""
        return "" if not quote or quote in self.title.text else quote

    @property
    def name(self) -> str:
        """By what another day's titles are held against it: where the built-in writer told it its source's title, with the state or
        the versions that stand behind, else its own."""
        if self.writer or not self.title.evidence:
            return self.title.text
        quote = self.title.evidence[0].quote
        behind = self.title.text.partition(quote)[2]
        return self.title.text if any(one.isdigit() or one in ":：" for one in behind) else quote

    def claims(self) -> tuple[Claim, ...]:
        """Title first, then section by section."""
        return (self.title, *(point for section in self.sections for point in section.points))

    def advice(self) -> tuple[str, ...]:
        """What it advises, in order."""
        return tuple(point.text for section in self.sections if section.kind == "advice" for point in section.points)

    def judged(self) -> tuple[str, ...]:
        """What it judges and advises, in order."""
        return tuple(claim.text for claim in self.claims() if claim.judgement)


@dataclass(frozen=True, slots=True)
class Trend:
    """What at least two stories share."""

    text: str
    stories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """A question we promised to follow up."""

    id: str
    question: str
    entities: tuple[str, ...]
    story: str
    opened_on: date
    expires_on: date
    answered_by: str = ""
    closed_on: date | None = None
    rule: str = ""
    """Name of the rule that asked it; empty where a model did."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became today of a question that was open this morning."""

    watch: Watch
    """As it stands now: an answered one names the story in `answered_by`, an ended one has its `closed_on`."""
    state: FollowUpState
    story: str = ""
    """The story of today that answers or moves it."""
    proof: Claim | None = None
    """The printed sentence that does, with its evidence."""
    source: Cited | None = None
    """What `proof` rests on: it need not be a page that an item cites."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Items before review, and what stands above them. Publishers do not take it."""

    slot: Slot
    now: datetime
    rung: Rung
    language: Language
    title: str
    items: tuple[Item, ...] = ()
    notice: str = ""
    """Plain text on top of the post; empty on a good day."""
    degraded: tuple[str, ...] = ()
    """`search:brave:rate-limited`, `rung:memory`: machine-readable causes, empty on a good day; a wider window is none."""

    def proofs(self) -> set[str]:
        """Ids of the documents that the items' claims rest on."""
        claims = (claim for item in self.items for claim in item.claims())
        return {proof.document for claim in claims for proof in claim.evidence}


@dataclass(frozen=True, slots=True)
class Closing:
    """What ends an issue, written when review has said which items stand."""

    summary: str = ""
    tags: tuple[str, ...] = ()
    trends: tuple[Trend, ...] = ()
    watchlist: tuple[Watch, ...] = ()
    followed: tuple[FollowUp, ...] = ()
    """Every question that was open this morning, those that moved first."""


@dataclass(frozen=True, slots=True)
class Finding:
    reviewer: str
    severity: Severity
    message: str
    item: str = ""

    @classmethod
    def cut(cls, text: str, troubles: Sequence[str], item: str = "") -> Finding:
        """The evidence check took a sentence out."""
        return cls("evidence", "fix", f"cut {text[:60]!r}: {'; '.join(troubles)}", item)


@dataclass(frozen=True, slots=True)
class Issue:
    """A draft that passed review, with its closing. Only `review.approve` makes one."""

    draft: Draft
    closing: Closing
    findings: tuple[Finding, ...]
    approved_at: datetime

    @property
    def slot(self) -> Slot:
        return self.draft.slot

    @property
    def day(self) -> str:
        """`2026-02-11`: the issue's name everywhere."""
        return self.draft.slot.day

    @property
    def items(self) -> tuple[Item, ...]:
        return self.draft.items

    def claims(self) -> tuple[Claim, ...]:
        """Every printed sentence: item by item, then what follows up earlier questions."""
        proofs = (one.proof for one in self.closing.followed)
        return (*(claim for item in self.items for claim in item.claims()), *(one for one in proofs if one))

    def proofs(self) -> set[str]:
        """Ids of the documents that the claims rest on."""
        return {proof.document for claim in self.claims() for proof in claim.evidence}

    def sources(self) -> tuple[Cited, ...]:
        """What the claims rest on, each once."""
        cited = (source for item in self.items for source in item.sources)
        return tuple(dict.fromkeys([*cited, *(one.source for one in self.closing.followed if one.source)]))


@dataclass(frozen=True, slots=True)
class Usage:
    """What one model call took. Tokens as the provider counts them, estimated where it does not say."""

    prefill_tokens: int = 0
    """All tokens of the prompt, the cached ones among them."""
    cached_tokens: int = 0
    decode_tokens: int = 0
    first_token_s: float | None = None
    """None when the answer was not streamed."""
    total_s: float = 0.0
    cost: float = 0.0
    """In the currency of the budget; 0 for a model without a price."""
    estimated: bool = False
    """Whether the tokens are worked out from bytes, as the provider did not count them."""


CallState = Literal["asked", "answered", "refused", "failed"]
"""`asked` is in flight, or its run was killed; `refused`: a whole reply that was not usable; `failed`: no whole reply."""


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the ledger: one request to one model. Replies from the store are no calls."""

    id: str
    slot: str
    model: str
    """Its name in the settings."""
    purpose: str
    state: CallState
    asked_at: datetime
    usage: Usage
    """For a call in flight: the most it can take, so that a killed run has not spent more than it says."""
    message: str = ""
    told: str = ""
    """What the provider said of it, as JSON; empty where it said nothing."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue as one channel published it; `location` is relative to the channel's folder."""

    slot: str
    channel: str
    location: str
    digest: str
    published_at: datetime


RunStatus = Literal["running", "published", "failed", "dry", "retracted"]
"""A killed run stays `running`; the issue of a retracted slot was taken back, and the slot is left alone."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run: its numbers, and its line for a person."""

    name: str
    rung: Rung | Literal[""] = ""
    """Of a stage that is run once a rung."""
    came_in: int = 0
    went_out: int = 0
    failed: int = 0
    took_s: float = 0.0
    line: str = ""

    @property
    def label(self) -> str:
        """`select`, `read 24h`."""
        return f"{self.name} {self.rung}".rstrip()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A story that became an item, with each term of its score."""

    story: str
    url: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong in a part of a run that went on without it."""

    part: str
    """A channel, a model by its name in the settings, `embedder`, or `translation` with a language."""
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.message}"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is kept of a slot's run, beside what its sources gave and what became of links."""

    status: RunStatus = "running"
    rung: Rung | Literal[""] = ""
    degraded: tuple[str, ...] = ()
    funnel: Mapping[str, int] = field(default_factory=dict)
    """How many were left after each step, in order."""
    stages: tuple[Stage, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    missing: tuple[str, ...] = ()
    """The channels that do not have the issue yet."""
    said: Mapping[str, str] = field(default_factory=dict)
    """What the commands that follow a channel said, by their name."""

    @property
    def causes(self) -> tuple[str, ...]:
        """Why the day is poorer than a good one; empty on a good day."""
        return (*self.degraded, *map(str, self.troubles))

    @property
    def exit(self) -> Exit:
        if self.status in ("failed", "running"):
            return Exit.NOTHING
        if self.missing:
            return Exit.INCOMPLETE
        return Exit.DEGRADED if self.causes else Exit.PUBLISHED


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How one source did in one slot. Its failure costs only its own candidates."""

    source: str
    kind: SourceKind
    state: SourceState
    offers: int = 0
    message: str = ""
    retry_after_s: float | None = None
    moved_to: str = ""
    """Where its address leads for good, as its server says; empty where it stays."""
    newest: datetime | None = None
    """Of what it lists, in the window or not; None where nothing is dated."""
    gap_days: float | None = None
    """Days between two entries that it lists, in the middle of all; None where fewer than three are dated."""
    address: str = ""
    """Where it was asked, of one that failed: a failure is that of an address. Empty where it has none, or answered."""

    @property
    def asked(self) -> bool:
        return self.state not in ("no-key", "not-needed", "resting")

    @property
    def answered(self) -> bool:
        return self.state in ("ok", "empty")

    @property
    def fine(self) -> bool:
        """There is nothing to mend."""
        return self.answered or not self.asked


@dataclass(frozen=True, slots=True)
class Loss:
    """A link that did not become an item, and why: one sentence a person can read."""

    url: str
    stage: Literal["collect", "read", "cluster", "select", "write", "review"]
    reason: str
    story: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """What a run may look at: nothing older than `since`, nothing newer than `now`."""

    slot: Slot
    now: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one source gave: its health, its offers, and the texts its answer itself carries."""

    health: SourceHealth
    offers: tuple[Offer, ...] = ()
    documents: tuple[Document, ...] = field(default=())
    losses: tuple[Loss, ...] = ()
    """Of what it listed and did not offer."""
    made_of: str = ""
    """What it was made of, where it can be told again from that without reading it anew; empty where it cannot."""


def cited(document: Document) -> Cited:
    return Cited(
        document=document.id,
        snapshot=document.snapshot,
        url=document.url,
        host=host(document.url),
        title=document.title,
        fetched_at=document.fetched_at,
        extractor=document.extractor,
        carried=bool(document.locator),
        pages=document.pages,
    )


Profile = Literal["consensus", "engineering"]

Shape = Literal["headline", "brief", "full"]
"""How much of an issue a message tells: titles; a sentence each; all that fits there."""
