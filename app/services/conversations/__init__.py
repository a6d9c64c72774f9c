"""The list of conversations; its door is `app.services.conversation_service`."""
