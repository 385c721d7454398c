# SPDX-License-Identifier: Apache-2.0
"""Job files made up from a seed: every construct of HOCON, in the shapes people write.

What sluice reads otherwise on purpose is left out (docs/job-files.md lists it, and the corpus of
src/config/testdata/hocon shows it).
"""

from __future__ import annotations

import json
import random

INCLUDED = {
    "part.conf": 'from_part = 1\nshared { a = 1, b = [1, 2] }\nt0 = "of the part"\n',
    "values.json": '{"from_json": {"k": [true, null]}, "t1": 10}\n',
}

PLUGINS = "FakeSource Jdbc MySQL-CDC Console StarRocks Sql Kafka Assert LocalFile".split()
KEYS = (
    "url user password table-names schema fields parallelism row.num plugin_output "
    "result_table_name query base-url job.mode checkpoint.interval name id a b c x_1 int größe 表 "
    "start_mode sink.properties.format fs.s3a.endpoint primaryKey columnNames include_x nullable "
    "source2"
).split()
WORDS = (
    "BATCH STREAMING initial yes on off hello orders f(x) a.b.c a-b 10s 5m 1.2.3 é 日本 "
    "true1 nullx truex <tag> it's 50% a/b c|d e;f g~h"
).split()
NUMBERS = (
    "0 1 -1 42 007 1.0 0.5 -0.0 1e3 1E-2 1e+3 12345678901 9223372036854775807 9223372036854775808 "
    "-9223372036854775808 1.10 3.14159 100.00 1_000 .5 5. - -a 1e 1e5x 0x10 1.5e300 00.5 --1"
).split()
TEXTS = [
    "",
    " ",
    "plain",
    "two words",
    "jdbc:mysql://localhost:3306/shop?a=b&c=d#e",
    "decimal(10,2)",
    "${t0}",
    "${undefined_name:a default}",
    "in ${t1} text",
    "// no comment # either",
    "é ü 日本語 😀",
    "tab\there",
    'quote " inside',
    "back\\slash",
    "line\nend",
    "{ not: an object }",
    "true",
    "12",
    "\u0001\u007f",
]
RAW = [
    "",
    "select *\n  from t\n  where a = 'b'",
    'a "quoted" word',
    "back\\slash ${t0}",
    "é\n日本",
    'x"',
    " ",
]
COMMENTS = [
    "# a comment",
    "// another",
    "#",
    "//",
    '# "quotes" { and [ brackets',
    "# größe ${t0}",
]
BLANKS = ["", "", "", " ", "  ", "\t", " \t "]


