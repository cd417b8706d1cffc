"""Client permissions of public folders."""
