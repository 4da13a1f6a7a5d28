#!/bin/sh
# Makes .venv ready: `tools/setup.sh runtime` for `make run`, `tools/setup.sh dev` for tests and checks.
#
# Debian packages that are missing are installed when run as root; otherwise the command that installs them is printed.
# Python packages come from requirements/*.txt, hashes checked. When nothing has changed this takes no time.
set -eu
cd "$(dirname "$0")/.."
wanted=$1

say() { echo "ringback: $*" >&2; }

stop() {
    say "$@"
    exit 1
}

new_enough_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

missing_packages() {
    # Debian ships `venv` without the ensurepip that it needs.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo "$python-venv"
    [ "$1" = dev ] || return 0
    command -v sipp >/dev/null || echo sip-tester
    command -v chromium >/dev/null || echo chromium
    # Playwright's own Node needs it.
    "$python" -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || echo libatomic1
}

install_system_packages() {
    missing=$(missing_packages "$wanted" | xargs)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "packages of the system are missing ($missing). This installs what make run and make test need:"
        stop "    sudo apt-get update && sudo apt-get install -y $(missing_packages dev | xargs)"
    fi
    say "installing $missing"
    apt-get update -qq
    # The names are separate words.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
}

make_environment() {
    # Made here, to the end, and by a Python that is still there.
    if [ "$PWD" = "$(cat .venv/made-in 2>/dev/null)" ] && .venv/bin/python -c 'import pip' 2>/dev/null; then return; fi
    "$python" -m venv --clear .venv
    echo "$PWD" >.venv/made-in
}

pip_install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@"; }

# Each remembers what it was done from, and is done again from anything else. Noted last: what was interrupted does not
# count as done.
is_done() { [ "$2" = "$(cat ".venv/$1" 2>/dev/null)" ]; }
note_done() { echo "$2" >".venv/$1"; }

install_python_packages() {
    locked=$(cat requirements/*.txt | sha256sum)
    if ! is_done "installed-$wanted" "$locked"; then
        say "installing Python packages into .venv (once; a minute or so)"
        # All sets share one environment: one that was installed from other versions is not there any more.
        for set in .venv/installed-*; do is_done "${set#.venv/}" "$locked" || rm -f "$set"; done
        pip_install --require-hashes -r "requirements/$wanted.txt" -r requirements/build.txt
        note_done "installed-$wanted" "$locked"
    fi
    # Not once more for another set: tests or a server may run from it.
    described=$(cat pyproject.toml hatch_build.py | sha256sum)
    if ! is_done described "$described"; then
        pip_install --no-deps --no-build-isolation --editable .
        note_done described "$described"
    fi
}

# Two makes at once take turns.
exec 9<tools/setup.sh
flock 9

python=$(new_enough_python)
[ -n "$python" ] || stop "Python 3.11 or newer is needed, and there is none (python3 is: $(python3 -V 2>&1))."
install_system_packages
make_environment
install_python_packages
