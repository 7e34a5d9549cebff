// What a comparison takes for granted, from what the user says of the cluster; and in words, since no
// answer is printed without it.
import { type Cidr, cidrsOverlap, parseCidr, printCidr } from '../algebra/address.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { IpBlockReading } from '../semantics/evaluate.ts'
import type { Premises } from './compare.ts'
import type { KnownLabels } from './universe.ts'

/** Nothing is known of labels. */
export const noLabels: KnownLabels = { namespaces: null, values: [] }

/** Steps of computation that a comparison may take: some seconds. */
export const defaultBudget = 4_000_000

/** What the user says of the cluster, as words. */
export interface GivenFacts {
  /** `literal` drops assumption A1. */
  readonly ipBlock: 'external' | 'literal'
  readonly podCidrs: readonly string[]
  readonly nodeCidrs: readonly string[]
  /** Members of the cluster that blocks mean beside what is outside, as a setting of the engine. */
  readonly cidrMatch?: readonly ('pod' | 'host')[]
  /** Labels as a snapshot has them, where the output rests on it. */
  readonly labels?: KnownLabels
}

/**
 * The premises; words that are no CIDR, and facts that contradict each other, are reported as NP6004.
 * Where the addresses of pods or nodes are known, blocks are read as meaning them too.
 */
export function readPremises(given: GivenFacts, reporter: Reporter): Premises {
  const read = (option: string, words: readonly string[]): readonly Cidr[] =>
    words.flatMap((word) => readCidr(option, word, reporter))
  const podCidrs = read('pod-cidr', given.podCidrs)
  const nodeCidrs = read('node-cidr', given.nodeCidrs)
  for (const pod of podCidrs) {
    for (const node of nodeCidrs.filter((one) => cidrsOverlap(one, pod))) {
      reporter.report('NP6004', {
        message: `--pod-cidr ${printCidr(pod)} and --node-cidr ${printCidr(node)} contradict each other: they share addresses`,
        help: 'an address belongs to a pod or to a node: correct one of them',
      })
    }
  }
  const facts = { podCidrs, nodeCidrs, labels: given.labels ?? noLabels }
  return { ipBlock: readingOf(given, facts), facts, budget: defaultBudget }
}

function readCidr(option: string, word: string, reporter: Reporter): readonly Cidr[] {
  const written = parseCidr(word)
  if (written !== undefined && !written.hostBits) return [written.cidr]
  const fault = written === undefined ? 'is not a CIDR' : 'has bits set beyond its prefix'
  reporter.report('NP6004', {
    message: `--${option}: "${word}" ${fault}`,
    help: 'such as 10.0.0.0/8',
  })
  return []
}

function readingOf(given: GivenFacts, { podCidrs, nodeCidrs }: Premises['facts']): IpBlockReading {
  const { ipBlock, cidrMatch = [] } = given
  const pods = ipBlock === 'literal' || podCidrs.length > 0 || cidrMatch.includes('pod')
  const hosts = ipBlock === 'literal' || nodeCidrs.length > 0 || cidrMatch.includes('host')
  if (pods) return hosts ? 'literal' : 'pods'
  return hosts ? 'hosts' : 'external'
}

/** The assumptions that an answer rests on, a sentence each, by their names. */
export function assumptionsOf(
  { ipBlock, facts }: Premises,
  ownNodeAssumed: boolean,
): readonly string[] {
  const a1: Readonly<Record<IpBlockReading, readonly string[]>> = {
    literal: [],
    external: ['A1: address blocks mean addresses outside of the cluster'],
    pods: ['A1: address blocks mean no nodes'],
    hosts: ['A1: address blocks mean no pods'],
  }
  const known = [
    ...facts.podCidrs.map((cidr) => `pods in ${printCidr(cidr)}`),
    ...facts.nodeCidrs.map((cidr) => `nodes in ${printCidr(cidr)}`),
    ...(facts.labels.namespaces === null ? [] : ['namespaces and their labels as in the snapshot']),
    ...facts.labels.values.map(({ key }) => `values of the label ${key} as in the snapshot`),
  ]
  return [
    ...a1[ipBlock],
    ...(ownNodeAssumed ? ['A2: traffic between a pod and its own node is left out'] : []),
    ...(known.length > 0 ? [`A3: ${known.join(', ')}`] : []),
  ]
}
