// What the proof costs, as ratios to the work that it proves.
import { compile } from '../../src/compile.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { diff } from '../../src/diff.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { makePolicies } from './inputs.ts'
import { printPeak, seconds, timed } from './timing.ts'

/** Compiling with and without proof, at three sizes. */
export function benchProof(): void {
  console.log('# proof: 10 policies a namespace')
  // Once before the clock runs: code is compiled then.
  const warm = [makeSource('policies.yaml', makePolicies(200, 20))]
  compile({ sources: warm, targets: ['calico', 'cilium'] })
  for (const count of [100, 1_000, 10_000]) {
    const sources = [makeSource('policies.yaml', makePolicies(count, count / 10))]
    for (const target of ['calico', 'cilium']) {
      const bare = timed(() => compile({ sources, targets: [target], verify: false })).ms
      const whole = timed(() => compile({ sources, targets: [target] }))
      const proof = whole.ms - bare
      const [answer] = whole.value.proofs
      console.log(
        `${String(count).padStart(6)} ${target.padEnd(7)} compile ${seconds(bare)}, proof ${seconds(proof)}: ` +
          `${(proof / bare).toFixed(2)} of it, ${((1000 * proof) / count).toFixed(0)} µs a policy; ${answer?.answer}`,
      )
    }
  }
  printPeak()
}

/** Two big sets that differ in one port, and sets made to be hard. */
export function benchDiff(): void {
  const text = makePolicies(1_000, 100)
  const [before, after] = [text, text.replace('port: 1500\n', 'port: 1501\n')].map(
    (one, side): readonly Source[] => [makeSource(`side-${side}.yaml`, one)],
  )
  if (before === undefined || after === undefined || text.indexOf('port: 1500\n') < 0) return
  const parse = timed(() =>
    [before, after].map((side) => readPolicies(side, undefined, makeReporter())),
  )
  const whole = timed(() => diff({ before, after }))
  const kinds = whole.value.comparison?.answers.map(({ kind }) => kind).join(', ')
  console.log('# diff: 1,000 policies a side, one port differs')
  console.log(`parsing ${seconds(parse.ms)}, beyond it ${seconds(whole.ms - parse.ms)}: ${kinds}`)
  for (const [name, make] of Object.entries(hardSets)) benchHard(name, make)
  printPeak()
}

function benchHard(name: string, make: (port: number) => string): void {
  const sources = [makeSource('hard.yaml', make(443))]
  const proof = timed(() => compile({ sources, targets: ['calico', 'cilium'] }))
  const answers = proof.value.proofs.map(({ answer }) => answer).join(', ')
  const changed = timed(() =>
    diff({ before: sources, after: [makeSource('other.yaml', make(444))] }),
  )
  const kinds = changed.value.comparison?.answers.map(({ kind }) => kind).join(', ')
  console.log(
    `hard, ${name}: compile and prove ${seconds(proof.ms)} (${answers}), diff ${seconds(changed.ms)} (${kinds})`,
  )
}

/** 200 policies for the same pods, with overlapping NotIn selectors and blocks; one port is given. */
const hardSets: Readonly<Record<string, (port: number) => string>> = {
  'one subject': (port) => hardPolicies(port, () => '{}'),
  'overlapping subjects': (port) =>
    hardPolicies(
      port,
      (index) =>
        `{ matchExpressions: [{ key: key-${index % 40}, operator: NotIn, values: [a-${index}, b-${index % 7}] }] }`,
    ),
}

function hardPolicies(port: number, subject: (index: number) => string): string {
  return Array.from({ length: 200 }, (_, index) =>
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: hard-${index}, namespace: shop }
spec:
  podSelector: ${subject(index)}
  ingress:
  - from:
    - podSelector:
        matchExpressions:
        - { key: peer-${index % 30}, operator: NotIn, values: [c-${index}, d-${index % 11}] }
    - ipBlock: { cidr: 10.${index}.0.0/15, except: [10.${index}.${index}.0/24] }
    ports:
    - port: ${index === 100 ? port : 1000 + index}
    - { port: ${2000 + index}, endPort: ${2100 + index} }
`.replace('/15', index % 2 === 0 ? '/15' : '/16'),
  ).join('---\n')
}
