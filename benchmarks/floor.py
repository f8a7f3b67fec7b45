"""The floor: the least that any such bot must do. The same server, a signature check, two Redis round trips, a constant answer."""

import os

import redis
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

app = Flask(__name__)
_validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
_client = redis.Redis.from_url(os.environ["REDIS_URL"], protocol=2)
_url = os.environ["PUBLIC_URL"] + "/twilio/messages"


@app.post("/twilio/messages")
def hear() -> Response:
    """Checks, reads, writes, and says the same to everybody."""
    if not _validator.validate(_url, request.form, request.headers.get("X-Twilio-Signature", "")):
        return Response(status=403)
    sender, message_id = request.form["From"], request.form["MessageSid"]
    _client.mget(f"floor:{sender}", f"floor:{sender}:{message_id}")
    _client.set(f"floor:{sender}", b"x" * 300, ex=86400)
    answer = MessagingResponse()
    answer.message(
        "Hello. Please ask your doctor. Reply MENU for the topics, or HUMAN for our team."
    )
    return Response(str(answer), content_type="text/xml; charset=utf-8")
