"""Our OpenAI-compatible API: what programs ask with a key is passed on to their owner's models."""
