// Rules of iptables and elements of ipsets as short words, so that tests can say what is read.
import { type Family, printAddress } from '../../src/algebra/address.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import type {
  Action,
  Match,
  NamedSet,
  NumberRange,
  Rule,
  SetElement,
  SetPart,
  Table,
} from '../../src/ruleset/types.ts'
import { makeSource } from '../../src/source/source.ts'
import { readIpsets, readIptablesDump } from '../../targets/iptables/reading/index.ts'

/** What was read, and what was said about it: code and the text it points at. */
export interface Read {
  readonly tables: readonly Table[]
  readonly isPartial: boolean
  readonly said: readonly string[]
}

export function readDump(text: string, family?: Family, name = 'dump'): Read {
  const reporter = makeReporter()
  const options = family === undefined ? {} : { family }
  const { tables, isPartial } = readIptablesDump(makeSource(name, text), reporter, options)
  return { tables, isPartial, said: said(reporter) }
}

export function readSetDump(text: string): {
  readonly sets: ReadonlyMap<string, NamedSet>
  readonly isPartial: boolean
  readonly said: readonly string[]
} {
  const reporter = makeReporter()
  const { sets, isPartial } = readIpsets(makeSource('sets', text), reporter)
  return { sets, isPartial, said: said(reporter) }
}

function said(reporter: ReturnType<typeof makeReporter>): readonly string[] {
  return reporter.diagnostics.map(({ code, labels: [label] }) => {
    const { source, start = 0, end = 0 } = label?.span ?? {}
    return `${code} ${source?.text.slice(start, end) ?? ''}`
  })
}

/** A table with one rule in its chain `own`, which is jumped to from nowhere. */
export function tableWith(rule: string, table = 'filter'): string {
  return `*${table}\n:own - [0:0]\n:other - [0:0]\n-A own ${rule}\nCOMMIT\n`
}

/** The only rule of a table, as words. */
export function ruleWords(rule: string, table = 'filter', family: Family = 4): string {
  const { tables } = readDump(tableWith(rule, table), family)
  const [only, ...more] = tables[0]?.chains.get('own')?.rules ?? []
  if (only === undefined || more.length > 0) throw new Error(`not one rule: ${rule}`)
  return sayRule(only)
}

/** Matches, an arrow, and actions. */
export function sayRule({
  matches,
  actions,
  comment,
}: Pick<Rule, 'matches' | 'actions' | 'comment'>): string {
  const words = [matches.map(sayMatch).join(' & '), '→', actions.map(sayAction).join(', ')]
  return `${words.join(' ').trim()}${comment === null ? '' : ` // ${comment}`}`
}

function sayMatch(match: Match): string {
  return `${match.negated ? '!' : ''}${sayTest(match)}`
}

function sayRanges(ranges: readonly NumberRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

function sayTest(match: Match): string {
  switch (match.kind) {
    case 'address':
      return `${match.end} ${sayAddresses(match.set, match.family)}`
    case 'family':
      return `family ${match.family}`
    case 'protocol':
      return `protocol ${sayRanges(match.ranges)}`
    case 'port':
      return `${match.end} port ${sayRanges(match.ranges)}`
    case 'icmp':
      return `icmp ${sayRanges(match.types)}/${sayRanges(match.codes)}`
    case 'interface':
      return `${match.end} ${match.names.map(({ text, isPrefix }) => `${text}${isPrefix ? '*' : ''}`)}`
    case 'state':
      return `state ${match.states}`
    case 'translated':
      return `translated ${match.end}`
    case 'mark':
      return `${match.of} mark&${match.mask.toString(16)} ${sayRanges(match.ranges)}`
    case 'address type':
      return `${match.end} type ${match.types}`
    case 'tcp flags':
      return `flags&${match.mask}=${match.value}`
    case 'fragment':
      return 'fragment'
    case 'set': {
      const fields = match.fields.map((field) =>
        'end' in field ? `${field.kind} ${field.end}` : field.kind,
      )
      return `set ${match.name}(${fields})${match.isConditional ? '?' : ''}`
    }
    case 'boxes':
      return 'boxes'
    case 'any':
      return `(${match.of.map((all) => all.map(sayMatch).join(' & ')).join(' | ')})`
    case 'constant':
      return match.holds ? 'always' : 'never'
    case 'unknown':
      return `<${match.text}>${match.stable ? '' : '~'}`
  }
}

function sayAddresses(set: readonly { from: bigint; to: bigint }[], family: Family): string {
  const say = (value: bigint): string => printAddress({ family, value })
  return set.map(({ from, to }) => (from === to ? say(from) : `${say(from)}-${say(to)}`)).join(',')
}

function sayAction(action: Action): string {
  switch (action.kind) {
    case 'drop':
      return action.how
    case 'jump':
    case 'goto':
      return `${action.kind} ${action.chain}`
    case 'map':
      return 'map'
    case 'mark':
      return `${action.of} mark &~${action.mask.toString(16)} ^${action.value.toString(16)}`
    case 'copy mark':
      return `${action.to} mark &~${action.toMask.toString(16)} ^other&${action.fromMask.toString(16)}`
    case 'unknown mark':
      return `${action.of} mark ?${action.mask.toString(16)}`
    case 'dnat':
      return `dnat ${
        action.to?.map(({ addresses, ports, family }) => {
          const where = addresses === null ? '' : sayAddresses([addresses], family)
          return `${where}${ports === null ? '' : `:${sayRanges([ports])}`}`
        }) ?? '?'
      }`
    case 'redirect':
      return `redirect ${action.ports === null ? '' : sayRanges([action.ports])}`.trim()
    case 'log':
      return `log "${action.prefix}"`
    case 'change set':
      return `change ${action.name}`
    case 'none':
      return `(${action.name})`
    case 'unknown':
      return `<${action.text}>${action.mayDecide ? '!' : ''}`
    default:
      return action.kind
  }
}

/** The parts of an element with blanks between them. */
export function sayElement({ parts, isException }: SetElement, family: Family | null): string {
  return `${isException ? '!' : ''}${parts.map((part) => sayPart(part, family)).join(' ')}`
}

function sayPart(part: SetPart, family: Family | null): string {
  if (part.kind === 'unknown') return `<${part.text}>`
  if (part.kind === 'interface') return `${part.name.text}${part.name.isPrefix ? '*' : ''}`
  if (part.kind === 'icmp') return `${part.type}/${part.code}`
  const isSmall = part.set.every(({ to }) => to <= 65535n)
  if (family !== null && !isSmall) return sayAddresses(part.set, family)
  return part.set.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}
