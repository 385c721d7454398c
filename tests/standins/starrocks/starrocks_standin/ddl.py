# SPDX-License-Identifier: Apache-2.0
"""Reads CREATE TABLE and ALTER TABLE in StarRocks' dialect, with its rules and refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Callable

from .schema import NOW, Column, Schema, SqlError, TableOptions
from .sqltypes import INT_BITS, KEY_KINDS, MAX_VARCHAR, NESTED, OPAQUE, STRING_LENGTH, SqlType

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<quoted>`(?:[^`]|``)+`)
    |(?P<number>\d+(?:\.\d+)?(?![\w$]))
    |(?P<word>[\w$@]+)
    |(?P<mark><=>|[<>!]=|[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
AGGREGATES = ("SUM", "MIN", "MAX", "REPLACE", "REPLACE_IF_NOT_NULL", "HLL_UNION", "BITMAP_UNION")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text, flags=re.DOTALL)


def tokenize(sql: str) -> list[Token]:
    tokens = []
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:
            raise SqlError(f"Getting syntax error near '{sql[position:position + 20]}'")
        position = match.end()
        kind = str(match.lastgroup)
        text = match.group()
        if kind == "space":
            continue
        if kind == "string":
            quote = text[0]
            text = unescape(text[1:-1].replace(quote * 2, quote))
        elif kind == "quoted":
            text = text[1:-1].replace("``", "`")
        tokens.append(Token(kind, text, match.start(), match.end()))
    return tokens


class Parser:
    """A cursor over the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokenize(sql)
        while self.tokens and self.tokens[-1].text == ";" and self.tokens[-1].kind == "mark":
            self.tokens.pop()
        self.at = 0

    def fail(self) -> SqlError:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            line = self.sql.count("\n", 0, token.start) + 1
            column = token.start - self.sql.rfind("\n", 0, token.start) - 1
            where = f"at line {line}, column {column}"
            return SqlError(f"Getting syntax error {where}. Unexpected input '{token.text}'.")
        return SqlError("Getting syntax error. Unexpected end of statement.")

    def done(self) -> bool:
        return self.at >= len(self.tokens)

    def peek(self, *words: str, ahead: int = 0) -> bool:
        """Whether the next tokens are these words or marks; quoted names never match."""
        for offset, word in enumerate(words):
            index = self.at + ahead + offset
            if index >= len(self.tokens):
                return False
            token = self.tokens[index]
            if token.kind in ("string", "quoted") or token.text.upper() != word:
                return False
        return True

    def take(self, *words: str) -> bool:
        if not self.peek(*words):
            return False
        self.at += len(words)
        return True

    def expect(self, *words: str) -> None:
        if not self.take(*words):
            raise self.fail()

    def end(self) -> None:
        if not self.done():
            raise self.fail()

    def _next(self, *kinds: str) -> str:
        if self.done() or self.tokens[self.at].kind not in kinds:
            raise self.fail()
        self.at += 1
        return self.tokens[self.at - 1].text

    def name(self) -> str:
        return self._next("word", "quoted")

    def string(self) -> str:
        return self._next("string")

    def integer(self) -> int:
        return int(self._next("number"))

    def literal(self) -> str:
        sign = "-" if self.take("-") else ""
        return sign + self._next("string", "number", "word")

    def names(self) -> list[str]:
        self.expect("(")
        found = [self.name()]
        while self.take(","):
            found.append(self.name())
        self.expect(")")
        return found

    def qualified(self) -> tuple[str | None, str]:
        first = self.name()
        if self.take("."):
            return first, self.name()
        return None, first

    def skip_balanced(self) -> str:
        """Text of a parenthesised group, without the outer brackets."""
        self.expect("(")
        begin = self.tokens[self.at - 1].end
        depth = 1
        while depth:
            if self.done():
                raise self.fail()
            token = self.tokens[self.at]
            if token.kind == "mark" and token.text in "()":
                depth += 1 if token.text == "(" else -1
            self.at += 1
        return self.sql[begin : self.tokens[self.at - 1].start].strip()


