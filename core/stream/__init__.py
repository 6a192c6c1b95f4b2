"""Jobs that train in the background, and the stream that carries their snapshots to the page.

Read in this order: `snapshot`, `commands`, `mailbox`, `job`, `turns`, `scheduler`, `routes`, then the gate before them:
`admission`, `gate`, `front`. Nothing here knows about machine learning.
"""
