// What a migration did to each object of the source, as data: the report in both of its forms is made
// from it.
import { defaultTier } from '../../targets/calico/reading/tiers.ts'
import { groupBy } from '../algebra/order.ts'
import type { Diagnostic, Severity } from '../diagnostics/diagnostic.ts'
import { groupOf } from '../emit/manifest.ts'
import type { ObjectName, OutputFile } from '../emit/target.ts'
import { directions, type Policy, type PolicySet, type Tier } from '../ir/types.ts'
import { flowWords } from '../proof/words.ts'
import { byOrder } from '../semantics/evaluate.ts'
import { roleOf } from '../sortOut.ts'
import { nodeAt } from '../source/located.ts'
import { fileAndLine, type Origin } from '../source/origin.ts'
import type { Resource } from '../source/resources.ts'
import { positionAt, type Span } from '../source/source.ts'
import { objectKey } from './files.ts'
import type { Difference, Loss, MigrationProof } from './prove.ts'

/** What became of an object. */
export type Outcome =
  /** The proof found no flow that it decides and the output decides differently. */
  | 'exact'
  | Loss
  /** Narrower for some flows, and wider for others. */
  | 'different'
  | 'undecided'
  /** What it says of hosts is not in the output, and its notes say what that means. */
  | 'not carried'
  /** No engine enforces it. */
  | 'not enforced'
  /** Policies refer to it; what it says is in their outputs. */
  | 'part of others'

/** One flow that differs, and where the source decides it. */
export interface ReportedDifference {
  readonly loss: Loss
  readonly direction: string
  readonly flow: string
  /** `file:line` of the rule; null where the end of a tier decides. */
  readonly rule: string | null
}

/** Something that was said of an object. */
export interface Note {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly at: string
  readonly help?: string
}

/** One object of the source. */
export interface ObjectReport {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
  /** `file:line` */
  readonly at: string
  readonly outcome: Outcome
  /** Files of the output that it became. */
  readonly outputs: readonly string[]
  /** Rules that it had, and that its outputs have. */
  readonly rules: { readonly before: number; readonly after: number }
  readonly differences: readonly ReportedDifference[]
  readonly notes: readonly Note[]
}

/** The whole migration. */
export interface MigrationReport {
  readonly target: string
  readonly outcome: Outcome
  readonly universe: string
  /** What the proof rests on, a sentence each. */
  readonly assumptions: readonly string[]
  readonly objects: readonly ObjectReport[]
  /** Differences that no object of the source is the reason of. */
  readonly unattributed: readonly ReportedDifference[]
  /** Notes that are about no object. */
  readonly notes: readonly Note[]
  /** Files in the order in which they are to be applied. */
  readonly apply: readonly string[]
  /** Policies of the source in the order in which they are to be removed afterwards. */
  readonly remove: readonly string[]
  /** Policies of the source whose place a file takes, since it has their name. */
  readonly replace: readonly string[]
  /** Files of the way back. */
  readonly rollback: readonly string[]
}

/** What the report is made of. */
export interface Facts {
  readonly target: string
  readonly universe: string
  readonly assumptions: readonly string[]
  readonly objects: readonly Resource[]
  readonly source: PolicySet
  readonly output: PolicySet
  /** In the order of application. */
  readonly files: readonly OutputFile[]
  readonly rollback: readonly OutputFile[]
  /** Namespace of objects that name none. */
  readonly namespace: string
  /** Where the files come from, by their paths as the proof knows them. */
  readonly origins: ReadonlyMap<string, Origin | undefined>
  readonly proof: MigrationProof
  readonly diagnostics: readonly Diagnostic[]
}

