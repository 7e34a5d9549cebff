// What was read and who wrote it, in short lines that all forms for people share.
import { printAddress, printCidr } from '../../algebra/address.ts'
import { countOf, cut } from './arrange.ts'
import type {
  AddressGroup,
  AuditReport,
  GeneratorReport,
  PurposeReport,
  ReadInput,
  ServiceMatrix,
  SetsSummary,
  Share,
  TableSummary,
  WayReport,
} from './types.ts'

/** `iptables-save, IPv4: filter (12 chains, 40 rules), nat (…)` */
export function inputWords({ form, tables, ipsets }: ReadInput): string {
  const sets = ipsets.sets === 0 && form !== 'ipset save' ? [] : [setsWords(ipsets)]
  const parts = [...tables.map(tableWords), ...sets]
  return `${form}: ${parts.length === 0 ? 'nothing' : parts.join(', ')}`
}

const shares: Readonly<Record<Share, string>> = {
  all: 'all',
  some: 'some',
  none: 'none',
  depends: 'depends',
  'some depend': 'depends for some',
}

/** `FORWARD, IPv4: new connections let on: some; open connections: all` */
export function wayWords({ path, family, opening, established, isTranslating }: WayReport): string {
  const translation = isTranslating ? '; some are sent elsewhere' : ''
  return `${path}, IPv${family}: new connections let on: ${shares[opening]}; open connections: ${shares[established]}${translation}`
}

function tableWords({ name, families, chains, rules, sets, elements }: TableSummary): string {
  const own = sets === 0 ? [] : [setsWords({ sets, elements })]
  const counts = [countOf(chains, 'chain'), countOf(rules, 'rule'), ...own]
  return `${name} of ${families.map((one) => `IPv${one}`).join(' and ')} (${counts.join(', ')})`
}

function setsWords({ sets, elements }: SetsSummary): string {
  return `${countOf(sets, 'set')} of ${countOf(elements, 'element')}`
}

/** `45 chains, 230 rules` */
export function generatorWords({
  chains,
  rules,
}: Pick<GeneratorReport, 'chains' | 'rules'>): string {
  return `${countOf(chains, 'chain')}, ${countOf(rules, 'rule')}`
}

/** `ingress of a policy (3): policy shop/db, policy shop/web and 1 more` */
export function purposeWords({ purpose, chains, subjects }: PurposeReport, most: number): string {
  const names = subjects.length === 0 ? '' : `: ${listWords(subjects, most)}`
  return `${purpose} (${chains})${names}`
}

/** `a, b and 3 more` */
export function listWords(items: readonly string[], most: number): string {
  const { shown, more } = cut(items, most)
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`
}

/** `FORWARD, IPv4, 5432/TCP` */
export function matrixTitle({ path, family, traffic }: ServiceMatrix): string {
  return `${traffic}, ${path}, IPv${family}`
}

/** The group's name, and its blocks where they are few and are not its name. */
export function groupWords({ name, blocks }: AddressGroup, most: number): string {
  const [first] = blocks
  if (first === undefined) return name
  const isNamedByThem = name.startsWith(printAddress({ family: first.family, value: first.base }))
  if (name !== '' && (isNamedByThem || blocks.length > most)) return name
  const list = listWords(blocks.map(printCidr), most)
  return name === '' ? list : `${name}: ${list}`
}

/** A matrix ready to be drawn: rows of cells, and what the conditions in them stand for. */
export interface DrawnMatrix {
  /** `cells[from][to]`: `yes`, `-`, or `?1,2` with numbers into `conditions`. */
  readonly cells: readonly (readonly string[])[]
  readonly conditions: readonly string[]
}

/** Draws a matrix; conditions are numbered in the order in which they first come. */
export function drawMatrix({ groups, reach }: ServiceMatrix): DrawnMatrix {
  const conditions = new Map<string, number>()
  const cells = groups.map(() => groups.map(() => '-'))
  for (const { from, to, answer, on } of reach) {
    const numbers = on.map((one) => {
      const number = conditions.get(one) ?? conditions.size + 1
      conditions.set(one, number)
      return number
    })
    const row = cells[from]
    if (row !== undefined) row[to] = answer === 'allowed' ? 'yes' : `?${numbers.join(',')}`
  }
  return { cells, conditions: [...conditions.keys()] }
}

/** The first line of every form for people. */
export function partialWords({ partial }: AuditReport): string | null {
  return partial.length === 0
    ? null
    : `PARTIAL: not everything was read; what is said may be incomplete`
}
