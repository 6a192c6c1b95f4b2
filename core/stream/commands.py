"""Messages for a job: commands, which change it, and requests, which it answers. A browser may send all but `Found`.

Everything that arrives is validated here: known type, known fields, finite numbers inside their bounds.
Read next: `core/stream/job.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from core.settings.experiment import LIVE_FIELDS, Experiment, explain
from core.settings.points import MAX_CHARS, unpack
from core.words import say

MAX_VERSION = 2**53  # beyond this a browser cannot count in whole numbers
MAX_SEED = 999_999
MAX_MEMBERS = 10_000
MIN_PACE, MAX_PACE = 0.1, 1e6  # epochs per second
GESTURE = Field(default=0, ge=0, le=MAX_VERSION)  # number of the hand's movement that it belongs to, 0 for none


class Message(BaseModel):
    """Base of all messages: frozen, no unknown fields, no text for a number, no nan or inf."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Set(Message):
    """Give a strength a new value from the next step on, without a reset: of one member of the stack, or of all."""

    type: Literal["set"] = "set"
    name: str
    value: float
    member: int | None = Field(default=None, ge=0, le=MAX_MEMBERS - 1)
    gesture: int = GESTURE

    @field_validator("name")
    @classmethod
    def _name_is_live(cls, name: str) -> str:
        if name not in LIVE_FIELDS:
            raise ValueError(say("expected one of {live_fields}", live_fields=", ".join(LIVE_FIELDS)))
        return name

    @model_validator(mode="after")
    def _value_is_in_bounds(self) -> Set:
        Experiment().replace(**{self.name: self.value})  # raises with the bounds in words
        return self


class Run(Message):
    """Train on."""

    type: Literal["run"] = "run"


class Pause(Message):
    """Stand still, ready to train on."""

    type: Literal["pause"] = "pause"


class Step(Message):
    """Train one epoch, then pause."""

    type: Literal["step"] = "step"


class Reset(Message):
    """Go back to the same start: epoch 0, the same initial weights."""

    type: Literal["reset"] = "reset"


class Reseed(Message):
    """Go back to epoch 0 with other initial weights."""

    type: Literal["reseed"] = "reseed"
    seed: int = Field(ge=0, le=MAX_SEED)
    gesture: int = GESTURE


class Focus(Message):
    """Show this part of the networks more closely; which numbers name a part is the view's affair."""

    type: Literal["focus"] = "focus"
    at: tuple[Annotated[int, Field(ge=0, le=MAX_MEMBERS)], ...] = Field(max_length=8)


class Points(Message):
    """Train on these drawn points from the next step on, without a reset; all of them, as a text."""

    type: Literal["points"] = "points"
    points: str = Field(max_length=MAX_CHARS)
    gesture: int = GESTURE

    @field_validator("points")
    @classmethod
    def _points_can_be_read(cls, points: str) -> str:
        unpack(points)
        return points


class StopAt(Message):
    """Pause by itself: at an epoch, at a loss, or ("best") when the validation loss has not fallen for `value` epochs."""

    type: Literal["stop_at"] = "stop_at"
    when: Literal["never", "epoch", "train_loss", "val_loss", "best"]
    value: float = Field(default=0.0, ge=0, le=MAX_VERSION)

    @model_validator(mode="after")
    def _epochs_are_whole(self) -> StopAt:
        if self.when in ("epoch", "best") and (self.value < 1 or self.value != int(self.value)):
            raise ValueError(
                say("value: expected a whole number of epochs from 1, received {value:g}", value=self.value)
            )
        return self


class Recall(Message):
    """Stand at a moment of the recording of this very run, before it has begun; which recording that is, the study knows."""

    type: Literal["recall"] = "recall"
    epoch: int = Field(ge=0, le=MAX_VERSION)


class Pace(Message):
    """Train so fast that an eye can follow, or at full speed; a number is epochs per second. It changes no number."""

    type: Literal["pace"] = "pace"
    pace: Literal["slow", "story", "full"] | Annotated[float, Field(ge=MIN_PACE, le=MAX_PACE)]


class Stop(Message):
    """End the run; what it has found so far stays."""

    type: Literal["stop"] = "stop"


class Look(Message):
    """Read the test rows, once, and show what they say."""

    type: Literal["look"] = "look"


class Ready(Message):
    """The browser has drawn `version` and can take a newer snapshot."""

    type: Literal["ready"] = "ready"
    version: int = Field(ge=-1, le=MAX_VERSION)


class Frames(Message):
    """The browser wants the stored moments newer than `after`, to rewind."""

    type: Literal["frames"] = "frames"
    after: int = Field(ge=-1, le=MAX_VERSION)


class Found(Message):
    """A page wants what the study has found so far: as it was at the stored moment nearest to an epoch, or as it is now."""

    type: Literal["found"] = "found"
    epoch: int | None = None


Request = Frames | Found
Command = Set | Points | Run | Pause | Step | Reset | Reseed | Recall | Pace | StopAt | Stop | Focus | Look
ClientMessage = Annotated[Command | Ready | Frames, Field(discriminator="type")]
CLIENT_MESSAGE: TypeAdapter[Command | Ready | Frames] = TypeAdapter(ClientMessage)
REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="type")])


def parse_message(text: str) -> Command | Ready | Frames:
    """Return the message of a JSON text; raises ValueError that says what was expected and received."""
    try:
        return CLIENT_MESSAGE.validate_json(text)
    except ValidationError as error:
        raise ValueError(say("The message was refused: ") + "; ".join(explain(error))) from None
