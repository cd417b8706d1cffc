"""System messages: an organisation's own words in reports and quota notices."""
