-- A copy of a database must never act in KSeF for the original.
UPDATE l10n_pl_ksef_connection
   SET state = 'draft',
       access_token_sealed = NULL,
       refresh_token_sealed = NULL,
       auth_token_sealed = NULL,
       ksef_token_sealed = NULL,
       request_file = NULL,
       signed_request_sealed = NULL,
       access_valid_until = NULL,
       refresh_valid_until = NULL,
       is_candidate = FALSE,
       active = FALSE;
UPDATE l10n_pl_ksef_certificate SET key_sealed = NULL;
UPDATE l10n_pl_ksef_permission_order
   SET state = 'failed' WHERE state NOT IN ('done', 'failed');
UPDATE l10n_pl_ksef_session SET key_sealed = NULL, parts_sealed = NULL;
UPDATE l10n_pl_ksef_export SET key_sealed = NULL;
UPDATE l10n_pl_ksef_session SET state = 'lost' WHERE state != 'closed';
UPDATE res_company SET l10n_pl_ksef_gus_key_sealed = NULL;
-- What was typed into windows that are still open.
UPDATE l10n_pl_ksef_certificate_upload
   SET certificate_file = NULL, key_file = NULL, password = NULL;
UPDATE l10n_pl_ksef_connect SET token = NULL;
UPDATE l10n_pl_ksef_company_data SET user_key = NULL;
UPDATE l10n_pl_ksef_enrolment
   SET key_sealed = NULL,
       revoke_at = NULL,
       state = CASE WHEN state = 'done' THEN state ELSE 'failed' END;
UPDATE l10n_pl_ksef_listed_certificate SET revoke_asked_at = NULL;
UPDATE l10n_pl_ksef_connection SET orders_certificates = FALSE;
UPDATE l10n_pl_ksef_certificate_export SET password = NULL, repeated = NULL;
