"""How many can share one server: `make load`, or `python -m tests.load 30 25` for 30 people who watch for 25 seconds.

A person is a Streamlit session and the stream of its run, both over real sockets and without a browser. The driver shares
the machine's cores with the server. Reading order: `server`, `person`, `classroom`, `__main__`.
"""
