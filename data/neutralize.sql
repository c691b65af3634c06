-- A copy of a database must never act in KSeF for the original.
UPDATE l10n_pl_ksef_connection
   SET state = 'draft',
       access_token_sealed = NULL,
       refresh_token_sealed = NULL,
       auth_token_sealed = NULL,
       ksef_token_sealed = NULL,
       access_valid_until = NULL,
       refresh_valid_until = NULL,
       active = FALSE;
UPDATE l10n_pl_ksef_certificate SET key_sealed = NULL;
UPDATE l10n_pl_ksef_session SET key_sealed = NULL, state = 'lost' WHERE state != 'closed';
