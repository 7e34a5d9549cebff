// The text of a small nftables: tables with chains, sets and maps, as `nft -f` takes them in one form,
// names for numbers included. Whatever else stands in a file ends in an exception.
import ipaddr from 'ipaddr.js'
import { protocolNumbers } from './ways.ts'

/** What becomes of a packet. */
export type Target =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

/** Numbers from one to another. */
export interface Range {
  readonly from: bigint
  readonly to: bigint
}

/** An element: one range for each field of the key, and in a map a target. */
export interface Element {
  readonly ranges: readonly Range[]
  readonly target: Target | null
}

/** A set or a map from keys to verdicts. */
export interface SetOrMap {
  readonly kind: 'set' | 'map'
  readonly types: readonly string[]
  readonly elements: readonly Element[]
}

/** A chain; a base chain has a hook. */
export interface Chain {
  readonly hook: string | null
  readonly policy: string
  /** Words of each rule. */
  readonly rules: readonly (readonly string[])[]
}

/** What a table holds, by name. */
export interface NftTable {
  readonly chains: ReadonlyMap<string, Chain>
  /** Sets and maps. */
  readonly sets: ReadonlyMap<string, SetOrMap>
}

/** The tables that are there once a file is loaded where none were. */
export function readNftables(text: string): readonly NftTable[] {
  const tables = new Map<string, NftTable>()
  const statements = statementsOf(wordsOf(text))
  for (const [verb = '', ...rest] of statements) {
    const words = verb === 'table' ? rest : rest.slice(1)
    const [family = '', name = '', ...body] = words
    if (family !== 'inet') throw new Error(`tables of ${family}`)
    if (verb === 'add' && rest[0] === 'table') {
      if (!tables.has(name)) tables.set(name, { chains: new Map(), sets: new Map() })
    } else if (verb === 'delete' && rest[0] === 'table') {
      if (!tables.delete(name)) throw new Error(`no such table: ${name}`)
    } else if (verb === 'table') {
      if (tables.has(name)) throw new Error(`the table ${name} is there already`)
      tables.set(name, readTable(inBraces(body)))
    } else throw new Error(`unknown statement: ${verb} ${rest[0]}`)
  }
  return [...tables.values()]
}

/** Numbers as a type writes them: one, a range, a block; names where the type has them. */
export function numbersOf(text: string, type: string): Range {
  const numberOf = valuesOf(type)
  const [base = '', length] = text.split('/')
  if (length !== undefined) {
    const from = numberOf(base)
    const size = 1n << BigInt((type === 'ipv4_addr' ? 32 : 128) - Number(length))
    if (from % size !== 0n) throw new Error(`bits after the prefix: ${text}`)
    return { from, to: from + size - 1n }
  }
  const dash = text.indexOf('-', 1)
  // Names of protocols may have dashes too.
  if (dash === -1 || protocolNumbers[text] !== undefined) {
    const only = numberOf(text)
    return { from: only, to: only }
  }
  const range = { from: numberOf(text.slice(0, dash)), to: numberOf(text.slice(dash + 1)) }
  if (range.from >= range.to) throw new Error(`no range: ${text}`)
  return range
}

function valuesOf(type: string): (text: string) => bigint {
  switch (type) {
    case 'ipv4_addr':
    case 'ipv6_addr':
      return (text) => {
        const address = ipaddr.parse(text)
        if (address.kind() !== type.slice(0, 4)) throw new Error(`${text} is no ${type}`)
        return address.toByteArray().reduce((left, byte) => left * 256n + BigInt(byte), 0n)
      }
    case 'inet_proto':
      return (text) => smallNumber(`${protocolNumbers[text] ?? text}`, 255)
    case 'inet_service':
      return (text) => smallNumber(text, 65535)
    case 'icmp_type':
    case 'icmp_code':
    case 'icmpv6_type':
    case 'icmpv6_code':
      return (text) => smallNumber(text, 255)
    case 'ct_state':
      return (text) => smallNumber(`${connectionStates.indexOf(text)}`, 2)
    case 'fib_addrtype':
      return (text) => smallNumber(text === 'local' ? '1' : text, 1)
    default:
      throw new Error(`unknown type: ${type}`)
  }
}

const connectionStates: readonly string[] = ['new', 'established', 'related']

function smallNumber(text: string, most: number): bigint {
  if (!/^\d+$/.test(text) || Number(text) > most) throw new Error(`no number of its type: ${text}`)
  return BigInt(text)
}

// --- words ---

const lineEnd = '\n'

