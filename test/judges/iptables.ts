// A small iptables: reads rule files and ipset files, and walks the first packet of a connection
// through the chains of the nodes that it crosses, as the kernel would. It knows the language, not who
// wrote the files; a match or a target that it does not know ends in an exception.
import ipaddr from 'ipaddr.js'
import type { OutputFile } from '../../src/emit/target.ts'
import type { Judge, Judgement } from './judge.ts'
import { filesByNode, type Hook, hooksOf, type Packet, packetOf, protocolNumbers } from './ways.ts'

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

/** Decides by the files of all nodes; a connection passes when no node on its way drops it. */
export const judgeIptables: Judge = (files, cluster) => {
  const nodes = new Map(filesByNode(files).map(([name, own]) => [name, readNode(own)]))
  return (flow): Judgement => {
    const logs = new Set<string>()
    const passes = hooksOf(flow, cluster).every(({ node, hook }) => {
      const rules = nodes.get(node)
      if (rules === undefined) return true
      const { family } = flow.source.address
      return rules.tables[family].every((table) =>
        accepts(table, hook, packetOf(flow, hook), { sets: rules.sets, logs }),
      )
    })
    return { verdict: passes ? 'allow' : 'deny', logs: [...logs].sort() }
  }
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
    if (line.startsWith('*')) tables.push(newTable())
    const table = tables.at(-1)
    if (table === undefined) throw new Error(`outside of a table: ${line}`)
    if (line.startsWith(':')) declare(line, table)
    else if (/^-[AI] /.test(line)) add(line, table)
    else if (line !== 'COMMIT' && !line.startsWith('*')) throw new Error(line)
  }
  return tables
}

const hooks: readonly Hook[] = ['INPUT', 'FORWARD', 'OUTPUT']

function newTable(): Table {
  return {
    policies: new Map(hooks.map((hook) => [hook, 'ACCEPT'])),
    chains: new Map(hooks.map((hook) => [hook, []])),
  }
}

function declare(line: string, table: Table): void {
  const [name = '', policy = ''] = line.slice(1).split(' ')
  if (name.length > 28) throw new Error(`chain name too long: ${name}`)
  table.chains.set(name, [])
  if (policy !== '-') table.policies.set(name, policy)
}

function add(line: string, table: Table): void {
  const words = wordsOf(line)
  const chain = table.chains.get(words[1] ?? '')
  if (chain === undefined) throw new Error(`no such chain: ${line}`)
  if (words[0] === '-A') chain.push(words.slice(2))
  else chain.splice(Number(words[2]) - 1, 0, words.slice(3))
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

/** What a walk looks things up in, and what it writes to. */
interface Around {
  readonly sets: NodeRules['sets']
  readonly logs: Set<string>
}

function accepts(table: Table, hook: Hook, packet: Packet, around: Around): boolean {
  const outcome = walk(table, hook, packet, around, 0)
  return outcome === 'return' ? table.policies.get(hook) === 'ACCEPT' : outcome === 'accept'
}

function walk(table: Table, name: string, packet: Packet, around: Around, depth: number): Outcome {
  const chain = table.chains.get(name)
  if (chain === undefined || depth > 50) throw new Error(`cannot enter chain ${name}`)
  for (const words of chain) {
    const target = matchRule(words, packet, around.sets)
    if (target === null) continue
    if (target[1] === 'LOG') {
      around.logs.add(words[words.indexOf('--log-prefix') + 1] ?? '')
      continue
    }
    const [how, to] = target
    if (to === 'ACCEPT') return 'accept'
    if (to === 'DROP') return 'drop'
    if (to === 'RETURN') return 'return'
    const outcome = walk(table, to, packet, around, depth + 1)
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
  let expected = true
  while (rest.length > 0) {
    const word = next()
    if (word === '-j' || word === '-g') target = [word, next()]
    else if (['-m', '--comment', '--log-prefix'].includes(word)) next()
    else if (word === '!') expected = false
    else {
      matches = matchWord(word, next, packet, sets) === expected && matches
      expected = true
    }
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
      const name = next()
      const number = protocolNumbers[name] ?? Number(name)
      if (Number.isNaN(number)) throw new Error('unknown protocol')
      return packet.protocol === number
    }
    case '--src-type':
      if (next() !== 'LOCAL') throw new Error('unknown type of address')
      return packet.local.source
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
