"""The wires to models; their door is `app.services.ai_service`."""
