#!/usr/bin/env bash
# Installs a wheel and an sdist as users do, without PyTorch, on each Python that is here: .ci/check_installs.sh DIST
# UV names uv, which finds the Pythons and installs with the newest versions that there are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dist=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

check() {
    local version=$1 python package
    python=$(compgen -G "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version.*/bin/python$version" | tail -1 || true)
    if ! "$UV" venv -q --no-python-downloads --python "${python:-$version}" "$folder/$version" 2>/dev/null; then
        echo "Python $version: none here, not tried"
        return
    fi
    package=("$dist"/*.whl)
    [ "$version" != 3.12 ] || package=("$dist"/*.tar.gz)
    echo "Python $version: ${package[0]##*/}"
    "$UV" pip install -q --python "$folder/$version/bin/python" "${package[0]}" || return 1
    "$here/smoke.sh" "$folder/$version/bin/python"
}

# all at once, each on a core of its own as long as there are some
jobs=()
for version in 3.11 3.12 3.13 3.14; do
    check "$version" &
    jobs+=("$!")
done
failed=0
for job in "${jobs[@]}"; do
    wait "$job" || failed=1
done
exit "$failed"
