"""The two network namespaces of the kernel lab, and the sockets at all of their ends.

The namespace that we start in is the *node*: it has the addresses, routes and rules. The other is the
*wire*: it has nothing but the far ends of the node's cables, where frames are put in and read. All
neighbours are permanent, so nobody asks for addresses, and nothing is on the wire that was not put there.
"""

import ctypes
import os
import struct
import subprocess
import socket
from pathlib import Path

MARK = 0x88B5
NODE_MAC = bytes.fromhex('eeeeeeeeeeee')
BUFFER = 256 << 20
_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_SO_RCVBUFFORCE, _SO_MEMINFO = 33, 55
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_IP_XFRM_POLICY, _IPV6_XFRM_POLICY = 17, 35

# Routing as a node of a cluster has it; no limits on errors, no opinion on who may send from where.
_SETTINGS = {
    'ipv4/ip_forward': 1,
    'ipv6/conf/all/forwarding': 1,
    'ipv6/conf/all/accept_ra': 0,
    'ipv6/conf/default/accept_ra': 0,
    'ipv4/conf/all/rp_filter': 0,
    'ipv4/conf/default/rp_filter': 0,
    'ipv4/conf/all/accept_local': 1,
    'ipv4/conf/all/log_martians': 0,
    'ipv4/conf/all/send_redirects': 0,
    'ipv4/conf/default/send_redirects': 0,
    'ipv4/conf/all/accept_redirects': 0,
    'ipv6/conf/all/accept_redirects': 0,
    'ipv4/icmp_ratelimit': 0,
    'ipv4/icmp_ratemask': 0,
    'ipv6/icmp/ratelimit': 0,
}


def mac_of(index):
    """The address that the node's neighbour number `index` has. No interface really has it, so that the
    kernel at the far end drops the frames at once."""
    return struct.pack('>HI', 0x0200, index)


def enter(namespace):
    """Moves this thread into a network namespace, given as an open file."""
    if _libc.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


