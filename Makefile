# make demo: set-up, then the main job on recordings that it makes itself.
# make test: set-up, then the tests, in at most seven minutes on two cores.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test clean

setup: .venv/ready

.venv/ready: setup.py constraints.txt setup.sh
	PYTHON=$(PYTHON) sh setup.sh
	touch $@

demo: setup
	$(BIN)/python examples/demo.py build/demo

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	VOICEPREP_DATA=$${VOICEPREP_DATA:-$$(cd ../shared/data 2>/dev/null && pwd)} \
		$(BIN)/python -m pytest -n 2 --dist worksteal

clean:
	rm -rf .venv build
