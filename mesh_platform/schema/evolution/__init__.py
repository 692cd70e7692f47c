"""What changed between two versions, what version that takes, and who can read what."""
