"""What a person is owed about the data held on them."""
