# SPDX-License-Identifier: Apache-2.0
"""What front ends, back ends and the control port share: listeners, authentication, answers."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, Awaitable, Callable

import orjson
from aiohttp import web

from .cluster import Cluster, User
from .faults import Dropped, Rule

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
HOST = "127.0.0.1"


class Listener:
    """One HTTP port that can be cut off at once and opened again on the same number."""

    def __init__(self, handler: Handler, host: str = HOST) -> None:
        self._handler = handler
        self._host = host
        self._server: asyncio.Server | None = None
        self._web: Any = None
        self._running: set[asyncio.Task[Any]] = set()
        self.port = 0

    async def start(self, port: int = 0) -> None:
        self._web = web.Server(
            self._guarded,
            auto_decompress=False,
            max_line_size=1 << 20,
            max_field_size=1 << 20,
            read_bufsize=1 << 20,
            lingering_time=2,
            keepalive_timeout=300,
            access_log=None,
        )
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._web, self._host, port or self.port, backlog=1024, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Connections are reset and what runs ends where it stands, as when a process dies."""
        for task in self._running:
            task.cancel()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._web is not None:
            for connection in list(self._web.connections):
                if connection.transport is not None:
                    connection.transport.abort()

    async def _guarded(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            return await self._handler(request)
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        finally:
            self._running.discard(task)


def basic_auth(request: web.BaseRequest) -> tuple[str, str] | None:
    header = request.headers.get("Authorization", "")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def known_user(cluster: Cluster, request: web.BaseRequest) -> User | None:
    credentials = basic_auth(request)
    if credentials is None:
        return None
    user = cluster.users.get(credentials[0])
    return user if user is not None and user.password == credentials[1] else None


def be_json(body: dict[str, Any], close: bool = False) -> web.Response:
    """Back ends print their JSON over several lines."""
    text = json.dumps(body, indent=4, ensure_ascii=False)
    answer = web.Response(text=text, content_type="application/json")
    if close:
        answer.force_close()
    return answer


def fe_json(body: dict[str, Any], status: int = 200) -> web.Response:
    """Front ends send JSON as text/html."""
    return web.Response(body=orjson.dumps(body), content_type="text/html", status=status)


def rest_error(message: str) -> dict[str, Any]:
    return {"status": "FAILED", "code": "1", "msg": message, "message": message}


def redirect(request: web.BaseRequest, port: int, host: str = HOST) -> web.Response:
    answer = web.Response(
        status=307,
        headers={"Location": f"http://{host}:{port}{request.raw_path}"},
        content_type="text/html",
    )
    return answer


def refusal(rule: Rule | None, default_status: str, default_message: str) -> Any:
    """The answer of a rule that refuses: None if it does not."""
    if rule is None:
        return None
    if rule.action == "http_error":
        return web.Response(status=rule.http_status, text=rule.message or "injected")
    if rule.action == "refuse":
        body = {"Status": rule.status or default_status, "Message": rule.message or default_message}
        return be_json(body)
    return None


async def read_body(request: web.BaseRequest) -> bytes:
    """Raises ConnectionError if the client goes away before the end."""
    parts = []
    try:
        while True:
            part = await request.content.readany()
            if not part:
                break
            parts.append(part)
    except ConnectionError:
        raise
    except Exception as error:
        raise ConnectionError(str(error)) from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def send_continue(request: web.BaseRequest) -> None:
    expect = request.headers.get("Expect", "")
    if expect.lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
