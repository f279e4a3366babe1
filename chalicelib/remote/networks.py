"""Where a provider says that its notifications come from: a signal, never a proof.

Addresses change without notice and can be shared or forged on the way; the signature decides.
"""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network


class Networks:
    def __init__(self, texts: Iterable[str]) -> None:
        """Read addresses and networks, such as 198.51.100.7 and 203.0.113.0/25.

        Raises:
            ValueError: one is neither.
        """
        self._networks = [ip_network(text) for text in texts]

    def hold(self, address: str) -> bool:
        """Whether an address is in one of them; with none at all every address is."""
        if not self._networks:
            return True
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self._networks)
