"""The commands of the translator: `translate pull`, `translate try`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepdaily.cli.options import DataFolder, SettingsFile, house_of, say, translate_app
from deepdaily.cli.pasting import hint
from deepdaily.core.errors import Exit, SettingsError

if TYPE_CHECKING:
    from deepdaily.house import House


@translate_app.command("pull")
def pull(
    pair: Annotated[str, typer.Argument(help="en-zh or zh-en: from the pages' language into the issue's.")],
    settings: SettingsFile = None,
    data: DataFolder = None,
    repository: Annotated[str, typer.Option("--from", help="OWNER/NAME of another OPUS-MT model that CTranslate2 converted.")] = "",
    hub: Annotated[str, typer.Option(help="Address of the hub, or of a mirror of it.")] = "https://huggingface.co",
    package: Annotated[Path | None, typer.Option("--file", help="An .argosmodel that lies here; nothing is fetched.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
) -> None:
    """A translation model of about 160 MB, checked against its publisher's list; its digests are pinned in the settings."""
    from deepdaily.translators import folder_of
    from deepdaily.translators.pull import listed, pulled, unpacked

    house = house_of(settings, data)
    folder = folder_of(house.settings.translator, house.data)
    if package:
        digests = unpacked(package, pair, folder)
    else:
        model = asyncio.run(listed(pair, repository, hub.rstrip("/")))
        say(f"{model.repository} at {model.revision[:12]}: {model.size / 1e6:.0f} MB, licence {model.licence or 'not named'}")
        say(f"as listed at {model.index}")
        if not (yes or typer.confirm(f"Bring it into {folder / pair}?", default=True)):
            raise typer.Exit(Exit.RED)
        digests = asyncio.run(pulled(model, folder))
    path = settings or Path("deepdaily.toml")
    _pin(house, path, pair, digests)
    say(f'wrote {path}: [translator] provider = "ctranslate2", and the sha256 of {len(digests)} files, among them')
    say("\n".join(f'  "{name}" = "{digest}"' for name, digest in digests.items() if name.endswith("model.bin")))
    again = hint(f'translate try "The cache is not shared between users." {pair}')
    say(f"next: {again}")


def _pin(house: House, path: Path, pair: str, digests: dict[str, str]) -> None:
    from deepdaily.settings.pinned import pin_translator

    kept = house.settings.translator
    others = {name: digest for name, digest in kept.sha256.items() if not name.startswith(f"{pair}/")}
    table: dict[str, Any] = kept.model_dump(include=kept.model_fields_set - {"provider", "sha256"})
    pin_translator(path, {"provider": "ctranslate2"} | table | {"sha256": others | digests})


@translate_app.command("try")
def try_one(
    text: Annotated[str, typer.Argument(help="A sentence or two.")],
    pair: Annotated[str, typer.Argument(help="en-zh or zh-en.")] = "en-zh",
    settings: SettingsFile = None,
    data: DataFolder = None,
) -> None:
    """What the translator of the settings makes of a text, and what the check says to it. 0: it would be printed."""
    from deepdaily.core.evidence import unfaithful
    from deepdaily.translators import translator_of

    house = house_of(settings, data)
    translator = translator_of(house.settings.translator, house.data)
    if translator is None:
        raise SettingsError(
            "no translator is set", f"`deepdaily translate pull {pair}` brings one, docs/translator.md tells of others"
        )
    source, _, target = pair.partition("-")
    (said,) = asyncio.run(translator.translate([text], source, target, 120.0))
    troubles = unfaithful(said, text)
    say(said or "(nothing)")
    say(f"{translator.name}: {'it stands' if not troubles else 'it would not be printed: ' + '; '.join(troubles)}")
    raise typer.Exit(Exit.RED if troubles else Exit.PUBLISHED)
