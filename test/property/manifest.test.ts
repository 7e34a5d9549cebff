// Whatever a manifest holds, a YAML reader of either version gets back what was put in.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import {
  commented,
  type ManifestMap,
  type ManifestValue,
  printManifest,
} from '../../src/emit/manifest.ts'

const test = suite('manifest')
const seed = Number(process.env.NETPOLC_SEED ?? Date.now() % 2 ** 31)
const options = { seed, numRuns: 1000 }

/** Texts that some version of YAML would take for something else. */
const awkward = [
  ...['yes', 'No', 'y', 'null', '~', 'true', '1e3', 'e1', '0x1f', '0o17', '1:20', '.inf', 'NaN'],
  ...['2001-01-01', '=', '<<', 'a: b', 'a #b', '- a', 'a:', 'a: ', '?', '::/0', 'fd00::/8', '@a'],
  ...[
    'a\nb: c',
    'a\r\nb',
    '\u2028x',
    'x\u0085y',
    "it's",
    'a "b"',
    '!a',
    '*a',
    '&a',
    '{a',
    '[a]',
    'a\\b',
  ],
  ...['10.0.0.0/8', '8000:8100', 'k8s:app', "app == 'web' && has(x)", '|', '>', '%YAML', '---', ''],
]
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...awkward))
const key = text.filter((one) => one !== '__proto__')
const { value } = fc.letrec<{ value: ManifestValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(key, tie('value')),
  ),
}))

for (const version of ['1.1', '1.2'] as const) {
  test(`YAML ${version} reads back what was printed (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.dictionary(key, value), text, (content, comment) => {
        const noted: ManifestMap = {
          ...content,
          list: [commented(comment, content)],
          map: commented(comment, content),
          items: commented(comment, [content]),
        }
        const { text } = printManifest({ namespace: 'a', name: 'b', comment, value: noted }, 'yaml')
        const expected = { ...content, list: [content], map: content, items: [content] }
        assert.equal(
          JSON.stringify(parse(text, { version, merge: false })),
          JSON.stringify(expected),
        )
      }),
      options,
    )
  })
}

test(`JSON holds the same (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.dictionary(key, value), (content) => {
      const manifest = { namespace: 'a', name: 'b', comment: 'c', value: content }
      assert.equal(
        JSON.stringify(JSON.parse(printManifest(manifest, 'json').text)),
        JSON.stringify(content),
      )
    }),
    options,
  )
})

test.run()
