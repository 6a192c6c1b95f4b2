"""The route of the recordings: what a preset's run shows, made once for all who open it.

`GET /lab/recordings/<preset>/frames` has all moments, `…/later` what is seen further down at each of them, `…/last` the end
with its curves: all in the form of the stream.
"""

import gzip
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.live.playground.recording import Recording, recording
from core.presets import PRESETS
from core.words import say

PARTS = ("frames", "later", "last")
FRESH_S = 600  # an hour of class loads each once or a few times; a new version of the app is seen soon


async def serve(request: Request) -> Response:
    """Answer with one part of a preset's recording; the first who asks waits until it is made."""
    preset, part = request.path_params["preset"], request.path_params["part"]
    if preset not in PRESETS or part not in PARTS:
        return PlainTextResponse(say("There is no such recording."), 404)
    one = await run_in_threadpool(recording, preset)
    headers = {"Cache-Control": f"public, max-age={FRESH_S}", "Vary": "Accept-Encoding"}
    use_gzip = "gzip" in request.headers.get("accept-encoding", "")
    if use_gzip:
        headers["Content-Encoding"] = "gzip"
    content = await run_in_threadpool(compress, one, part) if use_gzip else encoded(one, part)
    return Response(content, headers=headers, media_type="application/octet-stream")


def encoded(one: Recording, part: str) -> bytes:
    """Return one part of a recording as it is sent."""
    return {"frames": one.frames, "later": one.later, "last": one.last}[part].encoded


@lru_cache(len(PARTS) * len(PRESETS))
def compress(one: Recording, part: str) -> bytes:
    """Return the same gzipped, once for all."""
    return gzip.compress(encoded(one, part), 6, mtime=0)


RECORDINGS = Route("/lab/recordings/{preset}/{part}", serve)
