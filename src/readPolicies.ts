// Sources → one policy set, whatever the dialects, and the faults of input that holds no policy.
import { dialects } from '../targets/index.ts'
import { byName } from './algebra/order.ts'
import type { Reporter } from './diagnostics/diagnostic.ts'
import type { Dialect, ReadContext, ReadSettings, Standing } from './dialect.ts'
import type { PolicySet, Tier } from './ir/types.ts'
import { sortOut } from './sortOut.ts'
import type { LocatedDocument } from './source/located.ts'
import { readDocuments } from './source/read.ts'
import { type Resource, resourcesOf } from './source/resources.ts'
import type { Source } from './source/source.ts'

/** Policies as read, before any pass, and what was no policy. */
export interface ReadResult {
  readonly set: PolicySet
  readonly passedOver: ReadonlyMap<string, number>
  /** All objects that some dialect takes, in the order of the input. */
  readonly objects: readonly Resource[]
}

/** Reads policies of every dialect into one set; what is wrong is reported with its place. */
export function readPolicies(
  sources: readonly Source[],
  namespace: string | undefined,
  reporter: Reporter,
  settings: ReadSettings = {},
): ReadResult {
  const sorted = [...sources].sort(byName)
  const files = sorted.map((source) => readSource(source, reporter))
  reportEmpty(files, reporter)
  const documents = files.flatMap((one) => one.documents)
  const resources = documents.flatMap((document) => resourcesOf(document, reporter))
  const { byDialect, passedOver } = sortOut(resources, reporter)
  const context: ReadContext = {
    namespace: checkNamespace(namespace ?? 'default', reporter),
    reporter,
    ...settings,
  }
  const used = dialects.filter((dialect) => (byDialect.get(dialect) ?? []).length > 0)
  const readAll = (some: readonly Dialect[], by: ReadContext): readonly ReadDialect[] =>
    some.map((dialect) => ({ dialect, tiers: dialect.read(byDialect.get(dialect) ?? [], by) }))
  const outer = readAll(used.filter(isOuter), context).flatMap(standingTiers)
  const standings = new Set(outer.map(({ standing }) => standing))
  const inner = readAll(
    used.filter((one) => !isOuter(one)),
    { ...context, outer: standings },
  )
  if (used.length === 0 && reporter.errors === 0) {
    reportNoPolicy(documents, passedOver, reporter)
  }
  const of = (wanted: Standing): readonly Tier[] =>
    outer.flatMap(({ tier, standing }) => (standing === wanted ? [tier] : []))
  const tiers = [...of('before'), ...joined(inner, reporter), ...of('after')]
  const taken = new Set([...byDialect.values()].flat())
  return { set: { tiers }, passedOver, objects: resources.filter((one) => taken.has(one)) }
}

interface ReadDialect {
  readonly dialect: Dialect
  readonly tiers: readonly Tier[]
}

function isOuter({ standing }: Dialect): boolean {
  return standing !== undefined
}

/** The tiers of a dialect whose tiers have a standing, each with its own. */
function standingTiers({
  dialect: { standing = {} },
  tiers,
}: ReadDialect): { tier: Tier; standing: Standing }[] {
  return tiers.map((tier) => ({ tier, standing: standing[tier.name] ?? 'before' }))
}

/** One engine enforces all of it: Kubernetes policies stand where that engine puts them. */
function joined(read: readonly ReadDialect[], reporter: Reporter): readonly Tier[] {
  const engines = read.filter(({ dialect }) => dialect.adopt !== undefined)
  const [engine] = engines
  if (engines.length > 1) {
    const titles = engines.map(({ dialect }) => dialect.title).join(' and ')
    reporter.report('NP1017', { message: `the input holds policies of ${titles}` })
  }
  const others = read.filter((one) => one !== engine).flatMap(({ tiers }) => tiers)
  if (engine?.dialect.adopt === undefined) return others
  const { adopt } = engine.dialect
  return others.reduce<readonly Tier[]>((own, tier) => adopt(own, tier), engine.tiers)
}

interface ReadSource {
  readonly source: Source
  readonly documents: readonly LocatedDocument[]
  readonly isEmpty: boolean
}

function readSource(source: Source, reporter: Reporter): ReadSource {
  const before = reporter.errors
  const documents = readDocuments(source, reporter)
  return { source, documents, isEmpty: documents.length === 0 && reporter.errors === before }
}

/** One empty file among others is worth a warning; nothing but empty files is an error. */
function reportEmpty(read: readonly ReadSource[], reporter: Reporter): void {
  const severity = read.every(({ isEmpty }) => isEmpty) ? 'error' : 'warning'
  for (const { source } of read.filter(({ isEmpty }) => isEmpty)) {
    const at = { source, start: 0, end: 0 }
    const help = 'check that the file is the one you meant'
    reporter.report('NP1001', { message: 'the file holds no document', at, severity, help })
  }
}

function reportNoPolicy(
  documents: readonly LocatedDocument[],
  passedOver: ReadonlyMap<string, number>,
  reporter: Reporter,
): void {
  const [first] = documents
  if (first === undefined) {
    reporter.report('NP6006', { message: 'there is nothing to compile', help: 'name a file' })
    return
  }
  const counts = [...passedOver].map(([kind, count]) => `${count} ${kind}`)
  const { source, root } = first
  reporter.report('NP1012', {
    message: `no policy in the input${counts.length === 0 ? '' : `, only ${counts.join(', ')}`}`,
    at: { source, start: root.start, end: Math.min(root.end, root.start + 1) },
    help: 'name files that hold a NetworkPolicy',
  })
}

function checkNamespace(namespace: string, reporter: Reporter): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return namespace
  reporter.report('NP6004', {
    message: `"${namespace}" is not the name of a namespace`,
    help: 'up to 63 lower-case letters, digits and "-", with a letter or digit at both ends',
  })
  return 'default'
}
