"""How long what is known of customers is kept, and how it is removed."""
