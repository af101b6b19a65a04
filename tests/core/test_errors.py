"""An error comes back whole from another process: its words, its remedy and what a caller acts on."""

from __future__ import annotations

import pickle

import pytest

from deepdaily.core.errors import (
    BadStatus,
    DeepdailyError,
    Forwarded,
    ModelBusy,
    NotAFeed,
    NoText,
    PromptTooLong,
    RateLimited,
    ReplyCut,
    StoreTooNew,
)


def back(error: DeepdailyError) -> DeepdailyError:
    """The error as a worker would hand it over."""
    found = pickle.loads(pickle.dumps(error))
    assert isinstance(found, DeepdailyError)
    return found


@pytest.mark.parametrize(
    "error",
    [
        NoText("https://a.example/: nothing to read"),
        Forwarded("it leads elsewhere", to="/real"),
        NotAFeed("a page", "ask its owner", leads_to="/feed"),
        StoreTooNew("schema 9", "install the newer version"),
        BadStatus("429", "wait", status=429, retry_after_s=3.5, body=b"slow down", headers={"retry-after": "3.5"}),
        RateLimited("asked too fast", retry_after_s=60.0),
        ModelBusy("overloaded", "try another model", retry_after_s=None),
        PromptTooLong("longer than its window", "raise it", window=4096),
        ReplyCut("cut off at its longest length", thought=True),
    ],
)
def test_an_error_loses_nothing_on_its_way_between_processes(error: DeepdailyError) -> None:
    found = back(error)

    assert type(found) is type(error)
    assert str(found) == str(error)
    assert found.remedy == error.remedy
    assert vars(found) == vars(error)


def test_what_to_do_follows_what_failed_where_it_is_known() -> None:
    assert StoreTooNew("schema 9", "install the newer version").advised == "schema 9; install the newer version"
    assert StoreTooNew("schema 9").advised == "schema 9"


def test_a_status_without_headers_has_none() -> None:
    assert BadStatus("404", status=404).headers == {}
