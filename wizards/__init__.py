from . import certificate_upload, company_data, fetch_window
