// A small nftables: walks the first packet of a connection through the base chains of the nodes that it
// crosses, as the kernel would. It knows a part of the language and nothing of who wrote the files; a
// statement that it does not know ends in an exception.
import type { Judge, Judgement } from './judge.ts'
import {
  type Chain,
  type NftTable,
  numbersOf,
  readNftables,
  type SetOrMap,
  type Target,
} from './nftText.ts'
import { filesByNode, hooksOf, type Packet, packetOf } from './ways.ts'

/** Decides by the files of all nodes; a connection passes when no node on its way drops it. */
export const judgeNftables: Judge = (files, cluster) => {
  const nodes = new Map(
    filesByNode(files).map(([name, own]) => [
      name,
      readNftables(own.find(({ path }) => path.endsWith('.nft'))?.text ?? ''),
    ]),
  )
  return (flow): Judgement => {
    const logs = new Set<string>()
    const passes = hooksOf(flow, cluster).every(({ node, hook }) => {
      const packet = packetOf(flow, hook)
      const tables = nodes.get(node) ?? []
      return tables.every((table) =>
        [...table.chains.values()]
          .filter((chain) => chain.hook === hook.toLowerCase())
          .every((chain) => passesBase(chain, table, packet, logs)),
      )
    })
    return { verdict: passes ? 'allow' : 'deny', logs: [...logs].sort() }
  }
}

/** Accepting ends one base chain, dropping ends all. */
function passesBase(chain: Chain, table: NftTable, packet: Packet, logs: Set<string>): boolean {
  const outcome = walk(chain, table, packet, logs, 0)
  return outcome === 'return' ? chain.policy === 'accept' : outcome === 'accept'
}

type Outcome = 'accept' | 'drop' | 'return'

function walk(
  chain: Chain,
  table: NftTable,
  packet: Packet,
  logs: Set<string>,
  depth: number,
): Outcome {
  if (depth > 16) throw new Error('the kernel allows sixteen jumps')
  for (const rule of chain.rules) {
    const target = targetOf(rule, table, packet, logs)
    if (target === null) continue
    if (target.kind !== 'jump' && target.kind !== 'goto') return target.kind
    const next = table.chains.get(target.chain)
    if (next === undefined) throw new Error(`no such chain: ${target.chain}`)
    const outcome = walk(next, table, packet, logs, depth + 1)
    // A jump comes back here; a goto comes back to where this chain was called.
    if (outcome !== 'return' || target.kind === 'goto') return outcome
  }
  return 'return'
}

/** What a rule says of a packet; null where one of its tests fails, or none of its statements decides. */
function targetOf(
  words: readonly string[],
  table: NftTable,
  packet: Packet,
  logs: Set<string>,
): Target | null {
  const rest = [...words]
  while (rest.length > 0) {
    const [word = ''] = rest
    if (word === 'log') {
      const [, option, prefix = ''] = rest.splice(0, 3)
      if (option !== 'prefix') throw new Error(`log ${option}`)
      // The words of a file keep the quote that begins a string.
      logs.add(prefix.slice(1))
    } else if (word === 'comment') rest.splice(0, 2)
    else if (isVerdict(word)) return verdictOf(rest)
    else {
      const answer = test(rest, table, packet)
      if (answer === false) return null
      if (answer !== true) return answer
    }
  }
  return null
}

const verdicts: readonly string[] = ['accept', 'drop', 'return', 'jump', 'goto']

function isVerdict(word: string): boolean {
  return verdicts.includes(word)
}

/** The verdict that words begin with. */
function verdictOf([kind = '', chain = '']: readonly string[]): Target {
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return { kind }
    case 'jump':
    case 'goto':
      return { kind, chain }
    default:
      throw new Error(`unknown statement: ${kind}`)
  }
}

/** Takes a test off the words: whether it holds, or what a map of verdicts says. */
function test(rest: string[], table: NftTable, packet: Packet): boolean | Target {
  const fields = [takeField(rest, packet)]
  while (rest[0] === '.') {
    rest.shift()
    fields.push(takeField(rest, packet))
  }
  const isNegated = rest[0] === '!='
  if (isNegated) rest.shift()
  const word = rest.shift() ?? ''
  const isMap = word === 'vmap'
  const values = isMap ? (rest.shift() ?? '') : word
  const held = heldBy(values, fields, rest, table)
  if (isMap !== (held.kind === 'map')) throw new Error(`not to be looked up so: ${values}`)
  // A field that the packet does not have fails the test, whether or not it is negated.
  const key = fields.map(({ value }) => value)
  if (key.some((value) => value === null)) return false
  const element = held.elements.find(({ ranges }) =>
    ranges.every(({ from, to }, at) => {
      const value = key[at] ?? null
      return value !== null && from <= value && value <= to
    }),
  )
  if (isMap) return element?.target ?? false
  return (element !== undefined) !== isNegated
}

/** A named set or map, `{ a, b }`, or one value. */
function heldBy(word: string, fields: readonly Field[], rest: string[], table: NftTable): SetOrMap {
  const types = fields.map(({ type }) => type)
  if (word.startsWith('@')) {
    const held = table.sets.get(word.slice(1))
    if (held === undefined) throw new Error(`no such set: ${word}`)
    if (held.types.join() !== types.join()) throw new Error(`${word} holds ${held.types}`)
    return held
  }
  const texts = word === '{' ? rest.splice(0, rest.indexOf('}') + 1) : word.split(',')
  const [type = ''] = types
  const plain = texts.filter((text) => text !== ',' && text !== '}')
  if (types.length > 1) throw new Error('a list of several fields')
  return {
    kind: 'set',
    types,
    elements: plain.map((text) => ({ ranges: [numbersOf(text, type)], target: null })),
  }
}

/** What a packet has in a place; null where it has no such place. */
interface Field {
  readonly type: string
  readonly value: bigint | null
}

function takeField(rest: string[], packet: Packet): Field {
  const { family, protocol, port, icmp, local } = packet
  const of = (type: string, value: bigint | number | null): Field => ({
    type,
    value: value === null ? null : BigInt(value),
  })
  const address = (of4or6: 4 | 6, text: string): Field => ({
    type: `ipv${of4or6}_addr`,
    value: family === of4or6 ? numbersOf(text, `ipv${of4or6}_addr`).from : null,
  })
  const own = (of4or6: 4 | 6, at: 0 | 1): number | null =>
    family === of4or6 && icmp !== null ? icmp[at] : null
  const [first = '', second = ''] = rest.splice(0, 2)
  const name = `${first} ${second}`
  if (name === 'fib saddr' && rest.shift() === 'type') {
    return of('fib_addrtype', local.source ? 1 : 0)
  }
  const fields: Readonly<Record<string, () => Field>> = {
    'ip saddr': () => address(4, packet.source),
    'ip daddr': () => address(4, packet.destination),
    'ip6 saddr': () => address(6, packet.source),
    'ip6 daddr': () => address(6, packet.destination),
    'meta l4proto': () => of('inet_proto', protocol),
    'th dport': () => of('inet_service', port),
    'icmp type': () => of('icmp_type', own(4, 0)),
    'icmp code': () => of('icmp_code', own(4, 1)),
    'icmpv6 type': () => of('icmpv6_type', own(6, 0)),
    'icmpv6 code': () => of('icmpv6_code', own(6, 1)),
    // What is judged is the first packet of a connection.
    'ct state': () => of('ct_state', 0),
  }
  const field = fields[name]
  if (field === undefined) throw new Error(`unknown field: ${name}`)
  return field()
}
