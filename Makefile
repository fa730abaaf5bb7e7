# Two commands matter: `make run` and `make test`. Both set up everything they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers
QUESTION ?= Does mentoring keep young people out of crime, and is it worth the money?

# Some machines ask Python to keep no compiled files: every command, and every test of one, would
# then compile the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test lint clean peers

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: setup
	$(BIN)/evidence add corpus/data/starter.jsonl
	$(BIN)/evidence index
	$(BIN)/evidence ask "$(QUESTION)"
	$(BIN)/evidence serve

# There are more workers than cores: threads of one would wait, busily, for those of another.
test: export OMP_NUM_THREADS = 1
test: setup
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What `python -m benchmarks.speed` measures against, apart from the product's own packages.
peers:
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/speed/peers/requirements.txt

clean:
	rm -rf $(VENV) $(PEERS) .evidence .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
