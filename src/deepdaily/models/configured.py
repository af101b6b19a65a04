"""The models of the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from deepdaily.core.types import Slot, Trouble
from deepdaily.models.asking import ModelWriter
from deepdaily.settings import Settings
from deepdaily.settings.table import secret
from deepdaily.store import Store
from deepdaily.words import of

if TYPE_CHECKING:
    from deepdaily.models.embedding import Embedder


def model_writer(
    settings: Settings, store: Store, slot: Slot, now: datetime, remaining_s: Callable[[], float]
) -> ModelWriter | None:
    """The configured models, best first; None where there are none. A model whose key is not set is left out, and said."""
    chosen, digest = settings.models, settings.digest
    if not chosen.ladder:
        return None
    from deepdaily.models.breaker import Breaker
    from deepdaily.models.chat import ChatModel  # takes a second to import
    from deepdaily.models.fallback import Fallback, Step
    from deepdaily.models.ledger import Ledger

    rungs, unusable = list[Step](), list[Trouble]()
    for name in chosen.ladder:
        one = chosen.known[name]
        key = secret(one.key_env).strip()
        if one.key_env and not key:
            unusable.append(Trouble(name, f"{one.key_env} is not set"))
        elif one.kind == "anthropic" and find_spec("anthropic") is None:
            unusable.append(Trouble(name, "pip install 'deepdaily[anthropic]' is missing"))
        elif one.kind != "sentence-transformers":  # the settings refuse an embedder here
            chat = ChatModel(name, one.name, one.endpoint, key, one.kind, one.stream)
            rungs.append(Step(chat, Breaker(chosen.at_once), one.price, one.most_tokens))
    ledger = Ledger(store, slot.key, now.astimezone(settings.zone), chosen.limit)
    ladder, audience = (Fallback(rungs, ledger, remaining_s, unusable=unusable), digest.audience or of(digest.language).audience)
    return ModelWriter(ladder, digest.language, audience, store.secret(), ladder.troubles)


def embedder(settings: Settings) -> Embedder | None:
    """The configured embedder; None where there is none. One whose key is not set fails when it is asked, and that is said."""
    name = settings.models.embedder
    if not name:
        return None
    from deepdaily.models.embedding import LocalEmbedder, RemoteEmbedder, Unusable

    one = settings.models.known[name]
    if one.kind == "sentence-transformers":
        return LocalEmbedder(one.name, one.languages)
    key = secret(one.key_env).strip()
    if one.key_env and not key:
        return Unusable(f"{name}: {one.key_env} is not set")
    return RemoteEmbedder(one.name, one.endpoint, key, one.languages)
