"""What the name, the type and the description of a column say about persons."""
