"""Sending packets of the kernel lab, and hearing what comes out of it.

Nothing here waits for time to pass. The kernel handles packets one after the other on the one processor
that we keep to, so a marker that comes out says that everything sent before it has come out, or never will.
"""

import socket
import struct

import frames
from frames import PROBE, REPLY
from wiring import MARK, NODE_MAC, Wiring, mac_of

NODE = 0
# Fewer than the kernel's queue between two interfaces holds (net.core.netdev_max_backlog, 1000).
CHUNK = 256
# That queue is one for all namespaces of a processor: where others fill it, frames are lost, which is told by
# counters, and sent again.
TRIES = 10
_V4, _V6, _MARKED = b'\x08\x00', b'\x86\xdd', struct.pack('>H', MARK)


class Flow:
    """A kind of probe: where it starts, by which packet, and where it is to come out."""

    def __init__(self, exchange, start, end, source, destination, protocol, first, second):
        self.start, self.end, self.protocol = start, end, protocol
        self.first, self.second = first, second
        self.family, self.source = frames.address(source)
        self.destination = frames.address(destination)[1]
        self.there = exchange.ethernet(start, end, self.family)
        self.back = exchange.ethernet(end, start, self.family)
        # Whether connections of it have nothing but addresses to be told apart by.
        self.is_bare = protocol not in (frames.TCP, frames.UDP, frames.SCTP, *frames.ECHO)
        if NODE in (start, end):
            exchange.wiring.hear(self.family, protocol)


class Exchange:
    """All ends; number 0 is the node, the others are on the wire."""

    def __init__(self, node, ends, gateway, bridged, own_stack):
        self.wiring = Wiring(node, ends, gateway, bridged, own_stack)
        self.end_of = {mac_of(index): index + 1 for index in range(len(ends))}
        self.cables = ['', *(f'far{index}' for index in range(len(ends)))]
        self.number = 0
        self.port = 1024
        self.marks = 0
        self.known_lost = 0
        self.taken = frozenset()
        self.tracking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)

    def ethernet(self, start, end, family):
        """What stands before a packet that leaves an end of the wire; neighbours on a bridge talk directly."""
        direct = {start - 1, end - 1} <= self.wiring.bridged
        to = mac_of(end - 1) if direct else NODE_MAC
        return b'' if start == NODE else to + mac_of(start - 1) + (_V6 if family == 6 else _V4)

    def begin(self, flows):
        """Says which flows come next, so that no fresh port is one that they go to: what goes the other way
        would look like a reply."""
        self.taken = frozenset(flow.first for flow in flows)

    def fresh_port(self):
        """A source port that was not used for long."""
        while True:
            self.port = 1024 if self.port == 65535 else self.port + 1
            if self.port not in self.taken:
                return self.port

    def fresh_number(self):
        """The number of a packet sent on its own."""
        self.number += 1
        return self.number

    def send(self, flow, packet, back=False):
        """Sends from a flow's start, or back from its end. False where the kernel refuses."""
        at = flow.end if back else flow.start
        if at != NODE:
            head = flow.back if back else flow.there
            self.wiring.wire_sends.sendto(head + packet, (self.cables[at], 0))
            return True
        to = frames.printed(flow.source if back else flow.destination)
        try:
            self.wiring.node_sends[flow.family].sendto(packet, (to, 0))
        except PermissionError:
            return False
        return True

    def arrived(self):
        """All that came out since the last call: (end, kind, number) of what is ours."""
        wiring = self.wiring
        self.marks += 1
        mark = struct.pack('>I', self.marks)
        rest = bytes(42)
        # In behind what was sent to the node, then out behind what the node has sent.
        into = lambda: wiring.wire_sends.sendto(NODE_MAC + mac_of(0) + _MARKED + mark + rest, ('farm', 0))
        for frame in self._behind(wiring.node_mark.recv, 64, into):
            if frame[14:18] == mark:
                break
        out_of = lambda: wiring.node_mark.send(mac_of(0) + NODE_MAC + _MARKED + mark + rest)
        return self._on_wire(mark, self._behind(wiring.wire_reads.recv, 2048, out_of)) + self._at_node()

    def _behind(self, receive, size, send_mark):
        """All frames that are received after a mark was sent; another mark where one is lost."""
        for _ in range(TRIES):
            send_mark()
            try:
                while True:
                    yield receive(size)
            except BlockingIOError:
                pass
        raise RuntimeError(f'the lab itself lost {TRIES} marks in a row')

    def _on_wire(self, mark, frames_read):
        out = []
        recognise, end_of = frames.recognise, self.end_of
        for frame in frames_read:
            kind = frame[12:14]
            if kind == _V4:
                found = recognise(frame[23], frame, 34)
            elif kind == _V6:
                found = recognise(frame[20], frame, 54)
            elif kind == _MARKED and frame[14:18] == mark:
                break
            else:
                continue
            if found is not None:
                out.append((end_of[frame[:6]], *found))
        return out

    def _at_node(self):
        out = []
        for (family, protocol), one in self.wiring.raw.items():
            at = 20 if family == 4 else 0
            try:
                while True:
                    found = frames.recognise(protocol, one.recv(2048), at)
                    if found is not None:
                        out.append((NODE, *found))
            except BlockingIOError:
                pass
        return out

    def one(self, flow, packet, kind, number, back=False):
        """Sends one packet; whether it comes out at the flow's other end."""
        wanted = (flow.start if back else flow.end, kind, number)
        for _ in range(TRIES):
            if self.send(flow, packet, back) and wanted in self.arrived():
                return True
            if not self.lost():
                return False
        raise RuntimeError(f'the lab itself lost a frame, {TRIES} times in a row')

    def probe(self, flows, answer):
        """Sends one new connection for each flow; a list of whether it came out, or was answered too."""
        passed = []
        for at in range(0, len(flows), CHUNK):
            passed += self._chunk(flows[at : at + CHUNK], answer)
        return passed

    def _chunk(self, flows, answer):
        first = self.number + 1
        ports = []
        for flow in flows:
            self.number += 1
            ports.append(self.fresh_port())
            self.send(flow, frames.probe(flow.source, flow.destination, flow.protocol, flow.first, flow.second, ports[-1], self.number))
        passed = self._heard(flows, first, PROBE)
        if not answer:
            return passed
        for index, flow in enumerate(flows):
            if passed[index]:
                self.send(flow, frames.reply(flow, ports[index], first + index), back=True)
        answered = self._heard(flows, first, REPLY)
        return [a and b for a, b in zip(passed, answered)]

    def _heard(self, flows, first, kind):
        heard = [False] * len(flows)
        for end, what, number in self.arrived():
            index = number - first
            if what != kind or not 0 <= index < len(flows):
                continue
            wanted = flows[index].end if kind == PROBE else flows[index].start
            if end != wanted:
                raise RuntimeError(f'a packet to end number {wanted} came out at another end, {end}')
            heard[index] = True
        return heard

    def forget(self):
        """Empties the connection tracking: what was sent before must not make a probe a known connection."""
        # IPCTNL_MSG_CT_DELETE of everything, to be acknowledged.
        self.tracking.send(struct.pack('=IHHIIBBH', 20, 1 << 8 | 2, 5, 0, 0, 0, 0, 0))
        error = struct.unpack_from('=i', self.tracking.recv(4096), 16)[0]
        if error != 0:
            raise OSError(-error, 'emptying the connection tracking')

    def lost(self):
        """How many frames were lost on the way since the last call: then no answer is worth anything."""
        before, self.known_lost = self.known_lost, self.wiring.lost()
        return self.known_lost - before
