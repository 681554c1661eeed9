"""Between engine and network: robots.txt, the site's edge, patience, and the raw archive."""
