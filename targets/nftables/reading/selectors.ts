// What of a packet an nft expression looks at, from its words: nft(8), "primary expressions", "payload
// expressions". Each has one form here, as `nft list` prints it, with `meta` always written out.
import type { Cursor } from './cursor.ts'
import type { Token } from './scanner.ts'

/** Reads the words of a selector. Undefined, and nothing taken, where none stands here. */
export function readSelector(cursor: Cursor): string | undefined {
  const { kind, text } = cursor.peek
  if (kind === 'symbol' && text === '@') return readRaw(cursor)
  if (kind !== 'word') return undefined
  const start = cursor.position
  const words = readWords(cursor, text)
  if (words === undefined) cursor.back(start)
  return words
}

/** Whether a word begins a selector wherever it stands: never a value of its own. */
export function isAlwaysSelector(cursor: Cursor): boolean {
  return (cursor.sees('ct') || cursor.sees('meta')) && cursor.second.kind === 'word'
}

function readWords(cursor: Cursor, first: string): string | undefined {
  if (bareMeta.has(first)) {
    cursor.next()
    return `meta ${first}`
  }
  if (headers.has(first)) return readHeader(cursor)
  switch (first) {
    case 'meta':
      return readPlain(cursor, 1)
    case 'ct':
      return readConnection(cursor)
    case 'fib':
      return readRoute(cursor)
    case 'rt':
      return readOptional(cursor, ['ip', 'ip6'])
    case 'ipsec':
      return readIpsec(cursor)
    case 'exthdr':
      return readPlain(cursor, 1)
    case 'socket':
      return readSocket(cursor)
    case 'osf':
      return readFingerprint(cursor)
  }
  return undefined
}

const bareMeta: ReadonlySet<string> = new Set([
  ...['iif', 'iifname', 'iiftype', 'iifgroup', 'oif', 'oifname', 'oiftype', 'oifgroup', 'mark'],
  ...['skuid', 'skgid', 'nftrace', 'rtclassid', 'ibriport', 'ibrname', 'obriport', 'obrname'],
  ...['pkttype', 'cpu', 'cgroup', 'time', 'day', 'hour', 'l4proto', 'nfproto'],
])

const headers: ReadonlySet<string> = new Set([
  ...['ether', 'vlan', 'arp', 'ip', 'ip6', 'icmp', 'icmpv6', 'igmp', 'tcp', 'udp', 'udplite'],
  ...['sctp', 'dccp', 'th', 'ah', 'esp', 'comp', 'hbh', 'frag', 'dst', 'mh', 'srh', 'gre', 'vxlan'],
  ...['geneve', 'gretap'],
])

/** The next word and some behind it. */
function readPlain(cursor: Cursor, more: number): string | undefined {
  const words = [cursor.next().text]
  for (let count = 0; count < more; count += 1) {
    const word = cursor.takesKind('word')
    if (word === undefined) return undefined
    words.push(word)
  }
  return words.join(' ')
}

function readHeader(cursor: Cursor): string | undefined {
  const { kind, text } = cursor.second
  const isNested = kind === 'word' && (text === 'option' || text === 'chunk')
  if (!isNested) return readPlain(cursor, 1)
  const words = [cursor.next().text, cursor.next().text]
  const name = cursor.takesKind('word') ?? cursor.takesKind('number')
  if (name === undefined) return undefined
  words.push(name === 'sack-permitted' ? 'sack-perm' : name)
  const isField = (token: Token): boolean =>
    token.kind === 'word' && !notFields.includes(token.text)
  if (isField(cursor.peek)) words.push(cursor.next().text)
  return words.join(' ')
}

const notFields: readonly string[] = ['exists', 'missing', 'eq', 'ne', 'set', 'vmap']

/** A word, one of some words or none, and a word. */
function readOptional(cursor: Cursor, optional: readonly string[]): string | undefined {
  const first = cursor.next().text
  const extra = cursor.takesAny(optional)
  const word = cursor.takesKind('word')
  if (word === undefined) return undefined
  return extra === undefined ? `${first} ${word}` : `${first} ${extra} ${word}`
}

function readConnection(cursor: Cursor): string | undefined {
  cursor.next()
  const words = ['ct']
  for (const choice of [['original', 'reply'] as const, ['ip', 'ip6'] as const]) {
    const { kind } = cursor.second
    const found = kind === 'word' || kind === 'symbol' ? cursor.takesAny(choice) : undefined
    if (found !== undefined) words.push(found)
  }
  const key = cursor.takesKind('word')
  return key === undefined ? undefined : [...words, key].join(' ')
}

function readRoute(cursor: Cursor): string | undefined {
  cursor.next()
  const flags: string[] = []
  do {
    const flag = cursor.takesKind('word')
    if (flag === undefined) return undefined
    flags.push(flag)
  } while (cursor.takes('.'))
  const result = cursor.takesKind('word')
  return result === undefined ? undefined : routeWords(flags, result)
}

/** The words of a question to the routing table. */
export function routeWords(flags: readonly string[], result: string): string {
  return `fib ${flags.join(' . ')} ${result}`
}

function readIpsec(cursor: Cursor): string | undefined {
  const first = cursor.next().text
  const way = cursor.takesAny(['in', 'out'])
  if (way === undefined) return undefined
  const place = cursor.takes('spnum') ? `spnum ${cursor.takesKind('number') ?? ''} ` : ''
  const version = cursor.takesAny(['ip', 'ip6'])
  const key = cursor.takesKind('word')
  return key && `${first} ${way} ${place}${version === undefined ? '' : `${version} `}${key}`
}

function readSocket(cursor: Cursor): string | undefined {
  const words = readPlain(cursor, 1)
  if (words !== 'socket cgroupv2' || !cursor.takes('level')) return words
  return `${words} level ${cursor.takesKind('number') ?? ''}`
}

function readFingerprint(cursor: Cursor): string | undefined {
  cursor.next()
  const ttl = cursor.takes('ttl') ? `ttl ${cursor.takesKind('word') ?? ''} ` : ''
  const key = cursor.takesKind('word')
  return key && `osf ${ttl}${key}`
}

/** Bits at an offset: `@th,16,16`. The ports have names too. */
function readRaw(cursor: Cursor): string | undefined {
  const start = cursor.position
  const base = cursor.second
  if (!['ll', 'nh', 'th', 'ih'].includes(base.text)) return undefined
  cursor.next()
  cursor.next()
  const offset = cursor.takes(',') ? cursor.takesKind('number') : undefined
  const length = cursor.takes(',') ? cursor.takesKind('number') : undefined
  if (offset !== undefined && length !== undefined) {
    return rawWords(base.text, Number(offset), Number(length))
  }
  cursor.back(start)
  return undefined
}

/** The words of bits at an offset. */
export function rawWords(base: string, offset: number, length: number): string {
  if (base === 'th' && length === 16 && offset === 0) return 'th sport'
  if (base === 'th' && length === 16 && offset === 16) return 'th dport'
  return `@${base},${offset},${length}`
}
