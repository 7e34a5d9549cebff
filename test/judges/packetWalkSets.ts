// The kernel's ipsets, as the walker of packets asks them: whether what a packet has is in a set.
// Of blocks that hold an address the longest decides, and `nomatch` makes its answer a no.
import type { WrittenSet } from './packetWalkText.ts'
import {
  addressOf,
  type Block,
  blockOf,
  hasPorts,
  isIn,
  maskOf,
  numberOf,
  portsOf,
  protocolOf,
  type View,
} from './packetWalkValues.ts'

/** Whether a packet is in a set; `sides` are the words `src` and `dst` of the rule, one a field. */
export type SetTest = (view: View, sides: readonly string[]) => boolean

/** Makes the tests of all sets, by name. Throws at types and elements that it does not know. */
export function makeSets(sets: ReadonlyMap<string, WrittenSet>): ReadonlyMap<string, SetTest> {
  const tests = new Map<string, SetTest>()
  for (const [name, set] of sets) {
    tests.set(name, set.type === 'list:set' ? listTest(set, tests) : plainTest(set))
  }
  return tests
}

/** Asks its members one by one; sets may be listed that are created later. */
function listTest({ elements }: WrittenSet, tests: ReadonlyMap<string, SetTest>): SetTest {
  return (view, sides) =>
    elements.some(([member = '']) => tests.get(member)?.(view, sides) ?? unknownSet(member))
}

function unknownSet(name: string): never {
  throw new Error(`no such set: ${name}`)
}

/** Whether a field of an element holds what a packet has at a side, and how narrow it is: null, if not. */
type FieldTest = (view: View, side: string) => number | null

interface Element {
  readonly fields: readonly FieldTest[]
  readonly isException: boolean
}

function plainTest(set: WrittenSet): SetTest {
  const kinds = (set.type.split(':')[1] ?? '').split(',')
  const family = set.words[set.words.indexOf('family') + 1] === 'inet6' ? 6 : 4
  const netmask = valueBehind('netmask', set.words)
  const elements = set.elements.map(([key = '', ...options]): Element => {
    const parts = key.split(',')
    const isWild = options.includes('wildcard')
    return {
      fields: kinds.map((kind, at) => fieldTest(kind, parts[at] ?? '', netmask, isWild)),
      isException: options.includes('nomatch'),
    }
  })
  return (view, sides) => {
    // A set of two fields has nothing to say to a rule that names one.
    if (sides.length < kinds.length) return false
    if (set.type !== 'bitmap:port' && view.family !== family) return false
    if (set.type === 'bitmap:port' && ![6, 17].includes(view.protocol)) return false
    const asked = set.type === 'hash:net,iface' ? narrowest(elements, view, sides) : elements
    return decide(asked, view, sides)
  }
}

/** Those with the narrowest net around the address: with interfaces, no other is looked at. */
function narrowest(
  elements: readonly Element[],
  view: View,
  [side = '']: readonly string[],
): readonly Element[] {
  const widthOf = ({ fields: [net] }: Element): number => net?.(view, side) ?? -1
  const best = Math.max(...elements.map(widthOf))
  return elements.filter((element) => widthOf(element) === best)
}

/** The narrowest element that holds all fields decides; the first field counts most. */
function decide(elements: readonly Element[], view: View, sides: readonly string[]): boolean {
  let best: readonly number[] | null = null
  let answer = false
  for (const { fields, isException } of elements) {
    const widths = fields.map((test, at) => test(view, sides[at] ?? ''))
    if (!widths.every((width) => width !== null)) continue
    if (best !== null && !isNarrower(widths, best)) continue
    best = widths
    answer = !isException
  }
  return answer
}

function isNarrower(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((width, index) => width !== other[index])
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0)
}

function fieldTest(kind: string, text: string, netmask: number | null, isWild: boolean): FieldTest {
  const address = (view: View, side: string): bigint =>
    side === 'src' ? view.source : view.destination
  switch (kind) {
    case 'ip':
    case 'net': {
      const blocks = addressesOf(text)
      const [first] = blocks
      const width = first?.family === 6 ? 128 : 32
      const cut = netmask === null ? null : maskOf(netmask, width)
      return (view, side) => {
        const found = address(view, side)
        const asked = cut === null ? found : found & cut
        return blocks.find((block) => isIn(block, asked))?.length ?? null
      }
    }
    case 'port': {
      const test = portTest(text)
      return (view, side) => (test(view, side) ? 0 : null)
    }
    case 'iface':
      // Bridges are not walked over.
      if (text.startsWith('physdev:')) return () => null
      return (view, side) => {
        const name = side === 'src' ? view.in : view.out
        const holds = isWild ? name.startsWith(text) : name === text
        return name !== '' && holds ? 0 : null
      }
    case 'mark': {
      const mark = numberOf(text)
      return (view) => (view.mark === mark ? 0 : null)
    }
    default:
      throw new Error(`a field of sets that nobody knows: ${kind}`)
  }
}

/** One block, or a range as single addresses. */
function addressesOf(text: string): readonly Block[] {
  if (!text.includes('-')) return [blockOf(text)]
  const [from = '', to = ''] = text.split('-')
  const first = blockOf(from)
  const count = Number(addressOf(to) - first.value) + 1
  return Array.from({ length: count }, (_, at) => ({ ...first, value: first.value + BigInt(at) }))
}

/** `80`, `tcp:80`, `udp:80-90`, `icmp:8/0`, `47:0`. */
function portTest(text: string): (view: View, side: string) => boolean {
  const [before = '', behind] = text.split(/:(.*)/s)
  if (behind === undefined) {
    const [from, to] = portsOf(before)
    return (view, side) => {
      const port = portAt(view, side)
      return hasPorts(view) && from <= port && port <= to
    }
  }
  const protocol = protocolOf(before)
  if (protocol === 1 || protocol === 58) {
    const [type, code] = icmpOf(protocol, behind)
    return (view) => view.protocol === protocol && view.icmp?.[0] === type && view.icmp[1] === code
  }
  const [from, to] = portsOf(behind)
  return (view, side) => {
    const port = portAt(view, side)
    return view.protocol === protocol && from <= port && port <= to
  }
}

/** Words for types of ICMP that `ipset save` prints, by protocol. */
const icmpWords: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  1: { 'echo-request': '8/0', 'echo-reply': '0/0' },
  58: { 'echo-request': '128/0', 'echo-reply': '129/0' },
}

function icmpOf(protocol: number, text: string): readonly [number, number] {
  const [type = '', code = '0'] = (icmpWords[protocol]?.[text] ?? text).split('/')
  return [numberOf(type), numberOf(code)]
}

function portAt(view: View, side: string): number {
  if (!hasPorts(view)) return 0
  return side === 'src' ? view.sourcePort : view.destinationPort
}

function valueBehind(word: string, words: readonly string[]): number | null {
  const at = words.indexOf(word)
  return at < 0 ? null : numberOf(words[at + 1] ?? '')
}
