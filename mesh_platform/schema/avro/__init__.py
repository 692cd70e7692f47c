"""An Avro schema from its text to frozen types, as strictly as Java reads it, with the place of every value."""
