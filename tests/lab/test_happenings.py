"""The field and the events of a set are judged by the product's own reader, gate and grouping."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import combinations
from math import sqrt
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from deepdaily.choose import same_event
from deepdaily.choose.field import learned
from deepdaily.choose.logistic import Lesson, odds
from deepdaily.choose.rank import relevant
from deepdaily.lab import evals
from deepdaily.lab.choosing import day_folders, pairs_of, picks_of
from deepdaily.lab.happenings import (
    BOTH,
    LabelledPage,
    candidates_of,
    far_lessons,
    grouping_of,
    lessons_of,
    same_event_of,
    story_of,
)
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


def judged(
    tmp_path: Path,
    rows: list[dict[str, str]],
    pages: dict[str, tuple[str, str]],
    folds: Path | None = None,
    days: Path | None = None,
) -> dict[str, dict[str, object]]:
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps({"day": "2026-03-01"} | row) + "\n" for row in rows), "utf-8")
    out = tmp_path / "out.jsonl"
    evals.run("events", tmp_path, out, evals.How(webs=(web(tmp_path / "a.warc.gz", pages),), folds=folds, days=days))
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


# -- learned from other days ------------------------------------------------------------------------------------------


def label(name: str, title: str, day: str, field: str, event: str | None = None) -> dict[str, str]:
    return {"url": f"https://{name}.example/a", "title": title, "day": day, "field": field} | ({"event": event} if event else {})


def test_a_day_is_judged_by_labels_of_other_days_and_what_was_in_both_pools_teaches_nothing(tmp_path: Path) -> None:
    """The other day says that crypto is ours; so says the day itself and what was in both, of which it is to learn nothing."""
    asked = [label("asked", "Crypto wallet hacked", "2026-03-01", "no"), label("twice", "Crypto wallet hacked", BOTH, "no")]
    soup = [label(f"soup{n}", f"A football match {n}", "2026-03-02", "no") for n in range(20)]

    def kept(day: str, how_many: int = 60) -> dict[str, object]:
        taught = [label(f"t{n}", f"Crypto news {n}", day, "yes") for n in range(how_many)]
        found = judged(tmp_path, [*asked, *soup, *taught], {}, folds=tmp_path)
        return {row["url"].split("/")[2].partition(".")[0]: found[row["url"]]["field"] for row in asked}

    assert kept("2026-03-02") == {"asked": True, "twice": True}
    assert kept("2026-03-01") == {"asked": False, "twice": True}
    assert kept(BOTH) == {"asked": False, "twice": False}


async def test_another_report_of_an_event_of_the_day_and_an_edge_teach_nothing(tmp_path: Path) -> None:
    rows = [
        label("a", "OpenAI sues", "2026-03-01", "yes", "e-1"),
        label("b", "OpenAI goes to court", "2026-03-02", "yes", "e-1"),
        label("c", "A chip fund", "2026-03-02", "edge"),
        label("d", "A football match", "2026-03-02", "no"),
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = await candidates_of(tmp_path, [])

    assert far_lessons(found, found, "2026-03-01") == lessons_of([one for one in found if one.row["url"].startswith("https://d.")])


async def test_a_candidate_with_a_page_teaches_by_its_page_and_by_its_title_half_each(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text(json.dumps(label("a", "Two", "2026-03-01", "yes") | {"url": ENGINE}), "utf-8")
    found = await candidates_of(tmp_path, [web(tmp_path / "a.warc.gz", {ENGINE: ("200 OK", PAGE)})])

    with_page, by_title = lessons_of(found)

    assert (with_page.weight, by_title.weight) == (0.5, 0.5)
    assert "inference and serving" in with_page.shown
    assert "inference and serving" not in by_title.shown


async def test_picks_of_days_far_enough_away_teach_too(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text(json.dumps(label("a", "A match", "2026-03-01", "no")), "utf-8")
    found = await candidates_of(tmp_path, [])
    for day in ("2026-03-02", "2026-03-06"):
        (tmp_path / day).mkdir()
        pool = {
            "id": "p", "url": f"https://p.example/{day}", "title": "Agents", "alt_titles": [], "source": "s", "sources": ["s"],
            "summary": "", "points": None, "points_kind": None, "published_at": None,
        }  # fmt: skip
        gold = [{"votes": votes, "candidates": [{"id": name}]} for votes, name in ((2, "p"), (1, "q"))]
        for name, rows in (("pool", [pool, pool | {"id": "q"}]), ("gold", gold)):
            (tmp_path / day / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))

    assert far_lessons(found, found, "2026-03-01", tmp_path) == picks_of(tmp_path / "2026-03-06")
    assert [lesson.so for lesson in picks_of(tmp_path / "2026-03-06")] == [True]


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


def of_the_day(found: list[LabelledPage], day: str, weights: dict[str, float]) -> Counter[tuple[str, bool]]:
    """How often each figure's question was answered rightly or not."""
    counts = Counter[tuple[str, bool]]()
    for one in found:
        if one.day not in (day, BOTH) or one.row["field"] == "edge":
            continue
        kept, by_title = (relevant(story_of(view), weights) for view in (one, replace(one, document=None)))
        if one.row["field"] == "no":
            counts["refused", not kept] += 1
            counts["refused_by_title", not by_title] += 1
            continue
        counts["kept_by_title", by_title] += 1
        if one.document:
            counts["kept_with_page", kept] += 1
        if one.row["lang"] == "zh":
            counts["kept_chinese", kept] += 1
    return counts


def picks(folder: Path, labels: list[Lesson]) -> Counter[tuple[str, bool]]:
    """Whether each pick of two editors passes, by the labels and the picks of days at least four away: in three parts."""
    days = sorted(day_folders(folder).items())
    counts = Counter[tuple[str, bool]]()
    for part in (days[at * len(days) // 3 : (at + 1) * len(days) // 3] for at in range(3)):
        near = timedelta(days=3)
        far = [path for day, path in days if day < part[0][0] - near or day > part[-1][0] + near]
        weights = learned([*labels, *(lesson for path in far for lesson in picks_of(path))])
        for _, path in part:
            counts.update(("picks_passed", odds(one.shown, weights) >= 0) for one in picks_of(path))
    return counts


@pytest.mark.eval
def test_what_is_of_our_field_is_known_by_what_the_other_day_teaches(
    shared: Path, floors: Floors, labelled_pages: list[LabelledPage]
) -> None:
    found, days = labelled_pages, shared / "eval/selection"
    counts = picks(days, lessons_of(found))
    for day in ("2026-02-08", "2026-02-11"):
        counts += of_the_day(found, day, learned(far_lessons(found, found, day, days)))

    names = dict.fromkeys(name for name, _ in counts)
    shares = {name: (counts[name, True], counts[name, True] + counts[name, False]) for name in names}
    print({name: "[{:.3f}, {:.3f}]".format(*wilson(*share)) for name, share in shares.items()})  # noqa: T201
    floors.hold("field", {name: hits / of for name, (hits, of) in shares.items()})
