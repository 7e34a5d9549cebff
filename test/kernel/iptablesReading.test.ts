// What the readers of iptables and ipset make of a text is what they make of the kernel's own print of
// it, once the text is loaded; and every option of every extension that is installed is known.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Family } from '../../src/algebra/address.ts'
import type { Rule, Table } from '../../src/ruleset/types.ts'
import { matchExtensions } from '../../targets/iptables/reading/matches/index.ts'
import { targetExtensions } from '../../targets/iptables/reading/targets/index.ts'
import { readDump, readSetDump, sayElement, sayRule } from '../support/iptablesDump.ts'
import type { OptionTables } from '../support/iptablesOptions.ts'
import { helpOptions } from '../support/iptablesOptions.ts'
import { loadedRules, loadedSets } from '../support/iptablesTexts.ts'
import { inFolder } from '../support/run.ts'
import { backends, inNamespace, requireTools } from './tools.ts'

const test = suite('kernel: reading iptables')

test.before(requireTools)

/** All rules of a dump by chain, matches in alphabetical order. */
function said(tables: readonly Table[]): readonly string[] {
  const ofRule = (rule: Rule): string => {
    const { matches } = rule
    const words = matches.map((one) => sayRule({ matches: [one], actions: [], comment: null }))
    return `${words.sort().join(' ')} ${sayRule({ ...rule, matches: [] })}`
  }
  return tables
    .flatMap(({ name, chains }) =>
      [...chains].flatMap(([chain, { rules }]) =>
        rules.map((rule, index) => `${name} ${chain} ${index}: ${ofRule(rule)}`),
      ),
    )
    .sort()
}

function read(text: string, family: Family): readonly string[] {
  const dump = readDump(text, family)
  const faults = dump.said.filter((one) => !one.startsWith('NP8004'))
  assert.equal([faults, dump.isPartial], [[], false], text)
  return said(dump.tables)
}

for (const backend of backends) {
  test(`iptables-${backend}-save prints what was loaded`, () =>
    inFolder(async (folder) => {
      for (const family of [4, 6] as const) {
        const text = loadedRules[family]
        const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`
        writeFileSync(join(folder, 'sets'), loadedSets)
        writeFileSync(join(folder, 'in'), text)
        const { status, err } = inNamespace(
          [
            `ipset restore < ${join(folder, 'sets')}`,
            `${tool}-restore < ${join(folder, 'in')}`,
            `${tool}-save -c > ${join(folder, 'out')}`,
          ].join('\n'),
        )
        assert.is(status, 0, err)
        const printed = readFileSync(join(folder, 'out'), 'utf8')
        const written = read(text, family)
        assert.ok(written.length > 10)
        assert.equal(read(printed, family), written)
      }
    }))
}

test('ipset save prints what was loaded', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'in'), loadedSets)
    const { status, out, err } = inNamespace(
      `ipset restore < ${join(folder, 'in')}; ipset save > ${join(folder, 'out')}`,
    )
    assert.is(status, 0, out + err)
    const words = (text: string): readonly unknown[] => {
      const dump = readSetDump(text)
      assert.equal(dump.said, [])
      return [...dump.sets.values()]
        .map((set) => [
          set.name,
          set.type,
          set.family,
          set.capacity,
          set.isKnown,
          set.members,
          set.elements.map((element) => sayElement(element, set.family)).sort(),
        ])
        .sort()
    }
    assert.equal(words(readFileSync(join(folder, 'out'), 'utf8')), words(loadedSets))
  }))

function everyOptionIsKnown(tables: OptionTables, flag: '-m' | '-j'): void {
  let options = 0
  for (const [name, { options: known }] of tables) {
    for (const option of helpOptions(name, flag, (tool, words) => spawnSync(tool, words))) {
      assert.ok(known.has(option), `${flag} ${name} --${option}`)
      options += 1
    }
  }
  assert.ok(options > 100)
}

test('every option that iptables tells of is known', () => {
  everyOptionIsKnown(matchExtensions, '-m')
  everyOptionIsKnown(targetExtensions, '-j')
})

test.run()
