"""Jobs that train in the background, and the stream that carries their snapshots to the page.

Read in this order: `snapshot`, `commands`, `mailbox`, `job`, `turns`, `scheduler`,
`routes`. Nothing here knows about machine learning.
"""

from core.runtime.commands import Command, Frames, Pause, Ready, Reseed, Reset, Run, Set, Step, Stop, parse_message
from core.runtime.job import Job, Study
from core.runtime.mailbox import Mailbox, NotTaken
from core.runtime.scheduler import Scheduler, get_scheduler
from core.runtime.snapshot import Snapshot

__all__ = [
    "Command",
    "Frames",
    "Job",
    "Mailbox",
    "NotTaken",
    "Pause",
    "Ready",
    "Reseed",
    "Reset",
    "Run",
    "Scheduler",
    "Set",
    "Snapshot",
    "Step",
    "Stop",
    "Study",
    "get_scheduler",
    "parse_message",
]
