#!/usr/bin/env bash
# Builds the Python package, installs it into a virtual environment and tests it against the binary, with datatrove and Hugging Face datasets.
#
# usage: tests/python.sh install VENV
#        tests/python.sh test BODYCOPY VENV
#
# The first makes the virtual environment and puts what the tests need into it; it may go on in the background while other things are
# built. datatrove's reader of WET files needs libmagic. The wheel is built without optimisation, in the project's own target folder, so that
# what `cargo test` has compiled is used again.
set -euo pipefail

install() {
    [ -x "$1/bin/python" ] || python3 -m venv "$1"
    # uv fetches and unpacks many archives at once.
    "$1/bin/python" -m uv --version >/dev/null 2>&1 || "$1/bin/python" -m pip install -q uv
    "$1/bin/python" -m uv pip install -q --python "$1/bin/python" -r python/tests/requirements.txt
}

test_with() {
    local binary=$1 python=$2/bin/python wheels
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
    wheels=$(mktemp -d)
    # shellcheck disable=SC2064 # now
    trap "rm -rf '$wheels'" EXIT
    "$python" -m maturin build -q --locked --profile dev --manifest-path python/Cargo.toml --out "$wheels"
    "$python" -m pip install -q --force-reinstall --no-deps "$wheels"/*.whl
    BODYCOPY_BINARY=$binary "$python" -m pytest -q python/tests
}

case $1 in
install)
    venv=$(realpath -m "$2")
    cd "$(dirname "$0")/.."
    install "$venv"
    ;;
test)
    binary=$(realpath "$2") venv=$(realpath "$3")
    cd "$(dirname "$0")/.."
    test_with "$binary" "$venv"
    ;;
*)
    echo "usage: tests/python.sh install VENV, or test BODYCOPY VENV"
    exit 2
    ;;
esac
