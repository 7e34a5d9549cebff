// The space of flows that two policy sets can tell apart: which variables there are, and in which
// order they are decided.
import type { Bound, Variable } from '../algebra/diagram.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import {
  type Direction,
  directions,
  type Peer,
  type PodMatch,
  type PolicySet,
  type Rule,
  type Selector,
  type Traffic,
} from '../ir/types.ts'
import { type Alphabet, makeAlphabet, type Part } from './alphabet.ts'

/** An end of a flow. */
export type End = 'source' | 'destination'
export const ends: readonly End[] = ['source', 'destination']

/** Who is governed in a direction. */
export const subjectOf: Readonly<Record<Direction, End>> = {
  ingress: 'destination',
  egress: 'source',
}

/** The other one. */
export const otherEnd: Readonly<Record<End, End>> = { source: 'destination', destination: 'source' }

/** Whose labels a key belongs to. */
export type Owner = 'namespace' | 'pod' | 'serviceAccount' | 'node'

/** What a label variable holds where the label is not there; no label value holds this character. */
export const absent = '\0'

/** The value of a variable that is either so or not. */
export const yes = 'yes'

/** The variables of a space, and their numbers by what they stand for. */
export interface Space {
  readonly variables: readonly Variable[]
  /** The number of a variable that `collect` has found; throws for another. */
  readonly at: (name: string) => number
  /** For a label of which parts are tested: what its values can be told apart by. */
  readonly alphabet: (name: string) => Alphabet | undefined
}

/** Names of variables: one place for how they are spelt. */
export const names = {
  kind: (end: End): string => `${end} kind`,
  label: (end: End, owner: Owner, key: string): string => `${end} ${owner} ${key}`,
  address: (end: End, family: 4 | 6): string => `${end} IPv${family}`,
  /** Whether the one end that is a node is the own node of the other, a pod. */
  ownNode: 'own node',
  family: 'family',
  protocol: 'protocol',
  port: 'port',
  icmpType: 'ICMP type',
  icmpCode: 'ICMP code',
  /** Whether the destination gives this name to the flow's port, with the flow's protocol. */
  named: (name: string): string => `port name ${name}`,
  condition: (text: string): string => `condition ${text}`,
}

interface Mentioned {
  readonly labels: ReadonlyMap<Owner, Set<string>>
  /** By owner and key. */
  readonly values: Map<string, Set<string>>
  readonly parts: Map<string, Part[]>
  readonly ports: Set<string>
  readonly conditions: Set<string>
}

/**
 * The space for what some policy sets say of a direction. The governed end's namespace comes first,
 * since most policies are for one. Then what is a number: however many rules there are, they cut a
 * line into few pieces, and on each piece few of them have a say. Labels come last: they are what can
 * be combined without end.
 */
export function spaceOf(sets: readonly PolicySet[], direction: Direction): Space {
  const mentioned = mentionedBy(sets)
  const subject = subjectOf[direction]
  const peer = otherEnd[subject]
  const variables = [
    text(names.kind(subject)),
    text(names.label(subject, 'namespace', namespaceNameLabel)),
    text(names.family),
    number(names.protocol, 0, 255),
    number(names.port, 1, 65535),
    number(names.icmpType, 0, 255),
    number(names.icmpCode, 0, 255),
    text(names.kind(peer)),
    text(names.ownNode),
    ...addressVariables(peer),
    ...addressVariables(subject),
    ...labelVariables(subject, mentioned).slice(1),
    ...labelVariables(peer, mentioned),
    ...sorted(mentioned.ports).map((name) => text(names.named(name))),
    ...sorted(mentioned.conditions).map((one) => text(names.condition(one))),
  ]
  const numbers = new Map(variables.map(({ name }, at) => [name, at]))
  const at = (name: string): number => {
    const found = numbers.get(name)
    if (found === undefined) throw new Error(`the space has no variable "${name}"`)
    return found
  }
  const alphabets = alphabetsOf(mentioned)
  return { variables, at, alphabet: (name) => alphabets.get(name) }
}

/** Alphabets by the names of their variables, at either end. */
function alphabetsOf({ values, parts }: Mentioned): ReadonlyMap<string, Alphabet> {
  const made = [...parts].map(([name, own]) => {
    return { name, alphabet: makeAlphabet([...(values.get(name) ?? [])].sort(), own) }
  })
  return new Map(
    ends.flatMap((end) => made.map(({ name, alphabet }) => [`${end} ${name}`, alphabet] as const)),
  )
}

