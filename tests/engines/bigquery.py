"""BigQuery's language on the GoogleSQL reference engine of the `zetasql` package, in this process.

The engine is WebAssembly. Compiling it takes half a minute, so the compiled form is kept in a
folder of the user, and is read in a second from then on.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from seeknal.compiler.types import Column, DataType, Kind
from tests.engines.base import Mark
from tests.harness import Result

if TYPE_CHECKING:
    from zetasql.core.wasm_client import WasmClient

MARKS: tuple[Mark, ...] = (
    Mark(
        "keys of double and int64",
        "not implemented here",
        "windows as running sums are partitioned by the key, and BigQuery takes no double there",
    ),
    Mark("int64 as decimal(4,2)", "not implemented here", "a cast to NUMERIC names no digits"),
)

# What the engine can do and BigQuery cannot.
_ABSENT = """
    AGGREGATE_FILTERING ARRAY_EQUALITY ARRAY_ORDERING BARE_ARRAY_ACCESS CHAINED_FUNCTION_CALLS
    FIRST_AND_LAST_N GROUP_BY_GRAPH_PATH LATERAL_JOIN LIMIT_OFFSET_EXPRESSIONS
    LITERAL_CONCATENATION MULTILEVEL_AGGREGATION MULTILEVEL_AGGREGATION_ON_UDAS TIMESTAMP_NANOS
    TIMESTAMP_PICOS WITH_EXPRESSION
