"""From the bytes of a file to its text, in UTF-8: `as_utf8`. Read next: `parsing.py`."""

from __future__ import annotations

import numpy as np

from core.settings.words import written
from core.words import say

MAX_SAMPLE = 65_536  # bytes that the encoding is guessed from
# Guessed among these only: the more are allowed, the odder the guesses on little text.
WESTERN, LATIN = "cp1252", ("cp1250", "cp1254")  # the two are taken for it where a text is short
ENCODINGS = (
    "cp1252",
    "cp1250",
    "cp1251",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_kr",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
)


def as_utf8(data: bytes, encoding: str | None) -> tuple[bytes, str, list[str]]:
    """Return the text in UTF-8 without its mark, the encoding that it was in, and what was decided about it."""
    if encoding is not None:
        try:
            return without_nul(data.decode(encoding).lstrip("\ufeff").encode()), encoding, []
        except UnicodeError:
            raise ValueError(
                say(
                    "encoding: expected one that fits the file, received {encoding}, which does not",
                    encoding=written(encoding),
                )
            ) from None
    if found := utf_16(data):
        how = say("as its first bytes say") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else say("as its zero bytes show")
        try:
            text = data.decode(found).lstrip("\ufeff").encode()
        except UnicodeError:
            raise ValueError(
                say("file: expected text, received what begins like UTF-16 and is not; save it as UTF-8")
            ) from None
        return without_nul(text), found, [say("The file is read as UTF-16, {how}.", how=how)]
    data = without_nul(data.removeprefix(b"\xef\xbb\xbf"))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        guess = guess_encoding(data, error.start)
        note = say(
            "The file is no UTF-8: it is read as {guess}, a guess from its letters. Choose another if names look "
            "wrong.",
            guess=guess,
        )
        return data.decode(guess, errors="replace").encode(), guess, [note]
    return data, "utf-8", []


def utf_16(data: bytes) -> str:
    """Return which UTF-16 the bytes are, "" where they are none: by their mark, or where every other byte is zero."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    sample = np.frombuffer(data[: MAX_SAMPLE - MAX_SAMPLE % 2], np.uint8)
    if len(sample) < 4:
        return ""
    even, odd = (sample[start::2] == 0 for start in (0, 1))
    if odd.mean() > 0.6 and even.mean() < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even.mean() > 0.6 and odd.mean() < 0.1 else ""


def without_nul(text: bytes) -> bytes:
    """Refuse text that holds zero bytes."""
    if (place := text.find(b"\0")) >= 0:
        raise ValueError(
            say(
                "file: expected text, received a zero byte at byte {place:,}: it is no text, or it is damaged",
                place=place + 1,
            )
        )
    return text


def guess_encoding(data: bytes, place: int) -> str:
    """Return the encoding that fits 64 kB around the first byte that is no UTF-8 best."""
    from charset_normalizer import from_bytes

    start = data.rfind(b"\n", 0, max(0, place - MAX_SAMPLE // 2)) + 1
    sample = data[start : start + MAX_SAMPLE]
    if len(sample) == MAX_SAMPLE:  # whole lines only
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    found = from_bytes(sample, cp_isolation=list(ENCODINGS))
    best = found.best()
    if best is None:
        return WESTERN
    western = next((match for match in found if match.encoding == WESTERN), None)
    is_as_good = western is not None and western.chaos <= best.chaos
    is_same = sample.decode(WESTERN, "replace") == sample.decode(best.encoding, "replace")
    return WESTERN if best.encoding in LATIN and (is_as_good or is_same) else best.encoding


def with_line_feeds(text: bytes) -> bytes:
    """Return text of old line ends (a carriage return alone) with new ones."""
    return text.replace(b"\r", b"\n") if b"\n" not in text[:MAX_SAMPLE] and b"\r" in text[:MAX_SAMPLE] else text
