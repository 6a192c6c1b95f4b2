# make run    start the app (the first time it also installs it)      make test   all tests, browser included
# make lint   style and types                                         make bench  the speed measurements
# make load   how many can share one server                         make bench-gpu   the same of a GPU (needs a torch with CUDA)
# make words  collect all sentences, compile the catalogues
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: run test lint bench bench-gpu load words browser clean
.DELETE_ON_ERROR:

run: $(RUN_STAMP)
	@$(BIN)/python -m core.engine.compiled
	@$(BIN)/streamlit run app.py

# A run that broke off (any status above 1) has left tests out: only failures are worth another look.
test: $(DEV_STAMP) browser
	@for part in "not browser" browser; do \
	echo "The tests with the mark '$$part', on two workers ..."; \
	status=0; $(BIN)/python -m pytest -n 2 --dist worksteal -m "$$part" || status=$$?; \
	test $$status -le 1 || exit $$status; \
	test $$status = 0 && continue; \
	echo "Those that failed once more, one after another: beside busy neighbours a wait may be in vain ..."; \
	$(BIN)/python -m pytest --last-failed --last-failed-no-failures none -m "$$part" || exit 1; done

lint: $(DEV_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict core

bench: $(DEV_STAMP)
	@$(BIN)/python -m tests.benchmarks

bench-gpu: $(DEV_STAMP)
	@$(BIN)/python -m tests.benchmarks.gpu

load: $(DEV_STAMP)
	@$(BIN)/python -m tests.load

# A new language: pybabel init -i build/lab.pot -d core/words -D lab -l <language>
words: $(DEV_STAMP)
	@mkdir -p build
	@$(BIN)/pybabel -q extract --no-default-keywords -k say -k say_n:1,2 -k tr -k tr_n:1,2 --no-location --sort-output \
	--no-wrap --omit-header -o build/lab.pot core pages
	@for catalogue in core/words/*/LC_MESSAGES/lab.po; do test -e $$catalogue || continue; \
	$(BIN)/pybabel -q update -i build/lab.pot -o $$catalogue -D lab -l $$(basename $$(dirname $$(dirname $$catalogue))); done
	@for catalogue in core/words/*/LC_MESSAGES/lab.po; do test -e $$catalogue || continue; \
	$(BIN)/pybabel -q compile -i $$catalogue -o $${catalogue%.po}.mo; done
	@echo "$$(grep -c '^msgid' build/lab.pot) sentences in build/lab.pot"

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "No '$(PYTHON)' found. Install Python 3.11 or newer, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Overfit Lab needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name a newer one: make run PYTHON=python3.12"; exit 1; }
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Could not create $(VENV). On Debian or Ubuntu install the package python3-venv, then try again."; exit 1; }

$(RUN_STAMP): requirements.txt | $(BIN)/python
	@echo "Installing what the app needs (once; PyTorch is large, this takes some minutes) ..."
	@$(BIN)/python -m pip install --quiet -r requirements.txt || { echo "The installation failed; pip's message above says why. Check the network and run make again."; exit 1; }
	@touch $@ && echo "Installed."

$(DEV_STAMP): requirements.txt requirements-cluster.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt || { echo "The installation failed; pip's message above says why. Check the network and run make again."; exit 1; }
	@touch $@ $(RUN_STAMP) && echo "Installed."

# A system Chromium, or Playwright's own; without either the browser tests cannot run.
browser: $(DEV_STAMP)
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if $(BIN)/python -c 'import os, sys; from playwright.sync_api import sync_playwright as p; c = p().start(); found = os.path.exists(c.chromium.executable_path); c.stop(); sys.exit(not found)'; then exit 0; fi; \
	echo "No Chromium found: installing one for the browser tests ..."; \
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
	if command -v apt-get >/dev/null && $$as_root apt-get update -qq && $$as_root apt-get install -y -qq chromium && command -v chromium >/dev/null; then exit 0; fi; \
	$(BIN)/playwright install chromium && exit 0; \
	echo "Could not install Chromium. Install Chromium or Chrome by hand, then run make test again."; exit 1

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build
