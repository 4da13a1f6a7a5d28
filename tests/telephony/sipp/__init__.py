"""Real SIP telephones for tests: sipp plays the signalling, a small socket the sound."""

from .phone import ReceivedCall, SippPhone, SippRegistrar, free_udp_port
from .rtp import RtpSound
from .scenario import FarEnd, Timing

__all__ = [
    "FarEnd",
    "ReceivedCall",
    "RtpSound",
    "SippPhone",
    "SippRegistrar",
    "Timing",
    "free_udp_port",
]
