"""Words are data: a sentence is a template and its numbers until it is shown, in the language of whoever looks.

`say("… {n:,} …", n=n)` makes a `Message`, `say_n` one with a singular and a plural, `joined` one of several; `in_language`
turns all messages of a record into texts at the moment of showing. Read next: `message.py`, then `language.py`.
"""

from core.words.language import ENGLISH, PSEUDO, is_language, languages
from core.words.message import Message, in_language, joined, lowered, raised, say, say_n, shaped

__all__ = [
    "ENGLISH",
    "PSEUDO",
    "Message",
    "in_language",
    "is_language",
    "joined",
    "languages",
    "lowered",
    "raised",
    "say",
    "say_n",
    "shaped",
]