class JobFile:
    """One file. `self.json`: in strict JSON, named accordingly."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self.json = self._chance(0.1)
        self.damaged = self._chance(0.15)
        crlf = self._chance(0.1)
        self._defining = False
        self.name = "job.json" if self.json else "job.conf"
        self.text = self._json_text() if self.json else self._hocon_text()
        if self.damaged:
            self.text = self._damaged(self.text)
        if crlf:
            self.text = self.text.replace("\n", "\r\n")

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _pick(self, choices: list[str]) -> str:
        return self._random.choice(choices)

    # HOCON

    def _hocon_text(self) -> str:
        parts = [self._variables(), self._block("env", depth=2)]
        parts += [self._section("source"), self._section("sink")]
        if self._chance(0.5):
            parts.insert(2, self._section("transform"))
        for odd, make in (
            (0.15, lambda: self._section(self._pick(["source", "sink", "transform"]))),
            (0.2, lambda: self._block("env", depth=1)),
            (0.3, self._variables),
            (0.2, self._include),
            (0.15, self._appending),
        ):
            if self._chance(odd):
                parts.insert(self._random.randrange(len(parts) + 1), make())
        body = "".join(part + self._line_end() for part in parts)
        if self._chance(0.15):
            body = "{" + self._gap() + body + "}" + self._gap()
        return body

    def _line_end(self) -> str:
        comment = self._pick(COMMENTS) if self._chance(0.2) else ""
        return self._pick(BLANKS) + comment + "\n" + ("\n" if self._chance(0.1) else "")

    def _gap(self) -> str:
        """Where a line may end or not."""
        return self._line_end() if self._chance(0.6) else self._pick(BLANKS)

    def _separator(self) -> str:
        before, after = self._pick(BLANKS), self._gap()
        return self._pick(
            [self._line_end(), self._line_end(), f"{before},{after}", f"{before}\n,{after}"]
        )

    def _variables(self) -> str:
        """Texts, lists and objects to refer to; what is defined again keeps its kind.

        They refer to no lists and objects themselves: what SeaTunnel's library makes of a circle
        depends on where it begins to read.
        """
        self._defining = True
        lines = []
        for kind in range(7):
            number = self._random.randrange(3)
            equals = self._equals()
            if kind < 3:
                lines.append(f"t{kind}{equals}{self._scalar()}")
            elif kind < 5:
                lines.append(f"l{number}{equals}{self._list(1)}")
            else:
                lines.append(f"o{number}{equals}{self._object(0)}")
        self._defining = False
        return "\n".join(lines)

    def _include(self) -> str:
        file = self._pick(["part.conf", "values.json", "part", "missing.conf"])
        form = self._pick(["include {}", "include file({})", "include required({})"])
        return form.format(f'"{file}"')

    def _appending(self) -> str:
        key = f"w{self._random.randrange(3)}"
        forms = [
            f"{key}l += {self._value(1)}",
            f"{key}l = ${{?{key}l}} {self._list(1)}",
            f"{key}l = {self._list(1)}\n{key}l += {self._value(1)}\n{key}l += {self._scalar()}",
            f"{key}l = {self._list(1)}\n{key}l = ${{{key}l}} {self._list(1)}",
            f"{key}o {{ a = 1 }}\n{key}o = ${{{key}o}} {{ b = {self._scalar()} }}",
            f"{key} = one\n{key} = ${{{key}}} two",
            f"{key}o {{ a = 1 }}\n{key}o {self._object(1)}",
            f"{key}o = ${{o0}}\n{key}o {{ b = 2 }}",
            f"{key} = {self._value(1)}\n{key} = {self._value(1)}",
        ]
        return self._pick(forms)

    def _block(self, name: str, depth: int) -> str:
        return name + self._pick(["", " ", " = ", ": ", "="]) + self._object(depth)

    def _section(self, name: str) -> str:
        blocks = []
        for _ in range(self._random.randrange(4)):
            plugin = self._pick(PLUGINS)
            key = f'"{plugin}"' if self._chance(0.1) else plugin
            if self._chance(0.04):
                blocks.append(key + " = " + self._scalar())
            elif self._chance(0.1):
                blocks.append(f"{key} = {self._reference('o')} {self._object(2)}")
            else:
                blocks.append(key + self._pick([" ", "", " = "]) + self._object(3))
        opening = self._pick([" {", "{", " = {", ": {", " {"])
        shown = f'"{name}"' if self._chance(0.05) else name
        return shown + opening + self._gap() + self._joined(blocks) + "}"

    def _joined(self, items: list[str]) -> str:
        text = ""
        for i, item in enumerate(items):
            last = i + 1 == len(items)
            text += item + (self._gap() if last and self._chance(0.5) else self._separator())
        return text

    def _object(self, depth: int) -> str:
        # A key given twice in one object is left to the corpus: what SeaTunnel's library makes of
        # a list between two objects depends on the references around it.
        keys = {key.split("->")[0].strip('"'): key for key in self._keys()}
        members = [self._member(key, depth) for key in keys.values()]
        return "{" + self._gap() + self._joined(members) + "}"

    def _keys(self) -> list[str]:
        return [self._key() for _ in range(self._random.randrange(6))]

    def _member(self, key: str, depth: int) -> str:
        if depth > 0 and self._chance(0.2):
            return key + self._pick([" ", "", " = ", ": "]) + self._object(depth - 1)
        if self._chance(0.03):
            return self._pick(["source", "sink", "transform"]) + self._equals() + self._text()
        return key + self._equals() + self._value(depth)

    def _key(self) -> str:
        key = self._pick(KEYS)
        if self._chance(0.2):
            return self._quoted(self._pick([key, "two words", "a.b", "a:b", "x y.z"]))
        if self._chance(0.06):
            return f"{key}->{self._pick(KEYS)}"
        if self._chance(0.03):
            return f"{key} {self._pick(KEYS)}"
        return key

    def _equals(self) -> str:
        sign = self._pick(["=", "=", "=", ":"])
        after = "\n" if self._chance(0.02) else self._pick(BLANKS)
        return self._pick(BLANKS) + sign + after

    def _value(self, depth: int) -> str:
        kind = self._random.randrange(9 if depth > 0 else 7)
        if kind < 6:
            return self._text()
        return self._lists(depth) if kind == 6 else self._objects(depth)

    def _text(self) -> str:
        if self._chance(0.7):
            return self._scalar()
        if self._chance(0.2):
            return self._reference("t", alone=True)
        pieces = [
            self._pick([*WORDS[:4], self._quoted(self._pick(TEXTS)), self._reference("t")])
            for _ in range(self._random.randrange(1, 4))
        ]
        return self._pick(["", " ", "  "]).join(pieces)

    def _lists(self, depth: int) -> str:
        """Lists side by side become one."""
        if self._defining or self._chance(0.8):
            return self._list(depth - 1)
        other = self._pick([self._list(depth - 1), self._reference("l")])
        return self._pick(["", " "]).join([other, self._list(depth - 1)])

    def _objects(self, depth: int) -> str:
        """Objects side by side become one."""
        if self._defining or self._chance(0.8):
            return self._object(depth - 1)
        other = self._pick([self._object(depth - 1), self._reference("o")])
        return self._pick(["", " "]).join([other, self._object(depth - 1)])

    def _scalar(self) -> str:
        kind = self._random.randrange(12)
        if kind < 3:
            return self._pick(NUMBERS)
        if kind < 5:
            return self._pick(["true", "false", "null"])
        if kind < 7:
            return self._pick(WORDS)
        if kind < 8:
            return self._pick(WORDS) + self._pick([" ", "  "]) + self._pick(WORDS + NUMBERS)
        if kind < 11:
            return self._quoted(self._pick(TEXTS))
        return f'"""{self._pick(RAW)}"""'

    def _quoted(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=self._chance(0.3))

    def _reference(self, kind: str, alone: bool = False) -> str:
        """To a text, a list or an object by the first letter of its name."""
        name = f"{kind}{self._random.randrange(3)}"
        if kind == "t" and self._chance(0.3):
            # What is not defined stays as it is written, and is compared where it stands alone.
            name = "none" if alone and self._chance(0.5) else "SLUICE_TEST_VALUE"
        quoted = not self.damaged and name != "none" and self._chance(0.1)
        shown = f'"{name}"' if quoted else name
        return f"${{?{shown}}}" if kind != "t" or self._chance(0.3) else f"${{{shown}}}"

    def _list(self, depth: int) -> str:
        elements = [self._value(max(depth, 0)) for _ in range(self._random.randrange(4))]
        return "[" + self._gap() + self._joined(elements) + "]"

    # JSON

    def _json_text(self) -> str:
        tree: dict[str, object] = {"env": self._json_value(2)}
        for section in ("source", "transform", "sink"):
            if self._chance(0.85):
                blocks: list[dict[str, object]] = [
                    {"plugin_name": self._pick(PLUGINS)} for _ in range(self._random.randrange(3))
                ]
                for block in blocks:
                    for _ in range(4):
                        block[self._pick(KEYS)] = self._json_value(2)
                tree[section] = blocks
        return json.dumps(
            tree, indent=self._random.choice([None, 1, 4]), ensure_ascii=self._chance(0.5)
        )

    def _json_value(self, depth: int) -> object:
        kind = self._random.randrange(9 if depth > 0 else 6)
        if kind < 2:
            return self._random.choice(
                [0, -1, 1.5, 1e21, 2**63, 10**25, 1e-7, 100.0, 12345678901]
            )
        if kind < 3:
            return self._random.choice([True, False, None])
        if kind < 6:
            return self._pick(TEXTS)
        if kind < 7:
            return [self._json_value(depth - 1) for _ in range(self._random.randrange(4))]
        return {
            self._pick(KEYS): self._json_value(depth - 1)
            for _ in range(self._random.randrange(5))
        }

    # What a slip of the hand makes of it.

    def _damaged(self, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        kind = self._random.randrange(4)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + self._pick(list('{}[]",=:$#\\+ \n')) + text[at:]
        if kind == 2:
            lines = text.split("\n")
            del lines[self._random.randrange(len(lines))]
            return "\n".join(lines)
        return text[:at]
