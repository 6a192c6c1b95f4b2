"""Streamlit's own files, served faster: its first page with what the stage needs named in it, and its scripts compressed.

Streamlit sends its scripts as they are, 3 MB, and reads each from the disk in a thread. Here they are compressed once.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from starlette.responses import HTMLResponse, Response

# Streamlit asks every level of a page's address for its server, deepest first: tell it, one below the page's name.
WHERE = "const root = new URL('.', document.baseURI).href; window.__streamlit = {BACKEND_BASE_URL: root, MAIN_PAGE_BASE_URL: root};"
# After Back or Forward the address belongs to the browser until the hand does something: answers that are still on their way
# when one presses quickly speak of older addresses, and an entry written for one of them would cut off the way Forward.
# An entry without settings gets them, not a second entry after it. A lesson has its step instead; their list needs nothing.
# On a phone the list of pages lies over the page: it closes with the choice.
BACK_AND_FORWARD = """
const NARROW = 768;
let isTravelling = false;
const replace = history.replaceState.bind(history);
const isWhole = (path, query) => path.endsWith('/lessons')
  ? !query.has('lesson') || query.has('step') || query.has('sheet') : query.has('data');
addEventListener('popstate', () => { isTravelling = true; }, true);
for (const kind of ['pointerdown', 'keydown', 'input', 'click']) addEventListener(kind, () => { isTravelling = false; }, true);
for (const name of ['pushState', 'replaceState']) {
  const write = history[name].bind(history);
  history[name] = (state, title, url) => {
    const { pathname, search } = new URL(url ?? location.href, location.href);
    const isHere = pathname === location.pathname;
    if (!isHere && innerWidth < NARROW) document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click();
    const isMoved = search !== location.search, old = new URLSearchParams(location.search);
    if (isHere && isMoved && !isWhole(pathname, old)) replace(state, title, url);
    else if (!isTravelling || (isHere && !isMoved)) write(state, title, url);
  };
}
"""
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
PAGE = re.compile(r"/[\w-]*")  # "/" or "/name": Streamlit answers each with its one page
KEPT = re.compile(r"/static/.*\.[\w-]{8}\.\w+")  # files with a hash in their name


class Front:
    """The files in `directory` (Streamlit's), and which `links` its page names in its head beside its own."""

    def __init__(self, directory: Path, links: Sequence[str] = ()) -> None:
        self.directory, self.links = directory, tuple(links)

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every file that never changes, by its path in an address: no other path reaches the disk."""
        found = {f"/{path.relative_to(self.directory).as_posix()}": path for path in self.directory.rglob("*.*")}
        return {name: path for name, path in found.items() if KEPT.fullmatch(name)}

    def file(self, path: str) -> Path | None:
        return self.files.get(path)

    def is_page(self, path: str) -> bool:
        return bool(PAGE.fullmatch(path))

    @cached_property
    def html(self) -> bytes:
        """Streamlit's page with our links in its head, where its server is, and what keeps the browser's history whole."""
        text = (self.directory / "index.html").read_text(encoding="utf-8")
        added = "\n".join((f"<script>{WHERE}</script>", f"<script>{{{BACK_AND_FORWARD}}}</script>", *self.links))
        return text.replace("<head>", f"<head>\n{added}", 1).encode()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.html, mtime=0)

    def page(self, accepts: str) -> Response:
        """Return the page, asked for anew on every visit."""
        use_gzip = "gzip" in accepts
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if use_gzip:
            headers["Content-Encoding"] = "gzip"
        return HTMLResponse(self.compressed if use_gzip else self.html, headers=headers)

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy: this server and nothing else. Of scripts in the page only those known here run.

        Streamlit makes a `blob:` of a component's script, and writes styles into the page, as Plotly does.
        """
        hashes = " ".join(f"'sha256-{sha256(text)}'" for text in INLINE.findall(self.html.decode()))
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' blob: {hashes}",
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                "connect-src 'self'",
                "worker-src 'self' blob:",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'self'",
            )
        )


def sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
