def migrate(cr, version):
    """E-mails to customers follow the KSeF number now, unless a person decides.

    Before, nobody could tell a company that wanted its customers to get a PDF without
    number and QR code from one that never saw the setting. The Send window lets each
    e-mail go out at once, and the setting can be switched off again.
    """
    cr.execute(
        "UPDATE res_company SET l10n_pl_ksef_mail_after_number = true "
        "WHERE l10n_pl_ksef_mail_after_number IS NOT true"
    )