/** The report; every object of the source is in it. */
export function reportOf(facts: Facts): MigrationReport {
  const { objects, proof, diagnostics, files } = facts
  const owners = new Owners(objects)
  const found = groupBy(proof.differences, (one) =>
    one.policy === null ? null : ownerOfDifference(one, facts, owners),
  )
  const said = groupBy(diagnostics, ({ labels }) => owners.at(labels[0]?.span))
  const differences = (owner: Resource | null): readonly ReportedDifference[] =>
    (found.get(owner) ?? []).map(reported)
  const notes = (owner: Resource | null): readonly Note[] => (said.get(owner) ?? []).map(noteOf)
  const before = countRules(facts.source, owners)
  const after = countRules(facts.output, owners)
  const written = filesByOwner(facts, owners)
  const made = objects.map((object): ObjectReport => {
    const outputs = written.get(object) ?? []
    const [own, told] = [differences(object), notes(object)]
    return {
      ...identityOf(object),
      outcome: outcomeOf(object, own, told, facts),
      outputs: outputs.map(({ path }) => path),
      rules: { before: before.get(object) ?? 0, after: after.get(object) ?? 0 },
      differences: own,
      notes: told,
    }
  })
  return {
    target: facts.target,
    outcome: overall(made, proof),
    universe: facts.universe,
    assumptions: facts.assumptions,
    objects: made,
    unattributed: differences(null),
    notes: notes(null),
    apply: files.map(({ path }) => path),
    ...fates(facts, owners),
    rollback: facts.rollback.map(({ path }) => path),
  }
}

/** Finds the object that a place is in. */
class Owners {
  private readonly byFile: ReadonlyMap<string, readonly Resource[]>

  constructor(objects: readonly Resource[]) {
    this.byFile = groupBy(
      [...objects].sort((a, b) => a.document.root.start - b.document.root.start),
      ({ document }) => document.source.name,
    )
  }

  at(span: Span | undefined): Resource | null {
    if (span === undefined) return null
    const near = this.byFile.get(span.source.name) ?? []
    let low = 0
    let high = near.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((near[middle]?.document.root.start ?? 0) <= span.start) low = middle + 1
      else high = middle
    }
    const found = near[low - 1]
    return found !== undefined && span.start <= found.document.root.end ? found : null
  }
}

/** A policy of the output stands for the one of the source that its file comes from. */
function ownerOfDifference(
  { policy, side }: Difference,
  { origins }: Facts,
  owners: Owners,
): Resource | null {
  if (side === 'source') return owners.at(policy?.origin.span)
  return owners.at(origins.get(policy?.origin.span.source.name ?? '')?.span)
}

function reported({ loss, direction, example, rule, side }: Difference): ReportedDifference {
  const at = rule === null || side === 'output' ? null : fileAndLine(rule.origins[0])
  return { loss, direction, flow: flowWords(example), rule: at }
}

function noteOf({ code, severity, message, labels, help, file }: Diagnostic): Note {
  const span = labels[0]?.span
  const at = span === undefined ? (file ?? '') : placeOf(span)
  return { code, severity, message, at, ...(help === undefined ? {} : { help }) }
}

function placeOf(span: Span): string {
  return `${span.source.name}:${positionAt(span.source, span.start).line}`
}

function identityOf({ apiVersion, kind, document }: Resource): {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
  readonly at: string
} {
  const { root, source } = document
  const text = (key: string): string | null => {
    const node = nodeAt(root, ['metadata', key])
    return node?.kind === 'scalar' && node.value !== null ? String(node.value) : null
  }
  const at = placeOf({ source, start: root.start, end: root.end })
  return { apiVersion, kind, namespace: text('namespace'), name: text('name') ?? '', at }
}

function outcomeOf(
  object: Resource,
  differences: readonly ReportedDifference[],
  notes: readonly Note[],
  { proof }: Facts,
): Outcome {
  const role = roleOf(object)
  if (role === 'inert') return 'not enforced'
  if (role === 'part') return 'part of others'
  const losses = new Set(differences.map(({ loss }) => loss))
  const [only] = losses
  if (only !== undefined) return losses.size > 1 ? 'different' : only
  if (notes.some(({ code }) => code === 'NP2024')) return 'not carried'
  if (notes.some(cannotAssume)) return 'undecided'
  return proof.undecided.length > 0 || !proof.isAttributed ? 'undecided' : 'exact'
}

/** Of an assumption that is not true the proof proves nothing. */
function cannotAssume({ code, severity }: Note): boolean {
  return code === 'NP5004' && severity !== 'note'
}

function overall(objects: readonly ObjectReport[], proof: MigrationProof): Outcome {
  if (proof.undecided.length > 0) return 'undecided'
  const losses = new Set(proof.differences.map(({ loss }) => loss))
  const [only] = losses
  if (only !== undefined) return losses.size > 1 ? 'different' : only
  const worst: readonly Outcome[] = ['undecided', 'not carried']
  return worst.find((one) => objects.some(({ outcome }) => outcome === one)) ?? 'exact'
}

