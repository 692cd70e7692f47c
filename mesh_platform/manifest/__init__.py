"""The vocabulary of the mesh as frozen values, and its reader."""
