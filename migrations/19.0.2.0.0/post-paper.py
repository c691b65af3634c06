def migrate(cr, version):
    """Find out what stands on the PDFs that are stored already.

    One that was made before KSeF accepted the invoice lacks the number and is made anew
    in the background. One that was made within minutes of it may lack it (“?”) and is
    made anew when somebody uses it.
    """
    cr.execute(
        """
        UPDATE account_move move
           SET l10n_pl_ksef_printed = CASE
                   WHEN document.id IS NULL AND move.l10n_pl_ksef_state = 'offline'
                       THEN '?'
                   WHEN document.id IS NULL OR paper.create_date < document.accepted_at
                       THEN '-'
                   WHEN paper.create_date < document.accepted_at + interval '10 minutes'
                       THEN '?'
                   ELSE document.ksef_number
               END
          FROM ir_attachment paper
          JOIN account_move printed ON printed.id = paper.res_id
          JOIN res_company company ON company.id = printed.company_id
          JOIN res_partner partner ON partner.id = company.partner_id
          JOIN res_country country ON country.id = partner.country_id
     LEFT JOIN l10n_pl_ksef_document document
            ON document.move_id = printed.id
           AND document.state = 'accepted'
           AND document.ksef_number = printed.l10n_pl_ksef_number
         WHERE move.id = printed.id
           AND paper.res_model = 'account.move'
           AND paper.res_field = 'invoice_pdf_report_file'
           AND country.code = 'PL'
        """
    )