class Wiring:
    """Builds both namespaces; `node` and `ends` are lists of addresses, `bridged` numbers of ends."""

    def __init__(self, node, ends, gateway, bridged, own_stack):
        self.bridged = frozenset(bridged)
        self.missing = []
        self.own_stack = own_stack
        for name, value in _SETTINGS.items():
            _set(name, value)
        self._make_namespaces()
        _batch(None, self._node_lines(node, ends, gateway))
        _batch('wire', [f'link set far{index} up' for index in range(len(ends))] + ['link set farm up'])
        if self.bridged:
            self._use_bridge()
        self._mute()
        self._open_sockets()

    def _make_namespaces(self):
        subprocess.run(['mount', '-t', 'tmpfs', 'lab', '/run'], check=True)
        os.mkdir('/run/netns')
        subprocess.run(['ip', 'netns', 'add', 'wire'], check=True)
        self.node_namespace = os.open('/proc/self/ns/net', os.O_RDONLY)
        self.wire_namespace = os.open('/run/netns/wire', os.O_RDONLY)
        enter(self.wire_namespace)
        _set('ipv6/conf/all/disable_ipv6', 1)
        _set('ipv6/conf/default/disable_ipv6', 1)
        enter(self.node_namespace)

    def _node_lines(self, node, ends, gateway):
        yield 'link set lo up'
        for own in node:
            yield f'addr add {own} dev lo' + (' nodad' if ':' in own else '')
        yield from _cable('mark', 'farm')
        if self.bridged:
            yield f'link add cni0 address {NODE_MAC.hex(":")} type bridge mcast_snooping 0 stp_state 0'
            yield 'link set cni0 addrgenmode none up'
        for index, addresses in enumerate(ends):
            yield from _cable(f'veth{index}', f'far{index}')
            yield from self._routes(index, addresses, index == gateway)

    def _routes(self, index, addresses, is_gateway):
        device = f'veth{index}'
        mac = mac_of(index).hex(':')
        if index in self.bridged:
            yield f'link set {device} master cni0'
            device = 'cni0'
        # One next hop for all of an end's addresses.
        hops = {4: f'169.254.{index >> 8}.{index & 255}', 6: f'fe80::{index + 1:x}'}
        for hop in hops.values():
            yield f'neigh replace {hop} lladdr {mac} nud permanent dev {device}'
        default = ['0.0.0.0/0', '::/0'] if is_gateway else []
        for one in [*addresses, *default]:
            yield f'route replace {one} via {hops[6 if ":" in one else 4]} dev {device} onlink'

    def _use_bridge(self):
        if not Path('/proc/sys/net/bridge').exists():
            self.missing.append('rules see no bridged packets: br_netfilter is not there')
            return
        _set('bridge/bridge-nf-call-iptables', 1)
        _set('bridge/bridge-nf-call-ip6tables', 1)
        lines = [f'fdb add {mac_of(index).hex(":")} dev veth{index} master static' for index in self.bridged]
        subprocess.run(['bridge', '-batch', '-'], input='\n'.join(lines), text=True, check=True)

    def _mute(self):
        """Keeps the node's own stack from answering probes, behind INPUT and outside of all tables: a
        policy of IPsec lets nothing in but what our raw sockets ask for."""
        if self.own_stack:
            return
        lines = [f'xfrm policy add src {all} dst {all} dir in action block' for all in ('0.0.0.0/0', '::/0')]
        command = ['ip', '-batch', '-']
        if subprocess.run(command, input='\n'.join(lines), text=True, capture_output=True).returncode != 0:
            self.missing.append('the node cannot be kept from answering: XFRM is not there')
            self.own_stack = True

    def _open_sockets(self):
        self.raw = {}
        self.wire_lost = 0
        self.node_sends = {
            4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
            6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW),
        }
        self.node_mark = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.node_mark.bind(('mark', MARK))
        self.node_counters = open('/proc/thread-self/net/dev', 'rb', buffering=0)
        enter(self.wire_namespace)
        # One for all cables: closing such a socket takes the kernel long.
        self.wire_sends = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.wire_reads = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.wire_reads.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER)
        self.wire_reads.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        for one in (self.node_mark, self.wire_reads):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 5, 0))
        self.wire_counters = open('/proc/thread-self/net/dev', 'rb', buffering=0)
        enter(self.node_namespace)

    def hear(self, family, protocol):
        """Opens a raw socket in the node for a protocol, once."""
        if (family, protocol) in self.raw:
            return
        kind = socket.AF_INET6 if family == 6 else socket.AF_INET
        one = socket.socket(kind, socket.SOCK_RAW, protocol)
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER)
        if not self.own_stack:
            level, option = (41, _IPV6_XFRM_POLICY) if family == 6 else (0, _IP_XFRM_POLICY)
            one.setsockopt(level, option, _let_in(kind))
        self.raw[family, protocol] = one

    def lost(self):
        """How many frames were ever lost between the ends, by sockets that were full and cables."""
        statistics = self.wire_reads.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        # Reading them sets them to zero.
        self.wire_lost += struct.unpack('II', statistics)[1]
        lost = self.wire_lost
        for one in self.raw.values():
            lost += struct.unpack('9I', one.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36))[8]
        return lost + _dropped(self.node_counters) + _dropped(self.wire_counters)


def _set(name, value):
    Path('/proc/sys/net', name).write_text(str(value))


def _batch(namespace, lines):
    words = ['ip', *(['-n', namespace] if namespace else []), '-batch', '-']
    subprocess.run(words, input='\n'.join(lines), text=True, check=True)


def _cable(near, far):
    yield f'link add {near} address {NODE_MAC.hex(":")} type veth peer name {far} netns wire'
    yield f'link set {near} addrgenmode none up'


def _let_in(family):
    """`struct xfrm_userpolicy_info`: everything of the family, in, allowed, for ever."""
    selector = struct.pack('=32xHHHHHBBBxxxiI', 0, 0, 0, 0, family, 0, 0, 0, 0, 0)
    limits = struct.pack('=8Q', *[2**64 - 1] * 4, 0, 0, 0, 0)
    return selector + limits + bytes(32) + struct.pack('=IIBBBBxxxx', 0, 0, 0, 0, 0, 0)


def _dropped(counters):
    """Frames that a cable was given and did not deliver."""
    counters.seek(0)
    lines = counters.read().decode().splitlines()[2:]
    return sum(int(line.split(':')[1].split()[11]) for line in lines)
