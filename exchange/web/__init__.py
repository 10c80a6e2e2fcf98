"""The pages: a query, a frozen view model, a template. They ask the same services as the JSON interface."""
