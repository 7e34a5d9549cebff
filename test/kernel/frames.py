"""Packets of the kernel lab: how each kind of probe is built, answered and recognised.

All is bytes from the IP header on. A probe carries its number (32 bits) where its protocol leaves room:
TCP in the sequence number, SCTP in the initiate tag, all others in the payload. Checksums are right, since
connection tracking calls a packet with a wrong one INVALID.
"""

import struct
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

ICMP, TCP, UDP, ICMPV6, SCTP = 1, 6, 17, 58, 132
MAGIC = b'npLB'
WINDOW = 0x7F00
# What a server adds to a client's number to make its own: any constant would do.
SERVER = 0x40000000
ECHO = {ICMP: (8, 0), ICMPV6: (128, 129)}
PROBE, REPLY, DATA, ANSWER = range(4)
SYN, PUSH, ACK = 0x02, 0x08, 0x10


def checksum(data):
    """The Internet checksum of an even number of bytes: they are a number, and it is modulo 0xffff."""
    return 0xFFFF - int.from_bytes(data, 'big') % 0xFFFF


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _crc_table()


def crc32c(data):
    """The checksum of SCTP, as the four bytes that are sent."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return struct.pack('<I', crc ^ 0xFFFFFFFF)


def address(text):
    """Family and bytes of an address."""
    family = 6 if ':' in text else 4
    return family, inet_pton(AF_INET6 if family == 6 else AF_INET, text)


def printed(packed):
    """The text of an address."""
    return inet_ntop(AF_INET6 if len(packed) == 16 else AF_INET, packed)


_headers = {}


def packet(source, destination, protocol, body):
    """An IP packet around what a transport protocol has made; addresses are bytes."""
    key = (source, destination, protocol, len(body))
    header = _headers.get(key)
    if header is None:
        header = _headers[key] = _header(*key)
    return header + body


def _header(source, destination, protocol, length):
    if len(source) == 16:
        return struct.pack('>IHBB', 0x60000000, length, protocol, 64) + source + destination
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + length, 0, 0x4000, 64, protocol, 0)
    head += source + destination
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:]


def _sealed(source, destination, protocol, body, at):
    """The body with the checksum at `at` filled in, over the pseudo header too."""
    pseudo = source + destination + struct.pack('>II', len(body), protocol)
    found = checksum(pseudo + body)
    return body[:at] + struct.pack('>H', found or 0xFFFF) + body[at + 2 :]


def tcp(source, destination, ports, seq, ack, flags, payload=b''):
    """A TCP segment in its packet; `ports` is source and destination port."""
    body = struct.pack('>HHIIBBHHH', *ports, seq, ack, 0x50, flags, WINDOW, 0, 0) + payload
    return packet(source, destination, TCP, _sealed(source, destination, TCP, body, 16))


def udp(source, destination, ports, kind, number):
    """A UDP datagram that says what it is."""
    body = struct.pack('>HHHH', *ports, 20, 0) + MAGIC + struct.pack('>II', kind, number)
    return packet(source, destination, UDP, _sealed(source, destination, UDP, body, 6))


def icmp(source, destination, protocol, shape, session, kind, number):
    """An ICMP or ICMPv6 message; `shape` is type and code, `session` the identifier of an echo."""
    body = struct.pack('>BBHHH', *shape, 0, session, 1) + MAGIC + struct.pack('>II', kind, number)
    if protocol == ICMPV6:
        body = _sealed(source, destination, ICMPV6, body, 2)
    else:
        body = body[:2] + struct.pack('>H', checksum(body)) + body[4:]
    return packet(source, destination, protocol, body)


def sctp(source, destination, ports, tag, chunk):
    """An SCTP packet with one chunk."""
    head = struct.pack('>HHI', *ports, tag)
    crc = crc32c(head + b'\0\0\0\0' + chunk)
    return packet(source, destination, SCTP, head + crc + chunk)


def _init(kind, number, rest=b''):
    return struct.pack('>BBHIIHHI', kind, 0, 20 + len(rest), number, 0xFFFF, 1, 1, number) + rest


def probe(source, destination, protocol, first, second, port, number):
    """The first packet of a new connection. `first` is the destination port, or the ICMP type, whose code
    is `second`; `port` is the source port, or what stands for one."""
    if protocol == TCP:
        return tcp(source, destination, (port, first), number, 0, SYN)
    if protocol == UDP:
        return udp(source, destination, (port, first), PROBE, number)
    if protocol == SCTP:
        return sctp(source, destination, (port, first), 0, _init(1, number))
    if protocol == (ICMPV6 if len(source) == 16 else ICMP):
        return icmp(source, destination, protocol, (first, second), port, PROBE, number)
    # Zeros first: that is a GRE header of no options, and harmless to the others.
    return packet(source, destination, protocol, b'\0\0\0\0' + MAGIC + struct.pack('>I', number))


def recognise(protocol, data, at):
    """What a packet is whose transport header is at `at`: (kind, number), or None for what is not ours."""
    if protocol == TCP:
        seq, ack, _, flags = struct.unpack_from('>IIBB', data, at + 4)
        if flags == SYN:
            return PROBE, seq
        if flags == SYN | ACK:
            return REPLY, ack - 1
        if data[at + 20 : at + 24] == MAGIC:
            return struct.unpack_from('>II', data, at + 24)
        return None
    if protocol == UDP:
        if data[at + 8 : at + 12] != MAGIC:
            return None
        return struct.unpack_from('>II', data, at + 12)
    if protocol == SCTP:
        if data[at + 12] == 1:
            return PROBE, int.from_bytes(data[at + 16 : at + 20], 'big')
        return (REPLY, int.from_bytes(data[at + 4 : at + 8], 'big')) if data[at + 12] == 2 else None
    if protocol in ECHO:
        if data[at + 8 : at + 12] != MAGIC:
            return None
        return struct.unpack_from('>II', data, at + 12)
    if data[at + 4 : at + 8] != MAGIC:
        return None
    return PROBE, int.from_bytes(data[at + 8 : at + 12], 'big')


def reply(flow, port, number):
    """What a server answers to the probe of a flow that had this source port and number."""
    source, destination, protocol, ports = flow.destination, flow.source, flow.protocol, (flow.first, port)
    if protocol == TCP:
        return tcp(source, destination, ports, number ^ SERVER, number + 1, SYN | ACK)
    if protocol == UDP:
        return udp(source, destination, ports, REPLY, number)
    if protocol == SCTP:
        cookie = struct.pack('>HHI', 7, 8, number)
        return sctp(source, destination, ports, number, _init(2, number ^ SERVER, cookie))
    if protocol in ECHO and flow.first == ECHO[protocol][0]:
        return icmp(source, destination, protocol, (ECHO[protocol][1], 0), port, REPLY, number)
    raise ValueError(f'nothing answers protocol {protocol}, type {flow.first}')


def speech(kind, number):
    """What is said over an open TCP connection."""
    return MAGIC + struct.pack('>II', kind, number)
