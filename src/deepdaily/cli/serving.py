"""The commands that hand the archive on: `serve`, `export`, `mcp`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepdaily.cli.options import DataFolder, SettingsFile, app, house_of, mcp_app, opened, options_of, warn

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from deepdaily.house import House
    from deepdaily.serve.web import Shelf


@app.command()
def serve(
    settings: SettingsFile = None,
    data: DataFolder = None,
    host: Annotated[str, typer.Option(help="Address to listen on; this machine alone unless you say otherwise.")] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8765,
) -> None:
    """The reader in a browser: issues with their proof, stories over days, search, the board."""
    from deepdaily.serve.listening import serve_on
    from deepdaily.serve.way_in import Reach, token_of
    from deepdaily.serve.web import site_app

    house = house_of(settings, data)
    reach = Reach.of(house.settings.serve, token_of(house.settings.serve, os.environ))
    said = f"reading at {{}}{reach.base_path}/ (Ctrl-C ends it)"
    with _shelf(house) as shelf:
        serve_on((host, port), reach.names, lambda: site_app(shelf, host, reach=reach), typer.echo, said)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for the copy.")], settings: SettingsFile = None, data: DataFolder = None
) -> None:
    """The archive as files to browse without a server: days, stories, the watchlist, feeds."""
    from deepdaily.serve.web.export import export

    with _shelf(house_of(settings, data)) as shelf:
        typer.echo(f"{export(shelf, out)} files below {out}; begin with {out / 'index.html'}")


@contextmanager
def _shelf(house: House) -> Iterator[Shelf]:
    """What the pages are made from, closed at the end."""
    from deepdaily.serve.web import Shelf
    from deepdaily.settings import name_of
    from deepdaily.store.snapshots import Snapshots

    digest = house.settings.digest
    with house.store(may_make=False) as store, Snapshots(house.snapshots) as snapshots:
        yield Shelf(store, snapshots, name_of(house.settings), digest.language, lambda: house.clock(None), digest.url)


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
    with opened(settings, data) as (house, store):
        if http:
            from deepdaily.serve.listening import serve_on
            from deepdaily.serve.way_in import Reach

            reach = Reach.of(house.settings.serve)

            def app() -> ASGIApp:
                from deepdaily.serve.mcp import mcp_server, web_app  # the SDK takes seconds, in which it listens already

                return web_app(mcp_server(store, lambda: house.clock(None)), host, reach=reach)

            serve_on((host, port), reach.names, app, warn, f"MCP at {{}}{reach.base_path}/mcp (Ctrl-C ends it)")
        else:
            from deepdaily.serve.mcp import mcp_server

            mcp_server(store, lambda: house.clock(None)).run("stdio")


@mcp_app.command("config")
def mcp_config(
    client: Annotated[
        str,
        typer.Option(
            help="claude, codex, cursor, vscode, gemini, qwen, cherry, cline, continue, copilot, goose, lmstudio, opencode, roo, "
            "windsurf or zed."
        ),
    ],
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """What to put into an agent's own settings, so that it starts this installation."""
    from deepdaily.serve.mcp.clients import FORMS, agent_named, own_command, own_variables, snippet
    from deepdaily.settings.loading import FILE

    agent = agent_named(client)
    folder = house_of(settings, data).data
    chosen = settings or (Path(FILE) if Path(FILE).exists() else None)
    command = [*own_command(), "mcp", *options_of(chosen and chosen.absolute(), folder.absolute(), None)]
    env, secret = own_variables(os.environ)
    typer.echo(snippet(agent, command, env))
    warn(f"belongs into {FORMS[agent][1]}")
    if secret:
        warn(f"put in yourself, where TO-BE-GIVEN stands: {', '.join(secret)}")
