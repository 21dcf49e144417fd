# Two commands matter: `make run` and `make test`. Everything lands in .venv and in the user's cache and data folders.
PYTHON ?= python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check bench install dev clean

run: .venv/embedded
	@$(BIN)/preread serve --pull --sample

test: .venv/dev
	$(BIN)/preread models pull --for tests
	$(BIN)/python -m pytest $(ARGS)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

bench: .venv/dev
	$(BIN)/preread models pull
	$(BIN)/python -m bench

install: .venv/embedded
dev: .venv/dev

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Preread needs Python 3.11 ($(PYTHON) is not on PATH): install it, or say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in [(3, 11), (3, 12)])' || { echo "Preread needs Python 3.11 or 3.12; $(PYTHON) is another: say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/embedded: .venv/bin/python pyproject.toml
	@echo "Installing Preread and what the embedded default needs (once) …"
	$(BIN)/python -m pip install -e '.[embedded]'
	@touch $@

# torch first and by itself: where a CPU build is offered it is taken, and nothing after it asks for another.
.venv/dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@ .venv/embedded

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache
