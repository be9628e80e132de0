# What people and CI call. Needs Python >= 3.11 and make; everything else comes into .venv.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 0
ARGS ?=

.PHONY: demo test install check bench pictures messages cuts kill fuzz soak lock clean simulate points teeth mutation machine

demo: .venv/runtime
	$(BIN)/signoff demo --port $(PORT) $(ARGS)

install: .venv/runtime

test: .venv/test .venv/buildbot.stamp
	$(BIN)/python -m tests.run

check: .venv/test
	$(BIN)/python -m tests.run --checks-only

bench: .venv/test
	$(BIN)/python -m bench

pictures: .venv/test
	$(BIN)/python -m tests.pictures

messages: .venv/test
	$(BIN)/python -m tests.unit.views.whole_book

cuts: .venv/test
	SIGNOFF_CUTS=5000 $(BIN)/python -m pytest tests/power -q -s

kill: .venv/test
	SIGNOFF_KILLS=1000 $(BIN)/python -m pytest tests/processes/test_kills.py -q -s

fuzz: .venv/test
	SIGNOFF_BODIES=100000 $(BIN)/python -m pytest tests/fuzz -q -s

soak: .venv/test
	SIGNOFF_SOAK_SECONDS=1200 $(BIN)/python -m pytest tests/processes/test_load.py -q -s

mutation: .venv/test
	$(BIN)/python -m tests.mutation $(ARGS)

teeth: .venv/test
	$(BIN)/python -m tests.teeth

simulate: .venv/test
	SIGNOFF_SCHEDULES=20000 $(BIN)/python -m pytest tests/simulation/test_schedules.py -q -s

points: .venv/test
	SIGNOFF_POINTS=all SIGNOFF_PAIRS=2000 SIGNOFF_ORDERS=20000 $(BIN)/python -m pytest tests/simulation/test_points.py \
		tests/simulation/test_orders.py -q -s

machine: .venv/test
	SIGNOFF_WALKS=5000 SIGNOFF_STEPS=50 $(BIN)/python -m pytest tests/unit/core/test_machine.py -q

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--extra test pyproject.toml -o requirements-test.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		tests/buildbot/requirements.in -o tests/buildbot/requirements.lock

clean:
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Signoff needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

# The stamps hold what was installed, so that a second call costs nothing and a changed lock installs again.
.venv/runtime: requirements.lock pyproject.toml | .venv/bin/python
	@test -e .venv/test || { echo "installing the locked dependencies..."; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock; }
	@$(MAKE) -s .venv/command
	@touch $@

.venv/test: requirements-test.lock pyproject.toml | .venv/bin/python
	@echo "installing the locked dependencies and the tools of the tests..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-test.lock
	@$(MAKE) -s .venv/command
	@touch $@ .venv/runtime

# A real CI server for the tests, apart from everything else; where it cannot be had, its tests are left out and named.
.venv/buildbot.stamp: tests/buildbot/requirements.lock | .venv/bin/python
	@echo "installing Buildbot for the tests..."
	@$(BIN)/python -m venv .venv/buildbot && .venv/buildbot/bin/python -m pip install -q --disable-pip-version-check \
		--require-hashes -r $< && touch $@ || echo "Buildbot could not be installed"

# The command is a small file that runs this checkout: `pip install -e` would need a build tool from outside the lock.
.PHONY: .venv/command
.venv/command:
	@printf '#!/bin/sh\nPYTHONPATH="%s$${PYTHONPATH:+:$$PYTHONPATH}" exec "%s/.venv/bin/python" -m bot "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(BIN)/signoff
	@chmod +x $(BIN)/signoff
