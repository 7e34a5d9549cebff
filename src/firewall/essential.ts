// ICMP that a network cannot do without: the messages of path MTU discovery (RFC 1191, RFC 8201) and of
// neighbour discovery (RFC 4861), which pods on one bridge send through the node's firewall too. Errors
// that belong to a connection pass anyway, with the connection.
import { type Family, families } from '../algebra/address.ts'
import type { EmitContext, TargetOption } from '../emit/target.ts'
import type { Traffic } from '../ir/types.ts'
import type { FirewallPremises } from '../proof/firewall.ts'

/** A message; a code of null stands for any. */
export interface EssentialType {
  readonly type: number
  readonly code: number | null
}

const neighbourDiscovery = [133, 134, 135, 136, 137]

/** The messages by IP version. */
export const essentialTypes: Readonly<Record<Family, readonly EssentialType[]>> = {
  4: [{ type: 3, code: 4 }],
  6: [2, ...neighbourDiscovery].map((type) => ({ type, code: null })),
}

/** The same as traffic of the IR. */
export const essentialTraffic: readonly Traffic[] = families.flatMap((family) =>
  essentialTypes[family].map((one): Traffic => ({ kind: 'icmp', family, ...one })),
)

/** What was asked for beside the policies. */
export function firewallPremises({ options }: EmitContext): FirewallPremises {
  const isEssential = options.one('icmp') !== 'policy'
  const isStrict = options.one('host-traffic') === 'deny'
  return {
    exempt: isEssential ? essentialTraffic : [],
    hostTraffic: isStrict ? 'deny' : 'policy',
    assumptions: [
      ...(isEssential ? [essentialAssumption] : []),
      ...(isStrict ? [strictAssumption] : []),
    ],
  }
}

const strictAssumption =
  'A2: what a node sends to its own pods needs an allowing rule, as was asked for'

/** What every answer about firewalls that let them pass rests on. */
export const essentialAssumption =
  'A2: path MTU and neighbour discovery always pass, whatever the policies say'

/** `--icmp` */
export const icmpOption: TargetOption = {
  name: 'icmp',
  argument: '<essential|policy>',
  help: 'whether path MTU and neighbour discovery always pass, or as policies say',
  default: 'essential',
  check: (word) =>
    word === 'policy' || word === 'essential' ? undefined : 'it is neither essential nor policy',
}

/** `--host-traffic` */
export const hostTrafficOption: TargetOption = {
  name: 'host-traffic',
  argument: '<policy|deny>',
  help: 'deny: what a node sends to its own pods needs an allowing rule, as from any other peer',
  default: 'policy',
  check: (word) =>
    word === 'policy' || word === 'deny' ? undefined : 'it is neither policy nor deny',
}
