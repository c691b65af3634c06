from . import certificate_upload, company_data
