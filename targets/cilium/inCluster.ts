// Address blocks and the cluster: Cilium matches a block against no pod and no node. Under the named
// assumption A1 the source does not mean them either; where it does, the output differs.
import {
  addressesOf,
  type Cidr,
  intervalOf,
  printAddress,
  printCidr,
} from '../../src/algebra/address.ts'
import { subtract } from '../../src/algebra/interval.ts'
import type { Complain } from '../../src/emit/complain.ts'
import type { Fidelity } from '../../src/emit/target.ts'
import type { Direction, Peer, Rule, Traffic } from '../../src/ir/types.ts'
import type { CiliumOptions, ClusterRange } from './options.ts'

type CidrPeer = Extract<Peer, { kind: 'cidr' }>

/**
 * Reports each block of a rule that may hold addresses of the cluster, with one flow that differs:
 * NP5002 for a rule that allows, NP5003 for one that denies; a warning where `fidelity` accepts it.
 */
export function checkBlocks(
  rule: Rule,
  direction: Direction,
  options: CiliumOptions,
  fidelity: Fidelity,
  complain: Complain,
): void {
  const loss = losses[rule.action === 'deny' ? 'deny' : 'allow']
  const isAccepted = fidelity === loss.fidelity || fidelity === 'any'
  for (const peer of rule.peers) {
    if (peer.kind !== 'cidr') continue
    const [found] = rangesToFear(peer, options).flatMap(({ owner, cidr }) => {
      const address = commonAddress(peer, cidr)
      return address === undefined ? [] : [{ owner, address }]
    })
    if (found === undefined) continue
    const other = `${found.owner} ${found.address}`
    const ends = direction === 'ingress' ? `${other} → subject` : `subject → ${other}`
    const fact = `Cilium matches no pod and no node by its address, and ${printCidr(peer.cidr)} holds such addresses: ${ends}, ${trafficText(rule.traffic[0])}: ${loss.outcome}`
    complain(loss.code, fact, isAccepted ? { severity: 'warning', help: acceptedHelp } : {})
  }
}

/** The catalogue's help proposes what has been done then. */
const acceptedHelp =
  'to be exact, take those addresses out with "except" and name pods by selectors'

const losses = {
  allow: {
    code: 'NP5002',
    fidelity: 'narrower',
    outcome: 'this rule allows it, the output does not',
  },
  deny: {
    code: 'NP5003',
    fidelity: 'wider',
    outcome: 'this rule denies it, the output does not',
  },
} as const

/** Known ranges; where blocks are meant literally and nothing is known of an owner, all addresses. */
function rangesToFear(
  peer: CidrPeer,
  { ipBlock, inside, cidrMatch }: CiliumOptions,
): readonly ClusterRange[] {
  const unknown = (['pod', 'node'] as const).filter(
    (owner) => ipBlock === 'literal' && !inside.some((range) => range.owner === owner),
  )
  const isMatched = ({ owner }: ClusterRange): boolean =>
    cidrMatch.includes(owner === 'node' ? 'host' : 'pod')
  const feared = [...inside, ...unknown.map((owner) => ({ owner, cidr: peer.cidr }))]
  return feared.filter((range) => !isMatched(range))
}

/** An address that the peer and the range have in common; the first one is often a network's own. */
function commonAddress({ cidr, except }: CidrPeer, range: Cidr): string | undefined {
  if (cidr.family !== range.family) return undefined
  const own = addressesOf(cidr, except)
  const [first] = subtract(own, subtract(own, [intervalOf(range)]))
  if (first === undefined) return undefined
  const value = first.to - first.from > 1n ? first.from + 1n : first.from
  return printAddress({ family: cidr.family, value })
}

function trafficText(traffic: Traffic | undefined): string {
  switch (traffic?.kind) {
    case 'ports':
      return `${traffic.protocol}${portText(traffic.ports)}`
    case 'icmp':
      return `ICMP type ${traffic.type ?? 'any'}`
    default:
      return 'any traffic'
  }
}

function portText(ports: Extract<Traffic, { kind: 'ports' }>['ports']): string {
  switch (ports.kind) {
    case 'all':
      return ''
    case 'range':
      return ` ${ports.from}`
    case 'named':
      return ` ${ports.name}`
  }
}
