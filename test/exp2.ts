import fc from 'fast-check'
import { compile } from '../src/compile.ts'
import { calicoPolicies } from './support/enginePolicies.ts'

const counts: Record<string, number> = {}
for (const sources of fc.sample(calicoPolicies, { numRuns: 200, seed: 1 })) {
  for (const target of ['cilium', 'kubernetes']) {
    const { diagnostics } = compile({ sources, targets: [target] })
    for (const one of new Set(
      diagnostics
        .filter((d) => d.severity === 'error')
        .map((d) => d.message.replace(/policy "[^"]*": /, '').replace(/"[^"]*"/g, 'X')),
    ))
      counts[one] = (counts[one] ?? 0) + 1
  }
}
console.log(
  Object.entries(counts)
    .sort((a, b) => b[1] - a[1])
    .map(([a, b]) => b + ' ' + a)
    .join('\n'),
)
