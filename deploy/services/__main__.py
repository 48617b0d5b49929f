"""The command line of the servers: `start`, `stop`, `status`, and `env`, which prints the settings that use them."""

import argparse
import shlex
import sys
from collections.abc import Sequence

from deploy.services import servers
from deploy.services.records import ROOT, ServiceError


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.services", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status", "env"])
    parser.add_argument("names", nargs="*", metavar="server", help=", ".join(servers.SERVERS))
    asked = parser.parse_args(arguments)
    names = asked.names or list(servers.SERVERS)
    unknown = [name for name in names if name not in servers.SERVERS]
    if unknown:
        parser.error(f"no such server: {', '.join(unknown)}")
    try:
        return _ACTIONS[asked.action](names)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 2


def _start(names: Sequence[str]) -> int:
    chosen = [servers.SERVERS[name] for name in names]
    servers.start(ROOT, chosen, lambda text: print(text, file=sys.stderr, flush=True))
    return _status(names)


def _stop(names: Sequence[str]) -> int:
    servers.stop(ROOT, [servers.SERVERS[name] for name in names])
    return 0


def _status(names: Sequence[str]) -> int:
    for name in names:
        settings = servers.running(ROOT, name)
        print(f"{name:<11} {'127.0.0.1:' + settings['port'] if settings else 'không chạy'}")
    return 0


def _env(names: Sequence[str]) -> int:
    """Lines for `eval`: the settings of an installation on the servers that run."""
    for name in names:
        settings = servers.running(ROOT, name)
        if settings is not None:
            for variable, key in _VARIABLES[name].items():
                print(f"export {variable}={shlex.quote(settings[key])}")
    return 0


_ACTIONS = {"start": _start, "stop": _stop, "status": _status, "env": _env}
_VARIABLES: dict[str, dict[str, str]] = {
    "minio": {
        "VANKHO_STORE__URL": "endpoint",
        "VANKHO_STORE__ACCESS_KEY": "access_key",
        "VANKHO_STORE__SECRET_KEY": "secret_key",
    },
    "opensearch": {"VANKHO_INDEX__URL": "url"},
    "postgresql": {"VANKHO_CATALOGUE__URL": "url"},
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
