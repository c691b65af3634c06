from . import (
    test_batch,
    test_company_data,
    test_connection,
    test_fetch,
    test_limits,
    test_notification,
    test_receive,
    test_send,
    test_vault,
    test_verdict,
)