function countRules({ tiers }: PolicySet, owners: Owners): ReadonlyMap<Resource | null, number> {
  const counts = new Map<Resource | null, number>()
  for (const policy of tiers.flatMap(({ policies }) => policies)) {
    const owner = owners.at(policy.origin.span)
    counts.set(owner, (counts.get(owner) ?? 0) + rulesIn(policy))
  }
  return counts
}

/** The files of each object: one of several policies of one name is the output of each of them. */
function filesByOwner(
  { files, output }: Facts,
  owners: Owners,
): ReadonlyMap<Resource | null, readonly OutputFile[]> {
  const inFiles = groupBy(
    output.tiers.flatMap(({ policies }) => policies),
    ({ namespace, name }) => `${namespace ?? ''}/${name}`,
  )
  const pairs = files.flatMap((file) => {
    const first = owners.at(file.origin?.span)
    const name = file.object && `${file.object.namespace ?? ''}/${file.object.name}`
    const others = (inFiles.get(name ?? '') ?? []).map(({ origin }) => owners.at(origin.span))
    return [...new Set([first, ...others])].map((owner) => ({ owner, file }))
  })
  return new Map(
    [...groupBy(pairs, ({ owner }) => owner)].map(([owner, own]) => [
      owner,
      own.map(({ file }) => file),
    ]),
  )
}

/** The rules of a policy, in both directions. */
export function rulesIn(policy: Policy): number {
  return directions.reduce((sum, direction) => sum + (policy[direction]?.rules.length ?? 0), 0)
}

/**
 * The last that is asked goes first: what stays behind decides as it did. Tiers after the one in which
 * Kubernetes policies stand go at the very end: what still passes must not find them gone.
 */
function fates(
  { source: { tiers }, files, namespace }: Facts,
  owners: Owners,
): Pick<MigrationReport, 'remove' | 'replace'> {
  const lastFirst = (own: readonly Tier[]): readonly Policy[] =>
    own.flatMap((tier) => [...tier.policies].sort(byOrder)).toReversed()
  const [later, others] = [tiers.filter(isBehind), tiers.filter((tier) => !isBehind(tier))]
  const policies = [...lastFirst(others), ...lastFirst(later)]
  const found = new Set(policies.flatMap(({ origin }) => owners.at(origin.span) ?? []))
  const written = new Set(files.flatMap(({ object }) => (object ? [objectKey(object)] : [])))
  const isReplaced = (one: Resource): boolean => written.has(objectKey(nameOf(one, namespace)))
  const names = (replaced: boolean): readonly string[] =>
    [...found].filter((one) => isReplaced(one) === replaced).map(words)
  return { remove: names(false), replace: names(true) }
}

/** Whether a tier is asked after the policies of Kubernetes. */
function isBehind({ order }: Tier): boolean {
  const own = defaultTier.order ?? Number.POSITIVE_INFINITY
  return order !== undefined && (order ?? Number.POSITIVE_INFINITY) > own
}

function words(object: Resource): string {
  return fullName(identityOf(object))
}

/** As kubectl tells kinds of one name apart: `NetworkPolicy.projectcalico.org shop/web`. */
export function fullName({
  apiVersion,
  kind,
  namespace,
  name,
}: Pick<ObjectReport, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  const group = groupOf(apiVersion)
  return plainName({ kind: group === '' ? kind : `${kind}.${group}`, namespace, name })
}

/** The kind and the name, as people say them. */
export function plainName({
  kind,
  namespace,
  name,
}: Pick<ObjectReport, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace === null ? name : `${namespace}/${name}`}`
}

/** An object's name in the cluster, where one that names no namespace may be of the default one. */
export function nameOf(object: Resource, defaultNamespace: string): ObjectName {
  const { apiVersion, kind, namespace, name } = identityOf(object)
  const isClusterWide = /^(Global|ClusterNetworkPolicy|CiliumClusterwide|Tier)/.test(kind)
  const home = isClusterWide ? null : (namespace ?? defaultNamespace)
  return { group: groupOf(apiVersion), kind, namespace: home, name }
}
