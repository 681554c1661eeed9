"""What a run says while it runs, and in the end: to people on a terminal, in lines elsewhere."""
