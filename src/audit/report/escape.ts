// Words of strangers in HTML.
import { printable } from '../../diagnostics/render.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is nothing but text, between tags and inside of quoted attributes. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (one) => entities[one] ?? '')
}

/** A view for a template of HTML: each text in it is escaped, without exception. */
export function escapeView<View>(view: View): View {
  return escapeValue(view) as View
}

function escapeValue(value: unknown): unknown {
  if (typeof value === 'string') return escapeHtml(value)
  if (Array.isArray(value)) return value.map(escapeValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escapeValue(one)]))
}
