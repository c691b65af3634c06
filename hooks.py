from .models.takeover.crons import set_replaced_crons


def post_init_hook(env):
    """Take over from Odoo's own KSeF module."""
    set_replaced_crons(env, active=False)
    env["res.company"]._l10n_pl_ksef_take_over()


def uninstall_hook(env):
    """Give KSeF back to Odoo's own module."""
    set_replaced_crons(env, active=True)
