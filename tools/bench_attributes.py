"""What the built-in writer prints of the drawn pages beside quotations, and the verdicts on it.

    tools/bench_attributes.py lines [--drawn FILE] > lines.jsonl    each line with its passages, for a reader who judges it
    tools/bench_attributes.py score                                 the committed verdicts, held against what is printed now

A verdict names its line by page and by the digest of the printed text, so that nothing of the pages is kept here. A line that no
verdict is on counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from deepdaily.attributes import kind_of
from deepdaily.core.errors import DeepdailyError
from deepdaily.core.types import Claim, Document, Item, Story, document_id
from deepdaily.read.extract import PageBytes, page
from deepdaily.write.by_rule.brief import write_item

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("DEEPDAILY_SHARED", ROOT.parent / "shared"))
DRAWN, VERDICTS = ROOT / "evals/attributes/pages.txt", ROOT / "evals/attributes/verdicts.jsonl"
AT = datetime(2026, 2, 11, tzinfo=UTC)
STRUCTURED = ("release", "model", "security", "paper", "deprecation")
"""Kinds of which a page is expected to state something by its form."""


def documents(wanted: set[str]) -> Iterator[Document]:
    """Those pages of the frozen web, read as the product reads them, each once."""
    seen: set[str] = set()
    for archive in sorted((SHARED / "frozen-web").glob("*.warc.gz")):
        with archive.open("rb") as stream:
            for record in ArchiveIterator(stream):
                url = record.rec_headers.get_header("WARC-Target-URI")
                if record.rec_type != "response" or url not in wanted or url in seen:
                    continue
                seen.add(url)
                kind = record.http_headers.get_header("content-type") or "text/html"
                try:
                    read = page(PageBytes(url, kind, record.content_stream().read()))
                except DeepdailyError:
                    continue
                yield Document(
                    document_id(url, "", read.text), url, "", "", read.title, read.text, read.language, read.extractor, AT,
                    author=read.author, published_at=read.published_at,
                )  # fmt: skip


def told(item: Item) -> list[tuple[str, str, Claim]]:
    """What is printed in words of our own - the title, lines read off a form, rows of tables, judgements; no quotation -, each with
    where it stands and the heading above it."""
    lines = [] if item.title.verbatim else [("title", "", item.title)]
    for section in item.sections:
        lines += [(section.kind, section.heading, claim) for claim in section.points if not claim.verbatim]
    return lines


def line_of(url: str, where: str, heading: str, claim: Claim) -> dict[str, object]:
    text = f"{heading} | {claim.text}" if heading else claim.text
    digest = sha256(text.encode()).hexdigest()[:12]
    quotes = [proof.quote for proof in (*claim.evidence, *claim.basis)]
    return {"url": url, "where": where, "line": digest, "text": text, "passages": quotes}


def printed(drawn: Path) -> dict[str, tuple[str, list[dict[str, object]]]]:
    """By address its kind and its lines."""
    found = {}
    for one in documents(set(drawn.read_text().split())):
        item = write_item(Story("s-1", (), (one,)), "zh")
        found[one.url] = kind_of(one), [line_of(one.url, *line) for line in told(item)]
    return found


def score(drawn: Path) -> str:
    verdicts = {(row["url"], row["line"]): row for row in map(json.loads, VERDICTS.read_text().splitlines())}
    pages, outcomes, wrong_pages, with_lines, structured = printed(drawn), Counter[str](), set[str](), 0, 0
    for url, (kind, lines) in pages.items():
        for line in lines:
            verdict = verdicts.get((url, str(line["line"])), {"verdict": "unjudged"})["verdict"]
            outcomes[verdict] += 1
            if verdict != "right":
                wrong_pages.add(url)
        if kind in STRUCTURED:
            structured += 1
            with_lines += any(line["where"] in ("what", "detail") for line in lines)
    total = outcomes.total()
    return "\n".join([
        f"{len(pages)} pages, {total} lines: {', '.join(f'{n} {name}' for name, n in outcomes.most_common())}",
        f"right: {outcomes['right'] / max(1, total):.3f}",
        f"pages with a line that is not right: {len(wrong_pages)}",
        f"of {structured} release, model, advisory, paper and deprecation pages {with_lines} have a line",
    ])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("lines", "score"))
    parser.add_argument("--drawn", type=Path, default=DRAWN)
    options = parser.parse_args()
    if options.what == "score":
        print(score(options.drawn))  # noqa: T201
        return 0
    for url, (kind, lines) in sorted(printed(options.drawn).items()):
        print(json.dumps({"url": url, "kind": kind, "lines": lines}, ensure_ascii=False))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
