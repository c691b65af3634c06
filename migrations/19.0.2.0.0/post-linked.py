def migrate(cr, version):
    """Bills that were there before are never removed by *Undo*: who entered those that
    are linked is not known.
    """
    cr.execute(
        "UPDATE l10n_pl_ksef_bill SET is_linked = TRUE WHERE move_id IS NOT NULL"
    )
