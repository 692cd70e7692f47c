"""A registry over HTTP that knows schemas by subject, where one is configured; the repository is the default."""
