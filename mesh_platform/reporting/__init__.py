"""How the mesh stands and how it has fared, for people: a row a product, and one page that needs nothing else."""
