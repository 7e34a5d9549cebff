// A small iptables: reads rule files and ipset files, and walks the first packet of a connection
// through the chains of the nodes that it crosses, as the kernel would. It knows the language, not who
// wrote the files; a match or a target that it does not know ends in an exception.
import ipaddr from 'ipaddr.js'
import type { Address } from '../../src/algebra/address.ts'
import type { Cluster, Endpoint, Flow } from '../../src/cluster/types.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import type { Judge, Judgement } from './judge.ts'

/** What rules look at. */
interface Packet {
  readonly source: string
  readonly destination: string
  readonly protocol: number
  readonly port: number | null
  readonly icmp: readonly [number, number] | null
}

interface Table {
  readonly policies: Map<string, string>
  readonly chains: Map<string, string[][]>
}

interface IpSet {
  readonly type: string
  readonly elements: string[]
}

interface NodeRules {
  readonly tables: Readonly<Record<4 | 6, readonly Table[]>>
  readonly sets: ReadonlyMap<string, IpSet>
}

type Hook = 'INPUT' | 'FORWARD' | 'OUTPUT'

/** Decides by the files of all nodes; a connection passes when no node on its way drops it. */
export const judgeIptables: Judge = (files, cluster) => {
  const nodes = new Map(
    [...new Set(files.map(({ path }) => path.split('/')[0] ?? ''))].map((name) => [
      name,
      readNode(files.filter(({ path }) => path.startsWith(`${name}/`))),
    ]),
  )
  return (flow): Judgement => {
    const passes = hooksOf(flow, cluster).every(({ node, hook }) => {
      const rules = nodes.get(node)
      if (rules === undefined) return true
      const { family } = flow.source.address
      return rules.tables[family].every((table) => accepts(table, hook, packetOf(flow), rules.sets))
    })
    return { verdict: passes ? 'allow' : 'deny' }
  }
}

/** The hooks that the packet crosses: each node forwards for its own pods; hosts send and receive. */
function hooksOf({ source, destination }: Flow, cluster: Cluster): { node: string; hook: Hook }[] {
  // Inside of one network namespace nothing is routed.
  if (isSame(source.endpoint, destination.endpoint)) return []
  const from = nodeOf(source.endpoint)
  const to = nodeOf(destination.endpoint)
  const isLocalAddress = cluster.nodes.some(
    ({ name, addresses }) =>
      name === from && addresses.some((one) => text(one) === text(destination.address)),
  )
  const out: { node: string; hook: Hook }[] = []
  if (source.endpoint.kind === 'host' && from !== null) out.push({ node: from, hook: 'OUTPUT' })
  if (source.endpoint.kind === 'pod' && from !== null && !isLocalAddress) {
    out.push({ node: from, hook: 'FORWARD' })
  }
  if (destination.endpoint.kind === 'host' && to !== null) out.push({ node: to, hook: 'INPUT' })
  const isDelivered = source.endpoint.kind === 'host' ? from === to : false
  if (destination.endpoint.kind === 'pod' && to !== null && !isDelivered) {
    out.push({ node: to, hook: 'FORWARD' })
  }
  return out
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  if (a.kind === 'pod' && b.kind === 'pod') {
    return a.name === b.name && a.namespace.name === b.namespace.name
  }
  return a.kind === 'host' && b.kind === 'host' && a.name === b.name
}

function nodeOf(endpoint: Endpoint): string | null {
  if (endpoint.kind === 'pod') return endpoint.node
  return endpoint.kind === 'host' ? endpoint.name : null
}

const protocolNumbers: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  'ipv6-icmp': 58,
  sctp: 132,
}

function packetOf({ source, destination, traffic }: Flow): Packet {
  const ends = { source: text(source.address), destination: text(destination.address) }
  switch (traffic.kind) {
    case 'ports': {
      const protocol = protocolNumbers[traffic.protocol.toLowerCase()] ?? 0
      return { ...ends, protocol, port: traffic.port, icmp: null }
    }
    case 'icmp': {
      const protocol = source.address.family === 4 ? 1 : 58
      return { ...ends, protocol, port: null, icmp: [traffic.type, traffic.code] }
    }
    case 'other':
      return { ...ends, protocol: traffic.protocolNumber, port: null, icmp: null }
  }
}

function text({ family, value }: Address): string {
  const hex = value.toString(16).padStart(family === 4 ? 8 : 32, '0')
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  return ipaddr.fromByteArray(bytes).toString()
}

// --- reading ---

function readNode(files: readonly OutputFile[]): NodeRules {
  const textOf = (name: string): string =>
    files.find(({ path }) => path.endsWith(`/${name}`))?.text ?? ''
  return {
    sets: readSets(textOf('ipset.rules')),
    tables: { 4: readTables(textOf('iptables.rules')), 6: readTables(textOf('ip6tables.rules')) },
  }
}

function readSets(file: string): Map<string, IpSet> {
  const sets = new Map<string, IpSet>()
  for (const line of linesOf(file)) {
    const [command, name = '', argument = ''] = line.split(' ')
    if (command === 'create') {
      if (name.length > 31) throw new Error(`set name too long: ${name}`)
      if (!sets.has(name)) sets.set(name, { type: argument, elements: [] })
    } else if (command === 'add') sets.get(name)?.elements.push(argument)
    else throw new Error(`ipset: ${line}`)
  }
  return sets
}

