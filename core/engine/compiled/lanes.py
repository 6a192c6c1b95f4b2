"""Sixteen float32 numbers side by side, as a type for Numba: what one instruction of the processor computes at once.

A compiler finds such groups in plain loops by itself, but not in those of a small network: `out[i] += a * b[i]` might write
where it reads, for all it knows. Said outright, a product of 64 x 64 with 64 x 32 takes a quarter of the time. On processors
with shorter vectors the compiler makes two or four instructions of each.

Every operation rounds each number by itself, as it would alone, and contracts a·b + c into one where the processor can.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel import PrimitiveModel
from numba.extending import intrinsic, overload, register_model

N = 16  # as many as a row of a stack's buffer is padded to a multiple of
FLAGS = ("contract", "nsz", "arcp", "afn")  # no reordering of sums; nan and inf are what they are
FLOATS, INTS = ir.VectorType(ir.FloatType(), N), ir.VectorType(ir.IntType(32), N)


class LanesType(types.Type):  # type: ignore[misc]
    """The type of N numbers."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


LANES = LanesType()


@register_model(LanesType)
class LanesModel(PrimitiveModel):  # type: ignore[misc]
    """They live in a register of the processor."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, FLOATS)


def constant(value: float) -> ir.Constant:
    """Return N times the same number."""
    return ir.Constant(FLOATS, [value] * N)


def place(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
    """Return where the numbers from number `i` of an array on stand in memory."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [i]), FLOATS.as_pointer())


@intrinsic
def load(typing: Any, array: Any, i: Any) -> Any:
    """Return the N numbers of a flat array from number `i` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = builder.load(place(context, builder, signature.args[0], *arguments))
        numbers.align = 4
        return numbers

    return LANES(array, types.intp), generate


@intrinsic
def store(typing: Any, array: Any, i: Any, numbers: Any) -> Any:
    """Write N numbers to a flat array from number `i` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        written = builder.store(arguments[2], place(context, builder, signature.args[0], *arguments[:2]))
        written.align = 4
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES), generate


@intrinsic
def store_some(typing: Any, array: Any, i: Any, numbers: Any, n: Any) -> Any:
    """Write the first `n` numbers of N, all where n ≥ N."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        n = builder.trunc(arguments[3], ir.IntType(32))
        first = builder.insert_element(ir.Constant(INTS, ir.Undefined), n, ir.Constant(ir.IntType(32), 0))
        wanted = builder.shuffle_vector(first, first, ir.Constant(INTS, [0] * N))
        mask = builder.icmp_signed("<", ir.Constant(INTS, list(range(N))), wanted)
        where = place(context, builder, signature.args[0], *arguments[:2])
        align = ir.Constant(ir.IntType(32), 4)
        call(builder, "llvm.masked.store.v16f32.p0v16f32", arguments[2], where, align, mask, result=ir.VoidType())
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES, types.intp), generate


@intrinsic
def turn(typing: Any, array: Any, at: Any, row: Any, to: Any, to_row: Any, n: Any) -> Any:
    """Transpose N rows of N numbers of a flat array, and write the first `n` rows of the result.

    at, to: where the rows begin; row, to_row: from row to row. Four times, pairs of rows 1, 2, 4, 8 apart exchange what
    stands on the wrong side of the diagonal.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, (array, at, row, to, to_row, n) = signature.args[0], arguments

        def nth(begin: Any, step: Any, i: int) -> Any:
            whole = builder.add(begin, builder.mul(step, ir.Constant(step.type, i)))
            return place(context, builder, kind, array, whole)

        rows = [builder.load(nth(at, row, i)) for i in range(N)]
        for numbers in rows:
            numbers.align = 4
        for apart in (1, 2, 4, 8):
            rows = [builder.shuffle_vector(rows[i], rows[i ^ apart], exchanged(i, apart)) for i in range(N)]
        for i, numbers in enumerate(rows):
            with builder.if_then(builder.icmp_signed(">", n, ir.Constant(n.type, i)), likely=True):
                builder.store(numbers, nth(to, to_row, i)).align = 4
        return context.get_dummy_value()

    return types.void(array, *[types.intp] * 5), generate


def exchanged(i: int, apart: int) -> ir.Constant:
    """Return which numbers of row i, and of row i ^ apart (from N on), stand in row i once the two have exchanged."""
    return ir.Constant(INTS, [lane if (lane & apart) == (i & apart) else N + (lane ^ apart) for lane in range(N)])


