// Address blocks and the cluster: Cilium matches a block against no pod and no node. Under the named
// assumption A1 the source does not mean them either; where it does, the output is narrower.
import {
  addressesOf,
  type Cidr,
  intervalOf,
  printAddress,
  printCidr,
} from '../../src/algebra/address.ts'
import { subtract } from '../../src/algebra/interval.ts'
import type { Fidelity } from '../../src/emit/target.ts'
import type { Direction, Peer } from '../../src/ir/types.ts'
import type { Complain } from './complain.ts'
import type { CiliumOptions, ClusterRange } from './options.ts'

type CidrPeer = Extract<Peer, { kind: 'cidr' }>

/** Reports a block that may hold addresses of the cluster, with one flow that differs. */
export function checkBlock(
  peer: CidrPeer,
  direction: Direction,
  { ipBlock, inside }: CiliumOptions,
  fidelity: Fidelity,
  complain: Complain,
): void {
  const touched = inside.flatMap((range) => {
    const address = commonAddress(peer, range.cidr)
    return address === undefined ? [] : [{ range, address }]
  })
  const block = printCidr(peer.cidr)
  if (ipBlock === 'external') {
    for (const { range, address } of touched.slice(0, 1)) {
      complain(
        'NP5008',
        `${block} holds addresses of ${range.owner}s, and Cilium matches none of them by address: ${flowText(range, address, direction)} is not matched`,
      )
    }
    return
  }
  const any: ClusterRange = { owner: 'pod', cidr: peer.cidr }
  const own = commonAddress(peer, peer.cidr)
  const differing =
    inside.length > 0 ? touched : own === undefined ? [] : [{ range: any, address: own }]
  const isAccepted = fidelity === 'narrower' || fidelity === 'any'
  for (const { range, address } of differing.slice(0, 1)) {
    const fact = `Cilium matches no pod and no node by its address, ${block} does: ${flowText(range, address, direction)}: the source allows it by this rule, the output does not`
    complain('NP5002', fact, { severity: isAccepted ? 'warning' : 'error' })
  }
}

function flowText({ owner }: ClusterRange, address: string, direction: Direction): string {
  const end = `${owner} ${address}`
  return direction === 'ingress' ? `a connection from ${end}` : `a connection to ${end}`
}

/** The first address that the peer and the range have in common. */
function commonAddress({ cidr, except }: CidrPeer, range: Cidr): string | undefined {
  if (cidr.family !== range.family) return undefined
  const own = addressesOf(cidr, except)
  const [first] = subtract(own, subtract(own, [intervalOf(range)]))
  return first && printAddress({ family: cidr.family, value: first.from })
}
