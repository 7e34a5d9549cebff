// The conditions of one rule as fields of Calico rules.
import type { Direction, Rule } from '../../src/ir/types.ts'
import { type CalicoCondition, type FlowSide, parseCondition } from './conditions.ts'
import type { PeerContext } from './peers.ts'
import type { TrafficMatch } from './traffic.ts'
import type { CalicoEntity, CalicoHttp, CalicoPort } from './types.ts'

/** What conditions add to each Calico rule that a rule is written as. */
export interface RuleConditions {
  readonly http: CalicoHttp | undefined
  /** An entity with what they ask of its end; null where they cannot stand beside what it holds. */
  readonly on: (side: FlowSide, entity: CalicoEntity) => CalicoEntity | null
  /** Why they cannot stand beside some traffic. */
  readonly fault: (traffic: TrafficMatch, direction: Direction) => string | undefined
}

/** Conditions by where they are written. */
interface Sorted {
  readonly ports: readonly Extract<CalicoCondition, { kind: 'source ports' }>[]
  readonly services: readonly Extract<CalicoCondition, { kind: 'service' }>[]
  readonly http: readonly Extract<CalicoCondition, { kind: 'http' }>[]
}

/** The conditions of a rule as fields; null after complaining. */
export function readConditions(
  rule: Rule,
  direction: Direction,
  context: PeerContext,
): RuleConditions | null {
  const read = rule.conditions.map((text) => ({ text, condition: parseCondition(text) }))
  const unknown = read.filter(({ condition }) => condition === null)
  for (const { text } of unknown) context.complain('NP5001', `Calico has no condition "${text}"`)
  const known = read.flatMap(({ condition }) => condition ?? [])
  const sorted: Sorted = {
    ports: known.filter((one) => one.kind === 'source ports'),
    services: known.filter((one) => one.kind === 'service'),
    http: known.filter((one) => one.kind === 'http'),
  }
  const fault = faultOf(sorted, rule, direction)
  if (fault !== undefined) context.complain('NP5001', fault)
  if (fault !== undefined || unknown.length > 0) return null
  return fieldsOf(sorted, context)
}

function faultOf(
  { ports, services, http }: Sorted,
  rule: Rule,
  direction: Direction,
): string | undefined {
  const side = direction === 'ingress' ? 'source' : 'destination'
  if (services.some((one) => one.side !== side))
    return `Calico has no "services" at this end of ${direction}`
  if (services.length > 1) return 'a Calico rule names one service only'
  if (http.length > 1) return 'a Calico rule holds one "http" only'
  if (http.length > 0 && direction === 'egress') return 'Calico has no "http" in egress'
  if (http.length > 0 && rule.action !== 'allow') return 'Calico has "http" only where it allows'
  for (const not of [false, true]) {
    const same = ports.filter((one) => one.not === not)
    if (same.length > 1) return 'a Calico rule holds one list of source ports only'
  }
  return undefined
}

function fieldsOf(
  { ports, services: [service], http: [http] }: Sorted,
  context: PeerContext,
): RuleConditions {
  const wanted = portsOf(ports.find(({ not }) => !not))
  const unwanted = portsOf(ports.find(({ not }) => not))
  const clientPorts: CalicoEntity = {
    ...(wanted === undefined ? {} : { ports: wanted }),
    ...(unwanted === undefined ? {} : { notPorts: unwanted }),
  }
  const named = service && serviceField(service, context)
  return {
    http: http && httpField(http),
    on: (side, entity) => {
      const isService = service?.side === side
      if (isService && Object.keys(entity).length > 0) return null
      const own = isService && named !== undefined ? { ...entity, services: named } : entity
      return side === 'source' ? { ...own, ...clientPorts } : own
    },
    fault: ({ protocol }) => {
      const isNumber = (port: CalicoPort): boolean => /^\d/.test(String(port))
      const hasNumbers = [...(wanted ?? []), ...(unwanted ?? [])].some(isNumber)
      if (hasNumbers && !['TCP', 'UDP', 'SCTP'].includes(String(protocol))) {
        return 'Calico takes source ports only beside TCP, UDP or SCTP'
      }
      if (http !== undefined && protocol !== null && protocol !== 'TCP') {
        return 'Calico takes "http" only beside TCP'
      }
      return undefined
    },
  }
}

function portsOf(
  condition: Extract<CalicoCondition, { kind: 'source ports' }> | undefined,
): readonly CalicoPort[] | undefined {
  return condition?.ports.map((port) => (/^\d+$/.test(port) ? Number(port) : port))
}

function serviceField(
  { namespace, name }: Extract<CalicoCondition, { kind: 'service' }>,
  context: PeerContext,
): { name: string; namespace?: string } {
  return namespace === '' || namespace === context.namespace ? { name } : { name, namespace }
}

function httpField({ methods, paths }: Extract<CalicoCondition, { kind: 'http' }>): CalicoHttp {
  return {
    ...(methods.length === 0 ? {} : { methods }),
    ...(paths.length === 0 ? {} : { paths }),
  }
}
