"""The issue in the other languages of the settings: what a model could tell of it, as proven and approved as the issue itself."""

from __future__ import annotations

from deepdaily.core.errors import ModelError
from deepdaily.core.types import Issue, Language, Trouble
from deepdaily.review import approve, proven
from deepdaily.run import Run

EARLIER = 60
"""Issues in a language whose stories and questions keep their names: twice the days within which a story is continued."""


async def told_in(run: Run, issue: Issue, language: Language, wall_s: float) -> str:
    """Keep the issue in that language beside it; how much of it was told, as a line for a person.

    There is none where less than half of its items could be told, which is a trouble of the run unless there is no model at all.
    """
    documents = run.store.documents(issue.proofs())
    earlier = run.store.translated(language, limit=EARLIER)
    try:
        told = await run.writing.translate(issue, language, documents, earlier, wall_s)
    except ModelError as error:
        return _without(run, language, str(error))
    if told is None:
        return f"{language}: no model to tell it"
    draft, findings = proven(told.draft, documents)
    if 2 * len(draft.items) < len(issue.items):
        reasons = (finding.message for finding in (*told.findings, *findings))
        return _without(run, language, next(reasons, "too little of it could be told"))
    there = approve(draft, told.closing, [*told.findings, *findings], issue.approved_at)
    run.store.keep_translation(there)
    return f"{language}: {len(there.items)} of {len(issue.items)} items"


def _without(run: Run, language: Language, why: str) -> str:
    run.record.troubles.append(Trouble(f"translation {language}", f"there is no issue in it: {why}"))
    return f"{language}: none"
