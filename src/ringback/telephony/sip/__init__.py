"""Direct SIP: calls straight over a trunk or to SIP phones, no PBX needed (docs/telephony.md, "Direct SIP")."""

from ringback.telephony.sip.adapter import SipTelephony, open_sip
from ringback.telephony.sip.link_url import InvalidSipLink, SipLink, parse_sip_link

__all__ = ["InvalidSipLink", "SipLink", "SipTelephony", "open_sip", "parse_sip_link"]
