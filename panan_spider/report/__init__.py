"""From a run to a verdict, an exit code, a page and a message."""
