"""The last step of a row's way: an audited batch becomes visible to consumers, in one transaction, on record."""
