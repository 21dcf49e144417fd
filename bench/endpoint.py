"""An OpenAI-compatible endpoint on the loopback interface whose answers come from a function: for tests and benchmarks of
what a large model would be sent, and what becomes of its answers, good and bad."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``lines``: the offered lines by id, from between the fences of the prompt."""

    system: str
    user: str
    schema: dict[str, Any]

    @property
    def lines(self) -> dict[str, str]:
        inside = self.user.split("<<<", 1)[-1].rsplit(">>>", 1)[0]
        return {m[1]: m[2] for m in re.finditer(r"(?m)^([ESP]\d+) \| (.*)$", inside)}


@dataclass(frozen=True, slots=True)
class Failure:
    """An HTTP error in place of an answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Raw:
    """Text that is sent as it is. ``reason``: why the model stopped, "length" when it was cut short."""

    text: str
    reason: str = "stop"


Judge = Callable[[Asked], dict[str, Any] | Raw | Failure]


@dataclass
class Endpoint:
    url: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])
    tokens_in: int = 0


@contextmanager
def serving(judge: Judge) -> Generator[Endpoint]:
    """Serve ``/v1/chat/completions`` until the block ends."""
    endpoint = Endpoint()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = {m["role"]: m["content"] for m in request["messages"]}
            shape = request.get("response_format", {}).get("json_schema", {}).get("schema", {})
            asked = Asked(texts.get("system", ""), texts.get("user", ""), shape)
            endpoint.asked.append(asked)
            size = (len(asked.system) + len(asked.user)) // 4
            endpoint.tokens_in += size
            said = judge(asked)
            if isinstance(said, Failure):
                self._send(said.status, {"error": {"message": "by design", "type": "test"}}, said.headers)
                return
            raw = said if isinstance(said, Raw) else Raw(json.dumps(said))
            usage = {"prompt_tokens": size, "completion_tokens": len(raw.text) // 4, "total_tokens": size}
            message = {"role": "assistant", "content": raw.text}
            choice = {"index": 0, "finish_reason": raw.reason, "message": message}
            head = {"id": "x", "object": "chat.completion", "created": 1, "model": "judge"}
            self._send(200, {**head, "usage": usage, "choices": [choice]}, {})

        def _send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()


def by_schema(schema: dict[str, Any], ids: list[str], words: str) -> dict[str, Any]:
    """A value of a schema: the given ids where ids are wanted, the given words where words are."""
    defs = schema.get("$defs", {})

    def value(part: dict[str, Any], name: str) -> Any:
        part = defs[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        if "properties" in part:
            return {k: value(v, k) for k, v in part["properties"].items()}
        if part.get("type") == "array":
            most = part.get("maxItems", 2)
            if name == "ids":
                return ids[:most]
            items = part["items"]
            inner = defs[items["$ref"].rpartition("/")[2]] if "$ref" in items else items
            if "id" in inner.get("properties", {}):
                return [{**value(inner, name), "id": i} for i in ids[:most]]
            return [value(items, name)]
        if name == "id":
            return ids[0] if ids else ""
        if "enum" in part:
            return part["enum"][0]
        return words[: part.get("maxLength", 200)] if part.get("type") == "string" else 0

    return value(schema, "")
