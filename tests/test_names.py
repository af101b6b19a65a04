"""The house can be found one's way in: one name one thing, and no page names what is not there."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/deepdaily"
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.name != "__main__.py"]


def name_of(module: Path) -> str:
    """A folder's own code stands in `__init__`."""
    return module.parent.name if module.name == "__init__.py" else module.stem


def twice(pairs: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """The names that are borne by more than one."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, where in pairs:
        found[name].append(where)
    return {name: places for name, places in found.items() if len(places) > 1}


def public_classes(module: Path) -> Iterator[str]:
    """Classes, and names given to types."""
    for node in ast.parse(module.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and re.fullmatch(r"[A-Z][a-z]\w*", target.id):
            yield target.id


def test_no_two_modules_bear_one_name() -> None:
    assert twice((name_of(path), str(path.relative_to(SOURCE))) for path in MODULES) == {}


def test_no_two_public_classes_bear_one_name() -> None:
    named = ((name, str(path.relative_to(SOURCE))) for path in MODULES for name in public_classes(path))

    assert twice(named) == {}


def test_two_of_one_name_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class Found: ...\nHit = tuple[str, str]\n")
    (tmp_path / "b.py").write_text("class _Private: ...\nclass Found: ...\nMOST = 3\n")
    named = ((name, path.name) for path in sorted(tmp_path.iterdir()) for name in public_classes(path))

    assert twice(named) == {"Found": ["a.py", "b.py"]}


def paths_in(page: str) -> set[str]:
    """What a page names as a file or folder of the checkout."""
    text = (ROOT / page).read_text("utf-8")
    return set(re.findall(r"`((?:src|docs|tests|tools|evals|findings|deploy)/[\w./-]+)`", text))


def test_where_a_thing_goes_exists() -> None:
    for page in ("AGENTS.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/add-a-source.md"):
        missing = [path for path in paths_in(page) if not (ROOT / path).exists()]
        assert missing == [], page
    assert len(paths_in("AGENTS.md")) > 15


def prose(module: Path) -> Iterator[str]:
    """Every comment, and every string that stands alone."""
    text = module.read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_a_comment_cites_only_pages_that_a_stranger_has() -> None:
    cited = {
        (page, str(path.relative_to(ROOT)))
        for path in [*MODULES, *ROOT.glob("tools/*.py")]
        for text in prose(path)
        for page in re.findall(r"(?<![\w/])[a-z][\w/-]*\.md\b", text)
    }

    assert {page for page, _ in cited} >= {"docs/ranking.md", "docs/benchmarks.md"}
    assert [one for one in cited if one[0] != "index.md" and not (ROOT / one[0]).exists()] == []


def test_the_floors_are_those_that_lint_checks() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["type"] == "layers")

    assert f"  {' → '.join(layers)}\n" in (ROOT / "AGENTS.md").read_text("utf-8")
