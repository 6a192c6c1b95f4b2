"""All stored moments of a run, as a browser puts them together from the pieces."""

import numpy as np

from core.live.run import LiveRun
from core.stream.snapshot import Snapshot


def pieces_of(run: LiveRun, after: int = -1) -> list[Snapshot]:
    """Return the answers to `frames`, asked for until no more follow."""
    pieces = [run.stored_frames(after)]
    while pieces[-1].meta["has_more"]:
        pieces.append(run.stored_frames(pieces[-1].version))
    return pieces


def all_frames(run: LiveRun) -> Snapshot:
    """Return every stored moment as one snapshot."""
    pieces = pieces_of(run)
    arrays = {name: joined([piece.arrays[name] for piece in pieces]) for name in pieces[0].arrays}
    frames = [facts for piece in pieces for facts in piece.meta["frames"]]
    return Snapshot(pieces[-1].version, {**pieces[-1].meta, "frames": frames}, arrays, "frames")


def joined(parts: list[np.ndarray]) -> np.ndarray:
    """Return arrays put one behind the other; those of shorter moments are filled up with nan."""
    shape = np.max([part.shape[1:] for part in parts], axis=0).astype(int)
    filled = []
    for part in parts:
        missing = [(0, 0), *((0, full - size) for full, size in zip(shape, part.shape[1:], strict=True))]
        is_full = not any(after for _, after in missing)
        filled.append(part if is_full else np.pad(part.astype(np.float32), missing, constant_values=np.nan))
    return np.concatenate(filled)
