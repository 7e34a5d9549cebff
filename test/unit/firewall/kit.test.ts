// The scripts of the apply kits are plain sh: shellcheck has nothing to say, and each shell can read them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { iptablesKit } from '../../../targets/iptables/kit/index.ts'
import { nftablesKit } from '../../../targets/nftables/kit/index.ts'

const test = suite('apply kits')

const kits = { iptables: iptablesKit(), nftables: nftablesKit() }
const readme = readFileSync('src/firewall/kit/README.md', 'utf8')

/** What a program says of a text on its standard input; nothing where it is content. */
function verdict(program: string, words: readonly string[], input: string): string {
  const { status, error, stdout, stderr } = spawnSync(program, words, { input })
  if (error !== undefined) return `"${program}" is missing: install the Debian package "${program}"`
  return status === 0 ? '' : `${stdout}${stderr}` || `${program} ended with ${status}`
}

for (const [target, kit] of Object.entries(kits)) {
  test(`${target}: three scripts`, () => {
    assert.equal(
      kit.map(({ path }) => path),
      ['apply.sh', 'check.sh', 'remove.sh'],
    )
  })

  for (const { path, text } of kit) {
    test(`${target}/${path}: shellcheck has nothing to say, with no rule switched off`, () => {
      assert.is(verdict('shellcheck', ['--norc', '--shell=sh', '-'], text), '')
      assert.not.match(text, 'shellcheck disable')
    })

    test(`${target}/${path}: dash and bash can read it`, () => {
      assert.is(verdict('dash', ['-n'], text), '')
      assert.is(verdict('bash', ['--posix', '-n'], text), '')
    })

    test(`${target}/${path}: the README has its codes, and says what it is for`, () => {
      const codes = [...text.matchAll(/NP7\d{3}/g)].map(([code]) => code)
      assert.ok(codes.length > 0)
      for (const code of codes) assert.match(readme, `| ${code} |`)
      assert.match(text, new RegExp(`^#!/bin/sh\n# ${path}: \\w`))
    })
  }
}

test('the README has no code that no script says', () => {
  const scripts = Object.values(kits).flatMap((kit) => kit.map(({ text }) => text))
  const codes = [...readme.matchAll(/\| (NP7\d{3}) \|/g)].map(([, code]) => code)
  assert.ok(codes.length > 10)
  for (const code of codes) {
    assert.ok(
      scripts.some((text) => text.includes(String(code))),
      code,
    )
  }
})

test.run()
