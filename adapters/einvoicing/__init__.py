"""E-invoices: written as OIOUBL 2.1, and held against the authority's own rules before they leave."""
