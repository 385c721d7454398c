# SPDX-License-Identifier: Apache-2.0
"""A null StarRocks: takes the transaction calls over HTTP, drops the rows, remembers how much.

It has no SQL; a job asks the stand-in for tables. `python -m bench.null_server PORT`.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

PIECE = 1 << 20
TAIL = 1000  # longer than a row
NEXT_STATE = {
    "begin": "PREPARE",
    "prepare": "PREPARED",
    "commit": "VISIBLE",
    "rollback": "ABORTED",
}


@dataclass
class Stats:
    bytes: int = 0
    first_load: float = 0  # wall seconds, when its head was read
    last_load: float = 0  # when its last byte was read
    committed_id: int = 0  # the highest of the last rows of the loads
    commits: list[tuple[float, int]] = field(default_factory=list)  # when, and the last row's id


class Null:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stats = Stats()
        self.states: dict[str, str] = {}
        self.last_ids: dict[str, int] = {}

    def answer(self, method: str, path: str, headers: dict[str, str], tail: bytes) -> Any:
        label = headers.get("label", "")
        operation = path.rsplit("/", 1)[-1]
        with self.lock:
            if path == "/stats":
                return asdict(self.stats)
            if path == "/reset":
                self.stats = Stats()
                return {}
            if "get_load_state" in path:
                asked = path.rpartition("label=")[2]
                return {"Status": "OK", "state": self.states.get(asked, "UNKNOWN")}
            if operation == "load":
                self._loaded(label, tail)
            else:
                self.states[label] = NEXT_STATE[operation]
            if operation == "commit":
                last = self.last_ids.pop(label, 0)
                self.stats.commits.append((time.time(), last))
                self.stats.committed_id = max(self.stats.committed_id, last)
        return {"Status": "OK", "Message": "", "Label": label, "TxnId": 1}

    def _loaded(self, label: str, tail: bytes) -> None:
        self.stats.last_load = time.time()
        found = tail.rpartition(b'{"id":')[2].partition(b",")[0]
        self.last_ids[label] = max(self.last_ids.get(label, 0), int(found))

    def begun(self, size: int) -> None:
        with self.lock:
            self.stats.bytes += size
            self.stats.first_load = self.stats.first_load or time.time()


class Connection(threading.Thread):
    def __init__(self, null: Null, connection: socket.socket) -> None:
        super().__init__(daemon=True)
        self.null = null
        self.socket = connection
        self.buffer = bytearray(PIECE)
        self.rest = b""  # read beyond the last head

    def run(self) -> None:
        try:
            while self.one_request():
                pass
        except OSError:
            pass
        finally:
            self.socket.close()

    def one_request(self) -> bool:
        while b"\r\n\r\n" not in self.rest:
            piece = self.socket.recv(65536)
            if not piece:
                return False
            self.rest += piece
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        size = int(headers.get("content-length", "0"))
        if headers.get("expect"):
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if path.endswith("/load"):
            self.null.begun(size)
        tail = self.drop(size)
        body = json.dumps(self.null.answer(method, path, headers, tail)).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        self.socket.sendall(head + body)
        return True

    def drop(self, size: int) -> bytes:
        """Takes so many bytes; the last of them."""
        tail, self.rest = self.rest[:size], self.rest[size:]
        left = size - len(tail)
        while left > 0:
            count = self.socket.recv_into(self.buffer, min(left, PIECE))
            if count == 0:
                raise OSError("the body was cut short")
            left -= count
            tail = (tail + bytes(self.buffer[max(0, count - TAIL) : count]))[-TAIL:]
        return tail[-TAIL:]


def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    null = Null()
    while True:
        Connection(null, listener.accept()[0]).start()


if __name__ == "__main__":
    main()
