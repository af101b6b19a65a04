"""The commands. Heavy imports are inside them: `--help` stays quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from deepdaily import __version__
from deepdaily.core.errors import DeepdailyError, NothingToPublish, SettingsError

if TYPE_CHECKING:
    from deepdaily.archive.verify import Verdict
    from deepdaily.cli.init import Answers, Found
    from deepdaily.core.types import DecisionKind, Issue, Slot
    from deepdaily.house import Given
    from deepdaily.read.fetch import Wire
    from deepdaily.store import Store

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="A daily that shows its proof."
)
sources_app = typer.Typer(no_args_is_help=True, help="The places links come from.")
app.add_typer(sources_app, name="sources")
desk_app = typer.Typer(no_args_is_help=True, help="What an editor says; the next run acts on it.")
app.add_typer(desk_app, name="desk")
mcp_app = typer.Typer(invoke_without_command=True)
app.add_typer(mcp_app, name="mcp")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings file (default: deepdaily.toml here).")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="Folder of the store and the snapshots.")]
OutFolder = Annotated[
    Path | None, typer.Option("--out", help="File editions go below it instead of the configured folders.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Result as JSON on stdout.")]

PUBLISHED, DEGRADED, NOTHING, BAD_USAGE, RED = 0, 10, 30, 2, 1
"""Exit statuses; RED is a check that did not hold."""


class Broken(StrEnum):
    """What `demo --break` takes away."""

    NONE = "none"
    SEARCH = "search"
    MODELS = "models"
    ALL = "all"


# -- beginning --------------------------------------------------------------------------------------------------------


@app.command()
def init(
    settings: Annotated[Path, typer.Option("--settings", help="The file to write.")] = Path("deepdaily.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Take every default; ask nothing.")] = False,
) -> None:
    """A settings file in four questions; finds a model server on this machine."""
    import asyncio
    import shlex

    from deepdaily.cli import init

    if settings.exists():
        raise SettingsError(f"{settings} exists already and stays as it is", "edit it, or name another by --settings")
    if not yes and not sys.stdin.isatty():
        raise SettingsError("init asks four questions, and this is no terminal", "take the defaults with --yes")
    found = asyncio.run(init.found_models())
    default = init.Answers(model=found[0] if found else None)
    init.write_settings(settings, default if yes else _questions(default, found))
    typer.echo(f"wrote {settings}")
    option = "" if settings == Path("deepdaily.toml") else f" --settings {shlex.quote(str(settings))}"
    typer.echo(f"next: deepdaily run{option}")


def _questions(default: Answers, found: Sequence[Found]) -> Answers:
    from deepdaily.cli import init

    language = typer.prompt("1/4 Language, zh or en", default.language)
    at, timezone = init.hour_and_zone(typer.prompt("2/4 Hour and time zone", f"{default.at} {default.timezone}"))
    blog = typer.prompt("3/4 Folder to publish to (a Hugo site, or any)", default.blog)
    for number, one in enumerate(found, 1):
        typer.echo(f"    {number}  {one.name} at {one.endpoint}")
    told = "none found here; ADDRESS NAME, or none" if not found else "a number, ADDRESS NAME, or none"
    model = typer.prompt(f"4/4 Model that writes ({told})", "1" if found else "none")
    return init.Answers(language, at, timezone, blog, init.chosen_model(model, found))


# -- one issue --------------------------------------------------------------------------------------------------------


@app.command()
def run(
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    day: Annotated[str | None, typer.Option("--date", help="The issue's day (default: today in its zone).")] = None,
    now: Annotated[str | None, typer.Option(help="Replaces the calendar, like 2026-02-11T07:30:00+08:00.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Everything but publishing.")] = False,
    or_demo: Annotated[bool, typer.Option("--or-demo", help="Without a network, run the sample day instead.")] = False,
    kept: Annotated[bool, typer.Option("--kept", hidden=True, help="`schedule` started it and tries again.")] = False,
) -> None:
    """Collect, read, choose, write, review and publish one issue."""
    import asyncio
    from functools import partial

    from deepdaily import house
    from deepdaily.cli import look
    from deepdaily.keeper import alerts

    given = house.Given.of(settings, data, out)
    if or_demo and not asyncio.run(look.online(given)):
        _warn(f"no network (no answer within {look.PROBE_S} s): running the sample day instead")
        raise typer.Exit(_sample_day(Broken.NONE, tamper=False, as_json=as_json))
    moment = given.clock(now)
    slot = given.slot(day, moment)
    store = given.store() if dry_run else alerts.store_or_alert(given, slot, kept=kept)
    try:
        alone = partial(_run_alone, given, store, slot, moment, as_json=as_json, dry=dry_run, again=kept)
        work = alone() if dry_run else alerts.alerted(given, store, slot, alone, kept=kept)
        raise typer.Exit(asyncio.run(work))
    finally:
        store.close()


async def _run_alone(
    given: Given, store: Store, slot: Slot, moment: Any, *, as_json: bool, dry: bool, again: bool
) -> int:
    """A run under its slot's lease, or one line why there is none; the exit status."""
    import json

    from deepdaily import keeper
    from deepdaily.publish.channels import channel_names
    from deepdaily.store import Lease

    async def work() -> int:
        if not keeper.is_finished(store, slot, channel_names(given.settings, given.out)):
            return await _run(given, store, slot, moment, as_json=as_json, dry=dry, again=again)
        if as_json:
            finished = _stored_issue(store, slot.day).draft.slot.key
            _print_run(store, finished, json.loads(store.record(finished)))
        else:
            typer.echo(f"{slot.day} is published already; nothing was changed (see `deepdaily show {slot.day}`)")
        return PUBLISHED

    ended = await keeper.under_lease(store, slot, work)
    if isinstance(ended, Lease):
        since = ended.since.astimezone(given.settings.zone).isoformat()
        if as_json:
            _print_json({"slot": slot.key, "held_by": ended.holder, "since": since})
        else:
            typer.echo(f"slot {slot.key} is being written by {ended.holder} since {since}; this run leaves it alone")
        return PUBLISHED
    return ended


