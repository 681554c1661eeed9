"""The tools of the first live day: what the site says of itself, page by page, and what to change when it has changed."""
