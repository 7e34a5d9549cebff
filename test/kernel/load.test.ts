// The kernel takes the emitted files, takes them twice, and after an update holds nothing of before.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { type World, world } from '../support/arbitraries.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { inNamespace, requireTools } from './tools.ts'

const test = suite('kernel: loading')

test.before(requireTools)

/** Both ways in which iptables reaches the kernel, as far as they are installed. */
const backends = ['nft', 'legacy'].filter(
  (backend) => spawnSync('which', [`iptables-${backend}-restore`]).status === 0,
)

function rulesOf({ policies, snapshot }: World): readonly OutputFile[] {
  const { outputs, diagnostics } = compile({ sources: policies, targets: ['iptables'], snapshot })
  if (outputs[0] === undefined) throw new Error(renderText(diagnostics))
  return outputs[0].files.filter(({ path }) => path.startsWith('node-a/'))
}

function write(folder: string, files: readonly OutputFile[]): string {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return join(folder, 'node-a')
}

const load = (from: string, backend: string, flags = ''): string => `
ipset restore < ${from}/ipset.rules
iptables-${backend}-restore ${flags} < ${from}/iptables.rules
ip6tables-${backend}-restore ${flags} < ${from}/ip6tables.rules
`
const sweep = `ipset list -name | grep '^np[46]-' | xargs -rn1 ipset -q destroy || true\n`
/** The kernel seeds each set's hash anew (initval); all else must be the same. */
const show = (backend: string): string => `
iptables-${backend}-save -t security | grep -v '^#'
ip6tables-${backend}-save -t security | grep -v '^#'
ipset save | sed -E 's/ initval [^ ]+//' | sort
`

for (const backend of backends) {
  test(`iptables-${backend} takes generated rules, twice, with and without --noflush`, () =>
    inFolder(async (folder) => {
      const samples = fc.sample(world, { seed, numRuns: 12 })
      saySeed(`${samples.length} worlds loaded with iptables-${backend}`)
      const scripts = samples.map((sample, index) => {
        const from = write(join(folder, String(index)), rulesOf(sample))
        return `
          ipset flush; ipset destroy
          ipset restore < ${from}/ipset.rules
          iptables-${backend}-restore --test < ${from}/iptables.rules
          ip6tables-${backend}-restore --test < ${from}/ip6tables.rules
          ${load(from, backend)} once=$(${show(backend)})
          ${load(from, backend)} twice=$(${show(backend)})
          ${load(from, backend, '--noflush')} thrice=$(${show(backend)})
          [ "$once" = "$twice" ] && [ "$once" = "$thrice" ] || { echo "world ${index} differs"; exit 1; }
          iptables-${backend}-restore < <(printf '*security\\nCOMMIT\\n')
          ip6tables-${backend}-restore < <(printf '*security\\nCOMMIT\\n')
        `
      })
      const { status, out, err } = inNamespace(scripts.join('\n'))
      assert.is(status, 0, out + err)
    }))

  test(`after an update iptables-${backend} holds the new rules and nothing else`, () =>
    inFolder(async (folder) => {
      const [first, second] = fc.sample(world, { seed: seed + 1, numRuns: 2 })
      if (first === undefined || second === undefined) throw new Error('no samples')
      const before = write(join(folder, 'before'), rulesOf(first))
      const after = write(join(folder, 'after'), rulesOf(second))
      const updated = inNamespace(
        load(before, backend) + load(after, backend) + sweep + show(backend),
      )
      const fresh = inNamespace(load(after, backend) + show(backend))
      assert.is(updated.status, 0, updated.err)
      assert.is(updated.out, fresh.out)
      assert.ok(fresh.out.includes('*security'))
    }))
}

test('there is a backend to test', () => {
  assert.ok(backends.length > 0)
})

test.run()