async def _run(
    given: Given,
    store: Store,
    slot: Slot,
    moment: Any,
    *,
    as_json: bool,
    dry: bool = False,
    again: bool = False,
    wire: Wire | None = None,
    search_key: str | None = None,
) -> int:
    """One run and what it says at the end; its exit status."""
    from deepdaily import keeper
    from deepdaily.cli.console import closing, meter, where
    from deepdaily.core.slots import left_s
    from deepdaily.house import house as open_house
    from deepdaily.publish import channels

    now = keeper.calendar_of(store, slot, moment)
    left = left_s(slot, moment, given.settings.review.deadline)
    async with open_house(given, store, slot, now, meter(), wire, search_key, left_s=left, again=again) as house:
        issue, record = await keeper.keep(house, slot, now, dry=dry)
    if as_json:
        _print_run(store, slot.key, record.value())
    else:
        closing(issue, record)
        if dry:
            typer.echo("dry run: nothing was published")
        else:
            where(
                slot, store.editions(slot.key), {c.channel: f for c, f in channels.channels(given.settings, given.out)}
            )
    if dry:
        return DEGRADED if record.degraded else PUBLISHED
    return record.exit


def _print_run(store: Store, slot: str, record: dict[str, Any]) -> None:
    """The record of the slot's run, its sources and its editions, as JSON."""
    from dataclasses import asdict

    health = [asdict(harvest.health) for harvest in store.harvests(slot)]
    editions = [asdict(one) for one in store.editions(slot)]
    _print_json(record | {"sources": health, "editions": editions})


@app.command()
def demo(
    broken: Annotated[Broken, typer.Option("--break", help="Take parts away: the ladder holds.")] = Broken.NONE,
    tamper: Annotated[bool, typer.Option("--tamper", help="Change a published digit: `verify` turns red.")] = False,
    as_json: AsJson = False,
) -> None:
    """The bundled sample day on the real pipeline: offline, without a key, in ./deepdaily-demo."""
    raise typer.Exit(_sample_day(broken, tamper=tamper, as_json=as_json))


