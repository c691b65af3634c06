from . import (
    certificate,
    enrolment,
    steps,
    proof,
    connection,
    listed,
    revoke,
    renew,
    personal,
    export,
    res_company,
    sentences,
)
