"""`python -m tools.docs.generate`: write the JSON Schemas and DATA_FORMAT.md."""

from tools.docs import article_schema, data_format, report_schema


def main() -> None:
    """Write the files and print their paths."""
    article_schema.PATH.write_text(article_schema.schema_text(), "utf-8")
    report_schema.PATH.write_text(report_schema.report_schema_text(), "utf-8")
    data_format.PATH.write_text(data_format.data_format_text(), "utf-8")
    for path in (article_schema.PATH, report_schema.PATH, data_format.PATH):
        print(path)


if __name__ == "__main__":
    main()
