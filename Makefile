# sotevarasto. `make nightly` and `make test` set everything up by themselves; a second run installs nothing.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DAY ?=
ROWS ?= 10000000
BENCH ?=
KILLS ?= 520
DBT_FILES := $(shell find -L dbt_project -type f \( -name '*.sql' -o -name '*.yml' -o -name '*.csv' -o -name '*.md' \) -not -path '*/target/*')
MANIFEST := dbt_project/target/prepared/manifest.json

# A UTF-8 locale whatever the caller's, no telemetry, and nothing read from the user's own site-packages.
export PYTHONUTF8 := 1
export PYTHONNOUSERSITE := 1
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup manifest nightly status dev postgres test test-slow test-all bench bench-kill bench-queries contracts county-wheel lint lock clean

help:
	@echo "make nightly        run the night (sets everything up the first time); DAY=+1 is the next simulated night"
	@echo "make status         what the last night did"
	@echo "make dev            the Dagster UI on the same home, http://127.0.0.1:3000"
	@echo "make test           the tests (make test-all: the longer ones too)"
	@echo "make bench          our regional path beside plain DuckDB SQL and other ways, and start-ups (long); make bench-queries: analysts' questions"
	@echo "make bench-kill     hundreds of nights killed at random and run again; KILLS=50 for a few"
	@echo "make contracts      what is made from contracts, models and definitions: the dictionary, the asset graph"
	@echo "make county-wheel   the sender's own desk as a wheel of its own, in dist/"
	@echo "make lint           ruff; make lock: resolve the pinned versions anew"

setup: $(VENV)/.ready
manifest: $(MANIFEST)

$(VENV)/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; install it, or name another Python 3.11 or 3.12: make PYTHON=python3 …"; exit 2; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "pip is not installed for $(PYTHON); on Debian: apt install python3-pip"; exit 2; }
	@echo "Setting up $(VENV): $$(grep -c '==' requirements.lock) pinned packages, one to two minutes. Only the first time."
	@$(PYTHON) -m venv --without-pip --clear "$(VENV)"
	@$(PYTHON) -m pip --python "$(BIN)/python" install -qq --no-deps --require-hashes -r requirements.lock \
		|| { echo "Set-up stopped: the packages could not be installed. Check that pip reaches a package index, then run the same command again."; exit 2; }
	@$(PYTHON) -m pip --python "$(BIN)/python" install -qq --no-deps --no-build-isolation --no-index -e .
	@touch "$@"
	@echo "Set-up done."

$(MANIFEST): $(VENV)/.ready $(DBT_FILES)
	@"$(BIN)/python" -m orchestration.manifest

nightly: $(MANIFEST)
	@"$(BIN)/sotevarasto" nightly $(if $(DAY),--day $(DAY))

status: $(VENV)/.ready
	@"$(BIN)/sotevarasto" status

dev: $(MANIFEST)
	@"$(BIN)/sotevarasto" dev

# Dagster's history in Postgres is a setting (docs/operate.md); these are the two packages that it takes.
postgres: $(VENV)/.ready
	@$(PYTHON) -m pip --python "$(BIN)/python" install -qq --no-deps --require-hashes -r requirements-postgres.lock

# In the order of tests/conftest.py: the long files first.
test: $(MANIFEST)
	@"$(BIN)/python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

test-slow: $(MANIFEST)
	@"$(BIN)/python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m slow

test-all: test test-slow

# BENCH takes more options: make bench ROWS=1000000 BENCH="--runs 1 --only sides"
bench: $(MANIFEST)
	@"$(BIN)/python" -m benchmarks.bench --rows $(ROWS) $(BENCH)

bench-kill: $(MANIFEST)
	@"$(BIN)/python" -m benchmarks.kills --kills $(KILLS)

# On the release that `make nightly` made.
bench-queries: $(VENV)/.ready
	@"$(BIN)/python" -m benchmarks.queries

contracts: $(VENV)/.ready
	@"$(BIN)/python" -m warehouse.dictionary
	@$(MAKE) --no-print-directory manifest
	@"$(BIN)/python" -m orchestration.graph

county-wheel: $(VENV)/.ready
	@"$(BIN)/python" county/build.py

lint: $(VENV)/.ready
	@"$(BIN)/ruff" check . && "$(BIN)/ruff" format --check .

# Needs uv (pip install uv). The lock names no index; pip refuses extras written without their brackets, hence --no-strip-extras.
lock:
	uv pip compile pyproject.toml --group dev --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
		--python-version 3.11 -q -o requirements.lock
	"$(BIN)/python" -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['postgres'], sep='\n')" \
		| uv pip compile - --no-deps --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -q -o requirements-postgres.lock

clean:
	rm -rf "$(VENV)" dbt_project/target