def _sample_day(broken: Broken, *, tamper: bool, as_json: bool) -> int:
    """Run the sample day afresh; the run's exit status, or that of `verify` after tampering."""
    import asyncio
    import shutil

    from deepdaily.demo import sample_web, tampering
    from deepdaily.house import Given
    from deepdaily.store.opening import open_store

    folder = Path("deepdaily-demo")
    given = Given(sample_web.settings(), {}, folder / "data", folder / "out")
    if (given.data / "deepdaily.db").exists():  # only what a demo wrote
        shutil.rmtree(given.data)
        shutil.rmtree(folder / "out", ignore_errors=True)
    store = open_store(given.data)
    slot = given.slot(None, sample_web.NOW)
    wire = sample_web.DemoWire(broken.value)
    try:
        status = asyncio.run(
            _run(given, store, slot, sample_web.NOW, as_json=as_json, wire=wire, search_key=sample_web.SEARCH_KEY)
        )
        changed = tampering.change_a_digit(folder / "out", slot.day) if tamper else ""
        verdict = _verify(given, store, slot.day)
    finally:
        store.close()
    if not as_json:
        if changed:
            typer.echo(f"tampered: {changed}")
        _say_verdict(verdict)
        typer.echo(sample_web.closing_words(slot.day, broken.value))
    return status if verdict.green else RED


# -- looking ----------------------------------------------------------------------------------------------------------


def _stored_issue(store: Store, day: str) -> Issue:
    from deepdaily.house import day_of

    newest = store.issues(limit=1)
    issue = store.issue(day_of(day).isoformat()) if day else (newest[0] if newest else None)
    if issue is None:
        missing = f"no issue of {day or 'any day'} in this store"
        raise SettingsError(missing, "run `deepdaily run`, or name the folder with --data")
    return issue


def _run_without_issue(store: Store, day: str) -> str:
    """The slot of the newest run, or of `day`, if it has no issue; empty otherwise."""
    ran = [slot for slot in store.slots() if slot.startswith(day)]
    return ran[0] if ran and store.issue(ran[0][:10]) is None else ""


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="DAY, DAY#N or a URL; nothing: the newest issue.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="Also every source, and every lost link with its reason.")
    ] = False,
) -> None:
    """An issue; an item with its proof and score; what became of a link and why."""
    from deepdaily.cli import show
    from deepdaily.house import Given

    store = Given.of(settings, data, out).store()
    try:
        if "://" in what:
            shown = show.link(what, store)
        else:
            day, marked, number = what.partition("#")
            failed = "" if marked else _run_without_issue(store, day)
            if failed:
                shown = show.run(failed, store, audit=audit)
            elif marked:
                shown = show.item(_stored_issue(store, day), number, store)
            else:
                shown = show.issue(_stored_issue(store, day), store, audit=audit)
    finally:
        store.close()
    show.print_out(shown, as_json=as_json)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Latin words, Chinese ones of one character or more.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many items.")] = 20,
) -> None:
    """Printed items that have every one of the words, the most relevant first."""
    from dataclasses import asdict

    from deepdaily.archive import lookup
    from deepdaily.house import Given

    store = Given.of(settings, data, out).store()
    try:
        hits = lookup.search(store, " ".join(words), limit)
    finally:
        store.close()
    if as_json:
        _print_json([asdict(hit) for hit in hits])
    for hit in [] if as_json else hits:
        typer.echo(f"{hit.day}  {hit.title}  [{hit.story}]\n    {hit.snippet}")
    if not hits and not as_json:
        typer.echo("nothing printed has all of these words")


@app.command()
def schedule(settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None) -> None:
    """Keep the hour: write each slot's issue before it is due, catch up a missed one; ends on SIGTERM."""
    import asyncio

    from deepdaily.house import Given
    from deepdaily.keeper.service import serve_hours

    asyncio.run(serve_hours(Given.of(settings, data, out), _options(settings, data, out)))


def _options(settings: Path | None, data: Path | None, out: Path | None) -> list[str]:
    """The options of a run that works for this command."""
    named = {"--settings": settings, "--data": data, "--out": out}
    return [part for name, path in named.items() if path for part in (name, str(path))]


