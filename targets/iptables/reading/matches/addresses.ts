// Matches on addresses: ranges, the kernel's types of them, and ipsets.
import { union } from '../../../../src/algebra/interval.ts'
import type { PacketEnd, PacketField } from '../../../../src/ruleset/types.ts'
import {
  type Extent,
  each,
  extentOf,
  firstValue,
  type MatchExtension,
  type OptionReader,
  type OptionUse,
  optionsOf,
  type RuleParts,
  readOption,
  textOf,
} from '../extension.ts'
import { readAddressRange } from '../values.ts'

function rangeReader(end: PacketEnd): OptionReader {
  return (use, { family }) => {
    const range = readAddressRange(firstValue(use), family)
    return range && { kind: 'address', end, family, set: union([range]) }
  }
}

const addressTypes: readonly string[] = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
]

function typeReader(end: PacketEnd): OptionReader {
  return (use) => {
    const words = firstValue(use).toLowerCase().split(',')
    const types = addressTypes.filter((type) => words.includes(type))
    const isValid = words.every((word) => addressTypes.includes(word))
    return isValid ? { kind: 'address type', end, types } : undefined
  }
}

/** With `--limit-iface-in` or `-out` the type is asked of one interface: that is not modelled. */
function readAddressTypes(uses: readonly OptionUse[], rule: RuleParts): void {
  const limits = uses.filter(({ name }) => name.startsWith('limit-'))
  for (const use of uses) {
    if (limits.includes(use)) continue
    const reader = typeReader(use.name === 'src-type' ? 'source' : 'destination')
    if (limits.length === 0) readOption(use, reader, rule)
    else {
      const text = textOf('addrtype', [{ ...use, negated: false }, ...limits], false)
      rule.add(rule.unknown('addrtype', text, 'filter'), use.negated, use)
    }
  }
}

/** What more is asked of an element than to be there. */
const conditions: readonly string[] = [
  'return-nomatch',
  'packets-eq',
  'packets-lt',
  'packets-gt',
  'bytes-eq',
  'bytes-lt',
  'bytes-gt',
]

const ends: ReadonlyMap<string, PacketEnd> = new Map([
  ['src', 'source'],
  ['dst', 'destination'],
])

const knownFlags = new Map<string, readonly PacketField[] | undefined>()
const maxFlags = 6

/** The flags of `--match-set` as ends: fields follow when the type of the set is known. */
function fieldsOfFlags(text: string): readonly PacketField[] | undefined {
  if (knownFlags.has(text)) return knownFlags.get(text)
  const found = text.split(',').map((flag) => ends.get(flag))
  const fields = found.flatMap((end) =>
    end === undefined ? [] : [{ kind: 'address' as const, end }],
  )
  const isValid = fields.length === found.length && found.length <= maxFlags
  if (knownFlags.size < 200) knownFlags.set(text, isValid ? fields : undefined)
  return isValid ? fields : undefined
}

function readSet(uses: readonly OptionUse[], rule: RuleParts, at: Extent): void {
  const isConditional = uses.some(({ name }) => conditions.includes(name))
  const extent = extentOf(uses, at)
  for (const use of uses) {
    if (use.name !== 'match-set') continue
    const [name, flags] = use.values
    const fields = fieldsOfFlags(flags?.text ?? '')
    const read: OptionReader = () =>
      fields && { kind: 'set', name: name?.text ?? '', fields, isConditional }
    readOption(isConditional ? { ...use, ...extent } : use, read, rule)
  }
}

/** Extensions that ask for addresses. */
export const addressMatches: readonly MatchExtension[] = [
  each('iprange', 'src-range=1 dst-range=1', 'filter', {
    'src-range': rangeReader('source'),
    'dst-range': rangeReader('destination'),
  }),
  {
    name: 'addrtype',
    protocol: null,
    options: optionsOf('src-type=1 dst-type=1 limit-iface-in limit-iface-out'),
    read: readAddressTypes,
  },
  {
    name: 'set',
    protocol: null,
    options:
      optionsOf(`match-set|set=2 return-nomatch update-counters update-subcounters packets-eq=1
      packets-lt=1 packets-gt=1 bytes-eq=1 bytes-lt=1 bytes-gt=1`),
    read: readSet,
  },
]
