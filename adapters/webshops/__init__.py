"""The shops that orders come from, each in its own words."""
