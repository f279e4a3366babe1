"""`python -m chalicelib.imaging.recipe > docs/recipe.schema.json`: publish the schema."""

import json
import sys

from chalicelib.imaging.recipe.document import recipe_schema

if __name__ == "__main__":
    sys.stdout.write(json.dumps(recipe_schema(), indent=2, ensure_ascii=False) + "\n")