@app.command()
def verify(
    day: Annotated[str, typer.Argument(help="The issue's day; nothing: the newest.")] = "",
    settings: SettingsFile = None,
    data: DataFolder = None,
    out: OutFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check an issue against its snapshots again, and its published files against the issue."""
    from dataclasses import asdict

    from deepdaily.house import Given

    given = Given.of(settings, data, out)
    store = given.store()
    try:
        verdict = _verify(given, store, day)
    finally:
        store.close()
    if as_json:
        _print_json(asdict(verdict) | {"green": verdict.green})
    else:
        _say_verdict(verdict)
    raise typer.Exit(PUBLISHED if verdict.green else RED)


def _verify(given: Given, store: Store, day: str) -> Verdict:
    from deepdaily.archive import verify
    from deepdaily.publish.channels import channels
    from deepdaily.store.snapshots import Snapshots

    issue = _stored_issue(store, day)
    with Snapshots(given.snapshots) as snapshots:
        return verify.verify(
            issue, store, snapshots, verify.published_files(issue, store, channels(given.settings, given.out))
        )


def _say_verdict(verdict: Verdict) -> None:
    typer.echo(
        f"{verdict.day}  {verdict.facts} facts: {verdict.found} quotations found in their snapshots,"
        f" {verdict.supported} claims supported by the check, {len(verdict.missing)} missing,"
        f" {len(verdict.damaged)} snapshots damaged, {len(verdict.altered)} published files altered"
    )
    for line in [*verdict.missing, *verdict.damaged, *verdict.altered]:
        typer.echo(f"  ✘ {line}")


@app.command()
def serve(
    settings: SettingsFile = None,
    data: DataFolder = None,
    host: Annotated[str, typer.Option(help="Address to listen on; this machine alone unless you say otherwise.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8765,
) -> None:
    """The reader in a browser: issues with their proof, stories over days, search, the board."""
    from deepdaily.cli.serving import serve_pages
    from deepdaily.house import Given

    serve_pages(Given.of(settings, data, None), host, port, typer.echo)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for the copy.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """The archive as files to browse without a server: days, stories, the watchlist, feeds."""
    from deepdaily.cli.serving import export_pages
    from deepdaily.house import Given

    typer.echo(
        f"{export_pages(Given.of(settings, data, None), out)} files below {out}; begin with {out / 'index.html'}"
    )


@app.command()
def config(
    settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False
) -> None:
    """Every setting with its effective value and where it comes from."""
    from deepdaily.house import Given
    from deepdaily.settings.loading import described

    given = Given.of(settings, data, out)
    _print_rows(("key", "value", "from"), described(given.settings, given.origins), as_json)


# -- sources ----------------------------------------------------------------------------------------------------------


@sources_app.command("list")
def sources_list(
    settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False
) -> None:
    """The configured sources."""
    from deepdaily.house import Given
    from deepdaily.sources.kinds import listed

    _print_rows(("kind", "name", "address"), listed(Given.of(settings, data, out).settings), as_json)


@sources_app.command("check")
def sources_check(
    settings: SettingsFile = None, data: DataFolder = None, out: OutFolder = None, as_json: AsJson = False
) -> None:
    """Ask every source once, now, and say how it is; nothing is written to the store."""
    import asyncio

    from deepdaily.cli.look import check_sources
    from deepdaily.house import Given

    health = asyncio.run(check_sources(Given.of(settings, data, out)))
    rows = [(one.source, one.state, str(one.offers), one.message) for one in health]
    _print_rows(("source", "state", "offers", "message"), rows, as_json)
    raise typer.Exit(PUBLISHED if all(one.state in ("ok", "empty", "no-key") for one in health) else RED)


# -- the desk ---------------------------------------------------------------------------------------------------------

Subject = Annotated[str, typer.Argument(help="A page's address, DAY#N or a story's id.")]


def _decide(kind: DecisionKind, what: str, other: str, settings: Path | None, data: Path | None) -> None:
    from deepdaily import desk
    from deepdaily.house import Given

    given = Given.of(settings, data, None)
    store = given.store()
    try:
        found = desk.decided(kind, what, other, store, given.clock(None))
    finally:
        store.close()
    told = " and ".join(filter(None, (found.subject, found.other)))
    typer.echo(f"{found.id}: {kind} {told}; the next run acts on it, `deepdaily desk undo {found.id}` takes it back")


@desk_app.command("pin")
def desk_pin(what: Subject, settings: SettingsFile = None, data: DataFolder = None) -> None:
    """Tell this story when it is there, whatever its score."""
    _decide("pin", what, "", settings, data)


@desk_app.command("ban")
def desk_ban(
    what: Annotated[str, typer.Argument(help="A page, DAY#N, a story's id, a host, or topic:WORDS.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """Never tell this page, this site, or what has all of these words in its title."""
    _decide("ban", what, "", settings, data)


@desk_app.command("merge")
def desk_merge(what: Subject, other: Subject, settings: SettingsFile = None, data: DataFolder = None) -> None:
    """Both pages tell one story."""
    _decide("merge", what, other, settings, data)


@desk_app.command("split")
def desk_split(what: Subject, other: Subject, settings: SettingsFile = None, data: DataFolder = None) -> None:
    """The two pages tell two stories."""
    _decide("split", what, other, settings, data)


@desk_app.command("useful")
def desk_useful(what: Subject, settings: SettingsFile = None, data: DataFolder = None) -> None:
    """More of this kind."""
    _decide("useful", what, "", settings, data)


@desk_app.command("useless")
def desk_useless(what: Subject, settings: SettingsFile = None, data: DataFolder = None) -> None:
    """Less of this kind."""
    _decide("useless", what, "", settings, data)


@desk_app.command("close")
def desk_close(
    what: Annotated[str, typer.Argument(help="A question's id, as `desk list` has it.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """Follow this question no longer."""
    _decide("close", what, "", settings, data)


@desk_app.command("undo")
def desk_undo(
    what: Annotated[str, typer.Argument(help="A decision's id, as `desk list` has it.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """Take a decision back: later runs are as if it had not been made."""
    from deepdaily import desk
    from deepdaily.house import Given

    given = Given.of(settings, data, None)
    store = given.store()
    try:
        found = desk.taken_back(what, store, given.clock(None))
    finally:
        store.close()
    typer.echo(f"{found.id}: {found.kind} {found.subject} is taken back")


@desk_app.command("list")
def desk_list(settings: SettingsFile = None, data: DataFolder = None, as_json: AsJson = False) -> None:
    """The decisions in force, and the questions that are open."""
    from deepdaily import desk
    from deepdaily.house import Given

    given = Given.of(settings, data, None)
    store = given.store()
    try:
        rows = desk.in_words(store, given.clock(None))
    finally:
        store.close()
    _print_rows(("id", "kind", "subject", "title"), rows, as_json)


# -- agents -----------------------------------------------------------------------------------------------------------


@mcp_app.callback()
def mcp(
    context: typer.Context,
    settings: SettingsFile = None,
    data: DataFolder = None,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of stdin and stdout.")] = False,
    host: Annotated[str, typer.Option(help="With --http: address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --http: 0 takes any free one.")] = 8766,
) -> None:
    """The daily for agents, over MCP: read-only tools and resources; nothing but the protocol goes to stdout."""
    if context.invoked_subcommand is not None:
        return
    from deepdaily.house import Given
    from deepdaily.serve.listening import serve_on
    from deepdaily.serve.mcp import mcp_server, web_app

    given = Given.of(settings, data, None)
    store, names = given.store(), given.settings.serve.names
    try:
        server = mcp_server(store)
        if http:
            serve_on(host, port, names, web_app(server, host, names), _warn, "MCP at {}/mcp (Ctrl-C ends it)")
        else:
            server.run("stdio")
    finally:
        store.close()


@mcp_app.command("config")
def mcp_config(
    client: Annotated[str, typer.Option(help="claude, codex, cursor, vscode or gemini.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """What to put into an agent's own settings, so that it starts this installation."""
    from deepdaily.house import Given
    from deepdaily.serve.mcp.clients import PLACES, agent_named, own_command, snippet
    from deepdaily.settings.loading import FILE

    agent = agent_named(client)
    folder = Given.of(settings, data, None).data
    chosen = settings or (Path(FILE) if Path(FILE).exists() else None)
    command = [*own_command(), "mcp", *_options(chosen and chosen.absolute(), folder.absolute(), None)]
    typer.echo(snippet(agent, command))
    _warn(f"belongs into {PLACES[agent]}")


@mcp_app.command("probe")
def mcp_probe(
    target: Annotated[str, typer.Argument(help="An http(s) address, or a command line in quotes.")],
    deadline_s: Annotated[float, typer.Option("--deadline", min=0.1, max=600, help="Seconds it may take.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Is an MCP server alive? Its tools decide, resources are judged apart. Exit status: 0 available, 1 not."""
    import logging
    from dataclasses import asdict

    import anyio

    from deepdaily.lab.mcp_probe import probe

    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # the SDK logs a traceback for each line it cannot read
    probed = anyio.run(probe, target, deadline_s)
    if as_json:
        _print_json(asdict(probed) | {"verdict": probed.verdict, "available": probed.available})
    else:
        counts = f"{probed.tools} tools, {probed.resources} resources, {probed.templates} templates"
        answered = counts.replace("None", "no answer about") if probed.available else "nothing answered"
        typer.echo(f"{probed.verdict}: {answered}" + (f" ({probed.trouble})" if probed.trouble else ""))
    raise typer.Exit(PUBLISHED if probed.available else RED)


# -- measuring --------------------------------------------------------------------------------------------------------


@app.command("eval")
def evaluate(
    name: Annotated[
        str, typer.Argument(metavar="SET", help="groundedness, feeds, extraction, clustering or selection.")
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The data set.")],
    predictions: Annotated[
        Path, typer.Option("--out", help="File for the predictions, as the set's score.py reads them.")
    ],
    folds: Annotated[
        Path | None, typer.Option(metavar="TRAIN_DIR", help="selection: learn from days at least 3 days away.")
    ] = None,
    cold: Annotated[bool, typer.Option("--cold", help="selection: nothing learned.")] = False,
    profile: Annotated[
        Literal["consensus", "engineering"], typer.Option(help="selection: whose taste; the set's is consensus.")
    ] = "consensus",
) -> None:
    """Run one of our own components over an open data set."""
    from deepdaily.lab import evals

    made = evals.run(name, folder, predictions, folds=folds, cold=cold, profile=profile)
    typer.echo(f"{made} predictions in {predictions}")


# -- the way out ------------------------------------------------------------------------------------------------------


def _print_rows(columns: tuple[str, ...], rows: Sequence[Sequence[str]], as_json: bool) -> None:
    from deepdaily.cli.console import table

    if as_json:
        _print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        table(columns, rows)


def _print_json(value: object) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _warn(line: str) -> None:
    typer.echo(line, err=True)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"deepdaily {__version__}")
        raise typer.Exit


@app.callback()
def _root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False) -> None:
    pass


def main() -> NoReturn:
    """The console script. A foreseen error ends in one line: what failed, whether today's issue is safe, what to do."""
    try:
        app()
    except DeepdailyError as error:
        sys.exit(_ended_by(error))
    except ExceptionGroup as group:  # what happened in tasks side by side
        foreseen, bugs = group.split(DeepdailyError)
        if bugs or foreseen is None:
            raise
        sys.exit(_ended_by(_first(foreseen)))
    sys.exit(PUBLISHED)


def _first(group: ExceptionGroup[DeepdailyError]) -> DeepdailyError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


def _ended_by(error: DeepdailyError) -> int:
    """Say it in one line; the exit status."""
    _warn(f"deepdaily: {error}; {_safety(error)}" + (f"; {error.remedy}" if error.remedy else ""))
    return NOTHING if isinstance(error, NothingToPublish) else BAD_USAGE


def _safety(error: DeepdailyError) -> str:
    if isinstance(error, NothingToPublish):
        return "nothing was published today"
    if isinstance(error, SettingsError):
        return "nothing was started, what is published stays as it is"
    return "what is published stays as it is"
