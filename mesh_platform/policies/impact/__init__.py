"""What a change of a product's schema means to everyone downstream."""
