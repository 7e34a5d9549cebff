// The IR as text (`--target ir`): one form for one policy set, written to be read and compared.
import { printCidr } from '../algebra/address.ts'
import { describeOrigin } from '../source/origin.ts'
import { onlyNamespace } from './selector.ts'
import {
  directions,
  type Peer,
  type PodMatch,
  type Policy,
  type PolicySet,
  type Ports,
  protocols,
  type Rule,
  type Section,
  type Selector,
  type Tier,
  type Traffic,
} from './types.ts'

/** All tiers with their policies, each rule with the place it comes from; ends with a newline. */
export function printPolicySet({ tiers }: PolicySet): string {
  return tiers.map(printTier).join('\n')
}

/** A selector in the words of `kubectl --selector`, such as `app=web,tier in (a,b),!old`. */
export function printSelector(selector: Selector): string {
  return print(selector, false)
}

function printTier(tier: Tier): string {
  const ownNode =
    tier.ownNode === 'always-allowed' ? 'own node always allowed' : 'own node governed'
  const head = `tier ${quote(tier.name)}: ${tier.combining}, default ${tier.default}, ${ownNode}\n`
  return [head, ...tier.policies.map(printPolicy)].join('\n')
}

function printPolicy(policy: Policy): string {
  const name = [policy.namespace, policy.name].flatMap((part) => (part === null ? [] : [part]))
  const order = policy.order === null ? '' : `, order ${policy.order}`
  const lines = [
    `policy ${name.map(quote).join('/')}${order}  # ${describeOrigin(policy.origin)}`,
    `  subject: ${printMatch(policy.subject)}`,
    ...directions.flatMap((direction) => sectionLines(direction, policy[direction])),
  ]
  return `${lines.join('\n')}\n`
}

function sectionLines(direction: string, section: Section | null): readonly string[] {
  if (section === null) return [`  ${direction}: not governed`]
  const effect = section.isolates ? 'isolates' : 'does not isolate'
  const rules = section.rules.length === 0 ? ', no rules' : ''
  const peerWord = direction === 'ingress' ? 'from' : 'to'
  return [
    `  ${direction}: ${effect}${rules}`,
    ...section.rules.flatMap((rule) => ruleLines(rule, peerWord)),
  ]
}

function ruleLines(rule: Rule, peerWord: string): readonly string[] {
  return [
    `    ${rule.action}  # ${rule.origins.map(describeOrigin).join(', ')}`,
    ...(rule.peers.length === 0 ? [`      ${peerWord} nobody`] : []),
    ...rule.peers.map((peer) => `      ${peerWord} ${printPeer(peer)}`),
    `      on ${printTraffic(rule.traffic)}`,
  ]
}

function printPeer(peer: Peer): string {
  switch (peer.kind) {
    case 'any':
      return 'anyone'
    case 'pods':
      return printMatch(peer)
    case 'cidr': {
      const except = peer.except.map(printCidr).join(', ')
      return `${printCidr(peer.cidr)}${except === '' ? '' : ` except ${except}`}`
    }
  }
}

function printMatch({ namespaces, pods }: PodMatch): string {
  const own = onlyNamespace(namespaces)
  const where =
    own !== null
      ? `namespace ${quote(own)}`
      : namespaces.kind === 'all'
        ? 'all namespaces'
        : `namespaces ${printSelector(namespaces)}`
  return `${pods.kind === 'all' ? 'all pods' : `pods ${printSelector(pods)}`} in ${where}`
}

function printTraffic(traffic: readonly Traffic[]): string {
  if (traffic.length === 0) return 'nothing'
  if (traffic.some(({ kind }) => kind === 'all')) return 'all traffic'
  const parts = protocols.flatMap((protocol) => {
    const ports = traffic.flatMap((one) =>
      one.kind === 'ports' && one.protocol === protocol ? [printPorts(one.ports)] : [],
    )
    return ports.length === 0 ? [] : [`${protocol} ${ports.join(', ')}`]
  })
  return [
    ...parts,
    ...traffic.flatMap((one) => (one.kind === 'icmp' ? [printIcmp(one)] : [])),
  ].join('; ')
}

function printPorts(ports: Ports): string {
  switch (ports.kind) {
    case 'all':
      return 'all ports'
    case 'range':
      return ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`
    case 'named':
      return JSON.stringify(ports.name)
  }
}

function printIcmp({ family, type, code }: Traffic & { kind: 'icmp' }): string {
  return `${family === 4 ? 'ICMP' : 'ICMPv6'} type ${type ?? 'any'} code ${code ?? 'any'}`
}

function print(selector: Selector, nested: boolean): string {
  switch (selector.kind) {
    case 'all':
      return 'everything'
    case 'in':
      return printIn(selector.key, selector.values)
    case 'exists':
      return quote(selector.key)
    case 'not':
      return printNot(selector.of)
    case 'and':
    case 'or': {
      const [separator, ofNone] =
        selector.kind === 'and' ? [',', 'everything'] : [' or ', 'nothing']
      const text = selector.of.map((part) => print(part, true)).join(separator)
      if (selector.of.length === 0) return ofNone
      return nested ? `(${text})` : text
    }
  }
}

function printIn(key: string, values: readonly string[]): string {
  if (values.length === 1) return `${quote(key)}=${quote(values[0] ?? '')}`
  return `${quote(key)} in (${values.map(quote).join(',')})`
}

function printNot(of: Selector): string {
  if (of.kind === 'exists') return `!${quote(of.key)}`
  if (of.kind === 'in') return `${quote(of.key)} notin (${of.values.map(quote).join(',')})`
  return `!(${print(of, false)})`
}

/** Words that labels and names are made of stand bare; anything else is quoted. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : JSON.stringify(text)
}
