// A node with real rules and all that is around it, in namespaces of the lab's own: real packets are sent
// from any end to any other, and the lab says which came out. The agent that sends them is wire.py.
//
//   pods and outsiders (the wire)          the node
//   frames in ─▶ far0 ═══════════ veth0 ─▶ FORWARD ─▶ veth1 ═══════════ far1 ─▶ frames out
//                                          INPUT, OUTPUT ◀─▶ raw sockets: the node as an end
import type { FlowTraffic } from '../../src/cluster/types.ts'
import { icmpNumbers, protocolNumbers } from '../../src/ir/types.ts'
import { type Agent, startAgent } from './agent.ts'
import { type Running, runInside, startInside } from './scripts.ts'
import type { Outcome } from './tools.ts'

/** The node, a pod or an outsider, with any number of addresses of either family. */
export interface LabEnd {
  readonly name: string
  readonly addresses: readonly string[]
}

/** What to build. Every end has a cable of its own: `ends[0]` is behind the node's `veth0`, and so on. */
export interface LabPlan {
  readonly node: LabEnd
  readonly ends: readonly LabEnd[]
}

/** How to build it. */
export interface LabOptions {
  /** The end that everything unknown is routed to. */
  readonly gateway?: string
  /** Ends on one Linux bridge `cni0` with `bridge-nf-call-iptables`, as Flannel has them; else all are routed. */
  readonly bridged?: readonly string[]
  /** Lets the node's own TCP, UDP and ICMP see probes and answer them, so that real sockets work. */
  readonly ownStack?: boolean
}

/** A new connection to try: its first packet is made from this, with a source port of its own. */
export interface Probe {
  /** Name of the end that sends. */
  readonly from: string
  /** Any address of the destination's family, the end's own or not. */
  readonly source: string
  /** Name of the end where the packet has to come out. */
  readonly to: string
  readonly destination: string
  readonly traffic: FlowTraffic
}

/** A connection that the rules let open, or null for one that they did not. */
export type Connection = number | null

/** How many of each probe were sent, and how many of each came out, by the probes' order. */
export interface StreamCount {
  readonly sent: number
  readonly received: readonly number[]
}

/** Probes on their way. */
export interface Stream {
  /** Ends it, when every probe on its way has come out or never will. */
  stop(): Promise<StreamCount>
}

/** A lab that is built. Whatever the lab itself gets wrong throws, frames that it loses included. */
export interface Lab {
  /** What this kernel cannot do, in words: what was asked for and does not hold. */
  readonly missing: readonly string[]
  /** Runs a bash script in the node's namespaces and waits for it. */
  run(script: string): Outcome
  /** Starts a bash script in the node's namespaces. */
  start(script: string): Running
  /** Whether each probe comes out. */
  probe(probes: readonly Probe[]): Promise<readonly boolean[]>
  /** Whether each probe comes out and its answer (SYN-ACK, UDP back, INIT-ACK, echo reply) comes back. */
  probeReply(probes: readonly Probe[]): Promise<readonly boolean[]>
  /** Opens TCP and UDP connections; from then on only protocols with ports or types can be probed. */
  connect(probes: readonly Probe[]): Promise<readonly Connection[]>
  /** Whether each open connection carries data, both ways. */
  send(connections: readonly Connection[]): Promise<readonly boolean[]>
  /** Sends new connections in a loop, `rate` packets a second at most. Nothing else may be asked meanwhile. */
  stream(probes: readonly Probe[], rate?: number): Promise<Stream>
  /** Ends it; nothing of it stays. */
  stop(): Promise<void>
}

/** Builds a lab, hands it over and ends it in any case. */
export async function withLab<T>(
  plan: LabPlan,
  options: LabOptions,
  use: (lab: Lab) => Promise<T>,
): Promise<T> {
  const lab = await startLab(plan, options)
  try {
    return await use(lab)
  } finally {
    await lab.stop()
  }
}

/** Builds a lab; needs root. Throws with the agent's words where that fails. */
export async function startLab(plan: LabPlan, options: LabOptions = {}): Promise<Lab> {
  const agent = startAgent()
  const names = plan.ends.map(({ name }) => name)
  const gateway = options.gateway === undefined ? null : indexOf(names, options.gateway)
  const { missing } = (await agent.ask({
    node: plan.node.addresses,
    ends: plan.ends.map(({ addresses }) => addresses),
    gateway,
    bridged: (options.bridged ?? []).map((name) => indexOf(names, name)),
    own_stack: options.ownStack ?? false,
  })) as { missing: readonly string[] }
  const encode = makeEncoder([plan.node.name, ...names])
  const running = new Set<Running>()
  let streaming = false
  const ask: Agent['ask'] = async (request) => {
    if (streaming) fail('a stream is running: stop it first')
    return agent.ask(request)
  }
  const passed = async (probes: readonly Probe[], answer: boolean): Promise<readonly boolean[]> => {
    const bits = (await ask({ act: 'probe', ...encode(probes), answer })) as string
    return [...bits].map((bit) => bit === '1')
  }
  return {
    missing,
    run: (script) => runInside(agent.pid, script),
    start: (script) => startInside(agent.pid, script, running),
    probe: (probes) => passed(probes, false),
    probeReply: (probes) => passed(probes, true),
    connect: async (probes) =>
      (await ask({ act: 'connect', ...encode(probes) })) as readonly Connection[],
    send: (connections) => sendOver(ask, connections),
    stream: async (probes, rate = 5000) => {
      await ask({ act: 'stream', ...encode(probes), rate })
      streaming = true
      const stop = (): Promise<unknown> => {
        streaming = false
        return agent.ask({})
      }
      return { stop: async () => (await stop()) as StreamCount }
    },
    stop: () => {
      for (const one of running) one.kill()
      return agent.end()
    },
  }
}

/** From probes to numbers: ends and addresses by their place, traffic by protocol and two numbers. */
function makeEncoder(names: readonly string[]): (probes: readonly Probe[]) => object {
  const ends = new Map(names.map((name, index) => [name, index]))
  const end = (name: string): number => ends.get(name) ?? fail(`no end is called ${name}`)
  return (probes) => {
    const places = new Map<string, number>()
    const place = (address: string): number => {
      const known = places.get(address) ?? places.size
      places.set(address, known)
      return known
    }
    const flows = probes.map(({ from, to, source, destination, traffic }) => {
      if (from === to) fail(`a probe from ${from} to itself goes over no cable`)
      return [
        ...[end(from), end(to), place(source), place(destination)],
        ...numbersOf(traffic, destination.includes(':') ? 6 : 4),
      ]
    })
    return { addresses: [...places.keys()], flows }
  }
}

function numbersOf(traffic: FlowTraffic, family: 4 | 6): readonly [number, number, number] {
  switch (traffic.kind) {
    case 'ports':
      return [protocolNumbers[traffic.protocol], traffic.port, 0]
    case 'icmp':
      return [icmpNumbers[family], traffic.type, traffic.code]
    case 'other':
      return [traffic.protocolNumber, 0, 0]
  }
}

async function sendOver(
  ask: Agent['ask'],
  connections: readonly Connection[],
): Promise<readonly boolean[]> {
  const open = connections.filter((one) => one !== null)
  const answers = (await ask({ act: 'send', connections: open })) as readonly boolean[]
  const left = [...answers]
  return connections.map((one) => one !== null && left.shift() === true)
}

function indexOf(names: readonly string[], name: string): number {
  const index = names.indexOf(name)
  return index < 0 ? fail(`no end is called ${name}`) : index
}

function fail(problem: string): never {
  throw new Error(problem)
}
