"""What a packet costs on its way through a node: bench of firewalls, the other side of kernel.ts.

Reads one JSON object from standard input: `source`, `destination`, `port`, `rounds`, `probes` and `nodes`,
each with `name` and `steps`, scripts that load its rules. Each node has a network namespace, and so have
the pods at its two ends. All nodes are there at once and measured in turn, so that whatever else the
machine does hits them alike; of all rounds the best counts. Prints one JSON object a node.

Run as `unshare --net --mount python3 kernelPackets.py`.
"""

import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

NODE_MAC, SOURCE_MAC, DESTINATION_MAC = 'ee:00:00:00:00:01', '02:00:00:00:00:01', '02:00:00:00:00:02'
# Nobody's: frames to it end right behind the cable.
NOBODY_MAC = '02:00:00:00:00:ff'
# Rounds are short, so that some of them are left alone by all else that runs.
NEW_FLOWS, OLD_FLOWS, OLD_PACKETS = 600, 16, 1600
NEW_TRIPS, OLD_TRIPS = 100, 300
UNTRACKED = 'add table ip untracked; add chain ip untracked packets { type filter hook prerouting priority raw; }; add rule ip untracked packets notrack'
BATCH = 1024

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000


class Vector(ctypes.Structure):
    _fields_ = [('base', ctypes.c_char_p), ('length', ctypes.c_size_t)]


class Message(ctypes.Structure):
    """`struct mmsghdr`; its numbers with what fills them up."""

    _fields_ = [
        ('name', ctypes.c_void_p),
        ('name_length', ctypes.c_uint32),
        ('vector', ctypes.POINTER(Vector)),
        ('vectors', ctypes.c_size_t),
        ('control', ctypes.c_void_p),
        ('control_length', ctypes.c_size_t),
        ('flags', ctypes.c_long),
        ('sent', ctypes.c_long),
    ]


class Frames:
    """Frames made ready for the kernel, in the order in which they are sent."""

    def __init__(self, frames):
        self.count = len(frames)
        vectors = (Vector * self.count)(*[Vector(frame, len(frame)) for frame in frames])
        size = ctypes.sizeof(Vector)
        at = ctypes.addressof(vectors)
        pointer = ctypes.POINTER(Vector)
        self.messages = (Message * self.count)()
        for index, message in enumerate(self.messages):
            message.vector = ctypes.cast(at + index * size, pointer)
            message.vectors = 1
        self.kept = (frames, vectors)
        step = ctypes.sizeof(Message)
        start = ctypes.addressof(self.messages)
        self.batches = [
            (start + first * step, min(BATCH, self.count - first)) for first in range(0, self.count, BATCH)
        ]

    def send(self, descriptor):
        for start, count in self.batches:
            sent = _libc.sendmmsg(descriptor, ctypes.c_void_p(start), count, 0)
            if sent != count:
                raise OSError(ctypes.get_errno(), f'sendmmsg sent {sent} of {count}')


def enter(namespace):
    if _libc.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


def checksum(head):
    total = sum(struct.unpack('>10H', head))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - (total + (total >> 16) & 0xFFFF)


def frame(source, destination, ports, from_source=True):
    """An Ethernet frame from a pod to its node, with 46 bytes of IP and UDP."""
    macs = NODE_MAC + ':' + (SOURCE_MAC if from_source else DESTINATION_MAC)
    body = struct.pack('>HHHH', *ports, 26, 0) + bytes(18)
    head = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(body), 0, 0x4000, 64, socket.IPPROTO_UDP, 0)
    head += socket.inet_aton(source) + socket.inet_aton(destination)
    head = head[:10] + struct.pack('>H', checksum(head)) + head[12:]
    return bytes.fromhex(macs.replace(':', '')) + b'\x08\0' + head + body


