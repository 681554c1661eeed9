"""Who was where and did what: office-holders in the articles' text, found by a grammar whose words are data."""
