"""The app with a first run of the Playground that stops on an error, whose words are somebody else's, once it trains."""

import streamlit as st

from core.live.run import LiveRun
from core.stream.routes import ROUTES

obey, failed = LiveRun.obey, []


def fail_once(self, command):
    if command.type == "run" and not failed:
        failed.append(command)
        raise RuntimeError("[no rows](http://evil.test) left")
    obey(self, command)


LiveRun.obey = fail_once
app = st.App("../../pages/main.py", routes=ROUTES)
