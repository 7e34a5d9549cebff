// What keeps a report from being whole, in words.
import type { Code } from '../diagnostics/catalog.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { positionAt } from '../source/source.ts'
import type { AuditRequest } from './audit.ts'
import type { ReadDumps } from './dumps.ts'
import type { Facts } from './facts.ts'
import { countOf } from './report/arrange.ts'

/** Codes of what could not be read. */
const unread: readonly Code[] = ['NP8001', 'NP8002', 'NP8005', 'NP1001']

/** A sentence for each file that was not read whole, and for what could not be done without. */
export function partialOf(
  { routes = [], policies = [] }: AuditRequest,
  { partial }: ReadDumps,
  facts: Facts,
  found: readonly Diagnostic[],
): readonly string[] {
  const lost = found.filter(({ code }) => unread.includes(code))
  const files = [...partial, ...routes.map(({ name }) => name).filter((name) => isIn(name, lost))]
  const isCompared = facts.policies !== null && facts.cluster !== null && facts.node !== null
  return [
    ...[...new Set(files)].map((file) => fileWords(file, lost)),
    ...(policies.length === 0 || isCompared
      ? []
      : [`the rules were not compared with the policies, ${lackOf(facts)}`]),
  ]
}

function lackOf({ policies, cluster }: Facts): string {
  if (policies === null) return 'which could not be read'
  return cluster === null
    ? 'as no snapshot was read that says whose addresses there are'
    : 'as it is not known which node of the snapshot was dumped'
}

function isIn(file: string, findings: readonly Diagnostic[]): boolean {
  return findings.some(({ labels: [first] }) => first?.span.source.name === file)
}

function fileWords(file: string, lost: readonly Diagnostic[]): string {
  const places = lost.flatMap(({ labels: [first] }) =>
    first?.span.source.name === file ? [first.span] : [],
  )
  const [first] = places.sort((a, b) => a.start - b.start)
  if (first === undefined) return `${file} was not read whole`
  const { line } = positionAt(first.source, first.start)
  return `${file} could not be read at ${countOf(places.length, 'place')}, the first in line ${line}`
}
