"""People: office-holders in the articles' text with their deeds, found by a grammar whose words are data."""
