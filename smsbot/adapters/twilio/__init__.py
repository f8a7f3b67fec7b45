"""The one room of the `twilio` library: what comes in and what answers it, messages sent by REST, and templates."""

from .content import TwilioContents
from .edge import TwilioCarrier, sign
from .messages import TwilioMessages, spelled

__all__ = ["TwilioCarrier", "TwilioContents", "TwilioMessages", "sign", "spelled"]
