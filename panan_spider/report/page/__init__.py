"""The report page: wording, plots, HTML."""
