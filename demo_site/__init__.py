"""Made-up county news sites, served on loopback as an HTTP proxy: one under the real host names, one under others."""
