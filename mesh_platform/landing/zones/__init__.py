"""Where files arrive: folders and buckets, and what lies in them."""
