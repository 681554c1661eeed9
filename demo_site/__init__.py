"""A made-up county news site under the real host names, served on loopback as an HTTP proxy."""
