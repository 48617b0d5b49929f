"""What a document is, the rules about it, its steps, and where its bytes and facts are kept."""
