"""Files over the line: compressed once, kept, and named so that a browser may keep them for ever."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

FOREVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = (".js", ".css", ".html", ".json", ".svg")  # fonts and pictures are compressed as they are


@lru_cache(maxsize=512)
def compress(path: Path, changed_ns: int) -> bytes:
    """Return a file gzipped; `changed_ns` is its time of change, so that an edited file is read again."""
    return gzip.compress(path.read_bytes(), mtime=0)


@lru_cache(maxsize=64)
def read(path: Path, changed_ns: int) -> bytes:
    """Return a file's content, kept while it is among the last that were asked for."""
    return path.read_bytes()


def file_response(path: Path, accepts: str) -> Response:
    """Return a file that never changes at its address, gzipped where `accepts` (Accept-Encoding) allows it and it helps."""
    changed_ns = path.stat().st_mtime_ns
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    use_gzip = "gzip" in accepts and path.suffix in COMPRESSIBLE
    if use_gzip:
        headers["Content-Encoding"] = "gzip"
    content = compress(path, changed_ns) if use_gzip else read(path, changed_ns)
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(content, headers=headers, media_type=media_type)
