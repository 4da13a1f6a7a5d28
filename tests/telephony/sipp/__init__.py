"""Real SIP telephones for tests: sipp plays the signalling, a small socket the sound."""

from .phone import ReceivedCall, SippPhone, free_udp_port
from .rtp import RtpSound
from .scenario import FarEnd, Timing, phone_scenario, registrar_scenario

__all__ = [
    "FarEnd",
    "ReceivedCall",
    "RtpSound",
    "SippPhone",
    "Timing",
    "free_udp_port",
    "phone_scenario",
    "registrar_scenario",
]
