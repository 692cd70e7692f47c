"""From a file's bytes to lines of JSON that the engine reads."""