def parse_type(parser: Parser) -> SqlType:
    word = parser.name().upper()
    word = {"INTEGER": "INT", "BOOL": "BOOLEAN", "TEXT": "STRING", "BINARY": "VARBINARY"}.get(
        word, word
    )
    if word in INT_BITS:
        if parser.take("("):
            parser.integer()
            parser.expect(")")
        return SqlType(word)
    if word in ("BOOLEAN", "FLOAT", "DOUBLE", "DATE", "DATETIME", "JSON", *OPAQUE):
        return SqlType(word)
    if word == "STRING":
        return SqlType("VARCHAR", STRING_LENGTH)
    if word.startswith("DECIMAL") or word == "NUMERIC":
        return _decimal(parser)
    if word in ("CHAR", "VARCHAR", "VARBINARY"):
        return _sized(parser, word)
    if word in NESTED:
        return _nested(parser, word)
    parser.at -= 1
    raise parser.fail()


def _decimal(parser: Parser) -> SqlType:
    precision, scale = 10, 0
    if parser.take("("):
        precision = parser.integer()
        scale = parser.integer() if parser.take(",") else 0
        parser.expect(")")
    if not 1 <= precision <= 38:
        raise SqlError("DECIMAL's precision should range from 1 to 38")
    if scale > precision:
        raise SqlError("DECIMAL's scale should be less than or equal to precision")
    return SqlType("DECIMAL", precision, scale)


def _sized(parser: Parser, word: str) -> SqlType:
    length = {"CHAR": 1, "VARCHAR": STRING_LENGTH, "VARBINARY": 0}[word]
    if parser.take("("):
        length = parser.integer()
        parser.expect(")")
        limit = 255 if word == "CHAR" else MAX_VARCHAR
        if not 1 <= length <= limit:
            raise SqlError(f"{word.capitalize()} size must be <= {limit}: {length}")
    return SqlType(word, length)


def _nested(parser: Parser, word: str) -> SqlType:
    parser.expect("<")
    begin, depth = parser.tokens[parser.at - 1].end, 1
    while depth:
        if parser.done():
            raise parser.fail()
        token = parser.tokens[parser.at]
        if token.kind == "mark" and token.text in "<>":
            depth += 1 if token.text == "<" else -1
        parser.at += 1
    inner = parser.sql[begin : parser.tokens[parser.at - 1].start].strip()
    return SqlType(word, inner=inner.lower())


def parse_column(parser: Parser) -> Column:
    name = parser.name()
    if name.lower() in ("__op", "__row"):
        raise SqlError(f"Column name [{name}] is a system reserved name.")
    if not 1 <= len(name) <= 1024 or re.search(r"[=<>!*]", name):
        raise SqlError(f"Incorrect column name '{name}'", 1166)
    column = Column(name, parse_type(parser))
    while not parser.done() and not parser.peek(",") and not parser.peek(")"):
        changed = _column_attribute(parser, column)
        if changed is None:
            break
        column = changed
    return column


def _column_attribute(parser: Parser, column: Column) -> Column | None:
    if parser.take("KEY"):
        return replace(column, is_key=True)
    if parser.take("NOT", "NULL"):
        return replace(column, nullable=False)
    if parser.take("NULL"):
        return replace(column, nullable=True)
    if parser.take("AUTO_INCREMENT"):
        return replace(column, auto_increment=True, nullable=False)
    if parser.take("COMMENT"):
        return replace(column, comment=parser.string())
    if parser.take("DEFAULT"):
        return _column_default(parser, column)
    for aggregate in AGGREGATES:
        if parser.take(aggregate):
            return replace(column, aggregate=aggregate)
    return None


def _column_default(parser: Parser, column: Column) -> Column:
    if parser.peek("("):
        return replace(column, default_expr=parser.skip_balanced())
    if parser.take("CURRENT_TIMESTAMP"):
        digits = parser.skip_balanced() if parser.peek("(") else ""
        return replace(column, default_expr=f"now({digits})" if digits else NOW)
    if parser.take("NULL"):
        return column
    return replace(column, default=parser.literal())


@dataclass
class CreateTable:
    db: str | None
    name: str
    if_not_exists: bool
    schema: Schema
    options: TableOptions


