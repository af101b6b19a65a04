"""A model server on loopback that answers every prompt with quotations of it, after a fixed time: what a day costs beside it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from time import sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fakes import purpose_of, quoting_reply


@dataclass(slots=True)
class Stub:
    """What it was asked so far; tokens as bytes over four."""

    url: str
    calls: int = 0
    prefill_tokens: int = 0
    decode_tokens: int = 0

    def settings(self) -> str:
        """The settings that ask it."""
        return f'[models]\nladder = ["stub"]\n[models.stub]\nendpoint = "{self.url}"\nname = "stub"\n'


@contextmanager
def answering(after_s: float) -> Iterator[Stub]:
    """The server, each reply `after_s` seconds after its request."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            system, user = (message["content"] for message in asked["messages"])
            reply = json.dumps(quoting_reply(purpose_of(system), user), ensure_ascii=False)
            usage = {"prompt_tokens": len((system + user).encode()) // 4, "completion_tokens": len(reply.encode()) // 4}
            with lock:
                stub.calls += 1
                stub.prefill_tokens += usage["prompt_tokens"]
                stub.decode_tokens += usage["completion_tokens"]
            sleep(after_s)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(_streamed(reply, usage | {"total_tokens": sum(usage.values())}))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    lock = Lock()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        stub = Stub(f"http://127.0.0.1:{server.server_address[1]}/v1")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()


def _streamed(reply: str, usage: dict[str, int]) -> bytes:
    """The reply as a stream of events, in pieces as a decoder gives them."""
    head: dict[str, Any] = {"id": "stub", "object": "chat.completion.chunk", "created": 1, "model": "stub"}
    deltas = [{"role": "assistant", "content": piece} for piece in re.findall(r"(?s).{1,40}", reply)]
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    lines = [json.dumps(head | chunk, ensure_ascii=False) for chunk in [*chunks, {"choices": [], "usage": usage}]]
    return "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode()