/** The names of namespaces and accounts come first: most of what differs, differs by them. */
function labelVariables(end: End, { labels }: Mentioned): readonly Variable[] {
  const of = (owner: Owner, first: string | null): readonly Variable[] => {
    const keys = sorted(labels.get(owner) ?? new Set()).filter((key) => key !== first)
    return [...(first === null ? [] : [first]), ...keys].map((key) =>
      text(names.label(end, owner, key)),
    )
  }
  return [
    ...of('namespace', namespaceNameLabel),
    ...of('serviceAccount', serviceAccountNameLabel),
    ...of('pod', null),
    ...of('node', null),
  ]
}

function addressVariables(end: End): readonly Variable[] {
  return [
    number(names.address(end, 4), 0, 2 ** 32 - 1),
    number(names.address(end, 6), 0n, (1n << 128n) - 1n),
  ]
}

function text(name: string): Variable {
  return { name, domain: 'text' }
}

function number(name: string, first: Bound, last: Bound): Variable {
  return { name, domain: 'number', first, last }
}

function sorted(set: ReadonlySet<string>): readonly string[] {
  return [...set].sort()
}

function mentionedBy(sets: readonly PolicySet[]): Mentioned {
  const owners: readonly Owner[] = ['namespace', 'pod', 'serviceAccount', 'node']
  const mentioned: Mentioned = {
    labels: new Map(owners.map((owner) => [owner, new Set<string>()])),
    values: new Map(),
    parts: new Map(),
    ports: new Set(),
    conditions: new Set(),
  }
  for (const policy of sets.flatMap(({ tiers }) => tiers.flatMap(({ policies }) => policies))) {
    noteMatch(policy.subject, mentioned)
    for (const direction of directions) {
      for (const rule of policy[direction]?.rules ?? []) noteRule(rule, mentioned)
    }
  }
  return mentioned
}

function noteRule({ subjects, peers, traffic, conditions }: Rule, mentioned: Mentioned): void {
  for (const peer of [...subjects, ...peers]) notePeer(peer, mentioned)
  for (const one of traffic) noteTraffic(one, mentioned)
  for (const condition of conditions) mentioned.conditions.add(condition)
}

function notePeer(peer: Peer, mentioned: Mentioned): void {
  switch (peer.kind) {
    case 'any':
    case 'external':
    case 'cidr':
      break
    case 'pods':
      noteMatch(peer, mentioned)
      break
    case 'hosts':
      noteSelector(peer.nodes, 'node', mentioned)
      break
    case 'not':
      notePeer(peer.of, mentioned)
      break
    case 'and':
    case 'or':
      for (const one of peer.of) notePeer(one, mentioned)
  }
}

function noteMatch({ namespaces, pods, serviceAccounts }: PodMatch, mentioned: Mentioned): void {
  noteSelector(namespaces, 'namespace', mentioned)
  noteSelector(pods, 'pod', mentioned)
  noteSelector(serviceAccounts, 'serviceAccount', mentioned)
}

function noteSelector(selector: Selector, owner: Owner, mentioned: Mentioned): void {
  switch (selector.kind) {
    case 'all':
      break
    case 'exists':
      mentioned.labels.get(owner)?.add(selector.key)
      break
    case 'in': {
      const known = mentioned.values.get(`${owner} ${selector.key}`) ?? new Set()
      for (const value of selector.values) known.add(value)
      mentioned.values.set(`${owner} ${selector.key}`, known)
      mentioned.labels.get(owner)?.add(selector.key)
      break
    }
    case 'part': {
      const known = mentioned.parts.get(`${owner} ${selector.key}`) ?? []
      mentioned.parts.set(`${owner} ${selector.key}`, [...known, selector])
      mentioned.labels.get(owner)?.add(selector.key)
      break
    }
    case 'not':
      noteSelector(selector.of, owner, mentioned)
      break
    case 'and':
    case 'or':
      for (const part of selector.of) noteSelector(part, owner, mentioned)
  }
}

function noteTraffic(traffic: Traffic, mentioned: Mentioned): void {
  if (traffic.kind === 'ports' && traffic.ports.kind === 'named') {
    mentioned.ports.add(traffic.ports.name)
  }
  if (traffic.kind === 'not') noteTraffic(traffic.of, mentioned)
  if (traffic.kind === 'and') for (const part of traffic.of) noteTraffic(part, mentioned)
}
