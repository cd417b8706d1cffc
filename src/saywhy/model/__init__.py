"""The nouns of the house: values that every floor above speaks with.  Standard library only, no IO."""
