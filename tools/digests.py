"""Digests of all that a version publishes, to prove that two versions publish the same bytes.

    tools/digests.py                            this checkout
    tools/digests.py --src src OTHER/src …      each compared with the first: ends with 0 if equal, with 1 if not

A version is a folder for PYTHONPATH, of which nothing is asked but the commands `demo` and `run`. It publishes the sample day
and both frozen days, these one after the other on one store with the settings of this checkout. They need `../shared` (or
DEEPDAILY_SHARED) and are left out without it. What keeps a version from publishing is told in one line, with status 2.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from subprocess import TimeoutExpired
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from webs import editions_below, environment, finished, frozen_web, run_arguments  # noqa: E402 - the tests' own frozen web

DAYS = "2026-02-08", "2026-02-11"
NEEDED = "tools/replayweb", *(f"frozen-web/seed-{day}.warc.gz" for day in DAYS)
PUBLISHED = 0, 10
"""Exit statuses of a run that published: a whole issue, a degraded one."""

ORIGIN = "from importlib.util import find_spec as spec; print(getattr(spec('deepdaily.__main__'), 'origin', ''))"

Digests = dict[str, str]
"""SHA-256 of every published file by its place, `sample/…` or `frozen/…`, sorted by place."""


class UnpublishedError(Exception):
    """A version did not publish what it should, or on another web: there is nothing to compare."""


def published(src: Path, shared: Path | None) -> Digests:
    """Digests of the sample day and, where there is `shared`, of the frozen days."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _check_origin(src, folder)
        _run("demo", ["demo"], src, folder, environment())
        files = _digests("sample", folder / "deepdaily-demo" / "out")
        if shared:
            for day in DAYS:
                with frozen_web(shared, day) as web:
                    _check_answering(web["HTTPS_PROXY"])
                    env = {name: value for name, value in web.items() if not name.startswith("DEEPDAILY_")}
                    _run(f"run of {day}", run_arguments(day, folder)[1:], src, folder, env)
            files |= _digests("frozen", folder / "out")
        return dict(sorted(files.items()))


def _check_origin(src: Path, folder: Path) -> None:
    """PYTHONPATH must lead into the version itself: an installed one behind it would be equal to anything."""
    done = finished([sys.executable, "-c", ORIGIN], env=environment(PYTHONPATH=str(src)), cwd=folder)
    if done.returncode or not Path(done.stdout.strip()).resolve().is_relative_to(src):
        raise UnpublishedError("no deepdaily in this folder")


def _check_answering(proxy: str) -> None:
    """The frozen web must be there: without it every version publishes the same degraded day."""
    place = urlsplit(proxy)
    try:
        socket.create_connection((place.hostname, place.port or 80), timeout=10).close()
    except OSError as error:
        raise UnpublishedError(f"the replay proxy does not answer: {error}") from error


def _run(name: str, arguments: Sequence[str], src: Path, folder: Path, env: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "deepdaily", *arguments]
    done = finished(command, env={**env, "PYTHONPATH": str(src)}, cwd=folder)
    if done.returncode not in PUBLISHED:
        said = [line.strip() for line in done.stderr.splitlines() if any(map(str.isalnum, line))]
        raise UnpublishedError(f"{name} ended with {done.returncode}: {said[-1] if said else 'without a word'}")


def _digests(name: str, out: Path) -> Digests:
    files = {f"{name}/{place}": sha256(held).hexdigest() for place, held in editions_below(out).items()}
    if not files:
        raise UnpublishedError(f"{name}: no file was published")
    return files


def table(files: Digests) -> str:
    """A line a file as `sha256sum` writes it, then a line a set with the digest of its lines."""
    rows = [f"{digest}  {place}\n" for place, digest in files.items()]
    sums = []
    for name in ("frozen", "sample"):
        own = [row for row in rows if f"  {name}/" in row]
        if own:
            sums.append(f"{sha256(''.join(own).encode()).hexdigest()}  {name}, {len(own)} files\n")
    return "".join(rows + sums)


def differences(first: Digests, other: Digests) -> list[str]:
    """A line for each file that differs or that only one of the two has, sorted by place; empty if they are equal."""
    told = {(True, True): "differs", (True, False): "missing", (False, True): "only here"}
    places = [place for place in sorted(first | other) if first.get(place) != other.get(place)]
    return [f"{told[place in first, place in other]}: {place}" for place in places]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--src", type=Path, nargs="+", action="extend", metavar="DIR", help="default: this checkout's src")
    parser.add_argument("--shared", type=Path, default=os.environ.get("DEEPDAILY_SHARED") or ROOT.parent / "shared")
    return parser.parse_args()


def main() -> int:
    """Publish, print and compare; the exit status."""
    options = _options()
    trees: list[Path] = options.src or [ROOT / "src"]
    shared: Path | None = options.shared.resolve()
    if not all((options.shared / one).is_file() for one in NEEDED):
        print(f"no frozen web in {options.shared}: the sample day only", file=sys.stderr)  # noqa: T201
        shared = None
    versions: list[Digests] = []
    for src in trees:
        try:
            versions.append(published(src.resolve(), shared))
        except (UnpublishedError, TimeoutExpired, pytest.skip.Exception) as error:
            print(f"{src}: {error}", file=sys.stderr)  # noqa: T201
            return 2
        print(f"{src}\n" * (len(trees) > 1) + table(versions[-1]), end="", flush=True)  # noqa: T201
    pairs = zip(trees[1:], versions[1:], strict=True)
    unequal = [f"{src} {line}" for src, other in pairs for line in differences(versions[0], other)]
    if len(trees) > 1:
        print("\n".join(unequal) or f"equal: {len(versions[0])} files")  # noqa: T201
    return bool(unequal)


if __name__ == "__main__":
    sys.exit(main())
