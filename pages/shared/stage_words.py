"""All that the stage's own JavaScript says, by name; the browser puts the numbers in (`assets/words.js`)."""

from core.words import say

STAGE_WORDS = {
    # Buttons
    "run": say("Run"),
    "run_help": say("Start training"),
    "pause": say("Pause"),
    "pause_help": say("Stand still. What is trained stays on screen; Run goes on from there."),
    "run_on": say("Run on"),
    "done": say("Done"),
    "step": say("Step"),
    "step_help": say("Train one epoch"),
    "reset": say("Reset"),
    "reset_help": say("Back to the same starting weights"),
    "reseed": say("New start"),
    "reseed_help": say("Start again from other random weights"),
    "training": say("Training"),
    "controls": say("Controls"),
    "more": say("More"),
    "more_help": say("Strengths and steps that all networks share"),
    # Sliders and fields
    "exact": say("{label}, exact value"),
    "outside_slider": say("{label}: expected {low} to {high} on this slider, received {asked}; it is {value} now."),
    "outside": say("{label}: expected {low} to {high}, received {asked}; it is {value} now."),
    "outside_whole": say("{label}: expected {low} to {high}, whole, received {asked}; it is {value} now."),
    # The past
    "rewind": say("Rewind"),
    "live": say("Live"),
    "live_help": say("Back to the present"),
    "epoch": say("epoch {epoch}"),
    "stop_line": say("Epoch to stop at"),
    "stop_at": say("stop at {epoch}"),
    # Charts and their tables
    "table": say("table"),
    "table_help": say("Show the numbers of this chart as a table"),
    "not_drawn": say("Not drawn yet."),
    "numbers": say("{title}, numbers"),
    "rows": say("{few} of {all} rows"),
    "columns": say("{few} of {all} columns"),
    "yes": say("yes"),
    "standard_error": say("standard error"),
    "what": say("what"),
    "off_by": say("off by {error} in {name}"),
    "off_by_in": say("{what}, off by in {name}"),
    # The line to the server
    "lost": say("Connection lost. Trying again …"),
    "starting_anew": say("This run has ended on the server. Starting a new one …"),
    "reload": say("This run has ended on the server. Reload the page to start a new one."),
}