def parse_create_table(parser: Parser, live_back_ends: Callable[[], int]) -> CreateTable:
    """Continues after CREATE TABLE."""
    if_not_exists = parser.take("IF", "NOT", "EXISTS")
    db, name = parser.qualified()
    parser.expect("(")
    columns = [parse_column(parser)]
    while parser.take(","):
        if parser.take("INDEX"):
            while not (parser.peek(",") or parser.peek(")")):
                parser.skip_balanced() if parser.peek("(") else parser.literal()
            continue
        columns.append(parse_column(parser))
    parser.expect(")")
    if parser.take("ENGINE"):
        parser.expect("=")
        parser.name()
    model, keys = _key_clause(parser)
    options = _table_options(parser)
    parser.end()
    _check_properties(options, live_back_ends())
    schema = build_schema(columns, model, keys)
    for wanted in (options.distributed_by, options.order_by):
        for column in wanted:
            if schema.find(column) is None:
                raise SqlError(f"Distribution column({column}) doesn't exist.")
    if schema.model == "PRIMARY":
        for column in options.distributed_by:
            found = schema.find(column)
            if found is not None and not found.is_key:
                raise SqlError(f"Distribution column[{column}] is not key column")
    return CreateTable(db, name, if_not_exists, schema, options)


def _key_clause(parser: Parser) -> tuple[str, list[str]]:
    for model in ("PRIMARY", "DUPLICATE", "UNIQUE", "AGGREGATE"):
        if parser.take(model, "KEY"):
            return model, parser.names()
    return "", []


def _table_options(parser: Parser) -> TableOptions:
    options = TableOptions()
    if parser.take("COMMENT"):
        parser.take("=")
        options.comment = parser.string()
    if parser.take("PARTITION", "BY"):
        options.partition_by = _partition_text(parser)
    if parser.take("DISTRIBUTED", "BY"):
        if not parser.take("RANDOM"):
            parser.expect("HASH")
            options.distributed_by = parser.names()
        if parser.take("BUCKETS"):
            options.buckets = parser.integer()
    if parser.take("ORDER", "BY"):
        options.order_by = parser.names()
    if parser.take("PROPERTIES"):
        options.properties = parse_properties(parser)
    return options


def _partition_text(parser: Parser) -> str:
    begin = parser.tokens[parser.at].start if not parser.done() else 0
    stops = (("DISTRIBUTED", "BY"), ("ORDER", "BY"), ("PROPERTIES",))
    while not parser.done() and not any(parser.peek(*stop) for stop in stops):
        parser.at += 1
    return parser.sql[begin : parser.tokens[parser.at - 1].end]


def parse_properties(parser: Parser) -> dict[str, str]:
    parser.expect("(")
    found = {}
    while True:
        key = parser.string()
        parser.expect("=")
        found[key] = parser.string()
        if not parser.take(","):
            break
    parser.expect(")")
    return found


def _check_properties(options: TableOptions, live: int) -> None:
    wanted = options.properties.get("replication_num", "3" if live >= 3 else str(max(live, 1)))
    if not wanted.isdigit() or int(wanted) < 1:
        raise SqlError("Replication num should larger than 0")
    if int(wanted) > live:
        raise SqlError(
            f"Unexpected exception: Table replication num should be less than or equal to the "
            f"number of available BE nodes. You can change this default by setting the "
            f"replication_num table properties. Current alive backend count is {live}",
            5064,
        )


def build_schema(columns: list[Column], model: str, keys: list[str]) -> Schema:
    names = [column.name.lower() for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise SqlError(f"Duplicate column name '{name}'", 1060)
    if not model:
        model = "AGGREGATE" if any(column.aggregate for column in columns) else "DUPLICATE"
        keys = keys or [column.name for column in columns[:1] if column.type.kind in KEY_KINDS]
    lowered = [key.lower() for key in keys]
    for position, key in enumerate(lowered):
        if key not in names:
            raise SqlError(f"Key column({keys[position]}) doesn't exist.")
        if names.index(key) != position:
            raise SqlError(
                "Key columns should be a ordered prefix of the schema. KeyColumns[0] (starts "
                f"from zero) is {keys[position]}, but corresponding column is {names[position]} "
                "in the previous columns declaration."
            )
    built = [_finish_column(c, c.name.lower() in lowered, model) for c in columns]
    return Schema(tuple(built), model)


def _finish_column(column: Column, is_key: bool, model: str) -> Column:
    if is_key and column.type.kind not in KEY_KINDS:
        raise SqlError(
            f"Invalid data type of key column '{column.name}': '{column.type.canonical()}'"
        )
    if is_key and model == "PRIMARY" and column.type.kind == "DECIMAL":
        raise SqlError(
            f"primary key column[{column.name}] type not supported: {column.type.canonical()}."
        )
    if is_key and model == "PRIMARY":
        column = replace(column, nullable=False)
    if not is_key and model == "AGGREGATE" and not column.aggregate:
        raise SqlError(f"Must specify aggregate function for column '{column.name}'")
    return replace(column, is_key=is_key)
