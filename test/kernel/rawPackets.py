# Sends packets from a node to itself, each the first of a connection, and tells which the hook for
# outgoing packets let go: the kernel says EPERM to the sender of one that was dropped. Standard input:
# a list of [rule file, packets]; a packet is [family, source, destination, protocol, port or ICMP type].
import json
import socket
import struct
import subprocess
import sys

count = 0


def body(family, protocol, number):
    global count
    count += 1
    own = 1024 + count % 60000
    if protocol == 6:
        return struct.pack('!HHIIBBHHH', own, number, count, 0, 0x50, 2, 1024, 0, 0)
    if protocol == 17:
        return struct.pack('!HHHH', own, number, 8, 0)
    if protocol in (1, 58):
        words = struct.pack('!BBHHH', number, 0, 0, own, count % 65536)
        total = sum(struct.unpack('!4H', words))
        total = (total & 0xffff) + (total >> 16)
        total = (total & 0xffff) + (total >> 16)
        return words[:2] + struct.pack('!H', 0xffff ^ total) + words[4:]
    return struct.pack('!HHI', own, number, count)


def passes(family, source, destination, protocol, number):
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    with socket.socket(kind, socket.SOCK_RAW, protocol) as one:
        one.bind((source, 0))
        try:
            one.sendto(body(family, protocol, number), (destination, 0))
            return True
        except PermissionError:
            return False


answers = []
for rules, packets in json.load(sys.stdin):
    subprocess.run(['nft', 'flush', 'ruleset'], check=True)
    subprocess.run(['nft', '-f', rules], check=True)
    answers.append([passes(*one) for one in packets])
print(json.dumps(answers))
