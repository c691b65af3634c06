def migrate(cr, version):
    """An outage entered by hand holds for the company of who entered it only.

    Before, it held for all. So that no deadline changes, every company that had a
    connection to its environment gets one of its own.
    """
    cr.execute(
        """
        SELECT outage.id, author.company_id,
               ARRAY(SELECT DISTINCT connection.company_id
                       FROM l10n_pl_ksef_connection connection
                      WHERE connection.environment = outage.environment
                      ORDER BY connection.company_id)
          FROM l10n_pl_ksef_outage outage
          JOIN res_users author ON author.id = outage.create_uid
         WHERE outage.event IS NULL AND outage.company_id IS NULL
      ORDER BY outage.id
        """
    )
    for outage, own, concerned in cr.fetchall():
        first, *others = concerned or [own]
        cr.execute(
            "UPDATE l10n_pl_ksef_outage SET company_id = %s WHERE id = %s",
            [first, outage],
        )
        for company in others:
            _give(cr, outage, company)


def _give(cr, outage, company):
    """Copy the outage for ``company``; the company's documents name the copy."""
    cr.execute(
        """
        INSERT INTO l10n_pl_ksef_outage
               (company_id, environment, category, title, text, start, "end",
                create_uid, create_date, write_uid, write_date)
        SELECT %s, environment, category, title, text, start, "end",
               create_uid, create_date, write_uid, write_date
          FROM l10n_pl_ksef_outage WHERE id = %s
     RETURNING id
        """,
        [company, outage],
    )
    cr.execute(
        "UPDATE l10n_pl_ksef_document SET outage_id = %s "
        "WHERE outage_id = %s AND company_id = %s",
        [cr.fetchone()[0], outage, company],
    )
