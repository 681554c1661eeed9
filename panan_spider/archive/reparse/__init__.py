"""Articles built again from the archived raw pages, and what differs stored when told to."""
