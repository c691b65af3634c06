from . import test_bare
from .vault import (
    test_secrets_at_rest,
    test_secrets_dump,
    test_secrets_rpc,
    test_vault,
)
from .invoice import (
    test_fa3_advances,
    test_fa3_advances_changed,
    test_fa3_corrections,
    test_fa3_currency,
    test_fa3_lines,
    test_fa3_parties,
    test_fa3_payment,
    test_fa3_references,
    test_fa3_rules,
    test_fa3_sales,
    test_fa3_special,
    test_fa3_sums,
)
from .bill import (
    test_import,
    test_import_kinds,
    test_import_lines,
    test_import_cost,
    test_import_marks,
    test_details_migration,
    test_ministry_examples,
)
from .picture import (
    test_any_document,
    test_picture,
    test_preview,
)
from .attention import (
    test_attention,
    test_tours_attention,
    test_tours_people,
)
from .connection import (
    test_company_data,
    test_branches,
    test_certificate_lifecycle,
    test_connect,
    test_connect_outside,
    test_hostile_entries,
    test_connection,
    test_limits,
    test_login_obstacles,
    test_renewal,
    test_take_over_credentials,
    test_tours_begin,
    test_tours_connect,
    test_trouble,
    test_verdict,
)
from .receiving import (
    test_fetch,
    test_fetch_obstacles,
    test_inbox,
    test_inbox_table,
    test_link_known,
    test_morning,
    test_receive,
    test_receive_companies,
    test_receive_hostile,
    test_sales_check,
)
from .rights import (
    test_breakins,
    test_doors,
    test_methods,
    test_records,
)
from .buttons import (
    test_every_button,
    test_every_list,
    test_in_the_browser,
)
from .sending import (
    test_batch,
    test_bundle,
    test_complete,
    test_ksef_page,
    test_lock,
    test_migration,
    test_nothing_final,
    test_paper,
    test_rejection,
    test_schema,
    test_scope,
    test_self_billing,
    test_send,
    test_send_obstacles,
    test_summary,
    test_tours_complete,
    test_upo,
)
from .notification import (
    test_notification,
    test_system_warning,
)
from .offline import (
    test_offline,
    test_outage,
    test_qr_on_paper,
)
from .law import test_legal_fact
from .white_list import (
    test_white_list,
    test_white_list_payment,
)
from .payment import (
    test_duty,
    test_identifier,
    test_identifier_receive,
    test_calculator,
    test_nothing_noticed,
    test_qr,
    test_statement,
    test_strange_payments,
    test_tours_payment,
    test_titles,
)
from .enrolment import (
    test_export,
    test_listed,
    test_order,
    test_personal,
    test_renew,
    test_tours_enrolment,
)
from .workplace import (
    test_approval,
    test_desk,
    test_orders,
    test_parts,
    test_rules,
    test_suspicious,
    test_vendor_products,
    test_workplace_morning,
)
from .office import (
    test_office,
    test_tours_office,
)
from .permission import (
    test_permission,
    test_switched_on,
    test_tours_permission,
)
