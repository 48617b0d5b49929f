#!/usr/bin/env bash
# Makes this checkout ready to run: packages of the system, .venv from the lock, the project in it.
# Safe to run again and again (nothing to do takes a moment), without terminal, with or without root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

OCR_PACKAGES="tesseract-ocr tesseract-ocr-vie"
# The sample archive is typeset and "written by hand" with these. In Debian 12 fonts-liberation has
# no Vietnamese letters; fonts-liberation2 has them.
SAMPLE_PACKAGES="fonts-liberation2 fonts-dkg-handwriting fonts-breip fonts-rufscript fonts-kristi fonts-bwht fonts-sjfonts"

LOCK=requirements/dev.lock
STAMP=.venv/vankho-stamp
NEEDS_HELP=2

say() { printf '%s\n' "$@" >&2; }

find_python() {
    # 3.11 first: the lock was made with it. A name on PATH may be an empty shim, so each is tried.
    local name
    for name in python3.11 python3 python3.12 python3.13 python3.14; do
        if "$name" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null &&
            { [ "${1:-}" = any ] || "$name" -c "import ensurepip, venv" 2>/dev/null; }; then
            printf '%s\n' "$name"
            return
        fi
    done
    return 1
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
    local package
    if ! find_python >/dev/null; then
        # Debian ships Python without ensurepip, which is in a package of its own.
        if find_python any >/dev/null; then
            "$(find_python any)" -c "import sys; print('python%d.%d-venv' % sys.version_info[:2])"
        else
            printf '%s\n' python3 python3-venv
        fi
    fi
    for package in $OCR_PACKAGES $SAMPLE_PACKAGES; do
        is_installed "$package" || printf '%s\n' "$package"
    done
}

run_as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null </dev/null; }
}

apt_get() {
    run_as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" \
        </dev/null >&2
}

ask_for_packages() {
    say "" \
        "Thiếu các gói sau của hệ điều hành: $1" \
        "Nhờ người quản trị chạy lệnh dưới đây, rồi chạy lại lệnh vừa rồi:" \
        "" \
        "    sudo apt-get update && sudo apt-get install $1" \
        "" \
        "(These system packages are missing; run the command above, then try again.)"
    exit "$NEEDS_HELP"
}

ensure_system_packages() {
    local missing
    missing=$(missing_packages | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    can_be_root || ask_for_packages "$missing"
    say "Đang cài gói hệ điều hành (installing system packages): $missing"
    # shellcheck disable=SC2086 # the list is meant to be split
    { apt_get update && apt_get install --yes --no-install-recommends $missing; } || ask_for_packages "$missing"
}

ensure_tesseract() {
    # Where there is no dpkg the packages have other names: say what is needed, not how.
    if ! tesseract --list-langs 2>/dev/null | grep -qx vie; then
        say "Cần cài Tesseract 5 kèm dữ liệu tiếng Việt (vie)." "(Tesseract 5 with its Vietnamese data is needed.)"
        exit "$NEEDS_HELP"
    fi
}

ensure_environment() {
    local python
    if is_environment_usable; then return; fi
    if ! python=$(find_python); then
        say "Cần Python 3.11 trở lên, có mô-đun venv." "(Python 3.11 or later, with venv, is needed.)"
        exit "$NEEDS_HELP"
    fi
    rm -rf .venv
    "$python" -m venv .venv
}

is_environment_usable() {
    # An environment left half-made has no pip; one that was moved has scripts that point elsewhere.
    .venv/bin/python -m pip --version >/dev/null 2>&1 &&
        { [ ! -f "$STAMP" ] || [ "$(head -n 1 "$STAMP")" = "$PWD" ]; }
}

wanted_stamp() {
    printf '%s\n' "$PWD"
    sha256sum "$LOCK" pyproject.toml
}

ensure_installed() {
    if [ -x .venv/bin/python ] && wanted_stamp | cmp -s - "$STAMP"; then return; fi
    ensure_environment
    say "Đang cài thư viện Python vào .venv (installing Python packages, a minute or two)"
    # The lock is complete. Resolving it anew takes time, and older pips fail on extras they do not find pinned.
    pip_install --no-deps --require-hashes --requirement "$LOCK"
    pip_install --no-deps --no-build-isolation --editable .
    wanted_stamp >"$STAMP"
}

pip_install() {
    .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check "$@" </dev/null >&2
}

main() {
    # Two runs at once (an editor and a terminal, say) take turns.
    if command -v flock >/dev/null; then exec 9<pyproject.toml && flock 9; fi
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then ensure_system_packages; fi
    ensure_tesseract
    ensure_installed
}

main
