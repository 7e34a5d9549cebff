// The one door to handlebars: templates are compiled when netpolc is built (`npm run templates`), and
// only run here. Nothing is escaped, so a view holds nothing but text that its target has made safe.
import type Handlebars from 'handlebars'
import runtime from 'handlebars/runtime.js'

// The package declares no types for its run-time half, which is a part of the whole.
const { template } = runtime as unknown as typeof Handlebars

/** A compiled template, as a `*.gen.ts` file holds it. */
export type TemplateSpec = Readonly<Record<string, unknown>>

/** Turns a view into text. Throws where the template names something that the view lacks. */
export type Render<View> = (view: View) => string

/** Makes a compiled template ready to run. */
export function makeRender<View>(spec: TemplateSpec): Render<View> {
  const run = template<View>(spec)
  return (view) => run(view)
}
