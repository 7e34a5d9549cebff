// What a migration costs, as ratios to compiling the same policies.
import { compile } from '../../src/compile.ts'
import { migrate } from '../../src/migration/migrate.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { printPeak, seconds, timed } from './timing.ts'

/** Migrating Calico policies with orders and denies, a tenth of them for the whole cluster. */
export function benchMigration(): void {
  console.log('# migration: Calico policies with orders and denies')
  compile({ sources: ordered(100), targets: ['calico', 'cilium'] })
  for (const count of [100, 1_000]) {
    const sources = ordered(count)
    const compiled = timed(() => compile({ sources, targets: ['calico'] })).ms
    for (const target of ['cilium', 'calico', 'kubernetes']) {
      const { ms, value } = timed(() => migrate({ sources, target, fidelity: 'any' }))
      console.log(
        `${String(count).padStart(6)} ${target.padEnd(10)} ${seconds(ms)}: ` +
          `${(ms / compiled).toFixed(2)} of compiling them to calico; ${value.report?.outcome}`,
      )
    }
  }
  printPeak()
}

function ordered(count: number): readonly Source[] {
  const texts = Array.from({ length: count }, (_, at) =>
    at % 10 === 0 ? ofCluster(at) : ofNamespace(at, `team-${at % (count / 10)}`),
  )
  return [makeSource('policies.yaml', texts.join('---\n'))]
}

function ofCluster(at: number): string {
  return `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: g-${at} }
spec:
  order: ${at}
  namespaceSelector: env == 'e${at % 7}'
  selector: tier == 't${at % 13}'
  types: [Egress]
  egress:
  - { action: Deny, destination: { nets: [10.${at % 250}.0.0/16] } }
  - { action: Pass }
`
}

function ofNamespace(at: number, namespace: string): string {
  return `apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: p-${at}, namespace: ${namespace} }
spec:
  order: ${100 + at}
  selector: app == 'a${at}'
  types: [Ingress]
  ingress:
  - { action: Deny, source: { selector: tier == 'bad' } }
  - { action: Allow, protocol: TCP, source: { selector: app == 'a${at + 1}' }, destination: { ports: [80, ${1000 + at}] } }
  - { action: Allow, protocol: TCP, source: { namespaceSelector: env == 'e${at % 5}' }, destination: { ports: [443] } }
`
}
