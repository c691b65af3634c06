from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

AT_ONCE = 500


def migrate(cr, version):
    """What KSeF never saw was called rejected; it is to be completed."""
    cr.execute(
        """
        UPDATE l10n_pl_ksef_document
           SET state = 'incomplete'
         WHERE state = 'rejected'
           AND sent_at IS NULL
           AND invoice_reference IS NULL
           AND COALESCE(status_code, 0) = 0
     RETURNING move_id
        """
    )
    found = sorted({row[0] for row in cr.fetchall()})
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    env.invalidate_all()
    names = ["l10n_pl_ksef_state", "l10n_pl_ksef_number"]
    for ids in split_every(AT_ONCE, found):
        moves = env["account.move"].browse(ids)
        for name in names:
            env.add_to_compute(moves._fields[name], moves)
        moves._recompute_recordset(names)
        moves._l10n_pl_ksef_mirror()
        env.flush_all()
        env.invalidate_all()
