// SPDX-License-Identifier: GPL-2.0-or-later

type Child = Node | string;

/** An element with attributes and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** The element of the page's template with this id. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** What a part of the page has around its plot or table. */
export interface SectionOptions {
  readonly id: string;
  readonly title: string;
  /** What there is to see, in a sentence or two. */
  readonly about: string;
  /** Over the whole width. */
  readonly wide?: boolean;
}

/** A part of the page. */
export function section({ id, title, about, wide = false }: SectionOptions): HTMLElement {
  const made = element('section', { id, 'aria-labelledby': `${id}-title` });
  if (wide) made.classList.add('wide');
  made.append(element('h2', { id: `${id}-title` }, title), element('p', {}, about));
  byId('main').append(made);
  return made;
}
