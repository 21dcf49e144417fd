"""Influence: who moved the decision, in and out of the room, from what people say of each other and
commit to."""
