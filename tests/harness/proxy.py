# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that misbehaves when told."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any, Callable, Coroutine, TypeVar

CHUNK = 65536
T = TypeVar("T")


class Proxy:
    """Listens on 127.0.0.1:`port` and passes bytes to the target; runs on a thread of its own."""

    def __init__(self, target_port: int, target_host: str = "127.0.0.1", port: int = 0) -> None:
        self.target = (target_host, target_port)
        self.port = port
        self.accepted = 0
        self._delay_s = 0.0
        self._open = asyncio.Event()  # clear: bytes are taken and go nowhere
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._call(self._listen())
        self._call(self._set_open(True))

    # What a test may do. Each call has taken effect when it returns.

    @property
    def connections(self) -> int:
        """Open ones, seen from the client's side."""
        return len(self._writers) // 2

    def delay(self, seconds: float) -> None:
        """Every piece waits this long, in both directions."""
        self._delay_s = seconds

    def blackhole(self, on: bool = True) -> None:
        """Connections stay and new ones are taken, but nothing passes until it is off again."""
        self._call(self._set_open(not on))

    def cut(self) -> int:
        """Resets every connection; how many there were."""
        return self._call(self._cut())

    def refuse(self, on: bool = True) -> None:
        """New connections are refused, as by a dead server; open ones stay (see cut)."""
        self._call(self._close_listener() if on else self._listen())

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    # On the loop's thread.

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close_listener(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _set_open(self, value: bool) -> None:
        (self._open.set if value else self._open.clear)()

    async def _cut(self) -> int:
        count = self.connections
        for writer in list(self._writers):
            writer.transport.abort()
        return count

    async def _end(self) -> None:
        await self._close_listener()
        await self._cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        try:
            await self._open.wait()
            await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # the target is down, or the proxy ends: the client sees a reset
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self.target)
        for side in (writer, back):
            side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writers |= {writer, back}
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        finally:
            self._writers -= {writer, back}
            back.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if self._delay_s > 0:
                await asyncio.sleep(self._delay_s)
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
