"""Where tools come from: built in, from an operator's modules and entry points, from foreign tool objects."""
