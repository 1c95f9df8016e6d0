"""The compiler's dataclasses behave as the standard ones do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, replace
from typing import Any

import pytest

from seeknal.compiler import records

KINDS = [records.dataclass, dataclasses.dataclass]


@records.dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2


def classes(dataclass: Any) -> tuple[Any, Any]:
    @dataclass(frozen=True, slots=True)
    class Base:
        a: int
        made: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
        b: str = "b"
        c: tuple[int, ...] = field(default_factory=tuple)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named(Base):
        d: float
        e: int = 3

    return Base, Named


@pytest.mark.parametrize("dataclass", KINDS)
def test_fields_defaults_and_text(dataclass: Any) -> None:
    base, named = classes(dataclass)
    one = base(1)
    assert (one.a, one.b, one.c, one.made) == (1, "b", (), {})
    assert one.made is not base(1).made
    assert repr(one).endswith("Base(a=1, b='b', c=())")
    two = named(1, "x", d=0.5)
    assert (two.a, two.b, two.d, two.e) == (1, "x", 0.5, 3)
    assert [f.name for f in dataclasses.fields(two)] == ["a", "made", "b", "c", "d", "e"]
    for call in (lambda: base(), lambda: base(1, z=2), lambda: named(1, "x", (), 0.5)):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("dataclass", KINDS)
def test_equal_where_class_and_values_are(dataclass: Any) -> None:
    base, named = classes(dataclass)
    assert base(1, "x") == base(1, "x") != base(1, "y")
    assert hash(base(1, "x")) == hash(base(1, "x"))
    assert base(1) != named(1, d=0.5)
    assert base(1) != 1
    changed = base(1)
    changed.made["key"] = 1
    assert changed == base(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(base([]))


@pytest.mark.parametrize("dataclass", KINDS)
def test_frozen_with_slots(dataclass: Any) -> None:
    base, _ = classes(dataclass)
    one = base(1)
    for name in ("a", "z"):
        with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
            setattr(one, name, 2)
    with pytest.raises(FrozenInstanceError):
        del one.a
    assert not hasattr(one, "__dict__")
    assert replace(one, a=2).a == 2
    match one:
        case base(a, b):
            assert (a, b) == (1, "b")


@pytest.mark.parametrize("dataclass", KINDS)
def test_what_happens_after_init_and_compared_by_identity(dataclass: Any) -> None:
    @dataclass(frozen=True, slots=True, eq=False)
    class Alone:
        seen: list[int]

        def __post_init__(self) -> None:
            self.seen.append(1)

    one, other = Alone([]), Alone([])
    assert one.seen == other.seen == [1]
    assert one != other
    assert len({one, other}) == 2


def test_copies_and_pickles() -> None:
    for made in (
        copy.copy(Point(1)),
        copy.deepcopy(Point(1)),
        pickle.loads(pickle.dumps(Point(1))),
    ):
        assert made == Point(1, 2)


def test_other_classes_are_standard() -> None:
    @records.dataclass(slots=True)
    class Counter:
        count: int = 0

    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)

    @records.dataclass(frozen=True, slots=True)
    class Problem(Exception):
        what: str

    with pytest.raises(Problem, match="x"):
        raise Problem("x")
