# Odoo's official image with this add-on, installed as everybody installs it: a wheel.
FROM odoo:19.0
USER root
COPY . /tmp/l10n_pl_ksef
# Beside the packages of the system, which Odoo's own come from; --no-deps, because Odoo
# is no package of pip there.
RUN pip3 install --break-system-packages --no-cache-dir \
        --requirement /tmp/l10n_pl_ksef/requirements.txt \
    && pip3 install --break-system-packages --no-cache-dir --no-deps /tmp/l10n_pl_ksef \
    && rm -rf /tmp/l10n_pl_ksef
USER odoo
