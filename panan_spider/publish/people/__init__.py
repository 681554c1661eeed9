"""People: office-holders in the articles' text and what they did, found by a grammar whose words are data."""