class Node:
    """A node with its rules and the two pods at its ends."""

    def __init__(self, number, name, steps, plan):
        self.name, self.plan = name, plan
        self.spaces = {}
        for role in ('node', 'source', 'destination'):
            subprocess.run(['ip', 'netns', 'add', f'{role}{number}'], check=True)
            self.spaces[role] = os.open(f'/run/netns/{role}{number}', os.O_RDONLY)
        enter(self.spaces['node'])
        for setting in ('ip_forward=1', 'conf/all/rp_filter=0', 'conf/default/rp_filter=0', 'conf/all/log_martians=0'):
            path, value = setting.split('=')
            Path('/proc/sys/net/ipv4', path).write_text(value)
        self.ip(self.node_lines(number))
        self.seconds = [self.load(step) for step in steps]
        self.tracking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.at_source = self.open_end('source', plan['source'])
        self.at_destination = self.open_end('destination', plan['destination'])
        self.counters = open('/proc/thread-self/net/dev', 'rb', buffering=0)
        self.best = {}

    def node_lines(self, number):
        yield 'link set lo up'
        for role, mac in (('source', SOURCE_MAC), ('destination', DESTINATION_MAC)):
            near = f'to-{role}'
            yield f'link add {near} address {NODE_MAC} type veth peer name eth0 address {mac} netns {role}{number}'
            yield f'link set {near} addrgenmode none up'
        yield f'neigh add 169.254.0.1 lladdr {SOURCE_MAC} nud permanent dev to-source'
        yield f'neigh add 169.254.0.2 lladdr {NOBODY_MAC} nud permanent dev to-destination'
        yield f'route add {self.plan["source"]}/32 via 169.254.0.1 dev to-source onlink'
        yield 'route add default via 169.254.0.2 dev to-destination onlink'

    def open_end(self, role, address):
        """A socket for frames, bound to a pod's own end."""
        enter(self.spaces[role])
        Path('/proc/sys/net/ipv6/conf/all/disable_ipv6').write_text('1')
        self.ip([
            'link set eth0 up',
            f'addr add {address}/32 dev eth0',
            f'neigh add 169.254.0.3 lladdr {NODE_MAC} nud permanent dev eth0',
            'route add default via 169.254.0.3 dev eth0 onlink',
        ])
        one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        one.bind(('eth0', 0))
        return one

    def ip(self, lines):
        subprocess.run(['ip', '-batch', '-'], input='\n'.join(lines), text=True, check=True)

    def load(self, step):
        began = time.perf_counter()
        done = subprocess.run(['bash', '-ec', step], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f'{self.name}: {done.stdout}{done.stderr}')
        return time.perf_counter() - began

    def forget(self):
        """Empties the connection tracking: IPCTNL_MSG_CT_DELETE of everything, to be acknowledged."""
        self.tracking.send(struct.pack('=IHHIIBBH', 20, 1 << 8 | 2, 5, 0, 0, 0, 0, 0))
        self.tracking.recv(4096)

    def received(self):
        """How many frames have come out at the destination's end."""
        self.counters.seek(0)
        lines = self.counters.read().decode().splitlines()
        return sum(int(line.split(':')[1].split()[1]) for line in lines if 'eth0:' in line)

    def passes(self, source, destination, port):
        self.forget()
        before = self.received()
        self.at_source.send(frame(source, destination, (999, port)))
        return self.received() > before

    def open_old(self):
        """Makes the old flows known connections: packet and reply."""
        self.forget()
        source, destination, port = (self.plan[key] for key in ('source', 'destination', 'port'))
        for number in range(OLD_FLOWS):
            self.at_source.send(frame(source, destination, (2000 + number, port)))
            self.at_destination.send(frame(destination, source, (port, 2000 + number), False))

    def note(self, kind, seconds, count):
        microseconds = seconds / count * 1e6
        self.best[kind] = min(microseconds, self.best.get(kind, microseconds))

    def throughput(self, kind, frames, warm):
        if kind == 'old':
            self.open_old()
        else:
            self.forget()
        warm.send(self.at_source.fileno())
        before = self.received()
        began = time.perf_counter()
        frames.send(self.at_source.fileno())
        taken = time.perf_counter() - began
        lost = frames.count - (self.received() - before)
        if lost:
            raise RuntimeError(f'{self.name}: {lost} of {frames.count} packets were lost ({kind})')
        self.note(kind, taken, frames.count)

    def let_in(self):
        """From now on the destination takes what is sent to it."""
        enter(self.spaces['node'])
        self.ip([f'neigh replace 169.254.0.2 lladdr {DESTINATION_MAC} nud permanent dev to-destination'])

    def open_socket(self, role):
        enter(self.spaces[role])
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.settimeout(2)
        return one

    def round_trips(self):
        """By real sockets at both ends; new flows have a client each."""
        self.forget()
        target = (self.plan['destination'], self.plan['port'])
        with ExitStack() as stack:
            server = stack.enter_context(self.open_socket('destination'))
            server.bind(target)
            clients = [stack.enter_context(self.open_socket('source')) for _ in range(NEW_TRIPS)]
            for client in clients:
                client.connect(target)
            self.trips('new trip', clients, server)
            self.trips('old trip', clients[:1] * OLD_TRIPS, server)

    def trips(self, kind, clients, server):
        began = time.perf_counter()
        for client in clients:
            client.send(b'eighteen bytes now')
            words, whence = server.recvfrom(64)
            server.sendto(words, whence)
            client.recv(64)
        self.note(kind, time.perf_counter() - began, len(clients))


def measure(nodes, plan):
    new, old, warm = made_frames(plan)
    for kind, frames in (('new', new), ('old', old)):
        in_turn(nodes, plan['rounds'], lambda node: node.throughput(kind, frames, warm))
    for node in nodes:
        enter(node.spaces['node'])
        subprocess.run(['nft', UNTRACKED], check=True)
    in_turn(nodes, plan['rounds'], lambda node: node.throughput('untracked', new, warm))
    for node in nodes:
        enter(node.spaces['node'])
        subprocess.run(['nft', 'delete table ip untracked'], check=True)
        node.let_in()
    in_turn(nodes, plan['rounds'], lambda node: node.round_trips())


def in_turn(nodes, rounds, work):
    for _ in range(rounds):
        for node in nodes:
            work(node)


def made_frames(plan):
    def flow(number):
        return frame(plan['source'], plan['destination'], (number, plan['port']))

    known = [flow(2000 + number) for number in range(OLD_FLOWS)]
    repeated = (known * (OLD_PACKETS // OLD_FLOWS + 1))[:OLD_PACKETS]
    return Frames([flow(10000 + number) for number in range(NEW_FLOWS)]), Frames(repeated), Frames(known * 4)


def main():
    plan = json.load(sys.stdin)
    subprocess.run(['mount', '-t', 'tmpfs', 'bench', '/run'], check=True)
    # A node's rules are loaded on all processors, packets handled on one.
    nodes = [Node(number, one['name'], one['steps'], plan) for number, one in enumerate(plan['nodes'])]
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    passed = [''.join('1' if node.passes(*probe) else '0' for probe in plan['probes']) for node in nodes]
    measure(nodes, plan)
    for node, answers in zip(nodes, passed):
        print(json.dumps({'name': node.name, 'passed': answers, 'seconds': node.seconds, 'micros': node.best}))


if __name__ == '__main__':
    main()
