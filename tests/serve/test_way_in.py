"""Who asks, by which address: what a proxy says is believed of those that are named, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from deepdaily.core.errors import SettingsError
from deepdaily.serve.way_in import AT_HOME, Reach, token_of
from deepdaily.serve.web import Shelf, site_app
from deepdaily.settings import Serve
from deepdaily.store import Store
from serve import shelves

DAY = shelves.SECOND.day
PROXIED = Reach(("news.example.com",), proxies=(ip_network("127.0.0.1"), ip_network("10.0.0.0/8")))
NAMED = {"X-Forwarded-Host": "news.example.com", "X-Forwarded-Proto": "https"}
RAW = f"/raw/{shelves.TUNING.snapshot}"


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return shelves.shelf(store, tmp_path)


def asking(shelf: Shelf, reach: Reach = AT_HOME, peer: str = "127.0.0.1", base_url: str = "http://127.0.0.1:8765") -> TestClient:
    return TestClient(site_app(shelf, "127.0.0.1", reach=reach), base_url=base_url, client=(peer, 50000), follow_redirects=False)


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3"])
def test_a_named_proxy_says_host_and_scheme(shelf: Shelf, peer: str) -> None:
    web = asking(shelf, PROXIED, peer, "http://inside:8765")

    assert web.get("/", headers=NAMED).status_code == 200
    assert web.get("/", headers=NAMED | {"X-Forwarded-Host": "evil.example"}).status_code == 400


def test_nobody_else_is_believed(shelf: Shelf) -> None:
    web = asking(shelf, PROXIED, "192.0.2.7", "http://inside:8765")

    assert web.get("/", headers=NAMED).status_code == 400
    assert asking(shelf).get("/", headers={"X-Forwarded-Prefix": "/evil"}).text.count('href="/evil') == 0


@pytest.mark.parametrize("path", ["/d/{}/", "/archive/", "/search/?q=a", "/d/{}"])
def test_both_spellings_of_a_path_are_answered(shelf: Shelf, path: str) -> None:
    assert asking(shelf).get(path.format(DAY)).status_code == 200


@pytest.mark.parametrize("path", ["/daily/d/{}", "/daily/d/{}/", "/d/{}", "/daily", "/daily/"])
def test_below_a_path_every_link_leads_below_it(shelf: Shelf, path: str) -> None:
    answer = asking(shelf, Reach(base_path="/daily")).get(path.format(DAY))

    assert answer.status_code == 200
    assert 'href="/daily/archive"' in answer.text
    assert 'action="/daily/feedback"' in answer.text
    assert not [one for one in ('href="/d/', 'src="/r', 'href="/style') if one in answer.text]


def test_a_prefix_of_a_named_proxy_is_one_too_and_answers_lead_below_it(shelf: Shelf) -> None:
    web = asking(shelf, PROXIED)
    prefixed = {"X-Forwarded-Prefix": "/daily/", **NAMED}
    kept = web.post("/desk", headers=prefixed | {"Origin": "https://news.example.com"}, data={"id": "d-none"})

    assert 'href="/daily/archive"' in web.get("/", headers=prefixed).text
    assert 'href="/archive"' in web.get("/", headers={"X-Forwarded-Prefix": "//evil.example", **NAMED}).text
    assert web.get(f"/archive?day={DAY}", headers=prefixed).headers["location"] == f"/daily/d/{DAY}"
    assert kept.status_code == 404


def test_health_is_answered_by_any_name(shelf: Shelf) -> None:
    web = asking(shelf, peer="10.2.0.1", base_url="http://10.2.3.4:8765")

    assert web.get("/healthz").json()["status"] == "ok"
    assert web.get("/healthz/").status_code == 200
    assert web.get("/").status_code == 400


@pytest.mark.parametrize(
    ("reach", "peer", "headers", "near"),
    [
        (AT_HOME, "127.0.0.1", {}, True),
        (AT_HOME, "::1", {}, True),
        (AT_HOME, "::ffff:127.0.0.1", {}, True),
        (AT_HOME, "192.0.2.7", {}, False),
        (AT_HOME, "testclient", {}, False),
        (AT_HOME, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        (AT_HOME, "127.0.0.1", {"Via": "1.1 gate"}, False),
        (PROXIED, "127.0.0.1", {}, False),
        (PROXIED, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, False),
        (PROXIED, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 192.0.2.7"}, False),
        (PROXIED, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7, 127.0.0.1"}, False),
        (PROXIED, "127.0.0.1", {"X-Forwarded-For": "nonsense"}, False),
        (PROXIED, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, True),
        (PROXIED, "10.1.2.3", {"X-Forwarded-For": "127.0.0.1"}, False),
    ],
)
def test_stored_bytes_are_for_who_sits_at_this_machine(
    shelf: Shelf, reach: Reach, peer: str, headers: dict[str, str], near: bool
) -> None:
    web = asking(shelf, reach, peer)

    assert web.get(RAW, headers=headers).status_code == (200 if near else 403)


def test_a_name_that_is_not_this_machines_came_through_something(shelf: Shelf) -> None:
    web = asking(shelf, Reach(("news.example.com",)), base_url="http://news.example.com")

    assert web.get(RAW).status_code == 403


@pytest.fixture
def far(shelf: Shelf) -> Iterator[TestClient]:
    """Somebody elsewhere, where there is a token."""
    with asking(shelf, Reach(("news.example.com",), token="let-me-see"), "192.0.2.7", "http://news.example.com") as client:
        yield client


def test_a_token_is_taken_as_a_bearer_or_once_in_the_address_for_a_cookie(far: TestClient) -> None:
    assert far.get(RAW).status_code == 403
    assert far.get(RAW, headers={"Authorization": "Bearer let-me-see"}).status_code == 200
    assert far.get(RAW, headers={"Authorization": "Bearer let-me"}).status_code == 403
    assert far.get(f"{RAW}?token=wrong").status_code == 403

    led = far.get("/search?q=微调&token=let-me-see")
    cookie = led.headers["set-cookie"]
    assert (led.status_code, led.headers["location"]) == (303, "/search?q=%E5%BE%AE%E8%B0%83")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "let-me-see" not in cookie
    assert far.get(RAW).status_code == 200


def test_the_cookie_is_for_tls_alone_where_it_was_given_over_tls(shelf: Shelf) -> None:
    web = asking(shelf, replace(PROXIED, token="let-me-see"), base_url="http://inside")

    assert "Secure" in web.get("/?token=let-me-see", headers=NAMED).headers["set-cookie"]


def test_an_address_with_two_slashes_and_a_token_leads_to_no_other_site(far: TestClient) -> None:
    assert far.get("http://news.example.com//evil.example/?token=let-me-see").headers["location"].startswith("/evil.example")


def test_a_token_that_is_not_set_is_said(shelf: Shelf) -> None:
    named = Serve(token_env="READER_TOKEN")

    assert token_of(named, {"READER_TOKEN": "t"}) == "t"
    assert token_of(Serve(), {}) == ""
    with pytest.raises(SettingsError, match="READER_TOKEN is not set"):
        token_of(named, {})


def test_settings_say_how_a_server_is_reached() -> None:
    reach = Reach.of(Serve(names=("n.example",), base_path="/daily/", proxies=("10.0.0.1/8",), origins=("https://A.example",)))

    assert (reach.names, reach.base_path, reach.origins) == (("n.example",), "/daily", ("https://a.example",))
    assert reach.proxies == (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize("wrong", [{"base_path": "daily"}, {"proxies": ("proxy",)}, {"origins": ("a.example/x",)}])
def test_what_is_no_path_address_or_origin_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="write it like"):
        Serve(**wrong)
