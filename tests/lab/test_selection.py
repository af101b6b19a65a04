"""Choosing and grouping against what editors ran on real days; the learned part never sees a day near the judged one."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deepdaily.choose.group import cluster
from deepdaily.core.errors import SettingsError
from deepdaily.core.text import language_of
from deepdaily.lab import choosing, evals
from floors import Floors


@pytest.fixture(scope="module")
def scorer(shared: Path) -> ModuleType:
    """The set's own score.py."""
    spec = importlib.util.spec_from_file_location("selection_score", shared / "eval/selection/score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ndcg(scorer: ModuleType, folder: Path, rankings: dict[str, list[str]]) -> dict[str, float]:
    """nDCG@10 by day."""
    found = {}
    for path in sorted(folder.glob("20??-??-??")):
        day = scorer.Day(str(path))
        marks = scorer.evaluate(day.stories(rankings[day.day]), scorer.gains(day), 10)
        if marks:
            found[day.day] = marks["ndcg"]
    return found


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def by_tier(found: dict[str, float]) -> dict[str, float]:
    """All days, and the two tiers: May with the large pools, February with the small ones."""
    tiers = {"all": found, "a": {d: v for d, v in found.items() if d >= "2026-05"}}
    tiers["b"] = {d: v for d, v in found.items() if d < "2026-05"}
    return {name: mean(list(values.values())) for name, values in tiers.items()}


def ranked(folder: Path, out: Path, **how: Any) -> dict[str, list[str]]:
    evals.run("selection", folder, out, evals.How(**how))
    return {row["day"]: row["ranking"] for row in map(json.loads, out.read_text("utf-8").splitlines())}


@pytest.mark.eval
def test_selection_keeps_its_floors_with_records_from_other_days(
    shared: Path, floors: Floors, tmp_path: Path, scorer: ModuleType
) -> None:
    folder = shared / "eval/selection"
    found = ndcg(scorer, folder, ranked(folder, tmp_path / "folds.jsonl", folds=folder))
    days = [scorer.Day(str(path)) for path in sorted(folder.glob("20??-??-??"))]
    plain = ndcg(scorer, folder, {day.day: scorer.baselines(day)["  same, near-duplicates dropped"] for day in days})
    gains = [found[day] - plain[day] for day in found]
    chosen = random.Random(7)
    draws = sorted(mean(chosen.choices(gains, k=len(gains))) for _ in range(4000))
    tiers = by_tier(found)

    print(tiers, f"gain over arithmetic {mean(gains):+.3f} [{draws[100]:+.3f}, {draws[-100]:+.3f}]")  # noqa: T201
    assert tiers["all"] < 0.62, "suspect a leak (docs/ranking.md)"
    gain = {"gain_over_arithmetic_low": draws[100]}
    floors.hold("selection", {f"ndcg10_{tier}": reached for tier, reached in tiers.items()} | gain)


@pytest.mark.eval
def test_selection_keeps_its_floor_with_nothing_learned(shared: Path, floors: Floors, tmp_path: Path, scorer: ModuleType) -> None:
    folder = shared / "eval/selection"
    tiers = by_tier(ndcg(scorer, folder, ranked(folder, tmp_path / "cold.jsonl", cold=True)))

    floors.hold("selection", {"ndcg10_cold": tiers["all"]})


@pytest.mark.eval
def test_groups_of_real_days_keep_their_floors_in_both_languages(shared: Path, floors: Floors) -> None:
    floors.hold("stories", groupings(shared / "eval/selection"))


def groupings(folder: Path) -> dict[str, float]:
    """B-cubed over the candidates that editors ran that day, grouped among the whole pool; recall of pairs zh-en."""
    precise = complete = total = joined = pairs = 0.0
    for path in choosing.day_folders(folder).values():
        home, gold, titles = _groups_and_gold(path)
        both = Counter((home[name], gold[name]) for name in gold)
        mine, theirs = Counter(home[name] for name in gold), Counter(gold.values())
        precise += sum(n * n / mine[ours] for (ours, _), n in both.items())
        complete += sum(n * n / theirs[story] for (_, story), n in both.items())
        total += len(gold)
        for left, right in _pairs(gold):
            if language_of(titles[left]) != language_of(titles[right]):
                pairs += 1
                joined += home[left] == home[right]
    p, r = precise / total, complete / total
    return {"b3_precision": p, "b3_f": 2 * p * r / (p + r), "cross_language_recall": joined / pairs}


def _groups_and_gold(path: Path) -> tuple[dict[str, int], dict[str, str], dict[str, str]]:
    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in gzip.decompress((path / name).read_bytes()).decode().splitlines()]

    pool = {row["url"]: row for row in rows("pool.jsonl.gz")}
    gold: dict[str, str] = {}
    for story in rows("gold.jsonl.gz"):
        if story["timing"] == "today":
            for one in story["candidates"]:
                gold.setdefault(one["id"], story["story_id"])
    groups = cluster([choosing.candidate_of(row) for row in pool.values()])
    home = {pool[one.url]["id"]: number for number, group in enumerate(groups) for one in group}
    return home, gold, {row["id"]: row["title"] for row in pool.values()}


