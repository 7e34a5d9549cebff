// The options of this target, as declared and as read.
import { type Cidr, parseCidr } from '../../src/algebra/address.ts'
import { addressesGiven, addressOptions } from '../../src/emit/addressOptions.ts'
import type { GivenInput, OptionValues, TargetOption } from '../../src/emit/target.ts'
import { listedValues } from '../../src/lowering/snapshot.ts'
import type { GivenFacts } from '../../src/proof/premises.ts'
import { defaultVersion, minorVersion } from './versions.ts'

/** Options as the command line shows them. */
export const options: readonly TargetOption[] = [
  {
    name: 'cilium-version',
    argument: '<version>',
    help: 'version of Cilium in the cluster',
    default: defaultVersion,
    check: (word) => (minorVersion(word) === undefined ? 'it is not 1.9 or later' : undefined),
  },
  {
    name: 'ipblock',
    argument: '<external|literal>',
    help: 'whether an ipBlock means addresses outside of the cluster only, or of pods and nodes too',
    default: 'external',
    check: (word) =>
      word === 'external' || word === 'literal' ? undefined : 'it is neither external nor literal',
  },
  ...addressOptions,
  {
    name: 'cilium-cidr-match-mode',
    argument: '<nodes,pods>',
    help: 'setting policy-cidr-match-mode of Cilium: members of the cluster that address blocks match',
    list: true,
    check: (word) => (matchModes.has(word) ? undefined : 'it is neither nodes nor pods'),
  },
]

const matchModes: ReadonlyMap<string, 'pod' | 'host'> = new Map([
  ['nodes', 'host'],
  ['pods', 'pod'],
])

/** What the options say of the cluster, for the proof. */
export function facts(values: OptionValues, { set, cluster }: GivenInput): GivenFacts {
  return {
    ...addressFacts(values),
    labels: { namespaces: null, values: listedValues(set, cluster) },
  }
}

function addressFacts(values: OptionValues): GivenFacts {
  return {
    ipBlock: values.one('ipblock') === 'literal' ? 'literal' : 'external',
    ...addressesGiven(values),
    cidrMatch: values.many('cilium-cidr-match-mode').flatMap((word) => matchModes.get(word) ?? []),
  }
}

/** A range of addresses inside of the cluster. */
export interface ClusterRange {
  readonly owner: 'pod' | 'node'
  readonly cidr: Cidr
}

/** Option values in the types they stand for. */
export interface CiliumOptions {
  readonly minor: number
  readonly ipBlock: 'external' | 'literal'
  /** What is known to be in the cluster; empty where nothing is known. */
  readonly inside: readonly ClusterRange[]
  /** Members of the cluster that blocks match. */
  readonly cidrMatch: readonly ('pod' | 'host')[]
}

/** Reads values that have passed their checks. */
export function readOptions(values: OptionValues): CiliumOptions {
  const ranges = (owner: ClusterRange['owner']): readonly ClusterRange[] =>
    values.many(`${owner}-cidr`).flatMap((word) => {
      const cidr = parseCidr(word)?.cidr
      return cidr === undefined ? [] : [{ owner, cidr }]
    })
  return {
    minor: minorVersion(values.one('cilium-version')) ?? 0,
    ipBlock: values.one('ipblock') === 'literal' ? 'literal' : 'external',
    inside: [...ranges('pod'), ...ranges('node')],
    cidrMatch: addressFacts(values).cidrMatch ?? [],
  }
}
