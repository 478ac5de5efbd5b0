"""Where the conversation meets the world: a terminal, documents, storage, files of packs."""
