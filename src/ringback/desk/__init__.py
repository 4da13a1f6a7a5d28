"""An agent's own desk: what is offered to them, what they answer, and what they say came of a talk."""
