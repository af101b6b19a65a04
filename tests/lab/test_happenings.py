"""The field and the events of a set are judged by the product's own reader, gate and grouping."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from io import BytesIO
from itertools import combinations
from math import sqrt
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from deepdaily.choose import same_event
from deepdaily.lab import evals
from deepdaily.lab.choosing import day_folders, pairs_of
from deepdaily.lab.happenings import LabelledPage, candidates_of, grouping_of, same_event_of
from deepdaily.lab.rows import rows_of
from floors import Floors

ENGINE = "https://engine.example/blog/two"
PAGE = (
    "<html lang=en><title>Quick engine 2.0</title><article><h1>Quick engine 2.0</h1>"
    + "<p>The inference server answers large language models in half the time: its KV cache is shared by all GPUs.</p>"
    + "<p>An LLM of 70B parameters is served from two GPUs. Agents that call the model ten times gain most.</p>"
    + "<p>The next release brings quantization of the model's weights, and inference on CPUs.</p>"
    + "</article></html>"
)


def web(path: Path, pages: dict[str, tuple[str, str]]) -> Path:
    """A WARC file with the status and the body of each page."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, (status, body) in pages.items():
            head = StatusAndHeaders(status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(body.encode()), http_headers=head))
    return path


def judged(tmp_path: Path, rows: list[dict[str, str]], pages: dict[str, tuple[str, str]]) -> dict[str, dict[str, object]]:
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps({"day": "2026-03-01"} | row) + "\n" for row in rows), "utf-8")
    out = tmp_path / "out.jsonl"
    evals.run("events", tmp_path, out, evals.How(webs=(web(tmp_path / "a.warc.gz", pages),)))
    return {row["url"]: row for row in map(json.loads, out.read_text("utf-8").splitlines())}


def test_a_page_in_a_file_is_read_and_others_are_judged_by_their_titles(tmp_path: Path) -> None:
    rows = [
        {"url": ENGINE, "title": "Quick engine 2.0"},
        {"url": "https://paper.example/gone", "title": "A new LLM inference engine"},
        {"url": "https://paper.example/cup", "title": "The cup final ends in rain"},
    ]
    found = judged(tmp_path, rows, {ENGINE: ("200 OK", PAGE), rows[1]["url"]: ("404 Not Found", "gone")})

    assert [found[row["url"]]["read"] for row in rows] == [True, False, False]
    assert [found[row["url"]]["field"] for row in rows] == [True, True, False]
    assert len({row["group"] for row in found.values()}) == 3


def test_places_of_one_page_have_one_text(tmp_path: Path) -> None:
    rows = [{"url": f"{ENGINE}#v{n}", "title": f"Quick engine 2.{n}"} for n in (0, 1)]
    found = judged(tmp_path, rows, {ENGINE: ("200 OK", PAGE)})

    assert all(row["read"] for row in found.values())


# -- the open set -----------------------------------------------------------------------------------------------------

LABEL_DAYS = date(2026, 2, 8), date(2026, 2, 11)


@pytest.fixture(scope="module")
def labelled_pages(shared: Path) -> list[LabelledPage]:
    webs = sorted((shared / "frozen-web").glob("seed-*.warc.gz"))
    return asyncio.run(candidates_of(shared / "eval/events", webs))


@pytest.mark.eval
def test_events_keep_their_floors_with_weights_from_other_days(
    shared: Path, floors: Floors, labelled_pages: list[LabelledPage]
) -> None:
    """No label teaches here, and no list of a day within three of the labelled ones."""
    days = day_folders(shared / "eval/selection")
    far = [path for day, path in days.items() if all(abs((day - other).days) > 2 for other in LABEL_DAYS)]
    weights = {**same_event.learned([lesson for path in far for lesson in pairs_of(path)]), **same_event.by_hand()}
    events = grouping_of(labelled_pages, weights).events()
    home = {labelled_pages[at].row["url"]: number for number, event in enumerate(events) for at in event}
    rows = [page.row for page in labelled_pages if page.row["field"] != "no"]
    pairs = [(left, right, same_event_of(left, right)) for left, right in combinations(rows, 2)]
    joined = [same for left, right, same in pairs if home[left["url"]] == home[right["url"]]]
    true = [(left, right) for left, right, same in pairs if same]
    found = [(left, right) for left, right in true if home[left["url"]] == home[right["url"]]]
    across = [left["lang"] != right["lang"] for left, right in true]
    hard = rows_of(shared / "eval/events/hard-pairs.jsonl")
    right_hard = sum((home[row["a"]] == home[row["b"]]) == row["same_event"] for row in hard)
    precision, recall = len(found) / (len(found) + joined.count(False)), len(found) / len(true)

    print("precision", wilson(len(found), len(found) + joined.count(False)), "recall", wilson(len(found), len(true)))  # noqa: T201
    floors.hold(
        "events",
        {
            "pair_precision": precision,
            "pair_f1": 2 * precision * recall / (precision + recall),
            "cross_language_recall": sum(left["lang"] != right["lang"] for left, right in found) / sum(across),
            "hard_pairs": right_hard / len(hard),
        },
    )


def wilson(hits: int, tries: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share in which 19 of 20 lie (Wilson 1927)."""
    share, slack = hits / tries, z * z / tries
    middle, width = share + slack / 2, z * sqrt(share * (1 - share) / tries + slack / tries / 4)
    return (middle - width) / (1 + slack), (middle + width) / (1 + slack)
