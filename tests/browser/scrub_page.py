"""A stage with everything a stack of 33 members needs: scrubbing, members, clicks, groups, sizes."""

import streamlit as st

from core.stream.scheduler import get_scheduler
from pages.shared.stage import Offer, Source, readout, scrub, slider, stage
from tests.browser.scrub_study import LAMBDAS, TEXTS, make_figures, make_study

st.set_page_config(layout="wide")
session = st.session_state
job = get_scheduler().find(session.get("job", ""))
if job is None:
    job = get_scheduler().submit(make_study(), "scrub")
    session["job"] = job.id
session["runs"] = session.get("runs", 0) + 1
committed = session.get("stage") or {}
index = (committed.get("picked") or {}).get("lambda", 0)
axes = [
    scrub("lambda", "Strength λ₂", LAMBDAS, TEXTS, index, "Which of the 33 networks is shown.", [1e-6, *LAMBDAS[1:]])
]
controls = [slider("l1", "L1 of member 0", 1e-5, 1, member=0), slider("l1", "L1 of member 1", 1e-5, 1, member=1)]
told = committed.get("strengths") or {}
strengths = {"l1.0": 0.0, "l1.1": 0.0} | {name: one["value"] for name, one in told.items()}
readouts = [readout("val_loss", "Validation loss"), readout("zeros", "Zeros")]
stage(
    "stage", Source(f"/lab/jobs/{job.id}/stream", "scrub"), make_figures(), Offer(readouts, controls, strengths, axes)
)
st.text(f"index on the server: {index}")
st.text(f"script runs: {session['runs']}")
