#!/bin/sh
# Leadlight in an environment of its own, of locked and hashed packages alone: what the Dockerfile runs, and a test.
#
#   sh docker/install.sh FOLDER [serve | train]      in the repository's folder; PYTHON names another python3
set -eu
target=$1
with=${2:-serve}
if [ ! -f "requirements-$with.lock" ]; then
  echo "found no requirements-$with.lock here; expected serve or train, in the repository's folder" >&2
  exit 2
fi
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT

# What builds and installs stays outside: the environment itself has no pip.
"${PYTHON:-python3}" -m venv "$tools/venv"
pip() {
  "$tools/venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"
}
# A lock is whole: nothing is to be resolved.
pip install --no-deps --require-hashes -r requirements-build.lock
"${PYTHON:-python3}" -m venv --without-pip "$target"
pip --python "$target/bin/python" install --no-deps --require-hashes -r "requirements-$with.lock"
PATH="$tools/venv/bin:$PATH" pip wheel --no-deps --no-build-isolation --wheel-dir "$tools/wheel" .
pip --python "$target/bin/python" install --no-deps "$tools"/wheel/leadlight-*.whl
pip --python "$target/bin/python" check
