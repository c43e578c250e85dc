"""One module for each rule: facts of the tree in, findings out."""
