"""`python -m chalicelib.retention > docs/retention.md`: print the schedule."""

import sys

from chalicelib.retention.page import retention_page

if __name__ == "__main__":
    sys.stdout.write(retention_page())
