"""`dataclass`, made quickly: the compiler has some 150 of them, and a start makes them all.

For each frozen class the standard decorator writes and compiles the source of six methods, which
took a fifth of the time of compiling one view. Here the methods are shared by all classes, and
`__init__` is written when the first instance is made. Other classes get the standard one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from dataclasses import dataclass as standard
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, **options: bool
    ) -> Any:
        """The standard `dataclass`, with its options; quicker where it is frozen with slots."""

        def decorate(cls: type) -> type:
            known = options.keys() <= {"eq", "kw_only"}
            if not (frozen and slots and known) or issubclass(cls, BaseException):
                return standard(cls, frozen=frozen, slots=slots, **options)
            return _record(cls, **options)

        return decorate if cls is None else decorate(cls)


def _record(cls: type, *, eq: bool = True, kw_only: bool = False) -> type:
    made: Any = standard(cls, init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    made.__init__ = _first_init
    made.__repr__ = _repr
    made.__setattr__ = _refuse_to_set
    made.__delattr__ = _refuse_to_delete
    made.__getstate__ = _getstate
    made.__setstate__ = _setstate
    if eq:
        names = [field.name for field in fields(made) if field.compare]
        values: Callable[[Any], Any] = attrgetter(*names) if names else type
        made.__eq__, made.__hash__ = _equality(values)
    found: type = made
    return found


def _equality(values: Callable[[Any], Any]) -> tuple[Callable[..., Any], Callable[..., int]]:
    def equal(self: object, other: object) -> Any:
        if other is self:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def hashed(self: object) -> int:
        return hash(values(self))

    return equal, hashed


def _first_init(self: Any, *args: Any, **kwargs: Any) -> None:
    cls = type(self)
    cls.__init__ = _written_init(cls)
    cls.__init__(self, *args, **kwargs)


def _written_init(cls: type) -> Callable[..., None]:
    """An `__init__` that takes the fields in their order and sets them."""
    given: dict[str, Any] = {"_set": object.__setattr__, "_MISSING": MISSING}
    positional: list[str] = ["self"]
    named: list[str] = []
    body: list[str] = []
    for field in fields(cls):
        name, parameter, value = field.name, field.name, field.name
        if field.default is not MISSING:
            given[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
            value = name if field.init else f"_default_{name}"
        elif field.default_factory is not MISSING:
            given[f"_make_{name}"] = field.default_factory
            parameter = f"{name}=_MISSING"
            value = f"_make_{name}()"
            if field.init:
                value += f" if {name} is _MISSING else {name}"
        if field.init:
            (named if field.kw_only else positional).append(parameter)
        body.append(f" _set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    signature = ", ".join([*positional, *(["*", *named] if named else [])])
    exec("\n".join([f"def __init__({signature}):", *body, " return None"]), given)
    written: Callable[..., None] = given["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    return written


def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


__all__ = ["dataclass"]
