// A node and what is around it, in namespaces of the lab's own: run as
// `unshare --net --mount node --import tsx test/kernel/lab.ts`, with a request on standard input. The
// namespace it starts in is the node; every other end gets one, joined by a veth pair, routed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** An end with one address of each family; `node` is the router itself. */
export interface LabEnd {
  readonly name: string
  readonly addresses: readonly [string, string]
}

/** A connection to try. */
export interface Probe {
  readonly from: string
  readonly address: string
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number
}

/** What to build, load and try. */
export interface LabRequest {
  readonly node: LabEnd
  readonly ends: readonly LabEnd[]
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
  /** Shell lines that load the rules. */
  readonly load: string
  readonly probes: readonly Probe[]
}

const agentPath = fileURLToPath(new URL('agent.mjs', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const request = JSON.parse(readFileSync(0, 'utf8')) as LabRequest
  build(request)
  const agents = await startAgents(request)
  execFileSync('bash', ['-ec', request.load], { stdio: ['ignore', 'ignore', 'inherit'] })
  console.log(JSON.stringify(await probe(request.probes, agents)))
  for (const { child } of agents.values()) child.kill()
}

function build({ node, ends }: LabRequest): void {
  const lines = [
    'mount -t tmpfs lab /run',
    'mkdir -p /run/netns',
    'ip link set lo up',
    ...setting('ipv4/ip_forward', 1),
    ...setting('ipv6/conf/all/forwarding', 1),
    ...node.addresses.map((address) => `ip addr add ${address} dev lo`),
    ...ends.flatMap(endLines),
  ]
  execFileSync('bash', ['-ec', lines.join('\n')], { stdio: ['ignore', 'ignore', 'inherit'] })
}

// As CNI plugins without a bridge do it: host routes on the node, and a next hop that the node answers for.
function endLines({ name, addresses: [four, six] }: LabEnd, index: number): readonly string[] {
  const veth = `veth${index}`
  const inside = `ip -n ${name}`
  return [
    `ip netns add ${name}`,
    `ip link add ${veth} type veth peer name eth0 netns ${name}`,
    ...setting(`ipv4/conf/${veth}/proxy_arp`, 1),
    ...setting(`ipv6/conf/${veth}/accept_dad`, 0),
    `ip addr add 169.254.1.1/32 dev ${veth}`,
    `ip -6 addr add fe80::1/64 dev ${veth} nodad`,
    `ip link set ${veth} up`,
    `ip route add ${four} dev ${veth}`,
    `ip netns exec ${name} bash -c 'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad'`,
    `${inside} link set lo up`,
    `${inside} link set eth0 up`,
    `${inside} addr add ${four} dev eth0`,
    `${inside} -6 addr add ${six} dev eth0 nodad`,
    `${inside} route add 169.254.1.1 dev eth0`,
    `${inside} route add default via 169.254.1.1 dev eth0`,
    `${inside} -6 route add default via fe80::1 dev eth0`,
    `ip -6 route add ${six} dev ${veth}`,
  ]
}

function setting(name: string, value: number): readonly string[] {
  return [`echo ${value} > /proc/sys/net/${name}`]
}

interface Agent {
  readonly child: ChildProcess
  readonly ask: (probe: Probe) => Promise<boolean>
}

async function startAgents({ node, ends, tcp, udp }: LabRequest): Promise<Map<string, Agent>> {
  const ports = JSON.stringify({ tcp, udp })
  const started = [node, ...ends].map(async ({ name }, index): Promise<[string, Agent]> => {
    const words = [process.execPath, agentPath, ports]
    const [command = '', ...rest] = index === 0 ? words : ['ip', 'netns', 'exec', name, ...words]
    return [name, await startAgent(command, rest)]
  })
  return new Map(await Promise.all(started))
}

async function startAgent(command: string, words: readonly string[]): Promise<Agent> {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (passed: boolean) => void>()
  let asked = 0
  await new Promise<void>((ready) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, passed } = JSON.parse(line)
      if (id === undefined) ready()
      else waiting.get(id)?.(passed)
    })
  })
  const ask = (wanted: Probe): Promise<boolean> =>
    new Promise((settle) => {
      asked += 1
      waiting.set(asked, settle)
      child.stdin.write(`${JSON.stringify({ id: asked, ...wanted })}\n`)
    })
  return { child, ask }
}

/** All connections are tried at once. */
function probe(probes: readonly Probe[], agents: Map<string, Agent>): Promise<readonly boolean[]> {
  return Promise.all(
    probes.map((one) => {
      const agent = agents.get(one.from)
      if (agent === undefined) throw new Error(`no end ${one.from}`)
      return agent.ask(one)
    }),
  )
}
