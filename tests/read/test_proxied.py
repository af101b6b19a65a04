"""Pages, webhooks and models go through the proxy of the environment, HTTP or SOCKS; NO_PROXY names who does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.errors import NotConnected, Unreachable
from deepdaily.models.wire import client, proxy_of
from deepdaily.read.web_wire import Answer, Surroundings, WebWire
from hops import socks5
from webs import serving

PAGES = {"/page": ("text/plain", "here")}


async def got(url: str, allow_private: tuple[str, ...] = (), **proxies: str) -> Answer:
    network = replace(Surroundings(), proxies=lambda: proxies)
    async with WebWire(allow_private, network) as wire:
        return await wire.get(url, {}, cap_bytes=1000)


@pytest.mark.parametrize(
    ("scheme", "host", "asked"), [("socks5h", "news.example", "news.example:80"), ("socks5", "127.0.0.1", "127.0.0.1:80")]
)
async def test_a_page_comes_through_a_socks_proxy_which_looks_names_up_where_its_scheme_ends_in_h(
    scheme: str, host: str, asked: str
) -> None:
    with serving(PAGES) as site:
        async with socks5(int(site.rpartition(":")[2])) as hop:
            answer = await got(f"http://{host}/page", all=f"{scheme}://127.0.0.1:{hop.port}")

    assert answer.body == b"here"
    assert hop.asked == [asked]


async def test_a_socks_proxy_is_given_its_name_and_password_and_no_error_repeats_them() -> None:
    with serving(PAGES) as site:
        async with socks5(int(site.rpartition(":")[2]), password="sekrit") as hop:
            answer = await got("http://news.example/page", http=f"socks5h://me:sekrit@127.0.0.1:{hop.port}")
            with pytest.raises(NotConnected) as refused:
                await got("http://news.example/page", http=f"socks5h://me:wrong-word@127.0.0.1:{hop.port}")

    assert answer.body == b"here"
    assert hop.logins == ["me", "me"]
    assert f"the proxy socks5h://127.0.0.1:{hop.port} does not lead there" in str(refused.value)
    assert "wrong-word" not in str(refused.value)


async def test_who_is_named_by_no_proxy_is_asked_directly() -> None:
    with serving(PAGES) as site:
        async with socks5(int(site.rpartition(":")[2])) as hop:
            proxy = f"socks5h://127.0.0.1:{hop.port}"
            direct = await got(f"http://{site}/page", (site,), all=proxy, no="127.0.0.0/8")
            through = await got(f"http://{site}/page", (site,), all=proxy, no=f"127.0.0.1:{hop.port}")

    assert (direct.body, through.body) == (b"here", b"here")
    assert hop.asked == [site]


async def test_a_webhook_goes_the_same_way() -> None:
    with serving(PAGES) as site:
        async with socks5(int(site.rpartition(":")[2])) as hop:
            network = replace(Surroundings(), proxies=lambda: {"all": f"socks5h://127.0.0.1:{hop.port}"})
            async with WebWire((), network) as wire:
                answer = await wire.post("http://hooks.example/x", {}, b"{}", cap_bytes=10_000)

    assert answer.status == 501  # of a site that only reads: it was reached
    assert hop.asked == ["hooks.example:80"]


async def test_a_proxy_that_is_gone_or_none_is_named() -> None:
    with pytest.raises(NotConnected, match=r"the proxy http://127\.0\.0\.1:1 does not lead there .*"):
        await got("http://news.example/", http="http://127.0.0.1:1")
    with pytest.raises(Unreachable):
        await got("http://news.example/", http="gopher://127.0.0.1:1")


async def test_a_model_s_server_is_asked_through_the_same_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(PAGES) as site:
        async with socks5(int(site.rpartition(":")[2])) as hop:
            for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "ALL_PROXY"):
                monkeypatch.delenv(name, raising=False)
            monkeypatch.setenv("all_proxy", f"socks5h://127.0.0.1:{hop.port}")
            monkeypatch.setenv("no_proxy", "models.lan,10.0.0.0/8")
            async with client("http://models.example/v1") as web:
                answer = await web.get("http://models.example/page")

            assert answer.text == "here"
            assert hop.asked == ["models.example:80"]
            assert proxy_of("http://models.lan/v1") == proxy_of("http://10.1.2.3/v1") == proxy_of("http://127.0.0.1/v1") == ""
