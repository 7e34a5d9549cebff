// A trace as text for people and as data.
import { printAddress } from '../algebra/address.ts'
import type { Flow, FlowEnd } from '../cluster/types.ts'
import { directions } from '../ir/types.ts'
import { flowWords } from '../proof/words.ts'
import type { DirectionTrace, PolicyTrace, RuleTrace, TierTrace, Trace } from './trace.ts'

/** The story in lines, the verdict last. Policies that say nothing of the flow are named where asked for. */
export function renderTrace(flow: Flow, trace: Trace, verbose: boolean): string {
  const parts = [...directions]
    .reverse()
    .flatMap((direction) => [
      `${direction}: ${wordOf(trace[direction].verdict)} ${trace[direction].by}`,
      ...trace[direction].tiers.flatMap((tier) => tierLines(tier, verbose)),
    ])
  return `${[flowWords(flow), ...parts, lastLines(trace)].join('\n')}\n`
}

/** What decided the whole, tier by tier: at the end that denies, or else at the destination. */
function lastLines({ verdict, egress, ingress }: Trace): string {
  const deciding: DirectionTrace = egress.verdict === 'deny' ? egress : ingress
  const side = deciding === egress ? 'egress' : 'ingress'
  return `verdict: ${wordOf(verdict)}, ${side}\n${deciding.chain}`
}

function wordOf(verdict: 'allow' | 'deny'): string {
  return verdict === 'allow' ? 'allowed' : 'denied'
}

function tierLines({ tier, outcome, policies }: TierTrace, verbose: boolean): readonly string[] {
  const shown = policies.filter(({ selected }) => selected || verbose)
  const others = policies.length - shown.length
  return [
    `  tier ${tier}: ${outcome}`,
    ...shown.flatMap(policyLines),
    ...(others > 0
      ? [`    ${others} more ${others === 1 ? 'policy' : 'policies'} not about it (-v)`]
      : []),
  ]
}

function policyLines({ policy, at, selected, why, rules }: PolicyTrace): readonly string[] {
  if (!selected) return [`    policy ${policy} (${at}) ${why ?? ''}`]
  return [`    policy ${policy} (${at}) selects it`, ...rules.map(ruleLine)]
}

function ruleLine({ rule, at, action, matched, why, decided }: RuleTrace): string {
  const result = decided ? 'decides' : matched ? 'matches' : `does not match: it ${why ?? ''}`
  return `      ${action} ${rule} (${at}) ${result}`
}

/** The same as JSON: `verdict` at the top, both ends and what is sent as data, and in one line. */
export function traceJson(flow: Flow, { verdict, egress, ingress }: Trace): string {
  const { source, destination, traffic } = flow
  const ends = { from: endData(source), to: endData(destination), traffic }
  const data = { verdict, flow: flowWords(flow), ...ends, egress, ingress }
  return `${JSON.stringify(data, null, 2)}\n`
}

function endData({ endpoint, address }: FlowEnd): object {
  const own = { kind: endpoint.kind, address: printAddress(address) }
  switch (endpoint.kind) {
    case 'pod': {
      const { name, namespace, labels, serviceAccount, node } = endpoint
      const account = { serviceAccount: serviceAccount.name, node: node === '' ? null : node }
      const place = { namespace: namespace.name, namespaceLabels: namespace.labels }
      return { ...own, name, ...place, labels, ...account }
    }
    case 'host':
      return { ...own, name: endpoint.name, labels: endpoint.labels }
    case 'external':
      return own
  }
}
