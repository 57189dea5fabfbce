"""The Vary header (RFC 9110, section 12.5.5) of responses that depend on a header of the request."""

from starlette.types import Message, Send


def varied(send: Send, name: bytes) -> Send:
    """A `send` that adds the name of a request header to Vary."""

    async def send_varied(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", name)]
        await send(message)

    return send_varied
