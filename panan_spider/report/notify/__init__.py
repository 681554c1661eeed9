"""What is told about a run once it has ended: pages and metrics beside its report, a webhook, a command on failure."""
