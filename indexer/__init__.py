"""Facts to index, request to hits: one engine embedded, one for servers, fed the same tokens."""
