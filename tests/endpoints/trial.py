"""One shape tried: the prepared day run by a model behind it, and what a person and the ledger find."""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

from deepdaily.cli import show
from deepdaily.cli.daily import say_outcome
from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Call, Issue, Usage
from deepdaily.demo import sample_web
from deepdaily.house import House, by_model
from deepdaily.keeper import Outcome as Ended
from deepdaily.ladder import gather
from deepdaily.models.configured import embedder, model_writer
from deepdaily.models.ledger import priced
from deepdaily.pipeline import collect, run_day
from deepdaily.publish.files import Hugo
from deepdaily.run import Run
from deepdaily.settings import Settings
from deepdaily.settings.loading import load
from endpoints import counting, failing, replying, taking  # noqa: F401 - they fill the table
from endpoints.scripted import MODEL, Endpoint, LoopOfNames, serving_endpoints, summed
from endpoints.shapes import SHAPES, Outcome, Shape
from endpoints.tls import certificate, context
from running import SLOT, run_of

TABLE = dict(sorted(SHAPES.items()))
"""Every shape by its name."""

LEFT_S = 1_800.0
"""The sample day is read half an hour before it is due."""

NAME = "quill"

NONE = Usage()


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out."""

    exit: int
    words: str
    """All that `run` and `show --audit` print."""
    items: int = 0
    told: int = 0
    """Items by a model."""
    calls: int = 0
    purposes: frozenset[str] = frozenset()
    """What the endpoint answered."""
    booked: frozenset[str] = frozenset()
    """Models with rows in the ledger."""
    ledger: Usage = NONE
    truth: Usage = NONE
    """What the endpoint worked."""

    @property
    def line(self) -> str:
        """The first trouble that is printed."""
        return next((line for line in self.words.splitlines() if line.startswith("! ") and "degraded" not in line), "")


def prepared(folder: Path) -> None:
    """The sample day as a run leaves it that was killed after reading."""

    async def read() -> None:
        with run_of(folder, sample_web.DemoWire()) as run:
            await gather(run, await collect(run))

    with redirect_stderr(io.StringIO()):
        asyncio.run(read())


def tried(shape: Shape, prepared_day: Path, folder: Path) -> Seen:
    """What comes out where the prepared day goes on with this endpoint; `folder` is new."""
    shutil.copytree(prepared_day, folder)
    if shape.alone:
        with ProcessPoolExecutor(1, get_context("spawn")) as other:
            return other.submit(_tried_here, shape.id, folder).result()
    return _tried_here(shape.id, folder)


def _tried_here(name: str, folder: Path) -> Seen:
    shape = SHAPES[name]
    names = {"certificate": str(certificate(folder))} if shape.alone else {}
    given = {key: value.format(**names) for key, value in shape.environment.items()}
    with _environment(given), asyncio.Runner(loop_factory=LoopOfNames) as runner:
        return runner.run(_tried(shape, folder))


@contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    """`given`, and nothing of this machine's own proxies and settings."""
    kept = dict(os.environ)
    ours = {key: value for key, value in kept.items() if not re.search("(?i)_proxy$|^DEEPDAILY_|^SSL_CERT", key)}
    try:
        os.environ.clear()
        os.environ.update({**ours, **given})
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


async def _tried(shape: Shape, folder: Path) -> Seen:
    tls = context(folder) if shape.alone else None
    endpoint = Endpoint(shape.answering, shape.listing)
    async with serving_endpoints({shape.id: endpoint}, tls) as server:
        file = folder / "deepdaily.toml"
        file.write_text(settings_text(shape, server.port, server.tls_port), "utf-8")
        try:
            settings = sample_web.settings(load(file)[0])
        except SettingsError as error:
            return Seen(2, f"! {error}; {error.remedy}")
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(io.StringIO()):
            try:
                issue, exit_status, calls = await _day(settings, folder)
            except Exception as error:  # noqa: BLE001 - a crash is a row of the table too
                return Seen(
                    1,
                    f"! Traceback: {type(error).__name__}: {error}",
                    calls=endpoint.calls,
                    truth=summed([one for _, one in endpoint.truth]),
                )
        return _seen(endpoint, settings, issue, exit_status, calls, printed.getvalue())


