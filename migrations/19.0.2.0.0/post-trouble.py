def migrate(cr, version):
    """What connections show has a kind and a beginning; before, it was a sentence.

    Of one that works the sentence may have been over for long: it is not kept.
    """
    cr.execute(
        """
        SELECT FROM information_schema.columns
         WHERE table_name = 'l10n_pl_ksef_connection'
           AND column_name = 'status_message'
        """
    )
    if not cr.rowcount:
        return
    cr.execute(
        """
        UPDATE l10n_pl_ksef_connection
           SET trouble = 'login', trouble_details = status_message,
               trouble_since = write_date
         WHERE state IN ('failed', 'expired') AND status_message IS NOT NULL
           AND trouble IS NULL
        """
    )
    cr.execute("ALTER TABLE l10n_pl_ksef_connection DROP COLUMN status_message")
