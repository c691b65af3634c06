"""Another team's reader of FA(3), ksef-client's, in a process of its own.

It came with version 0.20, which ``./dev`` keeps in an environment apart.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, sys
try:
    from ksef_client.documents.fa3 import parse_invoice_xml
except ImportError:
    sys.exit("no reader")
readings = {}
for name, xml in json.load(sys.stdin).items():
    try:
        made = parse_invoice_xml(xml)
    except Exception as error:
        readings[name] = [type(error).__name__, str(error), 0]
        continue
    readings[name] = [made.invoice_number, str(made.total_gross), len(made.lines)]
print(json.dumps(readings))
"""


def read_by_ksef_client(documents):
    """Have ksef-client's reader read documents.

    :param documents: {name: XML text}
    :return: {name: [number, total, count of lines]}, or the error's name and words in
        their place; None where there is no reader
    """
    for python in (ROOT / ".dev/venv-ksef-client/bin/python", Path(sys.executable)):
        if not python.exists():
            continue
        done = subprocess.run(
            [str(python), "-I", "-c", SCRIPT],
            input=json.dumps(documents),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if "no reader" not in done.stderr:
            done.check_returncode()
            return json.loads(done.stdout)
    return None
