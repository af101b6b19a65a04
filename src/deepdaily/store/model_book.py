"""What models were asked and answered: replies, the ledger of calls, vectors; and the key that foreign text is fenced with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from secrets import token_hex

from sqlalchemy import delete, select

from deepdaily.core.types import Call
from deepdaily.store.book import Book
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.dialects import wait_for_turn
from deepdaily.store.schema import ABILITIES, CALLS, EMBEDDINGS, META, REPLIES


class ModelBook(Book):
    """Replies and vectors by all that was asked; calls by their own id."""

    def reply(self, key: str) -> str | None:
        """The reply a model gave to this very call."""
        return self._one(select(REPLIES.c.reply).where(REPLIES.c.key == key))

    def keep_reply(self, key: str, reply: str) -> None:
        self._keep(REPLIES, key=key, reply=reply)

    def keep_call(self, call: Call, day: str) -> None:
        """Keep it in place of the same call in flight; `day` is the day whose budget it is paid from."""
        self._keep(CALLS, id=call.id, slot=call.slot, day=day, call=to_json(call))

    def reserve_call(self, call: Call, day: str, fits: Callable[[list[Call]], bool]) -> bool:
        """Keep the call if `fits` says so of those the day has; no other process reserves meanwhile."""
        with self._engine.connect() as db:
            wait_for_turn(db)
            rows = db.execute(select(CALLS.c.call).where(CALLS.c.day == day)).scalars()
            kept = fits([from_json(Call, row) for row in rows])
            if kept:
                row = {"id": call.id, "slot": call.slot, "day": day, "call": to_json(call)}
                db.execute(self._put(CALLS, row), row)
            db.commit()
        return kept

    def calls_since(self, slot: str) -> list[Call]:
        """Every call for `slot` and the digest's slots after it, in no order."""
        query = select(CALLS.c.call).where(CALLS.c.slot >= slot, self._ours(CALLS.c.slot))
        return self._values(Call, query)

    def calls_of(self, slot: str) -> list[Call]:
        """Every call for `slot`, in no order."""
        return self._values(Call, select(CALLS.c.call).where(CALLS.c.slot == slot))

    def calls_of_day(self, day: str) -> list[Call]:
        """Every call that was paid from the budget of `day`, of whatever slot and digest."""
        return self._values(Call, select(CALLS.c.call).where(CALLS.c.day == day))

    def calls_from(self, day: str) -> list[Call]:
        """Every call that was paid from the budget of `day` or a later one, of whatever slot and digest, in no order."""
        return self._values(Call, select(CALLS.c.call).where(CALLS.c.day >= day))

    def abilities(self, model: str, since: date) -> dict[str, str]:
        """By name what was learnt of a model since that day; empty where nothing was."""
        known = select(ABILITIES.c.name, ABILITIES.c.value).where(ABILITIES.c.model == model)
        return {row.name: row.value for row in self._rows(known.where(ABILITIES.c.seen_on >= since.isoformat()))}

    def keep_ability(self, model: str, name: str, value: str, seen_on: date) -> None:
        self._keep(ABILITIES, model=model, name=name, value=value, seen_on=seen_on.isoformat())

    def forget_abilities(self, model: str) -> None:
        """Nothing is known of a model any more."""
        with self._writing() as db:
            db.execute(delete(ABILITIES).where(ABILITIES.c.model == model))

    def embeddings(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Kept vectors by key, float32 in the machine's order; unknown keys are left out."""
        return self._among(EMBEDDINGS, keys)

    def keep_embeddings(self, vectors: Mapping[str, bytes]) -> None:
        self._keep_later(EMBEDDINGS, [{"key": key, "vector": vector} for key, vector in vectors.items()], replacing=False)
        self.flush()

    def secret(self) -> bytes:
        """The installation's own key, made at the first call: fences of foreign text are marked with it."""
        self._keep(META, replacing=False, name="secret", value=token_hex(32))
        return bytes.fromhex(self._one(select(META.c.value).where(META.c.name == "secret")) or "")
