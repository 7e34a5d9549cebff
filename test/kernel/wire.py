"""The agent of the kernel lab: sends real packets through the rules of a node and says which came out.

Run as `unshare --net --mount python3 wire.py`. It reads requests from standard input, one JSON object a
line, the first of which says what to build, and answers each with one line: `{"ok": ...}` or `{"error":
text}`. lab.ts is the other side.
"""

import json
import os
import select
import sys
import time

import frames
from exchange import TRIES, Exchange, Flow
from frames import ACK, ANSWER, DATA, PROBE, PUSH, REPLY, TCP


class Agent:
    """One method a request."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.connections = []

    def flows(self, addresses, flows):
        """Flows as requests hold them: addresses by their place in a list."""
        made = [Flow(self.exchange, a, b, addresses[s], addresses[d], *rest) for a, b, s, d, *rest in flows]
        self.exchange.begin(made)
        if self.connections and any(flow.is_bare for flow in made):
            raise ValueError('protocols without ports cannot be probed while connections are open')
        return made

    def probe(self, addresses, flows, answer):
        """Which flows' first packets come out; with `answer`, for which the answer comes back too."""
        made = self.flows(addresses, flows)
        for _ in range(TRIES):
            passed = self._probe(made, answer)
            if not self.exchange.lost():
                return ''.join('1' if one else '0' for one in passed)
        raise RuntimeError(f'the lab itself lost frames, {TRIES} times in a row')

    def _probe(self, made, answer):
        passed = [False] * len(made)
        # Without ports and sessions, what goes the other way looks like a reply: it has to come later.
        later = [index for index, flow in enumerate(made) if flow.is_bare and flow.source > flow.destination]
        sooner = set(range(len(made))).difference(later)
        for part in (sorted(sooner), later):
            if part and not self.connections:
                self.exchange.forget()
            for index, one in zip(part, self.exchange.probe([made[index] for index in part], answer)):
                passed[index] = one
        return passed

    def connect(self, addresses, flows):
        """Opens connections; their numbers, null for each that did not open. While there are any, the
        connection tracking is never emptied, and protocols without ports are not to be probed."""
        made = self.flows(addresses, flows)
        return [self._open(flow) for flow in made]

    def _open(self, flow):
        exchange = self.exchange
        number, port = exchange.fresh_number(), exchange.fresh_port()
        first = frames.probe(flow.source, flow.destination, flow.protocol, flow.first, 0, port, number)
        if not exchange.one(flow, first, PROBE, number):
            return None
        answer = frames.reply(flow, port, number)
        if not exchange.one(flow, answer, REPLY, number, back=True):
            return None
        one = {'flow': flow, 'port': port, 'number': number, 'here': number + 1, 'there': (number ^ frames.SERVER) + 1}
        if flow.protocol == TCP:
            ports = (port, flow.first)
            exchange.send(flow, frames.tcp(flow.source, flow.destination, ports, one['here'], one['there'], ACK))
        self.connections.append(one)
        return len(self.connections) - 1

    def send(self, connections):
        """Which open connections carry data, both ways."""
        return [self._speak(self.connections[number]) for number in connections]

    def _speak(self, one):
        flow, number, exchange = one['flow'], one['number'], self.exchange
        there_and_back = ((DATA, False, 'here', 'there'), (ANSWER, True, 'there', 'here'))
        for kind, back, own, other in there_and_back:
            ends = (flow.destination, flow.source) if back else (flow.source, flow.destination)
            ports = (flow.first, one['port']) if back else (one['port'], flow.first)
            if flow.protocol == TCP:
                words = frames.speech(kind, number)
                packet = frames.tcp(*ends, ports, one[own], one[other], PUSH | ACK, words)
            else:
                words = b''
                packet = frames.udp(*ends, ports, kind, number)
            if not exchange.one(flow, packet, kind, number, back):
                return False
            one[own] += len(words)
        return True

    def stream(self, addresses, flows, rate):
        """Sends new connections of these flows in a loop until the next line of input; how many of each
        were sent, and how many came out. `rate` is packets a second at most. Rounds in which the lab itself
        loses frames do not count."""
        made = self.flows(addresses, flows)
        self.exchange.forget()
        say({'ok': True})
        counts = [0] * len(made)
        rounds, began = 0, time.monotonic()
        pause = lambda: max(0, began + rounds * len(made) / rate - time.monotonic())
        try:
            while not select.select([0], [], [], pause())[0]:
                passed = self.exchange.probe(made, False)
                if self.exchange.lost():
                    began += len(made) / rate
                    continue
                for index, one in enumerate(passed):
                    counts[index] += one
                rounds += 1
        finally:
            next(requests)
        return {'sent': rounds, 'received': counts}


def read_lines():
    """Lines of standard input, read so that `select` knows whether there are more."""
    rest = b''
    while piece := os.read(0, 1 << 20):
        *lines, rest = (rest + piece).split(b'\n')
        yield from lines


def say(answer):
    print(json.dumps(answer), flush=True)


def answer(act):
    try:
        say({'ok': act()})
    except Exception as problem:  # whatever it is, the other side must be told
        say({'error': f'{type(problem).__name__}: {problem}'})


def main():
    # All packets are handled on one processor, in order.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0), key=lambda cpu: (cpu + os.getpid()) % os.cpu_count())})
    agent = Agent(Exchange(**json.loads(next(requests))))
    say({'ok': {'missing': agent.exchange.wiring.missing}})
    for line in requests:
        request = json.loads(line)
        act = getattr(agent, request.pop('act'))
        answer(lambda: act(**request))


requests = read_lines()
if __name__ == '__main__':
    main()