function readTables(file: string): Table[] {
  const tables: Table[] = []
  for (const line of linesOf(file)) {
    if (line.startsWith('*')) tables.push({ policies: new Map(), chains: new Map() })
    const table = tables.at(-1)
    if (table === undefined) throw new Error(`outside of a table: ${line}`)
    if (line.startsWith(':')) declare(line, table)
    else if (line.startsWith('-A ')) append(line, table)
    else if (!['-F', '-X', 'COMMIT'].includes(line) && !line.startsWith('*')) throw new Error(line)
  }
  return tables
}

function declare(line: string, table: Table): void {
  const [name = '', policy = ''] = line.slice(1).split(' ')
  if (name.length > 28) throw new Error(`chain name too long: ${name}`)
  table.chains.set(name, [])
  if (policy !== '-') table.policies.set(name, policy)
}

function append(line: string, table: Table): void {
  const words = wordsOf(line)
  const chain = table.chains.get(words[1] ?? '')
  if (chain === undefined) throw new Error(`no such chain: ${line}`)
  chain.push(words.slice(2))
}

function linesOf(file: string): string[] {
  return file.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

/** Words as iptables-restore splits them: double quotes group, a backslash takes the next literally. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const [, quoted, bare] of line.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)) {
    words.push(bare ?? (quoted ?? '').replace(/\\(.)/g, '$1'))
  }
  return words
}

// --- walking ---

type Outcome = 'accept' | 'drop' | 'return'

function accepts(table: Table, hook: Hook, packet: Packet, sets: NodeRules['sets']): boolean {
  const outcome = walk(table, hook, packet, sets, 0)
  return outcome === 'return' ? table.policies.get(hook) === 'ACCEPT' : outcome === 'accept'
}

function walk(
  table: Table,
  name: string,
  packet: Packet,
  sets: NodeRules['sets'],
  depth: number,
): Outcome {
  const chain = table.chains.get(name)
  if (chain === undefined || depth > 50) throw new Error(`cannot enter chain ${name}`)
  for (const words of chain) {
    const target = matchRule(words, packet, sets)
    if (target === null) continue
    const [how, to] = target
    if (to === 'ACCEPT') return 'accept'
    if (to === 'DROP') return 'drop'
    if (to === 'RETURN') return 'return'
    const outcome = walk(table, to, packet, sets, depth + 1)
    // A jump comes back here; a goto comes back to where this chain was called.
    if (outcome !== 'return' || how === '-g') return outcome
  }
  return 'return'
}

/** The target of a rule that matches, null of one that does not. */
function matchRule(
  words: readonly string[],
  packet: Packet,
  sets: NodeRules['sets'],
): readonly [string, string] | null {
  const rest = [...words]
  const next = (): string => rest.shift() ?? ''
  let target: readonly [string, string] | null = null
  let matches = true
  while (rest.length > 0) {
    const word = next()
    if (word === '-j' || word === '-g') target = [word, next()]
    else if (word === '-m' || word === '--comment') next()
    else matches = matchWord(word, next, packet, sets) && matches
  }
  if (target === null) throw new Error(`no target: ${words.join(' ')}`)
  return matches ? target : null
}

function matchWord(
  word: string,
  next: () => string,
  packet: Packet,
  sets: NodeRules['sets'],
): boolean {
  switch (word) {
    case '-s':
      return inBlock(packet.source, next())
    case '-d':
      return inBlock(packet.destination, next())
    case '-p': {
      const number = protocolNumbers[next()]
      if (number === undefined) throw new Error('unknown protocol')
      return packet.protocol === number
    }
    case '--ctstate':
      return next().split(',').includes('NEW')
    case '--dport':
    case '--dports':
      return inPorts(packet.port, next())
    case '--icmp-type':
    case '--icmpv6-type':
      return isIcmp(packet.icmp, next())
    case '--match-set':
      return inSet(sets, next(), next(), packet)
    default:
      throw new Error(`unknown match ${word}`)
  }
}

function inPorts(port: number | null, list: string): boolean {
  return list.split(',').some((item) => {
    const [from = '', to = from] = item.split(':')
    return port !== null && Number(from) <= port && port <= Number(to)
  })
}

function isIcmp(sent: Packet['icmp'], wanted: string): boolean {
  const [type, code] = wanted.split('/')
  return sent?.[0] === Number(type) && (code === undefined || sent[1] === Number(code))
}

function inSet(sets: NodeRules['sets'], name: string, flags: string, packet: Packet): boolean {
  const set = sets.get(name)
  if (set === undefined) throw new Error(`no such set: ${name}`)
  const address = flags.startsWith('src') ? packet.source : packet.destination
  if (set.type === 'hash:net') return set.elements.some((block) => inBlock(address, block))
  if (set.type !== 'hash:ip,port' || flags !== 'dst,dst') throw new Error(`${set.type} ${flags}`)
  return set.elements.some((element) => {
    const [owner = '', service = ''] = element.split(',')
    const [protocol = '', port] = service.split(':')
    return (
      inBlock(address, owner) &&
      protocolNumbers[protocol] === packet.protocol &&
      Number(port) === packet.port
    )
  })
}

function inBlock(address: string, block: string): boolean {
  const [base = '', length] = block.split('/')
  const [own, other] = [ipaddr.parse(address), ipaddr.parse(base)]
  if (own.kind() !== other.kind()) throw new Error(`families mixed: ${address} ${block}`)
  return own.match(other, length === undefined ? other.toByteArray().length * 8 : Number(length))
}
