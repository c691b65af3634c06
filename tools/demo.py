"""`./dev demo`: the main job, done by a real Odoo on a new database."""

import json
import subprocess
import sys

from . import paths, services, setup
from .command import environment
from .console import DevError, note, say, step

SCENARIO = paths.ROOT / "tools" / "demo_scenario.py"


def demo(serve):
    """Set everything up, run the scenario; leave the servers when `serve` is true.

    :raises DevError: when a part does not start or the scenario fails
    """
    template = setup.ensure()
    setup.ensure_programs()
    services.stop("odoo")
    services.forget_sandbox()  # a new demo starts with an empty KSeF
    try:
        sandbox = services.start_sandbox()
        services.prepare_database(template, fresh=True)
        odoo = services.start_odoo()
        _run_scenario(odoo, sandbox, serve)
    except BaseException:
        services.down()
        raise
    if serve:
        say("\nBoth servers go on running.")
        note("./dev down stops the servers; ./dev up starts them again")
    else:
        services.down()


def _run_scenario(odoo, sandbox, serve):
    """Run `tools/demo_scenario.py` in the virtual environment, its words on screen."""
    settings = json.dumps({"odoo": odoo, "sandbox": sandbox, "serve": serve})
    command = [str(paths.PYTHON), str(SCENARIO), settings]
    with step("the main job"):
        sys.stdout.flush()
        done = subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL)
        if done.returncode:
            raise DevError(f"The demo failed; Odoo's log: {paths.LOG / 'odoo.log'}")
