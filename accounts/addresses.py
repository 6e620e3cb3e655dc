"""What counts as one address, for every limit alike."""

import ipaddress


def address_key(host: str) -> str:
    """IPv4 as it is, IPv6 by its /64: all of one belong to one customer."""
    try:
        parsed = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
