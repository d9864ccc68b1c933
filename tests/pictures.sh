#!/usr/bin/env bash
# Takes the pictures of the README: a review on a terminal, and the page in a browser, in both of its modes. Run it when they look otherwise.
#
# usage: tests/pictures.sh BODYCOPY [FOLDER]
set -euo pipefail
bodycopy=$(realpath "$1")
folder=$(realpath "${2:-docs}")
cd "$(dirname "$0")/.."
for tool in chromium chromedriver; do
    command -v "$tool" >/dev/null || { echo "this needs $tool: apt-get install chromium chromium-driver"; exit 1; }
done
mkdir -p "$folder"
python3 tests/browser/pictures.py "$bodycopy" "$folder"
ls -l "$folder"
