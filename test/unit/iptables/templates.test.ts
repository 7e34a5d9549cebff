// Compiled templates are those of the *.hbs files beside them, and name what their views lack.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeRender } from '../../../src/emit/template.ts'
import { ipsetRules } from '../../../targets/iptables/templates.gen.ts'
import { generate, templateFolders } from '../../support/templates.ts'

const test = suite('templates')

for (const folder of templateFolders) {
  test(`${folder}/templates.gen.ts is up to date: "npm run templates" makes it anew`, () => {
    assert.fixture(readFileSync(join(folder, 'templates.gen.ts'), 'utf8'), generate(folder))
  })
}

test('a view that lacks what the template names is a fault, not an empty word', () => {
  const render = makeRender<object>(ipsetRules)
  assert.throws(() => render({ sets: [] }), /"node" not defined/)
})

test('nothing is escaped: a view holds text that is safe already', () => {
  const render = makeRender<object>(ipsetRules)
  assert.match(render({ node: '<&">', sets: [] }), /node <&">\n/)
})

test.run()
