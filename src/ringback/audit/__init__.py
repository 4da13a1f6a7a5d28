"""What people and programs administered and did, kept so that a change of it shows."""
