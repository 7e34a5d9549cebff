// What `--diff-against` prints: loaded over the old version it leaves in the kernel what a fresh load of the
// new one does; over anything else it is refused, and changes nothing.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { changeNodes } from '../../src/firewall/change.ts'
import { targets } from '../../targets/index.ts'
import type { World } from '../support/arbitraries.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import { worldPair } from '../support/worldPairs.ts'
import { backends, inNamespace, requireTools } from './tools.ts'

const test = suite('kernel: changes')

test.before(() => {
  requireTools()
  if (spawnSync('which', ['nft']).status !== 0) {
    throw new Error('"nft" is missing: install the Debian package "nftables"')
  }
})

const nodes = ['node-a', 'node-b', 'node-c']
const pairs = 30

/** One way into the kernel: lines of shell, each about the files in a folder. */
interface Loader {
  readonly target: string
  readonly fresh: (folder: string) => string
  /** One command, false where it is refused; files that are not there change nothing. */
  readonly change: (folder: string) => string
  readonly clear: string
  readonly show: string
  /** What was shown, with the order of objects left out. */
  readonly normal: (shown: string) => unknown
}

const restored = (program: string, file: string, flags = ''): string =>
  `if [ -e ${file} ]; then ${program} ${flags} < ${file}; fi`