def _pairs(gold: dict[str, str]) -> Iterator[tuple[str, str]]:
    told: dict[str, list[str]] = defaultdict(list)
    for name, story in gold.items():
        for other in told[story]:
            yield other, name
        told[story].append(name)


# -- a day of our own -------------------------------------------------------------------------------------------------


def row(name: str, title: str, url: str) -> dict[str, Any]:
    return {
        "id": name, "url": url, "title": title, "alt_titles": [], "source": "s", "sources": ["s"], "summary": "",
        "points": None, "points_kind": None, "published_at": None,
    }  # fmt: skip


def a_day(folder: Path, day: str, picked: str) -> None:
    """Two like candidates on two sites, of which editors ran the one of `picked`."""
    (folder / day).mkdir(parents=True)
    pool = [row(site, f"LLM {thing} released", f"https://{site}.example/{day}") for site, thing in
            (("left", "Kestrel"), ("right", "Osprey"))]  # fmt: skip
    gold = [{"timing": "today", "votes": 3, "story_id": "g", "candidates": [{"id": picked}]}]
    for name, rows in (("pool", pool), ("gold", gold)):
        (folder / day / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def test_a_day_is_ranked_by_what_other_days_far_enough_away_teach(tmp_path: Path) -> None:
    a_day(tmp_path / "set", "2026-03-10", picked="left")
    a_day(tmp_path / "far", "2026-03-13", picked="right")
    a_day(tmp_path / "near", "2026-03-12", picked="right")

    def first(folds: Path | None, *, cold: bool = False) -> str:
        return ranked(tmp_path / "set", tmp_path / "out.jsonl", folds=folds, cold=cold)["2026-03-10"][0]

    assert first(tmp_path / "far") == "right"
    assert first(tmp_path / "near") == first(None, cold=True) == first(tmp_path / "far", cold=True) == "left"


def test_a_set_that_learns_nothing_takes_no_folds(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="learns nothing"):
        evals.run("feeds", tmp_path, tmp_path / "out", evals.How(folds=tmp_path))
    with pytest.raises(SettingsError, match="not laid out"):
        evals.run("selection", tmp_path, tmp_path / "out")


def test_clustering_reads_every_gold_file_and_numbers_groups_apart(tmp_path: Path) -> None:
    titles = ["Anthropic acquires Stainless", "Stainless acquired by Anthropic", "A soup recipe"]
    for name in ("a", "b"):
        rows = [json.dumps({"id": f"{name}{n}", "text": title, "story": ""}) for n, title in enumerate(titles)]
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode()))

    assert evals.run("clustering", tmp_path, tmp_path / "out.jsonl") == 6
    found = {row["id"]: row["cluster"] for row in map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())}

    assert found["a0"] == found["a1"] != found["a2"]
    assert found["a0"] != found["b0"]
