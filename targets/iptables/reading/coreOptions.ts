// Options that every rule can have: iptables(8).

import { union } from '../../../src/algebra/interval.ts'
import type { InterfacePattern, PacketEnd } from '../../../src/ruleset/types.ts'
import {
  firstValue,
  type Option,
  type OptionReader,
  type OptionUse,
  readOption,
} from './extension.ts'
import type { RuleReader } from './ruleReader.ts'
import { all, isBlock, readAddresses, readProtocol } from './values.ts'

/** An option of the core and what it does to the rule. */
export interface CoreOption extends Option {
  readonly read: (use: OptionUse, rule: RuleReader) => void
}

function addressReader(end: PacketEnd): OptionReader {
  return (use, rule) => {
    const { family } = rule
    const text = firstValue(use)
    const parts = text.split(',')
    const sets = all(parts.map((part) => readAddresses(part, family)))
    const [only] = sets ?? []
    if (sets === undefined || only === undefined) {
      const isValid = parts.every((part) => isBlock(part, family))
      return isValid ? rule.unknown(`--${end}`, `--${end} ${text}`, 'filter') : undefined
    }
    const set = sets.length === 1 ? only : union(sets.flat())
    const [first] = set
    const last = family === 4 ? 0xffffffffn : (1n << 128n) - 1n
    const isAll = set.length === 1 && first?.from === 0n && first.to === last
    return isAll ? 'always' : { kind: 'address', end, family, set }
  }
}

/** `eth+` is every name that begins so, and `+` every name: that says nothing. */
function interfaceReader(end: 'in' | 'out'): OptionReader {
  return (use) => {
    const text = firstValue(use)
    if (text === '+') return 'always'
    const isPrefix = text.endsWith('+')
    const name: InterfacePattern = { text: isPrefix ? text.slice(0, -1) : text, isPrefix }
    return { kind: 'interface', end, names: [name] }
  }
}

function readProtocolOption(use: OptionUse, rule: RuleReader): void {
  const read: OptionReader = () => {
    const number = readProtocol(firstValue(use))
    if (number === 0) return 'always'
    if (number === undefined) return undefined
    if (!use.negated) rule.setProtocol(number)
    return { kind: 'protocol', ranges: [{ from: number, to: number }] }
  }
  readOption(use, read, rule)
}

function readCounters({ values }: OptionUse, rule: RuleReader): void {
  const [packets, bytes] = values.map(({ text }) => (/^\d+$/.test(text) ? BigInt(text) : 0n))
  if (packets !== undefined && bytes !== undefined) rule.setCounters({ packets, bytes })
}

const reads =
  (reader: OptionReader): CoreOption['read'] =>
  (use, rule) =>
    readOption(use, reader, rule)

const target =
  (isGoto: boolean): CoreOption['read'] =>
  (use, rule) => {
    const [word] = use.values
    if (word !== undefined) rule.setTarget(word, use.start, isGoto)
  }

const otherFamily =
  (family: 4 | 6): CoreOption['read'] =>
  (_, rule) => {
    if (rule.family !== family) rule.setForeign()
  }

const nothing: CoreOption['read'] = () => {}

type Row = readonly [words: string, values: number, read: CoreOption['read']]

const rows: readonly Row[] = [
  ['-s --source --src', 1, reads(addressReader('source'))],
  ['-d --destination --dst', 1, reads(addressReader('destination'))],
  ['-p --protocol --proto', 1, readProtocolOption],
  ['-i --in-interface', 1, reads(interfaceReader('in'))],
  ['-o --out-interface', 1, reads(interfaceReader('out'))],
  ['-f --fragment --fragments', 0, reads(() => ({ kind: 'fragment' }))],
  ['-j --jump', 1, target(false)],
  ['-g --goto', 1, target(true)],
  ['-m --match', 1, (use, rule) => rule.load(firstValue(use), use)],
  ['-c --set-counters', 2, readCounters],
  ['-4 --ipv4', 0, otherFamily(4)],
  ['-6 --ipv6', 0, otherFamily(6)],
  ['-n --numeric', 0, nothing],
  ['-v --verbose', 0, nothing],
  ['-x --exact', 0, nothing],
]

/** Options of the core by their words, dashes included. */
export const coreOptions: ReadonlyMap<string, CoreOption> = new Map(
  rows.flatMap(([words, values, read]) => {
    const names = words.split(' ')
    const name = (names[1] ?? '').replace(/^-+/, '')
    return names.map((word) => [word, { name, values, read }] as const)
  }),
)