@intrinsic
def number(typing: Any, array: Any, i: Any) -> Any:
    """Return number `i` of a flat array; i ≥ 0, and Numba does not ask first whether it counts from the end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load(builder.gep(data, [arguments[1]]))

    return array.dtype(array, types.intp), generate


@intrinsic
def write(typing: Any, array: Any, i: Any, value: Any) -> Any:
    """Write number `i` of a flat array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        builder.store(arguments[2], builder.gep(data, [arguments[1]]))
        return context.get_dummy_value()

    return types.void(array, types.intp, array.dtype), generate


@intrinsic
def spread(typing: Any, number: Any) -> Any:
    """Return N times a number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        undefined = ir.Constant(FLOATS, ir.Undefined)
        first = builder.insert_element(undefined, arguments[0], ir.Constant(ir.IntType(32), 0))
        return builder.shuffle_vector(first, undefined, ir.Constant(INTS, [0] * N))

    return LANES(types.float32), generate


def define(n_arguments: int, compute: Callable[..., Any], result: Any = LANES) -> Any:
    """Return a function of one, two or three groups of numbers; compute(builder, ...) writes its instructions."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return compute(builder, *arguments)

    def one(typing: Any, a: Any) -> Any:
        return result(LANES), generate

    def two(typing: Any, a: Any, b: Any) -> Any:
        return LANES(LANES, LANES), generate

    def three(typing: Any, a: Any, b: Any, c: Any) -> Any:
        return LANES(LANES, LANES, LANES), generate

    return intrinsic((one, two, three)[n_arguments - 1])


def call(builder: Any, name: str, *arguments: Any, result: Any = FLOATS, **options: Any) -> Any:
    """Call what the compiler has built in."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(function, arguments, **options)


def choose(relation: str) -> Callable[..., Any]:
    """Return what takes `a` where x <relation> y, else `b`, number by number."""
    return lambda builder, x, y, a, b: builder.select(builder.fcmp_ordered(relation, x, y), a, b)


def two_to_the(builder: Any, exponents: Any) -> Any:
    """Return 2 to whole numbers from -126 to 127: such a number is its exponent + 127, moved to its place."""
    whole = builder.fptosi(exponents, INTS)
    return builder.bitcast(
        builder.shl(builder.add(whole, ir.Constant(INTS, [127] * N)), ir.Constant(INTS, [23] * N)), FLOATS
    )


def exponent_of(builder: Any, numbers: Any) -> Any:
    """Return the exponents k of positive numbers 2ᵏ·(1 + f): they stand, + 127, above 23 digits of f."""
    places = builder.lshr(builder.bitcast(numbers, INTS), ir.Constant(INTS, [23] * N))
    return builder.sitofp(builder.sub(places, ir.Constant(INTS, [127] * N)), FLOATS)


less, more = choose("<"), choose(">")
smaller = define(2, lambda b, x, y: less(b, y, x, y, x))  # nan stays nan where x is
larger = define(2, lambda b, x, y: more(b, y, x, y, x))
where_positive = define(3, lambda b, x, a, other: more(b, x, constant(0.0), a, other))
where_zero = define(3, lambda b, x, a, other: choose("==")(b, x, constant(0.0), a, other))
absolute = define(1, lambda b, x: call(b, "llvm.fabs.v16f32", x))
root = define(1, lambda b, x: call(b, "llvm.sqrt.v16f32", x, fastmath=FLAGS))
rounded = define(1, lambda b, x: call(b, "llvm.rint.v16f32", x))
power_of_two = define(1, two_to_the)
exponent = define(1, exponent_of)


@intrinsic
def total(typing: Any, numbers: Any) -> Any:
    """Return the sum of N numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero = ir.Constant(ir.FloatType(), 0.0)
        return call(
            builder, "llvm.vector.reduce.fadd.v16f32", zero, *arguments, result=ir.FloatType(), fastmath=("reassoc",)
        )

    return types.float32(LANES), generate


def give_operator(symbol: Any, instruction: str) -> None:
    """Let + - * / work on groups of numbers, also with one number on either side."""
    both = define(2, lambda builder, x, y: getattr(builder, instruction)(x, y, flags=FLAGS))

    @overload(symbol, strict=False)
    def compute(x: Any, y: Any) -> Any:
        if isinstance(x, LanesType) and isinstance(y, LanesType):
            return lambda x, y: both(x, y)
        if isinstance(x, LanesType) and isinstance(y, types.Float):
            return lambda x, y: both(x, spread(y))
        if isinstance(y, LanesType) and isinstance(x, types.Float):
            return lambda x, y: both(spread(x), y)
        return None


for symbol, instruction in (
    (operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul"), (operator.truediv, "fdiv"),
):  # fmt: skip
    give_operator(symbol, instruction)