function iptablesLoader(backend: string): Loader {
  const programs = ['iptables', 'ip6tables'] as const
  return {
    target: 'iptables',
    fresh: (folder) =>
      [
        `ipset restore < ${folder}/ipset.rules`,
        ...programs.map((one) => `${one}-${backend}-restore --noflush < ${folder}/${one}.rules`),
      ].join('\n'),
    change: (folder) =>
      [
        restored('ipset restore', `${folder}/change.ipset.rules`),
        ...programs.map((one) =>
          restored(`${one}-${backend}-restore`, `${folder}/change.${one}.rules`, '--noflush'),
        ),
        restored('ipset restore', `${folder}/change.after.ipset.rules`),
      ].join(' && '),
    clear: `${programs.map((one) => `printf '*security\\nCOMMIT\\n' | ${one}-${backend}-restore`).join('\n')}\nipset destroy`,
    show: `${programs.map((one) => `${one}-${backend}-save -t security`).join('\n')}\nipset save`,
    normal: (shown) =>
      shown
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .map((line) => line.replace(/ initval \S+/, '').replace(/\[\d+:\d+\]/, ''))
        .map((line, at) => ({ line, at, chain: /^-A (\S+)/.exec(line)?.[1] }))
        // The order of rules in a chain counts; chains and sets have none.
        .sort((a, b) =>
          a.chain !== undefined && a.chain === b.chain
            ? a.at - b.at
            : byText(a.chain ?? a.line, b.chain ?? b.line) || a.at - b.at,
        )
        .map(({ line }) => line),
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const nftLoader: Loader = {
  target: 'nftables',
  fresh: (folder) => `nft -f ${folder}/netpolc.nft`,
  change: (folder) => restored('nft -f -', `${folder}/change.nft`),
  clear: 'nft flush ruleset',
  show: 'nft -js list table inet netpolc',
  normal: (shown) => {
    const { nftables }: { nftables: readonly Record<string, NftObject>[] } = JSON.parse(shown)
    const objects = nftables
      .flatMap((one) => Object.entries(one))
      .filter(([kind]) => kind !== 'metainfo')
      .map(([kind, { handle, elem = [], ...object }]) => ({
        key: `${kind} ${object.chain ?? object.name}`,
        text: JSON.stringify([kind, object, elem.map((one) => JSON.stringify(one)).sort()]),
      }))
    // Sorting is stable: rules stay in the order of their chain.
    return objects.sort((a, b) => byText(a.key, b.key)).map(({ text }) => text)
  },
}

interface NftObject {
  readonly name?: string
  readonly chain?: string
  readonly handle?: number
  readonly elem?: readonly unknown[]
}

const loaders: Readonly<Record<string, Loader>> = {
  ...Object.fromEntries(
    backends.map((backend) => [`iptables-${backend}`, iptablesLoader(backend)]),
  ),
  nft: nftLoader,
}

for (const [name, loader] of Object.entries(loaders)) {
  test(`${name}: a change leaves what a fresh load does, and is refused elsewhere`, () =>
    inFolder(async (folder) => {
      const steps = fc.sample(worldPair, { seed, numRuns: pairs }).flatMap((pair, index) => {
        const [before, after] = [rulesOf(pair.before, loader), rulesOf(pair.after, loader)]
        const change = changeOf(before, after, loader)
        return nodes.map((node) => {
          const own = join(folder, `${index}`, node)
          for (const [part, files] of Object.entries({ before, after, change })) {
            write(
              join(folder, `${index}`, node, part),
              files.filter(({ path }) => path.startsWith(`${node}/`)),
            )
          }
          const isChanged = change.some(({ path }) => path.startsWith(`${node}/`))
          return { title: `${index}, ${pair.title}, ${node}`, own, isChanged }
        })
      })
      const file = join(folder, 'script')
      writeFileSync(file, steps.map(({ own }) => script(own, loader)).join('\n'))
      const { status, err } = inNamespace(`. ${file}`)
      assert.is(status, 0, err)
      const changed = steps.filter(({ isChanged }) => isChanged)
      for (const { title, own, isChanged } of steps) {
        const shown = (part: string): unknown =>
          loader.normal(readFileSync(join(own, part), 'utf8'))
        assert.equal(shown('changed'), shown('fresh'), `${title}: ${own}`)
        if (!isChanged) continue
        assert.ok(existsSync(join(own, 'refused')), `${title}: taken over another version`)
        assert.ok(existsSync(join(own, 'refused-by-nothing')), `${title}: taken over nothing`)
        assert.equal(shown('again'), shown('fresh'), `${title}: refused, but something changed`)
      }
      saySeed(`${name}: ${steps.length} nodes, ${changed.length} of them change`)
      assert.ok(changed.length > pairs / 2)
    }))
}

test.run()

/** Old, change; then new, and the change over it; then the change over nothing at all. */
function script(own: string, { fresh, change, clear, show }: Loader): string {
  return `
    ${fresh(`${own}/before`)}
    { ${change(`${own}/change`)}; } || { echo 'refused: ${own}' >&2; exit 1; }
    ${show} > ${own}/changed
    ${clear}
    ${fresh(`${own}/after`)}
    ${show} > ${own}/fresh
    { ${change(`${own}/change`)}; } 2> /dev/null || touch ${own}/refused
    ${show} > ${own}/again
    ${clear}
    { ${change(`${own}/change`)}; } 2> /dev/null || touch ${own}/refused-by-nothing
    ${clear}
  `
}

function rulesOf({ policies, snapshot }: World, { target }: Loader): readonly OutputFile[] {
  const request = { sources: policies, targets: [target], snapshot, verify: false }
  const { outputs, diagnostics } = compile(request)
  if (outputs[0] === undefined) throw new Error(renderText(diagnostics))
  return outputs[0].files.filter(({ isScript }) => !isScript)
}

function changeOf(
  before: readonly OutputFile[],
  after: readonly OutputFile[],
  loader: Loader,
): readonly OutputFile[] {
  const { change } = targets.find(({ name }) => name === loader.target) ?? {}
  if (change === undefined) throw new Error(`${loader.target} has no changes`)
  const result = changeNodes(before, after, change)
  if (result.kind === 'refused') throw new Error(`${result.path}: ${result.reason}`)
  return result.files
}

/** Files of one node, without its name. */
function write(folder: string, files: readonly OutputFile[]): void {
  mkdirSync(folder, { recursive: true })
  for (const { path, text } of files) {
    const file = join(folder, path.slice(path.indexOf('/') + 1))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