""".split()
_OUT_OF_RANGE = 11
_TOO_GREAT = re.compile("overflow|int64 out of range")
_EPOCH = date(1970, 1, 1)
# NUMERIC and BIGNUMERIC are integers of 10 ** -9 and of 10 ** -38.
_SCALE, _BIG_SCALE = 9, 38

_TYPES = {
    Kind.BOOLEAN: "TYPE_BOOL",
    Kind.INT64: "TYPE_INT64",
    Kind.DOUBLE: "TYPE_DOUBLE",
    Kind.STRING: "TYPE_STRING",
    Kind.DATE: "TYPE_DATE",
    Kind.TIMESTAMP: "TYPE_DATETIME",
}


class Overflow(Exception):
    """A number that its type does not hold."""


class BigQuery:
    """Relations are kept here; a statement takes those that it names as parameters of its own."""

    dialect = "bigquery"
    overflow: tuple[type[Exception], ...] = (Overflow,)

    def __init__(self, client: WasmClient) -> None:
        from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
        from zetasql.wasi._pb2.zetasql.proto import options_pb2 as settings

        self._client: Any = client
        self._service: Any = service
        language = _language(self._client)
        self._options = settings.AnalyzerOptionsProto(
            language_options=language, default_timezone="UTC"
        )
        self._functions = self._register_functions(language)
        self._relations: dict[str, tuple[Any, Any]] = {}

    def _register_functions(self, language: Any) -> int:
        """A catalog of the functions alone: making one takes longer than most statements."""
        from zetasql.wasi._pb2.zetasql.proto import simple_catalog_pb2

        catalog = simple_catalog_pb2.SimpleCatalogProto(name="catalog")
        catalog.builtin_function_options.language_options.CopyFrom(language)
        request = self._service.RegisterCatalogRequest(simple_catalog=catalog)
        answer = self._call("RegisterCatalog", request, self._service.RegisterResponse)
        return int(answer.registered_id)

    def _call(self, name: str, request: Any, response: Any) -> Any:
        return self._client.call_grpc_func(f"ZetaSqlLocalService_{name}", request, response)

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        from zetasql.wasi._pb2.zetasql.public import type_pb2, value_pb2

        struct = type_pb2.TypeProto(type_kind=type_pb2.TYPE_STRUCT)
        for column in columns:
            field = struct.struct_type.field.add(field_name=column.name)
            field.field_type.type_kind = _type_kind(column.type)
        array = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
        array.array_type.element_type.CopyFrom(struct)
        encoders = [_encoder(column.type) for column in columns]
        content = value_pb2.ValueProto()
        content.array_value.SetInParent()
        for row in rows:
            cells = content.array_value.element.add().struct_value.field
            for value, encode in zip(row, encoders, strict=True):
                cell = cells.add()
                if value is not None:
                    encode(cell, value)
        self._relations[name] = (array, content)

    def query(self, sql: str) -> Result:
        from zetasql.core.exceptions import ServerError

        named = {name: held for name, held in self._relations.items() if name in sql}
        request = self._service.EvaluateQueryRequest(
            sql=_over(sql, list(named)),
            options=self._options,
            registered_catalog_id=self._functions,
        )
        for place, (array, content) in enumerate(named.values()):
            request.options.query_parameters.add(name=f"rows_{place}").type.CopyFrom(array)
            request.params.add(name=f"rows_{place}").value.CopyFrom(content)
        try:
            answer = self._call("EvaluateQuery", request, self._service.EvaluateQueryResponse)
        except ServerError as error:
            if error.code == _OUT_OF_RANGE and _TOO_GREAT.search(error.message):
                raise Overflow(error.message) from error
            raise
        columns = answer.prepared.columns
        decoders = [_decoder(column.type.type_kind) for column in columns]
        rows = [
            tuple(decode(cell) for cell, decode in zip(row.cell, decoders, strict=True))
            for row in answer.content.table_data.row
        ]
        return Result(tuple(column.name for column in columns), rows)

    def clear(self) -> None:
        self._relations.clear()

    def close(self) -> None:
        self._relations.clear()


_BEGIN = re.compile(r"(?si)(\s*(?:/\*.*?\*/\s*)*)(WITH (RECURSIVE )?)?")


def _over(sql: str, relations: Sequence[str]) -> str:
    """The statement with its relations as CTEs over parameters."""
    if not relations:
        return sql
    begin = _BEGIN.match(sql)
    assert begin is not None
    own = ", ".join(
        f"`{name}` AS (SELECT * FROM UNNEST(@rows_{place}))" for place, name in enumerate(relations)
    )
    more = ", " if begin[2] else "\n"
    return f"{begin[1]}WITH {begin[3] or ''}{own}{more}{sql[begin.end() :]}"


def _type_kind(data_type: DataType) -> int:
    from zetasql.wasi._pb2.zetasql.public import type_pb2

    if data_type.kind is Kind.DECIMAL:
        name = "TYPE_BIGNUMERIC" if is_big(data_type) else "TYPE_NUMERIC"
    else:
        name = _TYPES.get(data_type.kind, "TYPE_JSON")
    return int(type_pb2.TypeKind.Value(name))


def is_big(data_type: DataType) -> bool:
    """True for a decimal beyond 29 digits before the point or 9 behind it."""
    return data_type.scale > _SCALE or data_type.precision - data_type.scale > 29


# -- values ----------------------------------------------------------------------------------


def _encoder(data_type: DataType) -> Callable[[Any, Any], None]:
    def plain(field: str) -> Callable[[Any, Any], None]:
        return lambda cell, value: setattr(cell, field, value)

    def day(cell: Any, value: date) -> None:
        cell.date_value = (value - _EPOCH).days

    def moment(cell: Any, value: datetime) -> None:
        seconds = (value.year << 26) | (value.month << 22) | (value.day << 17)
        seconds |= (value.hour << 12) | (value.minute << 6) | value.second
        cell.datetime_value.bit_field_datetime_seconds = seconds
        cell.datetime_value.nanos = value.microsecond * 1000

    def decimal(cell: Any, value: Decimal) -> None:
        if is_big(data_type):
            cell.bignumeric_value = _scaled(value, _BIG_SCALE)
        else:
            cell.numeric_value = _scaled(value, _SCALE)

    match data_type.kind:
        case Kind.BOOLEAN:
            return plain("bool_value")
        case Kind.INT64:
            return plain("int64_value")
        case Kind.DOUBLE:
            return plain("double_value")
        case Kind.STRING:
            return plain("string_value")
        case Kind.DATE:
            return day
        case Kind.TIMESTAMP:
            return moment
        case Kind.DECIMAL:
            return decimal
        case _:
            return plain("json_value")


def _scaled(value: Decimal, scale: int) -> bytes:
    with localcontext(prec=100):
        number = int(value.scaleb(scale))
    return number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)


def _decimal(data: bytes, scale: int) -> Decimal:
    with localcontext(prec=100):
        return Decimal(int.from_bytes(data, "little", signed=True)).scaleb(-scale)


def _datetime(value: Any) -> datetime:
    bits = value.bit_field_datetime_seconds
    parts = (bits >> 26, bits >> 22 & 15, bits >> 17 & 31, bits >> 12 & 31, bits >> 6 & 63)
    return datetime(*parts, bits & 63, value.nanos // 1000)


def _decoder(type_kind: int) -> Callable[[Any], Any]:
    from zetasql.wasi._pb2.zetasql.public import type_pb2

    kinds: dict[str, Callable[[Any], Any]] = {
        "TYPE_BOOL": lambda cell: cell.bool_value,
        "TYPE_INT64": lambda cell: cell.int64_value,
        "TYPE_DOUBLE": lambda cell: cell.double_value,
        "TYPE_STRING": lambda cell: cell.string_value,
        "TYPE_DATE": lambda cell: _EPOCH + timedelta(days=cell.date_value),
        "TYPE_DATETIME": lambda cell: _datetime(cell.datetime_value),
        "TYPE_NUMERIC": lambda cell: _decimal(cell.numeric_value, _SCALE),
        "TYPE_BIGNUMERIC": lambda cell: _decimal(cell.bignumeric_value, _BIG_SCALE),
        "TYPE_JSON": lambda cell: cell.json_value,
    }
    name = type_pb2.TypeKind.Name(type_kind)
    read = kinds.get(name)
    if read is None:
        raise TypeError(f"a column of {name}")
    found = read

    def decode(cell: Any) -> Any:
        return None if cell.WhichOneof("value") is None else found(cell)

    return decode


# -- the engine ------------------------------------------------------------------------------


def _language(client: Any) -> Any:
    """BigQuery's language: what GoogleSQL has, without what only others of its users have."""
    from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
    from zetasql.wasi._pb2.zetasql.proto import options_pb2 as settings
    from zetasql.wasi._pb2.zetasql.public import options_pb2 as public

    request = service.LanguageOptionsRequest(maximum_features=True)
    language = client.call_grpc_func(
        "ZetaSqlLocalService_GetLanguageOptions", request, settings.LanguageOptionsProto
    )
    absent = {public.LanguageFeature.Value(f"FEATURE_{name}") for name in _ABSENT}
    features = [f for f in language.enabled_language_features if f not in absent]
    del language.enabled_language_features[:]
    language.enabled_language_features.extend(features)
    language.product_mode = public.PRODUCT_EXTERNAL
    language.reserved_keywords.append("QUALIFY")
    return language


