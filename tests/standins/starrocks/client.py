# SPDX-License-Identifier: Apache-2.0
"""A small client for the checklist: plain sockets, so that every byte is the test's own."""

from __future__ import annotations

import base64
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Callable
from urllib.parse import urlsplit

import pymysql

TIMEOUT = 30.0
CANNOT_CONNECT = 2003
Address = tuple[str, int]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    saw_continue: bool = False
    hops: list[str] = field(default_factory=list)

    @property
    def json(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    def get(self, name: str) -> Any:
        """Field names are compared without case, as a client must."""
        return next((v for k, v in self.json.items() if k.lower() == name.lower()), None)

    @property
    def code(self) -> Any:
        return self.get("Status")

    @property
    def message(self) -> str:
        return str(self.get("Message") or self.get("msg") or "")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def head_bytes(method: str, path: str, headers: dict[str, str], version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Wire:
    """One connection: heads and bodies out, answers in."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection(address, timeout=TIMEOUT)
        self.file = self.socket.makefile("rb")

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read_head(self) -> tuple[int, dict[str, str]]:
        line = self.file.readline()
        if not line:
            raise ConnectionError("closed without an answer")
        headers: dict[str, str] = {}
        while True:
            part = self.file.readline().strip()
            if not part:
                return int(line.split()[1]), headers
            name, _, value = part.decode().partition(":")
            headers[name.lower()] = value.strip()

    def read_answer(self) -> Answer:
        saw_continue = False
        status, headers = self.read_head()
        while status == 100:
            saw_continue = True
            status, headers = self.read_head()
        return Answer(status, headers, self._read_body(headers), saw_continue)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "") == "chunked":
            body = b""
            while size := int(self.file.readline(), 16):
                body += self.file.read(size)
                self.file.readline()
            self.file.readline()
            return body
        if "content-length" in headers:
            return self.file.read(int(headers["content-length"]))
        return self.file.read()


def chunked(body: bytes, size: int = 1000) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


class Client:
    """Talks to one cluster. `control` is None for a real one."""

    def __init__(
        self, fe: list[Address], mysql: Address, user: str, password: str, control: Address | None
    ) -> None:
        self.fe = fe
        self.mysql = mysql
        self.user = user
        self.password = password
        self.control = control
        self.advanced = 0.0
        self._connection: Any = None

    # SQL

    def connect(self, **more: Any) -> Any:
        options = {"host": self.mysql[0], "user": self.user, "password": self.password, **more}
        return pymysql.connect(port=self.mysql[1], autocommit=True, read_timeout=30, **options)

    def _connected(self) -> Any:
        """The connection that there is, or one to the first front end that takes it."""
        try:
            if self._connection is not None:
                self._connection.ping(reconnect=False)
                return self._connection
        except pymysql.err.Error:
            self._connection = None
        hosts = [self.mysql[0], *(host for host, _ in self.fe)]
        for number, host in enumerate(hosts, 1):
            try:
                return self.connect(host=host)
            except pymysql.err.OperationalError as error:
                if number == len(hosts) or error.args[0] != CANNOT_CONNECT:
                    raise
        return None

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        self._connection = self._connected()
        with self._connection.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall())

    def dicts(self, text: str) -> list[dict[str, Any]]:
        self.sql("SELECT 1")
        with self._connection.cursor(pymysql.cursors.DictCursor) as cursor:
            cursor.execute(text)
            return list(cursor.fetchall())

    def rows(self, table: str, columns: str = "*", order: str = "1") -> list[tuple[Any, ...]]:
        return self.sql(f"SELECT {columns} FROM {table} ORDER BY {order}")

    # HTTP

    def headers(self, **more: str | None) -> dict[str, str]:
        base = {"Authorization": basic(self.user, self.password)}
        base.update({k.replace("__", "-"): v for k, v in more.items() if v is not None})
        return base

    def request(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        to: Address | None = None,
        follow: bool = True,
    ) -> Answer:
        address, hops = to or self.fe[0], []
        for _ in range(4):
            answer = self.once(method, path, headers or self.headers(), body, address)
            if answer.status != 307 or not follow:
                answer.hops = hops
                return answer
            hops.append(answer.headers["location"])
            parts = urlsplit(answer.headers["location"])
            address = (str(parts.hostname), int(parts.port or 80))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
        raise AssertionError(f"too many redirects: {hops}")

    def once(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        address: Address,
    ) -> Answer:
        """One exchange. With Expect the body follows only after 100."""
        sent = {"Host": f"{address[0]}:{address[1]}", **headers}
        if body is not None and "Transfer-Encoding" not in sent:
            sent.setdefault("Content-Length", str(len(body)))
        wire = Wire(address)
        try:
            wire.send(head_bytes(method, path, sent))
            if "Expect" not in sent:
                wire.send(self._encoded(sent, body))
                return wire.read_answer()
            status, found = wire.read_head()
            if status != 100:
                return Answer(status, found, wire._read_body(found))
            wire.send(self._encoded(sent, body))
            answer = wire.read_answer()
            answer.saw_continue = True
            return answer
        finally:
            wire.close()

    @staticmethod
    def _encoded(headers: dict[str, str], body: bytes | None) -> bytes:
        if headers.get("Transfer-Encoding") == "chunked":
            return chunked(body or b"")
        return body or b""

    # The load interfaces

    def load(
        self, db: str, table: str, label: str | None, body: bytes | Any, **headers: str | None
    ) -> Answer:
        """_stream_load through a front end. A body that is not bytes is sent as a JSON array."""
        more: dict[str, str | None] = {"Expect": "100-continue", "label": label}
        data = encode(body, more)
        more.update(headers)
        return self.request(
            "PUT", f"/api/{db}/{table}/_stream_load", self.headers(**more), data
        )

    def txn(
        self,
        op: str,
        db: str | None,
        label: str | None,
        table: str | None = None,
        body: bytes | Any = None,
        to: Address | None = None,
        follow: bool = True,
        **headers: str | None,
    ) -> Answer:
        more: dict[str, str | None] = {"db": db, "label": label, "table": table}
        data = None
        if op == "load":
            more["Expect"] = "100-continue"
            data = encode(body, more)
        more.update(headers)
        method = "PUT" if op == "load" else "POST"
        return self.request(
            method, f"/api/transaction/{op}", self.headers(**more), data, to, follow
        )

    def state(self, db: str, label: str) -> str:
        answer = self.request("GET", f"/api/{db}/get_load_state?label={label}")
        assert answer.status == 200
        return str(answer.get("state"))

    def wait_state(self, db: str, label: str, wanted: str) -> None:
        wait_for(lambda: self.state(db, label) == wanted, f"{label} to be {wanted}")

    # The stand-in's own port

    def hook(self, method: str, path: str, body: Any = None) -> Any:
        assert self.control is not None
        data = None if body is None else json.dumps(body).encode()
        answer = self.once(method, path, {}, data, self.control)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def fault(self, op: str, action: str, **more: Any) -> int:
        """Plants a fault that fires once, unless `count` says otherwise; its id."""
        return int(self.hook("POST", "/faults", {"op": op, "action": action, **more})[0]["id"])

    def fault_hits(self, number: int) -> int:
        return sum(r["hits"] for r in self.hook("GET", "/faults") if r["id"] == number)

    def clear_faults(self) -> None:
        self.hook("DELETE", "/faults")

    def settings(self, **values: Any) -> None:
        self.hook("POST", "/settings", values)

    def advance_clock(self, seconds: float) -> None:
        self.advanced += seconds
        self.hook("POST", "/clock/advance", {"seconds": seconds})

    def coordinator(self, label: str) -> int:
        """Number of the back end that has the newest transaction of the label."""
        return int(self.history(label)[-1]["coordinator"])

    def history(self, label: str) -> list[dict[str, Any]]:
        """What the stand-in recorded of every transaction of the label, oldest first."""
        found = self.hook("GET", f"/transactions?label={label}")
        assert isinstance(found, list)
        return found


def encode(body: bytes | Any, headers: dict[str, str | None]) -> bytes:
    if isinstance(body, bytes):
        return body
    headers.update(format="json", strip_outer_array="true")
    return json.dumps(body).encode()


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)
