// The options of this target, as declared and as read.
import { type Cidr, parseCidr } from '../../src/algebra/address.ts'
import type { OptionValues, TargetOption } from '../../src/emit/target.ts'
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
  {
    name: 'pod-cidr',
    argument: '<cidr,...>',
    help: 'addresses of pods',
    list: true,
    check: cidrFault,
  },
  {
    name: 'node-cidr',
    argument: '<cidr,...>',
    help: 'addresses of nodes',
    list: true,
    check: cidrFault,
  },
]

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
  }
}

function cidrFault(word: string): string | undefined {
  const written = parseCidr(word)
  if (written === undefined) return 'it is not a CIDR'
  return written.hostBits ? 'it has bits set beyond its prefix' : undefined
}
