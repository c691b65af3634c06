"""What the tests of sending have in common."""

import pytest

# So many go one by one; so many in a batch.
FEW, MANY = 2, 5
BOTH = pytest.mark.parametrize("count", [FEW, MANY], ids=["interactive", "batch"])
OPEN, SEND = r"/sessions/online$", r"/sessions/online/[^/]+/invoices$"
STATUS = r"/sessions/[^/]+/invoices"
OPEN_BATCH, CLOSE_BATCH = r"/sessions/batch$", r"/sessions/batch/[^/]+/close"
PART, SESSION = r"/batch-parts/1", r"/sessions/[^/]+$"
UPO = r"/upo$"
NIP = "5265877635"
