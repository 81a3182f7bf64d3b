# Needs Python 3.11 or newer and make; every target sets up what it needs in .venv.
PYTHON ?= python3
BIN := .venv/bin
# The build backend's program lies in the environment's bin.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true
PACKAGES := features models training serving leadlight

.PHONY: setup check fix test bench break demo lock clean

setup: .venv/ready

# A lock is whole, so pip resolves nothing (--no-deps): some of its versions look at newer releases than the locked one
# and stop, since those have no hash.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Leadlight needs Python 3.11 or newer; found $$($(PYTHON) --version 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check
	@$(BIN)/python -c 'import lightgbm' \
	  || { echo "LightGBM does not load. On Debian or Ubuntu: sudo apt-get install libgomp1 (on macOS: brew install libomp)"; exit 1; }
	@touch $@

demo: setup
	$(BIN)/leadlight demo --no-serve

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Two halves of about the same length side by side, one for each core of a small machine. What counts as covered is
# what the tests on small data reach.
SLOW := tests/test_real_data.py \
  $(addprefix tests/test_leadlight/,test_init.py test_init_crm.py test_any_order.py test_bad_inputs.py \
  test_demo_company.py test_demo_model.py) \
  $(addprefix tests/test_training/,test_candidates.py test_leak_audit.py test_promotion.py)

test: check
	@$(BIN)/python -m pytest -p no:cacheprovider $(SLOW) > .slow-tests.log 2>&1 & slow=$$!; \
	$(BIN)/python -m pytest -p no:cacheprovider --cov $(SLOW:%=--ignore=%); rest=$$?; \
	wait $$slow; slow=$$?; cat .slow-tests.log; rm -f .slow-tests.log; test $$rest -eq 0 -a $$slow -eq 0

break: setup
	$(BIN)/python -m tests.guards

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks.features
	$(BIN)/python -m benchmarks.quality
	$(BIN)/python -m benchmarks.learning
	$(BIN)/python -m benchmarks.contributions
	$(BIN)/python -m benchmarks.batch
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.service
	$(BIN)/python -m benchmarks.service_load
	$(BIN)/python -m benchmarks.service_fuzz

# Needs uv; the lock files hold hashes and no addresses. What images and trainings are made of has the versions that
# the tests ran with.
LOCKED := --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header -q
lock:
	uv pip compile pyproject.toml --extra dev $(LOCKED) -o requirements.lock
	uv pip compile pyproject.toml --extra dev --extra bench $(LOCKED) -o requirements-bench.lock
	uv pip compile pyproject.toml --extra serve $(LOCKED) -c requirements.lock -o requirements-serve.lock
	uv pip compile pyproject.toml --extra train --extra sql $(LOCKED) -c requirements.lock -o requirements-train.lock
	echo 'uv-build>=0.9,<0.14' | uv pip compile - $(LOCKED) -c requirements.lock -o requirements-build.lock

clean:
	rm -rf .venv demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
