"""A host whose Odoo servers start at once: it has loaded everything, and forks them.

Run by `processes.Servers`: `host.py DATABASE [option of Odoo …]`. Each line on standard
input starts a server, whose process id is answered. A server is Odoo's own, without
HTTP, with one thread for crons. All of them end when the input does.
"""

import os
import signal
import sys

import odoo.http
from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.server import ThreadedServer, load_server_wide_modules
from odoo.tools import config


def main(database, *options):
    """Start servers until the input ends."""
    # Whoever kills a server looks whether it is gone; nobody waits for it here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    config.parse_config(["-d", database, *options])
    load_server_wide_modules()
    Registry(database)
    started = []
    for _line in sys.stdin:
        sql_db.close_all()  # as Odoo does before it forks its own workers
        child = os.fork()
        if not child:
            serve()
        started.append(child)
        print(child, flush=True)
    for child in started:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass


def serve():
    """Be a server until somebody kills it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, sys.stdin.fileno())
    os.dup2(nothing, sys.stdout.fileno())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ThreadedServer(odoo.http.root).run([])
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
