"""Plain-English policy questions over ../shared/reports, judged by page: see README.md."""
