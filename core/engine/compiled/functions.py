"""Activations, their slopes and the exponential, for sixteen numbers at a time; beside them `core/engine/activations.py`.

tanh and erf are quotients of polynomials, fitted here by least squares with weights moved to where the error was largest
(Sanathanan and Koerner 1963, Lawson 1961): within 4e-7 of the true value, relatively, in float32. Beyond ±9 and ±3.9 float32
knows nothing but ±1. The exponential is that of a textbook: eˣ = 2ᵏ·eʳ with k whole and |r| ≤ ½·ln 2, and a polynomial for eʳ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from core.engine.activations import LEAK
from core.engine.compiled.lanes import (
    exponent,
    larger,
    power_of_two,
    rounded,
    smaller,
    spread,
    where_positive,
    where_zero,
)

# Sums may not be reordered (exp takes a difference in two parts); nan and inf stay what they are.
OPTIONS: dict[str, Any] = {
    "nogil": True, "fastmath": {"contract", "nsz", "arcp"}, "error_model": "numpy", "cache": True,
}  # fmt: skip
f32 = np.float32

ACTIVATION_NUMBERS = {"linear": 0, "tanh": 1, "relu": 2, "leaky_relu": 3, "sigmoid": 4, "gelu": 5}
LINEAR, TANH, RELU, LEAKY_RELU, SIGMOID, GELU = ACTIVATION_NUMBERS.values()

TANH_END = f32(9.0)
T0, T1, T2, T3, T4 = f32(0.999999979), f32(0.133810373), f32(0.00349560159), f32(2.06092891e-05), f32(1.33549197e-08)
U1, U2, U3, U4 = f32(0.467143529), f32(0.0258770343), f32(0.000328565621), f32(7.77667002e-07)
ERF_END = f32(3.9)
E0, E1, E2, E3, E4, E5 = (
    f32(1.12837915), f32(0.189666571), f32(0.052668022), f32(0.00373832581), f32(0.000285060133), f32(2.06645522e-06),
)  # fmt: skip
F1, F2, F3, F4, F5 = f32(0.501420404), f32(0.113818828), f32(0.0149142404), f32(0.0011573681), f32(3.82697235e-05)
LOG2_E = f32(1.4426950408889634)
LN2_HIGH, LN2_LOW = (
    f32(0.693359375),
    f32(-2.12194440e-4),
)  # together ln 2; the first has few digits, so k times it is exact
LARGEST_EXPONENT = f32(87.0)
ROOT_HALF, DENSITY_0 = f32(0.5**0.5), f32((2 * np.pi) ** -0.5)
ZERO, HALF, ONE, TWO, LEAK_32 = f32(0), f32(0.5), f32(1), f32(2), f32(LEAK)


@njit(**OPTIONS)
def exp(x):
    """Return eˣ, of x held within ±87; relative error below 2e-7."""
    x = larger(smaller(x, spread(LARGEST_EXPONENT)), spread(-LARGEST_EXPONENT))
    k = rounded(x * LOG2_E)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    # Taylor's series up to r⁷: what is left out is below 2e-9
    p = r * f32(1 / 5040) + f32(1 / 720)
    p = p * r + f32(1 / 120)
    p = p * r + f32(1 / 24)
    p = p * r + f32(1 / 6)
    p = p * r + HALF
    return (p * (r * r) + (r + ONE)) * power_of_two(k)


@njit(**OPTIONS)
def log_1p(x):
    """Return ln(1 + x) of 0 ≤ x ≤ 1, as 2·artanh(s) with s = x/(2 + x) ≤ 1/3; relative error below 3e-7."""
    s = x / (x + TWO)
    q = s * s
    # s + s³/3 + s⁵/5 + … up to s¹³: what is left out is below 2e-8 of it
    p = q * f32(1 / 13) + f32(1 / 11)
    p = p * q + f32(1 / 9)
    p = p * q + f32(1 / 7)
    p = p * q + f32(1 / 5)
    p = p * q + f32(1 / 3)
    return (p * q + ONE) * s * TWO


@njit(**OPTIONS)
def log(x):
    """Return ln x of x ≥ 1: with x = 2ᵏ·(1 + f), it is k·ln 2 + ln(1 + f). What is no number, or no finite one, stays as it is."""
    k = exponent(x)
    value = k * LN2_HIGH + (k * LN2_LOW + log_1p(x / power_of_two(k) - ONE))
    return where_zero(x - x, value, x)


@njit(**OPTIONS)
def tanh(z):
    """Return tanh z."""
    z = larger(smaller(z, spread(TANH_END)), spread(-TANH_END))
    s = z * z
    above = ((((s * T4 + T3) * s + T2) * s + T1) * s + T0) * z
    below = (((s * U4 + U3) * s + U2) * s + U1) * s + ONE
    return above / below


@njit(**OPTIONS)
def erf(z):
    """Return 2/√π ∫₀ᶻ exp(-t²) dt."""
    z = larger(smaller(z, spread(ERF_END)), spread(-ERF_END))
    s = z * z
    above = (((((s * E5 + E4) * s + E3) * s + E2) * s + E1) * s + E0) * z
    below = ((((s * F5 + F4) * s + F3) * s + F2) * s + F1) * s + ONE
    return above / below


@njit(**OPTIONS)
def sigmoid(z):
    """Return 1/(1 + e⁻ᶻ)."""
    return spread(ONE) / (exp(spread(ZERO) - z) + ONE)


@njit(**OPTIONS)
def activate(kind, z):
    """Return the hidden value h of z."""
    if kind == TANH:
        return tanh(z)
    if kind == RELU:
        return where_positive(z, z, spread(ZERO))
    if kind == LEAKY_RELU:
        return where_positive(z, z, z * LEAK_32)
    if kind == SIGMOID:
        return sigmoid(z)
    if kind == GELU:
        return z * (erf(z * ROOT_HALF) + ONE) * HALF
    return z


@njit(**OPTIONS)
def slope(kind, z, h):
    """Return dh/dz at h = activate(z)."""
    if kind == TANH:
        return spread(ONE) - h * h
    if kind == RELU:
        return where_positive(h, spread(ONE), spread(ZERO))
    if kind == LEAKY_RELU:
        return where_positive(h, spread(ONE), spread(LEAK_32))
    if kind == SIGMOID:
        return h * (spread(ONE) - h)
    if kind == GELU:
        return (erf(z * ROOT_HALF) + ONE) * HALF + z * exp(z * z * -HALF) * DENSITY_0
    return spread(ONE)
