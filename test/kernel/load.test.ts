// The kernel takes what is emitted: generated rules are loaded twice and replaced by others, and rules of
// extreme sizes and names are loaded. What runs then is always what a fresh load of the same files gives.
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import { type World, world } from '../support/arbitraries.ts'
import { dialectWorlds } from '../support/firewallWorlds.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { node as extremeNode, extremes } from './extremes.ts'
import { onNode } from './kitNode.ts'
import { writeOutputs } from './loading.ts'
import { type Engine, engines, oneOfEachTarget, requireTools } from './tools.ts'

const test = suite('kernel: loading')

test.before(requireTools)

/** Worlds of each dialect for each engine. */
const rounds = 2

/** Loads each of the FOLDERS over the one before, twice. */
const oneAfterTheOther = `
for folder in $FOLDERS; do
  expect 0 $folder/apply.sh
  printed=$(everything)
  same "$(fresh $folder)" "$printed" "update to $folder"
  case $($folder/apply.sh) in *'nothing to do'*) ;; *) echo "$folder is loaded twice" >&2; exit 9 ;; esac
done
same "$printed" "$(everything)" 'the second load'
expect 0 $folder/check.sh --status
echo "$printed"
expect 0 $folder/remove.sh
same "" "$(ipset save)$(everything | grep -e NP- -e 'table inet netpolc')" 'removal'
`

for (const engine of engines) {
  test(`${engine.name} takes generated rules over those of other worlds, and twice`, () =>
    inFolder(async (root) => {
      const worlds = [world, ...Object.values(dialectWorlds)].flatMap((one, kind) =>
        fc.sample(one, { seed: seed + kind, numRuns: rounds }),
      )
      const folders = worlds.map((one, index) => {
        write(one, 'node-a', [engine.target], join(root, String(index)))
        return join(root, String(index), engine.target, 'node-a')
      })
      load(folders, engine)
      saySeed(`${worlds.length} worlds loaded with ${engine.name}`)
    }))
}

for (const [index, { title, world: made, holds }] of extremes.entries()) {
  test(title, () =>
    inFolder(async (root) => {
      const chosen = oneOfEachTarget(index)
      write(
        made(),
        extremeNode,
        chosen.map(({ target }) => target),
        root,
      )
      for (const engine of chosen) {
        const printed = load([join(root, engine.target, extremeNode)], engine)
        const found = printed.match(holds.pattern)?.length ?? 0
        assert.ok(found >= holds.count, `${engine.name} holds ${found}, not ${holds.count}`)
      }
    }),
  )
}

test.run()

/** Compiles a world for one node; the files of each target stand in a folder with its name. */
function write(
  { policies, snapshot }: World,
  node: string,
  names: readonly string[],
  root: string,
): void {
  const result = compile({ sources: policies, snapshot, targets: names, node, verify: false })
  if (result.outputs.length === 0) throw new Error(renderText(result.diagnostics))
  for (const output of result.outputs) {
    writeOutputs({ outputs: [output] }, join(root, output.target))
  }
}

/** Loads folders one after the other; what the kernel prints of the last. */
function load(folders: readonly string[], { name, backend }: Engine): string {
  const env = { FOLDERS: folders.join(' '), NETPOLC_BACKEND: backend, B: backend }
  const { status, out, err } = onNode(oneAfterTheOther, env)
  assert.is(status, 0, `${name}: ${out.slice(-3000)}${err.slice(-3000)}`)
  return out
}
