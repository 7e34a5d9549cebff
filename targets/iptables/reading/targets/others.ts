// Targets that decide, log, or change nothing that filters look at, and those that are not modelled.
import type { Deed } from '../../../../src/ruleset/types.ts'
import {
  firstValue,
  type OptionUse,
  optionsOf,
  type RuleParts,
  type TargetExtension,
  textOf,
} from '../extension.ts'

type Row = readonly [name: string, options: string]

const refusalWords: ReadonlyMap<string, string> = new Map([
  ['net-unreach', 'icmp-net-unreachable'],
  ['host-unreach', 'icmp-host-unreachable'],
  ['proto-unreach', 'icmp-proto-unreachable'],
  ['port-unreach', 'icmp-port-unreachable'],
  ['net-prohib', 'icmp-net-prohibited'],
  ['host-prohib', 'icmp-host-prohibited'],
  ['tcp-rst', 'tcp-reset'],
  ['admin-prohib', 'icmp-admin-prohibited'],
  ['no-route', 'icmp6-no-route'],
  ['adm-prohibited', 'icmp6-adm-prohibited'],
  ['addr-unreach', 'icmp6-addr-unreachable'],
  ['policy-fail', 'icmp6-policy-fail'],
  ['reject-route', 'icmp6-reject-route'],
])

function readReject(uses: readonly OptionUse[], { family }: RuleParts): readonly Deed[] {
  const use = uses.find(({ name }) => name === 'reject-with')
  const word = use === undefined ? 'port-unreach' : firstValue(use)
  const name =
    family === 6 && word === 'port-unreach'
      ? 'icmp6-port-unreachable'
      : (refusalWords.get(word) ?? word)
  return [{ kind: 'drop', how: `REJECT with ${name}` }]
}

const verdicts: readonly TargetExtension[] = [
  { name: 'ACCEPT', options: optionsOf(''), read: () => [{ kind: 'accept' }] },
  { name: 'DROP', options: optionsOf(''), read: () => [{ kind: 'drop', how: 'DROP' }] },
  { name: 'RETURN', options: optionsOf(''), read: () => [{ kind: 'return' }] },
  { name: 'REJECT', options: optionsOf('reject-with=1'), read: readReject },
]

/** Answer in ways of their own; the packet goes no further. */
const refusals: readonly Row[] = [
  ['TARPIT', 'tarpit honeypot reset'],
  ['DELUDE', ''],
  ['CHAOS', 'delude tarpit'],
  ['STEAL', ''],
  ['MIRROR', ''],
]

/** Logs, with the option that has the prefix. */
const logs: readonly (readonly [name: string, prefix: string, options: string])[] = [
  [
    'LOG',
    'log-prefix',
    'log-level=1 log-prefix=1 log-tcp-sequence log-tcp-options log-ip-options log-uid log-macdecode',
  ],
  [
    'NFLOG',
    'nflog-prefix',
    'nflog-group=1 nflog-range=1 nflog-size=1 nflog-threshold=1 nflog-prefix=1',
  ],
  ['ULOG', 'ulog-prefix', 'ulog-nlgroup=1 ulog-cprange=1 ulog-qthreshold=1 ulog-prefix=1'],
  ['LOGMARK', 'log-prefix', 'log-level=1 log-prefix=1 log-nfmark log-ctmark log-secmark'],
]

/** Change nothing that is looked at. */
const effectless: readonly Row[] = [
  ['ACCOUNT', 'addr=1 tname=1'],
  ['AUDIT', 'type=1'],
  ['CHECKSUM', 'checksum-fill'],
  ['CLASSIFY', 'set-class=1'],
  ['CONNSECMARK', 'save restore'],
  ['DHCPMAC', 'set-mac=1'],
  ['DSCP', 'set-dscp=1 set-dscp-class=1'],
  ['ECN', 'ecn-tcp-remove ecn-tcp-cwr=1 ecn-tcp-ece=1 ecn-ip-ect=1'],
  ['FLOWOFFLOAD', 'hw'],
  ['HL', 'hl-set=1 hl-dec=1 hl-inc=1'],
  ['IDLETIMER', 'timeout=1 label=1 alarm send_nl_msg=1'],
  ['IMQ', 'todev=1'],
  ['LED', 'led-trigger-id=1 led-delay=1 led-always-blink'],
  ['RATEEST', 'rateest-name=1 rateest-interval=1 rateest-ewmalog=1'],
  ['SECMARK', 'selctx=1'],
  ['TCPMSS', 'set-mss=1 clamp-mss-to-pmtu'],
  ['TCPOPTSTRIP', 'strip-options=1'],
  ['TEE', 'gateway=1 oif=1'],
  ['TOS', 'set-tos=1 and-tos=1 or-tos=1 xor-tos=1'],
  ['TRACE', ''],
  ['TTL', 'ttl-set=1 ttl-dec=1 ttl-inc=1'],
]

/** May let packets on, drop them, or take them elsewhere. */
const deciders: readonly Row[] = [
  ['CLUSTERIP', 'new hashmode=1 clustermac=1 total-nodes=1 local-node=1 hash-init=1'],
  ['DNETMAP', 'prefix=1 reuse ttl=1 static persistent'],
  ['ECHO', ''],
  ['NAT', ''],
  ['NFQUEUE', 'queue-num=1 queue-balance=1 queue-bypass queue-cpu-fanout'],
  ['QUEUE', ''],
  ['RAWDNAT', 'to-destination=1'],
  ['RAWSNAT', 'to-source=1'],
  ['ROUTE', 'oif=1 iif=1 gw=1 continue tee'],
  ['SAME', 'to=1 nodst random'],
  ['SNPT', 'src-pfx=1 dst-pfx=1'],
  ['SYNPROXY', 'sack-perm timestamp wscale=1 mss=1 ecn'],
  ['SYSRQ', 'password=1 hash=1'],
]

/** Targets that are neither about marks nor about addresses. */
export const otherTargets: readonly TargetExtension[] = [
  ...verdicts,
  ...refusals.map(([name, options]): TargetExtension => {
    return { name, options: optionsOf(options), read: () => [{ kind: 'drop', how: name }] }
  }),
  ...logs.map(([name, prefix, options]): TargetExtension => {
    const read: TargetExtension['read'] = (uses) => {
      const use = uses.find((one) => one.name === prefix)
      return [{ kind: 'log', prefix: use === undefined ? '' : firstValue(use) }]
    }
    return { name, options: optionsOf(options), read }
  }),
  ...effectless.map(([name, options]): TargetExtension => {
    return { name, options: optionsOf(options), read: () => [{ kind: 'none', name }] }
  }),
  ...deciders.map(([name, options]): TargetExtension => {
    const read: TargetExtension['read'] = (uses, rule) => [
      rule.unknownDeed(name, textOf(name, uses), true),
    ]
    return { name, options: optionsOf(options), read }
  }),
]
