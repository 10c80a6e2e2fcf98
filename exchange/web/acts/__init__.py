"""Acts as forms: from the shapes to fields, from what was filled in to a body, from objections to remarks."""
