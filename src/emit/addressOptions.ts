// Options of targets that have to be told where pods and nodes are.
import { parseCidr } from '../algebra/address.ts'
import type { OptionValues, TargetOption } from './target.ts'

/** `--pod-cidr` and `--node-cidr`. */
export const addressOptions: readonly TargetOption[] = [
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

/** Their values, for the proof. */
export function addressesGiven(values: OptionValues): {
  readonly podCidrs: readonly string[]
  readonly nodeCidrs: readonly string[]
} {
  return { podCidrs: values.many('pod-cidr'), nodeCidrs: values.many('node-cidr') }
}

function cidrFault(word: string): string | undefined {
  const written = parseCidr(word)
  if (written === undefined) return 'it is not a CIDR'
  return written.hostBits ? 'it has bits set beyond its prefix' : undefined
}
