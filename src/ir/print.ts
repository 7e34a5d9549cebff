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
  const ownNode = {
    'always-allowed': 'own node always allowed',
    'ingress-allowed': 'own node always let in',
    governed: 'own node governed',
  }[tier.ownNode]
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
    ...subjectLines(rule),
    `      on ${printTraffic(rule.traffic)}`,
    ...rule.conditions.map((condition) => `      if ${quote(condition)}`),
  ]
}

function subjectLines({ subjects }: Rule): readonly string[] {
  if (subjects.some(({ kind }) => kind === 'any')) return []
  return subjects.length === 0
    ? ['      for nobody']
    : subjects.map((subject) => `      for ${printPeer(subject)}`)
}

/** A test of an endpoint in words, such as `pods app=web in namespace shop`. */
export function printPeer(peer: Peer): string {
  switch (peer.kind) {
    case 'any':
      return 'anyone'
    case 'pods':
      return printMatch(peer)
    case 'cidr': {
      const except = peer.except.map(printCidr).join(', ')
      return `${printCidr(peer.cidr)}${except === '' ? '' : ` except ${except}`}`
    }
    case 'hosts': {
      const nodes = { own: 'its own node', other: 'other nodes', any: 'nodes' }[peer.which]
      return peer.nodes.kind === 'all' ? nodes : `${nodes} ${printSelector(peer.nodes)}`
    }
    case 'external':
      return 'external addresses'
    case 'not':
      return `not (${printPeer(peer.of)})`
    case 'and':
    case 'or':
      return peer.of.map((one) => `(${printPeer(one)})`).join(` ${peer.kind} `)
  }
}

function printMatch({ namespaces, pods, serviceAccounts }: PodMatch): string {
  const own = onlyNamespace(namespaces)
  const where =
    own !== null
      ? `namespace ${quote(own)}`
      : namespaces.kind === 'all'
        ? 'all namespaces'
        : `namespaces ${printSelector(namespaces)}`
  const account =
    serviceAccounts.kind === 'all' ? '' : ` with service account ${printSelector(serviceAccounts)}`
  return `${pods.kind === 'all' ? 'all pods' : `pods ${printSelector(pods)}`} in ${where}${account}`
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
    ...traffic.flatMap((one) => (one.kind === 'ports' ? [] : [printOther(one)])),
  ].join('; ')
}

function printOther(traffic: Exclude<Traffic, { kind: 'ports' }>): string {
  switch (traffic.kind) {
    case 'all':
      return 'all traffic'
    case 'icmp':
      return printIcmp(traffic)
    case 'protocols':
      return traffic.from === traffic.to
        ? `protocol ${traffic.from}`
        : `protocols ${traffic.from}-${traffic.to}`
    case 'family':
      return `IPv${traffic.family}`
    case 'not':
      return `not (${printTraffic([traffic.of])})`
    case 'and':
      return traffic.of.map((one) => `(${printTraffic([one])})`).join(' and ')
  }
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
    case 'part':
      return `${quote(selector.key)} ${selector.test} ${quote(selector.text)}`
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
