// What netpolc writes for a node, audited beside the policies that it was written from: the same flows,
// nothing unread, nothing that depends. The audit knows nothing of what writes the rules.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { audit } from '../../src/audit/audit.ts'
import type { AuditReport, DriftGroup } from '../../src/audit/report/types.ts'
import { compile, type OutputFile, type TargetOutput } from '../../src/index.ts'
import { makeSource } from '../../src/source/source.ts'
import { type GoldenCase, readCases } from './cases.ts'

const test = suite('own rules, audited')
const engines: readonly string[] = ['iptables', 'nftables']
const firewallOptions: readonly string[] = ['icmp', 'host-traffic', 'table']

/** What nodes send to their own pods is beyond Kubernetes policies, unless rules are asked to govern it. */
const isAsPolicies = ({ options }: GoldenCase): boolean => options['host-traffic'] === undefined

for (const one of readCases()) {
  for (const { target, files } of outputsOf(one)) {
    for (const node of nodesOf(files)) {
      const own = files.filter(({ path, isScript }) => path.startsWith(`${node}/`) && !isScript)
      test(`${one.name}: ${target} of ${node} does what the policies say`, () => {
        const { partial, drift } = auditOf(one, node, own)
        assert.equal(partial, [])
        assert.is(drift?.isAll, true)
        assert.equal((drift?.groups ?? []).filter(isAsPolicies(one) ? () => true : isPods), [])
      })
    }
  }
}

test('a rule that is taken out is found', () => {
  const one = readCases().find(({ name }) => name === 'basics/web-to-db')
  assert.ok(one)
  const outputs = outputsOf(one)
  assert.is(outputs.length, engines.length)
  for (const { target, files } of outputs) {
    const own = files.filter(({ path, isScript }) => path.startsWith('node-b/') && !isScript)
    const open = own.map((file) => ({
      ...file,
      text: file.text.replace(/^.*(DROP|drop)(?= |$).*\n/gm, ''),
    }))
    const { drift } = auditOf(one, 'node-b', open)
    assert.ok(
      (drift?.groups ?? []).some(({ direction }) => direction === 'wider'),
      target,
    )
  }
})

test.run()

/** Without the proof, which is not to keep a fault from being found here. */
function outputsOf(one: GoldenCase): readonly TargetOutput[] {
  return compile({
    sources: one.inputs,
    targets: one.targets.filter((target) => engines.includes(target)),
    options: Object.fromEntries(
      Object.entries(one.options).filter(([name]) => firewallOptions.includes(name)),
    ),
    snapshot: one.snapshot,
    verify: false,
    ...(one.namespace === null ? {} : { namespace: one.namespace }),
    ...(one.node === null ? {} : { node: one.node }),
    ...(one.fidelity === null ? {} : { fidelity: one.fidelity }),
  }).outputs
}

function auditOf(one: GoldenCase, node: string, files: readonly OutputFile[]): AuditReport {
  return audit({
    dumps: files.map(({ path, text }) => makeSource(path, text)),
    policies: one.inputs,
    snapshot: one.snapshot,
    node,
    ...(one.namespace === null ? {} : { namespace: one.namespace }),
  }).report
}

function nodesOf(files: readonly OutputFile[]): readonly string[] {
  return [...new Set(files.map(({ path }) => path.split('/')[0] ?? ''))]
}

function isPods({ flows }: DriftGroup): boolean {
  return !flows.includes('from the node itself to pods')
}