def settings_text(shape: Shape, port: int, tls_port: int) -> str:
    """What a person wrote for it."""
    ladder = "" if "ladder" in shape.models else f'ladder = ["{NAME}"]\n'
    table = f'[models.{NAME}]\nendpoint = "{{address}}"\nname = "{MODEL}"\n'
    address = shape.address.format(port=port, tls_port=tls_port, id=shape.id)
    tables = shape.tables.format(port=port, id=shape.id) if shape.tables else ""
    return f"[models]\n{ladder}{shape.models}\n{table.format(address=address)}{shape.model}\n{tables}"


async def _day(settings: Settings, folder: Path) -> tuple[Issue, int, list[Call]]:
    """The issue, the exit status and the ledger; prints what `run` and `show --audit` print."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LoopOfNames)
    deadline = loop.deadline(LEFT_S)
    hugo, wire = [Hugo(folder / "out")], sample_web.DemoWire()
    with run_of(folder, wire, settings=settings, deadline=deadline, publishers=hugo) as run:
        run.embedder = embedder(settings, run.store, run.slot, run.now)
        _written_by_models(run, lambda: deadline - monotonic())
        issue = await run_day(run)
        calls = run.store.calls_since(SLOT.key)
        lines = show.issue(issue, run.store, audit=True).lines
        exit_status = run.record.exit
        ended = Ended(SLOT, exit_status, issue, run.record.value())
    say_outcome(House(settings, {}, folder / "data", folder / "out"), ended, dry=False, as_json=False)
    print(*lines, sep="\n")  # noqa: T201
    return issue, exit_status, calls


def _written_by_models(run: Run, remaining_s: Callable[[], float]) -> None:
    writer = model_writer(run.settings, run.store, run.slot, run.now, remaining_s)
    assert writer is not None
    run.writing = by_model(writer)


def _seen(endpoint: Endpoint, settings: Settings, issue: Issue, exit_status: int, calls: list[Call], words: str) -> Seen:
    price = settings.models.known[NAME].price
    return Seen(
        exit=exit_status,
        words=words,
        items=len(issue.items),
        told=sum(bool(item.writer) for item in issue.items),
        calls=endpoint.calls,
        purposes=frozenset(purpose for purpose, _ in endpoint.truth),
        booked=frozenset(call.model for call in calls),
        ledger=summed([call.usage for call in calls]),
        truth=summed([priced(one, price) for _, one in endpoint.truth]),
    )


# -- what is wrong with it --------------------------------------------------------------------------------------------


def complaints(must: Outcome, seen: Seen) -> list[str]:
    """What did not come out as it must; empty where all did."""
    spoken = bool(must.or_said) and _stands(must.or_said, seen.words)
    found = [] if spoken else _of_the_writing(must, seen)
    found += [f"not said: {one}" for one in must.said if not _stands(one, seen.words)]
    found += [f"said: {one}" for one in must.unsaid if _stands(one, seen.words)]
    if seen.exit in (1, 2):
        found.append(f"exit {seen.exit}")
    if not must.calls[0] <= seen.calls <= must.calls[1] and not spoken:
        found.append(f"{seen.calls} calls, not {must.calls[0]} to {must.calls[1]}")
    found += [f"no rows of {model}" for model in sorted(must.booked - seen.booked)]
    return found + _of_the_ledger(must.share, seen)


def _of_the_writing(must: Outcome, seen: Seen) -> list[str]:
    found = []
    if not must.told[0] <= seen.told <= must.told[1]:
        found.append(f"{seen.told} items by the model, not {must.told[0]} to {must.told[1]}")
    if seen.exit not in must.exits:
        found.append(f"exit {seen.exit}, not {' or '.join(map(str, sorted(must.exits)))}")
    missing = must.purposes - seen.purposes
    return found + ([f"no answer on {', '.join(sorted(missing))}"] if missing else [])


def _of_the_ledger(share: tuple[float, float], seen: Seen) -> list[str]:
    told, true = (one.prefill_tokens + one.decode_tokens for one in (seen.ledger, seen.truth))
    found = [] if _within(told, true, share) else [f"ledger of {told} tokens where {true} are true"]
    if not _within(seen.ledger.cost, seen.truth.cost, share):
        found.append(f"cost of {seen.ledger.cost:.3f} where {seen.truth.cost:.3f} is true")
    return found


def _within(told: float, true: float, share: tuple[float, float]) -> bool:
    least, most = share
    return true * least * 0.999 <= told <= true * most * 1.001


def _stands(pattern: str, words: str) -> bool:
    return re.search(pattern, words, re.IGNORECASE) is not None
