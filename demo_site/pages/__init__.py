"""HTML of the demo site: article pages of three templates, list pages, pagers, navigation and footer."""
