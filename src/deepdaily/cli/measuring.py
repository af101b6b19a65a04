"""The commands of the lab: `eval`, `mcp probe`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from deepdaily.cli.options import AsJson, answer, app, mcp_app
from deepdaily.core.errors import Exit

SET_HELP = "groundedness, feeds, extraction, clustering, selection, events, hostile, injection or output-injection."


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
    counts = f"{probed.tools} tools, {probed.resources} resources, {probed.templates} templates"
    answered = counts.replace("None", "no answer about") if probed.available else "nothing answered"
    line = f"{probed.verdict}: {answered}" + (f" ({probed.trouble})" if probed.trouble else "")
    answer(asdict(probed) | {"verdict": probed.verdict, "available": probed.available}, [line], as_json)
    raise typer.Exit(Exit.PUBLISHED if probed.available else Exit.RED)


@app.command("eval")
def evaluate(
    name: Annotated[str, typer.Argument(metavar="SET", help=SET_HELP)],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The data set.")],
    predictions: Annotated[
        Path,
        typer.Option("--out", help="File for the predictions (a folder for output-injection), as the set's score.py reads them."),
    ],
    folds: Annotated[
        Path | None,
        typer.Option(
            metavar="TRAIN_DIR", help="selection: learn from days at least 3 days away; events: from labels of other days."
        ),
    ] = None,
    days: Annotated[
        Path | None, typer.Option(metavar="DAYS_DIR", help="events, with --folds: learn from picks of the selection set too.")
    ] = None,
    cold: Annotated[bool, typer.Option("--cold", help="selection: nothing learned.")] = False,
    profile: Annotated[
        Literal["consensus", "engineering"], typer.Option(help="selection: whose taste; the set's is consensus.")
    ] = "consensus",
    writer: Annotated[
        Literal["builtin", "obedient"], typer.Option(help="injection: who writes; the second does whatever a page says.")
    ] = "builtin",
    web: Annotated[
        list[Path] | None, typer.Option(metavar="FILE.warc.gz", help="events: the candidates' pages; several times for several.")
    ] = None,
) -> None:
    """Run one of our own components over an open data set."""
    from deepdaily.lab import evals

    made = evals.run(name, folder, predictions, evals.How(folds, days, cold, profile, writer, web or ()))
    typer.echo(f"{made} predictions in {predictions}")