def _cache() -> Path:
    """The folder for the compiled engine; beside it is only what other tests keep."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "seeknal-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _module(engine: Any, wasm: str) -> Any:
    """The compiled engine. One process compiles it; others wait for its file."""
    from wasmtime import Module

    size = Path(wasm).stat().st_size
    key = f"{version('zetasql')} {version('wasmtime')} {size} {os.uname().machine}"
    compiled = _cache() / f"zetasql-{sha256(key.encode()).hexdigest()[:16]}.cwasm"
    if not compiled.exists():
        with compiled.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not compiled.exists():
                data = Module.from_file(engine, wasm).serialize()
                with NamedTemporaryFile(dir=compiled.parent, delete=False) as file:
                    file.write(data)
                os.replace(file.name, compiled)
    return Module.deserialize_file(engine, str(compiled))


def open_engine() -> BigQuery:
    """The engine, without relations."""
    from zetasql.wasi import get_wasm_path

    wasm_client: Any = import_module("zetasql.core.wasm_client")

    class Cached:
        """In the place of wasmtime's Module, which compiles."""

        from_file = staticmethod(_module)

    original = wasm_client.Module
    # The client takes no module from outside.
    wasm_client.Module = Cached
    try:
        return BigQuery(wasm_client.WasmClient(get_wasm_path()))
    finally:
        wasm_client.Module = original
