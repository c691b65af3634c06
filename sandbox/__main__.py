"""Start the local KSeF: `python -m sandbox --help`."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from . import (
    batch_work,
    suppliers,  # noqa: F401  its orders join the others
    white_list,
)
from .app import Application
from .control import Control
from .gus import WSDL_PATH
from .schemas import NoSchema
from .server import listen, tls_context
from .world import World

PARENT_SECONDS = 0.5


def options(words):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A local KSeF for demos and tests."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="of the API, plain HTTP")
    parser.add_argument("--tls-port", type=int, default=0, help="of the API, HTTPS")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument(
        "--hostname",
        default="ksef.sandbox.test",
        help="name in the HTTPS certificate; clients map it to the address",
    )
    parser.add_argument("--data", help="folder that keeps the state")
    parser.add_argument("--xsd", help="folder with the FA(3) schema")
    parser.add_argument("--ready", help="file to write the addresses to")
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="end when the parent ends"
    )
    return parser.parse_args(words)


def addresses(chosen, servers, ca_file):
    """Where it listens, as tests read it."""
    api, tls, control = (server.server_port for server in servers)
    return {
        "api_url": f"http://{chosen.host}:{api}/v2",
        "qr_url": f"http://{chosen.host}:{api}",
        "control_url": f"http://127.0.0.1:{control}",
        "tls_url": f"https://{chosen.hostname}:{tls}/v2",
        "latarnia_url": f"http://{chosen.host}:{api}/latarnia",
        "gus_wsdl_url": f"http://{chosen.host}:{api}{WSDL_PATH}",
        "white_list_url": f"http://{chosen.host}:{api}{white_list.PREFIX}",
        "ca_file": str(ca_file),
        "pid": os.getpid(),
    }


def announce(found, file):
    """Print the addresses, and write them whole or not at all."""
    text = json.dumps(found)
    if file:
        unfinished = Path(f"{file}.{os.getpid()}")
        unfinished.write_text(text)
        unfinished.replace(file)
    print(text, flush=True)


def watch_parent(stopped):
    """Set `stopped` when the parent process is no more."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    stopped.set()


def main(words=None):
    """Run until told to stop; returns the exit code."""
    chosen = options(words)
    try:
        world = World(chosen.data, chosen.hostname, chosen.xsd)
    except NoSchema as error:
        print(f"The sandbox does not start. {error}.", file=sys.stderr)
        return 2
    context, ca_file = tls_context(world)
    world.after(lambda: batch_work.resume(world))
    application = Application(world)
    servers = (
        listen(application, chosen.host, chosen.port),
        listen(application, chosen.host, chosen.tls_port, context),
        listen(Control(world), "127.0.0.1", chosen.control_port),
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: stopped.set())
    if chosen.exit_with_parent:
        threading.Thread(target=watch_parent, args=(stopped,), daemon=True).start()
    announce(addresses(chosen, servers, ca_file), chosen.ready)
    stopped.wait()
    # The listeners' threads end with the process; what is being written is finished.
    world.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
