#!/usr/bin/env bash
# Builds the Python package, installs it into a virtual environment and tests it against the binary.
#
# usage: tests/python.sh BODYCOPY VENV
#
# VENV is a virtual environment; what it lacks is installed into it. The wheel is built without optimisation, in the project's own target folder, so that
# what `cargo test` has compiled is used again.
set -euo pipefail
binary=$(realpath "$1")
venv=$(realpath "$2")
cd "$(dirname "$0")/.."

"$venv/bin/python" -c 'import maturin, pyarrow, pytest' 2>/dev/null || "$venv/bin/python" -m pip install -q maturin pyarrow pytest
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_DIR
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
"$venv/bin/python" -m maturin build -q --locked --profile dev --manifest-path python/Cargo.toml --out "$wheels"
"$venv/bin/python" -m pip install -q --force-reinstall --no-deps "$wheels"/*.whl
BODYCOPY_BINARY=$binary "$venv/bin/python" -m pytest -q python/tests
