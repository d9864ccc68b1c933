#!/usr/bin/env bash
# Opens the page of a review in a real Chromium: counts, filters, keys, saved decisions, contrast, a phone, 50,000 removals, and that nothing is asked of
# any network. Installs Chromium and its driver if they are missing.
#
# usage: tests/browser.sh BODYCOPY
set -euo pipefail
bodycopy=$(realpath "$1")
cd "$(dirname "$0")/.."
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
    apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium chromium-driver >/dev/null
fi
python3 tests/browser/page.py "$bodycopy"
