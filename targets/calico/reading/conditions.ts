// What a rule asks for beside ends, protocols and ports → conditions, and where that may not stand:
// validateRule and validateEntityRule.
import type { Direction } from '../../../src/ir/types.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import {
  type FlowSide,
  httpCondition,
  serviceCondition,
  sourcePortCondition,
} from '../conditions.ts'
import type { Scope } from './entity.ts'
import type { RawEntity, RawRule } from './schema.ts'
import { readPorts } from './traffic.ts'

/** What cannot be told from ends and ports: ports of clients, services, and what HTTP asks for. */
export function readConditions(
  raw: RawRule,
  direction: Direction,
  { namespace }: Scope,
  place: Place,
): readonly string[] {
  return [
    ...clientPorts(raw.source, into(place, 'source')),
    ...(['source', 'destination'] as const).flatMap((end) =>
      readServices(raw, end, direction, namespace, into(place, end, 'services')),
    ),
    ...readHttp(raw, direction, into(place, 'http')),
  ]
}

/** The ports that a client uses, as conditions. */
export function clientPorts(
  source: Pick<RawEntity, 'ports' | 'notPorts'> | null | undefined,
  place: Place,
): readonly string[] {
  const ports = readPorts(source?.ports, into(place, 'ports'))
  const notPorts = readPorts(source?.notPorts, into(place, 'notPorts'))
  return [
    ...(ports.length > 0 ? [sourcePortCondition(source?.ports ?? [], false)] : []),
    ...(notPorts.length > 0 ? [sourcePortCondition(source?.notPorts ?? [], true)] : []),
  ]
}

/** A service without a namespace is one of the policy's own. */
function readServices(
  raw: RawRule,
  end: FlowSide,
  direction: Direction,
  namespace: string | null,
  place: Place,
): readonly string[] {
  const services = raw[end]?.services
  if (services == null) return []
  if ((end === 'source') !== (direction === 'ingress')) {
    const message = `"services" cannot stand in the ${end} of this direction`
    complain(place, 'NP2018', { on: 'key', message })
  }
  if (services.name == null || services.name === '') {
    complain(place, 'NP2018', { on: 'key', message: '"services" needs a name' })
    return []
  }
  const home = services.namespace == null || services.namespace === '' ? namespace : null
  return [serviceCondition(end, home ?? services.namespace ?? '', services.name)]
}

function readHttp(raw: RawRule, direction: Direction, place: Place): readonly string[] {
  if (raw.http == null) return []
  const fault =
    direction === 'egress'
      ? 'in egress'
      : raw.action !== 'Allow'
        ? `with the action ${raw.action}`
        : ![null, undefined, 'TCP', 6].includes(raw.protocol)
          ? 'without the protocol TCP'
          : undefined
  if (fault !== undefined) {
    complain(place, 'NP2018', { on: 'key', message: `"http" cannot stand ${fault}` })
  }
  return [httpCondition(raw.http)]
}
