def migrate(cr, version):
    """The page of details is drawn from the file when somebody looks at it."""
    cr.execute("ALTER TABLE account_move DROP COLUMN IF EXISTS l10n_pl_ksef_kept")