/** Words, strings without their quotes, braces, commas, and ends of lines, for which ";" stands too. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = []
  let at = 0
  const pattern = /[ \t]+|(?<=^|\n)#[^\n]*|"([^"\n]*)"|([{},])|([\n;])|([^\s{},;"#]+)/y
  while (at < text.length) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) throw new Error(`not understood: ${text.slice(at, at + 40)}`)
    at = pattern.lastIndex
    const [, string, mark, end, word] = found
    // A text of the user's must not be taken for anything else.
    if (string !== undefined) words.push(`"${string}`)
    else if (end !== undefined) words.push(lineEnd)
    else if (mark !== undefined || word !== undefined) words.push(mark ?? word ?? '')
  }
  return words
}

/** Words up to the ends of lines that are not in braces. */
function statementsOf(words: readonly string[]): readonly (readonly string[])[] {
  const statements: string[][] = [[]]
  let depth = 0
  for (const word of words) {
    if (word === '{') depth += 1
    if (word === '}') depth -= 1
    if (depth < 0) throw new Error('a brace too many')
    if (word === lineEnd && depth === 0) statements.push([])
    else statements.at(-1)?.push(word)
  }
  if (depth !== 0) throw new Error('a brace is missing')
  return statements.filter((one) => one.length > 0)
}

function inBraces(words: readonly string[]): readonly string[] {
  if (words[0] !== '{' || words.at(-1) !== '}') throw new Error(`no block: ${words.slice(0, 5)}`)
  return words.slice(1, -1)
}

// --- objects ---

function readTable(words: readonly string[]): NftTable {
  const chains = new Map<string, Chain>()
  const sets = new Map<string, SetOrMap>()
  for (const [kind = '', name = '', ...block] of statementsOf(words)) {
    if (chains.has(name) || sets.has(name)) throw new Error(`${name} is there twice`)
    const body = statementsOf(inBraces(block))
    if (kind === 'chain') chains.set(name, readChain(body))
    else if (kind === 'set' || kind === 'map') sets.set(name, readSet(kind, body))
    else throw new Error(`unknown object: ${kind}`)
  }
  return { chains, sets }
}

function readChain(statements: readonly (readonly string[])[]): Chain {
  const head = statements.find(([word]) => word === 'type')
  const policy = statements.find(([word]) => word === 'policy')?.[1] ?? 'accept'
  const rules = statements.filter(([word]) => word !== 'type' && word !== 'policy')
  if (head === undefined) return { hook: null, policy, rules }
  const [, type, , hook = '', , priority] = head
  if (type !== 'filter' || priority === undefined) throw new Error(head.join(' '))
  return { hook, policy, rules }
}

function readSet(kind: 'set' | 'map', statements: readonly (readonly string[])[]): SetOrMap {
  const known = ['type', 'flags', 'elements']
  const other = statements.find(([word = '']) => !known.includes(word))
  if (other !== undefined) throw new Error(`in a ${kind}: ${other.join(' ')}`)
  const all = statements.find(([word]) => word === 'type')?.slice(1) ?? []
  const colon = all.indexOf(':')
  if ((kind === 'map') !== (colon !== -1)) throw new Error(`type of a ${kind}: ${all.join(' ')}`)
  const types = fieldsOf(colon === -1 ? all : all.slice(0, colon))
  const [, , ...list] = statements.find(([word]) => word === 'elements') ?? ['', '', '{', '}']
  const elements = splitAt(
    ',',
    inBraces(list).filter((word) => word !== lineEnd),
  )
  return { kind, types, elements: elements.map((words) => readElement(words, types)) }
}

function readElement(words: readonly string[], types: readonly string[]): Element {
  const colon = words.indexOf(':')
  const [key = [], target] =
    colon === -1 ? [words] : [words.slice(0, colon), words.slice(colon + 1)]
  const comment = key.indexOf('comment')
  const fields = fieldsOf(comment === -1 ? key : key.slice(0, comment))
  if (fields.length !== types.length) throw new Error(`fields of ${words.join(' ')}`)
  const ranges = fields.map((text, at) => numbersOf(text, types[at] ?? ''))
  if (target === undefined) return { ranges, target: null }
  const [verb, chain = ''] = target
  if (verb !== 'jump' && verb !== 'goto') throw new Error(`a map to ${target.join(' ')}`)
  return { ranges, target: { kind: verb, chain } }
}

/** `a . b . c` without the dots. */
function fieldsOf(words: readonly string[]): readonly string[] {
  return splitAt('.', words).map(([word = '', ...more]) => {
    if (more.length > 0) throw new Error(`a field of several words: ${word} ${more.join(' ')}`)
    return word
  })
}

function splitAt(mark: string, words: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  for (const word of words) {
    if (word === mark) parts.push([])
    else parts.at(-1)?.push(word)
  }
  return parts.filter((part) => part.length > 0)
}
