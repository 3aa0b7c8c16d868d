#!/bin/sh
# Makes the three locks again from pyproject.toml: what runs, what tests need besides, what the card readers need.
# Needs uv. The locks hold exact versions and hashes, for every system at once; no address, no host.
set -eu
cd -- "$(dirname -- "$0")/.."
# UV_NO_CONFIG: what this machine's uv is told must not reach the locks.
export UV_NO_CONFIG=1
lock() {
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
        --no-emit-index-url --no-emit-find-links "$@"
}
lock pyproject.toml -o requirements.lock
lock --group pyproject.toml:dev -c requirements.lock -o requirements-test.lock
sed -n 's/^cards = \["\(.*\)"\]$/\1/p' pyproject.toml | lock - -c requirements.lock -o requirements-cards.lock
